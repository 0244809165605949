package feed

import (
	"fmt"
	"hash/maphash"
	"math"
	"strconv"
	"strings"

	"switchboard/billing/money"
	"switchboard/tenant/fault"
)

// tally is what the readings of all formats have in common: an offer goes in as
// it is written, and comes out sound or is told as a problem.
type tally struct {
	limits     Limits
	header     Header
	emit       func(Item) error
	seen       seen
	categories map[string]*category
	order      []string   // their ids, as they came
	common     []rawTerms // of all offers that say nothing else
	offer      string     // the id of the offer in hand
}

func newTally(l Limits, emit func(Item) error) *tally {
	return &tally{limits: l, emit: emit, seen: newSeen(), categories: map[string]*category{}}
}

// draft is an offer while it is read. What depends on the currency, which may
// stand last, is still text.
type draft struct {
	Item
	prefix, category, currency, price, old string

	prices []rawPrice
	terms  []rawTerms
	said   bool // whether it is available
}

// rawPrice is a Price whose amount is still text. Without a currency it is in
// the item's.
type rawPrice struct{ kind, amount, currency string }

// seen remembers offers by a keyed hash of their id, with their lines: 12
// bytes instead of the id. Two of 10 million ids share a hash once in 400,000
// feeds, and nobody can make them.
type seen struct {
	seed  maphash.Seed
	lines map[uint64]int32
}

func newSeen() seen { return seen{maphash.MakeSeed(), map[uint64]int32{}} }

// first returns the line where id was seen before, or 0.
func (s seen) first(id string, line int) int {
	h := maphash.String(s.seed, id)
	if before, ok := s.lines[h]; ok {
		return int(before)
	}
	s.lines[h] = int32(min(line, 1<<31-1))
	return 0
}

// tell notes a problem that does not end the reading.
func (p *tally) tell(line int, format string, args ...any) {
	p.header.Found++
	if len(p.header.Problems) < MaxProblems {
		p.header.Problems = append(p.header.Problems, fault.Invalid{Field: p.named(), Problem: fmt.Sprintf(format, args...), Line: line})
	}
}

// named is the offer in hand, as problems name it.
func (p *tally) named() string {
	if p.offer == "" {
		return ""
	}
	return "offer " + p.offer
}

// take hands an offer on if it is sound, and else tells why not.
func (p *tally) take(d *draft) error {
	if p.header.Items+p.header.Skipped >= p.limits.Items {
		return fault.Invalid{Field: p.named(), Problem: fmt.Sprintf("more than %d offers", p.limits.Items), Line: d.Line}
	}
	p.offer = clip(d.ID)
	defer func() { p.offer = "" }()
	if problem := p.complete(d); problem != "" {
		p.header.Skipped++
		p.tell(d.Line, "%s", problem)
		return nil
	}
	p.header.Items++
	return p.emit(d.Item)
}

// finish says how a reading that came to its end went.
func (p *tally) finish() (Header, error) {
	switch {
	case p.header.Items > 0:
		return p.header, nil
	case p.header.Skipped > 0:
		first := p.header.Problems[0]
		return p.header, fault.Invalid{Field: first.Field, Line: first.Line,
			Problem: fmt.Sprintf("none of the %d offers is sound; the first problem: %s", p.header.Skipped, first.Problem)}
	}
	p.header.Empty = true
	return p.header, fault.Invalid{Problem: "the feed has no offers", Line: p.header.lines}
}

// complete derives what is derived and returns why the offer is not sound, or "".
func (p *tally) complete(d *draft) string {
	if d.Name == "" {
		d.Name = strings.Join(strings.Fields(d.prefix+" "+d.Vendor+" "+d.Model), " ")
	}
	switch {
	case d.ID == "":
		return "the offer has no id"
	case len(d.ID) > maxName:
		return "the id is longer than is read"
	case d.Name == "":
		return "the offer has neither a name nor a model"
	case len(d.Name) > maxName:
		return "the name is longer than is read"
	}
	if problem := p.money(d); problem != "" {
		return problem
	}
	if d.Stock != nil && *d.Stock == 0 && !d.said {
		d.Available = false
	}
	d.Terms, d.Prices = p.terms(d), p.prices(d)
	d.GroupID, d.URL = cut(d.GroupID, maxName), cut(d.URL, maxAddress)
	d.bound()
	if before := p.seen.first(d.ID, d.Line); before != 0 {
		return "an offer with this id is there already, in line " + strconv.Itoa(before)
	}
	if d.category == "" {
		return ""
	}
	if d.Category = p.path(d.category); d.Category == "" {
		p.tell(d.Line, "category %s is not in the list; the offer is kept without one", clip(d.category))
	}
	return ""
}

func (p *tally) money(d *draft) string {
	if d.currency == "" {
		if len(p.header.Currencies) == 0 {
			return "the offer names no currency, and neither does the feed"
		}
		d.Currency = p.header.Currencies[0]
	} else {
		var ok bool
		if d.Currency, ok = currencyOf(d.currency); !ok {
			return "currency " + strconv.Quote(clip(d.currency)) + " is not one that we count in"
		}
	}
	var problem string
	if d.PriceMinor, problem = minor(d.price, d.Currency); problem != "" {
		return problem
	}
	if d.old != "" {
		if d.OldMinor, problem = minor(d.old, d.Currency); problem != "" {
			p.tell(d.Line, "the old price is not used: %s", problem)
		}
	}
	return ""
}

// addStock sets the stock to so plus what text says; a part of a piece is none.
func (p *tally) addStock(d *draft, text string, so int64, line int) {
	n, ok := pieces(text)
	if !ok {
		p.tell(line, "stock %q is not a number of pieces and is not used", clip(text))
		return
	}
	n = min(n+so, math.MaxInt32)
	d.Stock = &n
}

// pieces reads a number of pieces; a part of one is none.
func pieces(text string) (int64, bool) {
	text = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", ",", ".", ">", "", "<", "").Replace(text)
	whole, _, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole, 10, 32)
	return n, err == nil && n >= 0
}

// currencyOf reads a currency's code; RUR is what YML calls RUB.
func currencyOf(code string) (money.Currency, bool) {
	c := money.Currency(strings.ToUpper(code))
	if c == "RUR" {
		c = money.RUB
	}
	return c, c.Known()
}

// prices reads the prices by type. One that is none is told, and left out.
func (p *tally) prices(d *draft) []Price {
	var all []Price
	for _, raw := range d.prices[:min(len(d.prices), maxList)] {
		c, known := d.Currency, true
		if raw.currency != "" {
			c, known = currencyOf(raw.currency)
		}
		if !known || strings.TrimSpace(raw.amount) == "" {
			continue
		}
		amount, problem := minor(raw.amount, c)
		if problem != "" {
			p.tell(d.Line, "%s: %s", clip(raw.kind), problem)
			continue
		}
		all = append(all, Price{cut(raw.kind, maxName), amount, string(c)})
	}
	return all
}

// clip keeps a message short whatever stands in the feed.
func clip(s string) string { return cut(s, 80) }

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
