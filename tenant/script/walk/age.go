package walk

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"switchboard/tenant/fresh"
	"switchboard/tenant/script/graph"
)

// Fact is a value of the catalogue that a sentence is of.
type Fact struct {
	Field   fresh.Field  `json:"field"`
	SKU     string       `json:"sku"`
	Source  fresh.Source `json:"source"`
	AsOf    Instant      `json:"as_of"`
	Age     fresh.Millis `json:"age_ms"`
	StaleAt Instant      `json:"stale_at"`
	Stale   bool         `json:"stale"` // the sentence leaves it out
}

// Wording is what to say from an instant on.
type Wording struct {
	From     Instant `json:"from"`
	Sentence string  `json:"sentence"`
}

// ages are the variables of an item that have an age, and what they are of.
var ages = map[string]fresh.Field{"price": fresh.Price, "stock": fresh.Stock, "available": fresh.Stock}

// dated returns the fact behind a variable, if it is one that ages.
func (s scene) dated(name string) (Fact, bool) {
	head, tail, _ := strings.Cut(name, ".")
	field, ages := ages[tail]
	n, known := s.g.Node(head)
	if !ages || !known || n.Kind != graph.Lookup {
		return Fact{}, false
	}
	for _, visit := range slices.Backward(s.w.Trail()) {
		if i := visit.Answer.Item; visit.Node == head && i != nil && visit.Answer.Move == Forward {
			of := i.fact(field)
			v := s.f.Fresh.Judge(field, of, fresh.Instant(s.f.Now))
			return Fact{field, i.SKU, of.Source, Instant(of.AsOf), v.Age, Instant(v.StaleAt), v.Stale}, true
		}
	}
	return Fact{}, false
}

// spoken renders a text in the walk's language, with the facts that it is of. A
// clause that names a stale one is not said: what is said instead promises to
// confirm it.
func (s scene) spoken(t graph.Text) (string, []Fact) {
	text := t.In(s.w.Language)
	pieces, err := graph.Template(text)
	if err != nil {
		return text, nil // Check refuses such a script; what was written is better than nothing
	}
	var said paragraph
	for _, p := range pieces {
		if p.Words != "" {
			said.words(p.Words)
			continue
		}
		for _, name := range []string{p.Name, p.Times} {
			if f, ok := s.dated(name); ok {
				said.names(f)
			}
		}
		said.value(s.piece(p, unknown))
	}
	return said.text(s.w.Language), said.facts
}

// later returns how the text is worded from each instant on at which one of the
// facts becomes stale.
func (s scene) later(t graph.Text, facts []Fact) []Wording {
	var at []Instant
	for _, f := range facts {
		if !f.Stale {
			at = append(at, f.StaleAt)
		}
	}
	slices.Sort(at)
	var all []Wording
	for _, from := range slices.Compact(at) {
		then := s
		then.f.Now = from
		text, _ := then.spoken(t)
		all = append(all, Wording{from, text})
	}
	return all
}

// paragraph is a text in clauses.
type paragraph struct {
	clauses []clause
	open    bool // the last clause has not ended
	facts   []Fact
}

type clause struct {
	text  string
	stale map[fresh.Field]bool
}

func (p *paragraph) last() *clause {
	if !p.open {
		p.clauses, p.open = append(p.clauses, clause{stale: map[fresh.Field]bool{}}), true
	}
	return &p.clauses[len(p.clauses)-1]
}

func (p *paragraph) value(text string) { p.last().text += text }

// words appends what a script says; a clause ends at a stop before a space.
func (p *paragraph) words(text string) {
	for text != "" {
		end := clauseEnd(text)
		p.last().text += text[:end]
		p.open = end == len(text) && !closes(text)
		text = text[end:]
	}
}

// clauseEnd returns the length of text up to its first stop, with the space
// behind it, or all of it.
func clauseEnd(text string) int {
	for i, r := range text {
		if !strings.ContainsRune(".!?…;", r) {
			continue
		}
		rest := strings.TrimLeft(text[i:], ".!?…;»”")
		space := len(rest) - len(strings.TrimLeft(rest, " \n\u00a0"))
		next, _ := utf8.DecodeRuneInString(rest[space:])
		if rest == "" || space > 0 && !unicode.IsLower(next) { // "4 шт. в наличии" goes on
			return len(text) - len(rest) + space
		}
	}
	return len(text)
}

func closes(text string) bool {
	text = strings.TrimRight(text, " \n\u00a0»”")
	return strings.HasSuffix(text, ".") || strings.HasSuffix(text, "!") || strings.HasSuffix(text, "?") || strings.HasSuffix(text, "…") || strings.HasSuffix(text, ";")
}

func (p *paragraph) names(f Fact) {
	if f.Stale {
		p.last().stale[f.Field] = true
	}
	if !slices.Contains(p.facts, f) {
		p.facts = append(p.facts, f)
	}
}

// text joins the clauses. All that is stale is confirmed in one sentence, where
// the first of it stood.
func (p paragraph) text(l graph.Language) string {
	stale := map[fresh.Field]bool{}
	for _, c := range p.clauses {
		for f := range c.stale {
			stale[f] = true
		}
	}
	var b strings.Builder
	told := false
	for _, c := range p.clauses {
		switch {
		case len(c.stale) == 0:
			b.WriteString(c.text)
		case !told:
			told = true
			b.WriteString(confirm(l, stale) + " ")
		}
	}
	return strings.TrimRight(b.String(), " \n")
}

// confirm is what is said instead of a stale price or stock.
func confirm(l graph.Language, stale map[fresh.Field]bool) string {
	words := map[graph.Language][3]string{
		graph.RU: {"Цену и наличие уточню и перезвоню вам.", "Цену уточню и перезвоню вам.", "Наличие уточню и перезвоню вам."},
		graph.EN: {"Let me confirm the price and the stock and call you back.", "Let me confirm the price and call you back.", "Let me confirm the stock and call you back."},
	}[l]
	switch {
	case stale[fresh.Price] && stale[fresh.Stock]:
		return words[0]
	case stale[fresh.Price]:
		return words[1]
	default:
		return words[2]
	}
}
