package graph

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"switchboard/tenant/fault"
)

// Bounds of a script. The largest real ones have some two hundred nodes.
const (
	MaxNodes   = 2000
	MaxChoices = 50
	MaxText    = 5000 // characters of one text
)

// place returns the path of element i of a list.
func place(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

// Check returns everything that is wrong with g, in the order of the nodes.
// Each problem names the field at fault as a path of g's JSON.
func (g Graph) Check() fault.Problems {
	c := checker{g: g, at: map[string]int{}, reach: make([][]bool, len(g.Nodes))}
	c.head()
	c.ids()
	c.web = webOf(g, c.at, every)
	for i, n := range g.Nodes {
		c.node(place("nodes", i), n)
	}
	c.ways()
	return c.found
}

type checker struct {
	g     Graph
	at    map[string]int // the first node with that id
	web   web
	reach [][]bool // what can follow a node, once it was asked for
	found fault.Problems
}

func (c *checker) add(field, format string, args ...any) {
	c.found = append(c.found, fault.Invalid{Field: field, Problem: fmt.Sprintf(format, args...)})
}

func (c *checker) head() {
	if len(c.g.Languages) == 0 {
		c.add("languages", "name the languages of the texts: ru, en")
	}
	for i, l := range c.g.Languages {
		if l != RU && l != EN {
			c.add(place("languages", i), "%q is not a language here; there are ru, en", l)
		}
	}
	c.text("name", c.g.Name)
	if c.g.Start == "" {
		c.add("start", "the script does not say where it starts")
	}
	switch n := len(c.g.Nodes); {
	case n == 0:
		c.add("nodes", "the script has no nodes")
	case n > MaxNodes:
		c.add("nodes", "%d nodes; a script has at most %d", n, MaxNodes)
	}
	seen := map[string]bool{}
	for i, card := range c.g.FAQ {
		c.card(place("faq", i), card, seen)
	}
}

func (c *checker) card(at string, card Card, seen map[string]bool) {
	c.id(at+".id", card.ID)
	if seen[card.ID] && card.ID != "" {
		c.add(at+".id", "a card with the id %q is there already", card.ID)
	}
	seen[card.ID] = true
	c.text(at+".question", card.Question)
	c.text(at+".answer", card.Answer)
}

func (c *checker) ids() {
	for i, n := range c.g.Nodes {
		at := place("nodes", i) + ".id"
		first, twice := c.at[n.ID]
		switch {
		case !c.id(at, n.ID):
		case slices.Contains(Reserved, n.ID):
			c.add(at, "%q is a reserved word: choose another id", n.ID)
		case twice:
			c.add(at, "the id %q is taken by %s", n.ID, place("nodes", first))
		}
		if !twice {
			c.at[n.ID] = i
		}
	}
}

// id reports whether an id has the right form.
func (c *checker) id(at, id string) bool {
	bad := strings.IndexFunc(id, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' }) >= 0
	switch {
	case id == "":
		c.add(at, "the id is missing")
	case bad, len(id) > 40, id[0] < 'a':
		c.add(at, "the id %q is not a word of a-z, 0-9 and _ that begins with a letter (at most 40)", clip(id))
	default:
		return true
	}
	return false
}

// clip keeps a message readable whatever stands in the file.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// text checks that t is there in each language of the script.
func (c *checker) text(at string, t Text) {
	for _, l := range []Language{RU, EN} {
		s, field := t.RU, at+".ru"
		if l == EN {
			s, field = t.EN, at+".en"
		}
		wanted := slices.Contains(c.g.Languages, l)
		switch {
		case wanted && strings.TrimSpace(s) == "":
			c.add(field, "the text is empty")
		case !wanted && s != "" && len(c.g.Languages) > 0:
			c.add(field, "%q is not among the languages of the script", l)
		case len([]rune(s)) > MaxText:
			c.add(field, "the text is longer than %d characters", MaxText)
		}
	}
}

// sentence checks a text that may hold variables.
func (c *checker) sentence(at, node string, t Text) {
	if (t == Text{}) {
		return
	}
	c.text(at, t)
	c.variables(at+".ru", node, t.RU)
	c.variables(at+".en", node, t.EN)
}

func (c *checker) variables(at, node, text string) {
	pieces, err := Template(text)
	if err != nil {
		c.add(at, "%v", err)
		return
	}
	for _, p := range pieces {
		switch {
		case p.Words != "":
		case p.Times == "":
			c.variable(at, node, p.Name)
		default:
			c.product(at, node, p)
		}
	}
}

func (c *checker) product(at, node string, p Piece) {
	of, by := c.variable(at, node, p.Name), c.variable(at, node, p.Times)
	if of != Unknown && by != Unknown && (by != Number || of != Number && of != Money) {
		c.add(at, "{%s*%s}: only a number or money can be multiplied, and only by a number", p.Name, p.Times)
	}
}

// variable checks that a variable exists and can be known at the node.
func (c *checker) variable(at, node, name string) Type {
	typ, setter := variable(name, c.find)
	if typ == Unknown {
		c.add(at, "unknown variable {%s}", clip(name))
		return Unknown
	}
	if setter.ID != "" && !c.leads(c.at[setter.ID], c.at[node]) {
		c.add(at, "{%s} is used before it is asked", name)
	}
	return typ
}

func (c *checker) find(id string) (Node, bool) {
	i, ok := c.at[id]
	if !ok {
		return Node{}, false
	}
	return c.g.Nodes[i], true
}

func (c *checker) tests(at, node string, k Case) {
	if len(k.If) == 0 {
		c.add(at+".if", "the case tests nothing: what always holds belongs in else")
	}
	for _, name := range slices.Sorted(maps.Keys(k.If)) {
		field := at + ".if." + name
		c.test(field, name, c.variable(field, node, name), k.If[name])
	}
}

func (c *checker) test(at, name string, typ Type, t Test) {
	if typ == Unknown {
		return
	}
	if len(t.Is) == 0 && t.Min == nil && t.Max == nil {
		c.add(at, "the test of {%s} says nothing: give a value, min or max", name)
	}
	if (t.Min != nil || t.Max != nil) && typ != Number && typ != Money {
		c.add(at, "{%s} is not a number and has no min or max", name)
	}
	if t.Min != nil && t.Max != nil && *t.Min > *t.Max {
		c.add(at, "min is above max")
	}
	allowed := c.values(name, typ)
	for _, v := range t.Is {
		if allowed != nil && !slices.Contains(allowed, v) {
			c.add(at, "{%s} is never %q; it is one of %s", name, clip(v), strings.Join(allowed, ", "))
		}
		if _, err := strconv.ParseInt(v, 10, 64); err != nil && (typ == Number || typ == Money) {
			c.add(at, "{%s} is a number, and %q is not", name, clip(v))
		}
	}
}

// values lists what a variable can be, or nil if that is open.
func (c *checker) values(name string, typ Type) []string {
	switch typ {
	case Flag:
		return []string{"yes", "no"}
	case Sequence:
		return Weekdays
	case OneOf:
		_, n := variable(name, c.find)
		ids := make([]string, 0, len(n.Choices))
		for _, o := range n.Choices {
			ids = append(ids, o.ID)
		}
		return ids
	}
	return nil
}
