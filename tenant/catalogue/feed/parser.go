package feed

import (
	"encoding/xml"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"strings"

	"switchboard/billing/money"
	"switchboard/tenant/fault"
)

// parser is one reading of a feed.
type parser struct {
	*stream
	header     Header
	emit       func(Item) error
	seen       seen
	categories map[string]*category
	order      []string   // their ids, as they came
	common     []rawTerms // of all offers that say nothing else
}

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

type category struct {
	name, parent string
	line         int
	path         string // once it was asked for
}

// tell notes a problem that does not end the reading.
func (p *parser) tell(line int, format string, args ...any) {
	p.header.Found++
	if len(p.header.Problems) < MaxProblems {
		p.header.Problems = append(p.header.Problems, fault.Invalid{Field: p.field(), Problem: fmt.Sprintf(format, args...), Line: line})
	}
}

func (p *parser) document() error {
	root, err := p.root()
	if err != nil {
		return err
	}
	p.header.Date = attr(root, "date")
	shops := 0
	err = p.children(func(e xml.StartElement) error {
		if e.Name.Local != "shop" {
			return p.skip(e)
		}
		if shops++; shops > 1 {
			return p.bad("a second <shop>: a feed is of one shop")
		}
		return p.children(p.shop)
	})
	if err != nil {
		return err
	}
	if shops == 0 {
		return p.bad("there is no <shop> in the feed")
	}
	return p.tail()
}

// root finds the outermost element.
func (p *parser) root() (xml.StartElement, error) {
	for {
		t, err := p.next()
		if err != nil {
			return xml.StartElement{}, err
		}
		e, ok := t.(xml.StartElement)
		switch {
		case !ok:
		case e.Name.Local == "yml_catalog":
			return e, nil
		case strings.EqualFold(e.Name.Local, "html"):
			return e, p.bad("this is an HTML page, not a feed")
		default:
			return e, p.bad("this is not YML: it begins with <%s> and not with <yml_catalog>", clip(e.Name.Local))
		}
	}
}

// tail reads what follows the outermost element, which must be nothing.
func (p *parser) tail() error {
	for {
		t, err := p.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok {
			return p.bad("a second document begins here with <%s>", clip(e.Name.Local))
		}
	}
}

// shop reads one element of <shop>.
func (p *parser) shop(e xml.StartElement) error {
	var err error
	switch e.Name.Local {
	case "name":
		p.header.Name, err = p.text()
	case "company":
		p.header.Company, err = p.text()
	case "url":
		p.header.URL, err = p.text()
	case "currencies":
		return p.children(p.currency)
	case "categories":
		if err := p.children(p.category); err != nil {
			return err
		}
		return p.cycles()
	case "delivery-options", "pickup-options":
		return p.options(e, &p.common)
	case "offers":
		return p.children(p.offer)
	default:
		return p.skip(e)
	}
	return err
}

// currency reads <currency id="RUR" rate="1"/>. The one whose rate is 1 is the
// shop's own and comes first.
func (p *parser) currency(e xml.StartElement) error {
	c, ok := currencyOf(attr(e, "id"))
	switch {
	case !ok:
		p.tell(p.line(), "currency %q is not one that we count in", clip(attr(e, "id")))
	case len(p.header.Currencies) >= maxList:
		return p.bad("more than %d currencies", maxList)
	case attr(e, "rate") == "1":
		p.header.Currencies = append([]money.Currency{c}, p.header.Currencies...)
	default:
		p.header.Currencies = append(p.header.Currencies, c)
	}
	return p.skip(e)
}

// currencyOf reads a currency's code; RUR is what YML calls RUB.
func currencyOf(code string) (money.Currency, bool) {
	c := money.Currency(strings.ToUpper(code))
	if c == "RUR" {
		c = money.RUB
	}
	return c, c.Known()
}

func (p *parser) category(e xml.StartElement) error {
	if e.Name.Local != "category" {
		return p.skip(e)
	}
	id, c := attr(e, "id"), &category{parent: attr(e, "parentId"), line: p.line()}
	var err error
	if c.name, err = p.text(); err != nil {
		return err
	}
	before, twice := p.categories[id]
	switch {
	case id == "":
		return fault.Invalid{Problem: "a category has no id", Line: c.line}
	case twice:
		p.tell(c.line, "category %s is there already, in line %d; the first one counts", clip(id), before.line)
		return nil
	case len(p.categories) >= p.limits.Categories:
		return p.bad("more than %d categories", p.limits.Categories)
	}
	c.name = cut(c.name, maxName)
	p.categories[id] = c
	p.order = append(p.order, id)
	p.header.Categories++
	return nil
}

// cycles refuses categories that lie within themselves.
func (p *parser) cycles() error {
	sound := map[string]bool{"": true}
	for _, id := range p.order {
		way := map[string]bool{}
		for at := id; !sound[at]; at = p.categories[at].parent {
			if way[at] {
				return p.ring(at)
			}
			way[at] = true
			if _, there := p.categories[at]; !there {
				break
			}
		}
		for at := range way {
			sound[at] = true
		}
	}
	return nil
}

// ring names the first line of a ring, whichever of its categories was found.
func (p *parser) ring(id string) error {
	first, at := id, p.categories[id].parent
	for ; at != id; at = p.categories[at].parent {
		if p.categories[at].line < p.categories[first].line {
			first = at
		}
	}
	return fault.Invalid{Line: p.categories[first].line,
		Problem: fmt.Sprintf("category %s lies within itself (parentId %s)", clip(first), clip(p.categories[first].parent))}
}

// maxPath is how many categories above an item are named.
const maxPath = 10

// path returns the names of a category and of those around it.
func (p *parser) path(id string) string {
	c, ok := p.categories[id]
	if !ok {
		return ""
	}
	if c.path == "" {
		names := []string{c.name}
		for up, ok := p.categories[c.parent]; ok && len(names) < maxPath; up, ok = p.categories[up.parent] {
			names = append([]string{up.name}, names...)
		}
		c.path = strings.Join(names, " / ")
	}
	return c.path
}

// clip keeps a message short whatever stands in the feed.
func clip(s string) string { return cut(s, 80) }

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
