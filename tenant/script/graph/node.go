package graph

import (
	"slices"
	"strings"
)

// present reports whether a field of n, by its JSON name, is filled in.
func (n Node) present(field string) bool {
	switch field {
	case "text":
		return n.Text != Text{}
	case "ask":
		return n.Ask != ""
	case "choices":
		return len(n.Choices) > 0
	case "min":
		return n.Min != nil
	case "max":
		return n.Max != nil
	case "cases":
		return len(n.Cases) > 0
	case "lookup":
		return n.Lookup != ""
	case "query":
		return n.Query != Text{}
	case "fields":
		return len(n.Fields) > 0
	case "to":
		return n.To != ""
	case "email":
		return n.Email != ""
	case "letter":
		return n.Letter != Text{}
	case "outcome":
		return n.Outcome != ""
	case "next":
		return n.Next != ""
	case "else":
		return n.Else != ""
	}
	return false
}

// particular lists every field that some kinds have and others do not.
var particular = []string{
	"text", "ask", "choices", "min", "max", "cases", "lookup", "query", "fields", "to", "email",
	"letter", "outcome", "next", "else",
}

func (c *checker) node(at string, n Node) {
	schema, known := Schema[n.Kind]
	if !known {
		c.kind(at+".kind", "kind", string(n.Kind), Kinds)
		return
	}
	for _, field := range particular {
		needed := slices.Contains(schema, field+"!")
		switch {
		case needed && !n.present(field):
			c.add(at+"."+field, "%s %q has no %s", n.Kind, n.ID, field)
		case !needed && !slices.Contains(schema, field) && n.present(field):
			c.add(at+"."+field, "%s %q cannot have %s", n.Kind, n.ID, field)
		}
	}
	if n.Title != (Text{}) {
		c.text(at+".title", n.Title)
	}
	c.sentence(at+".text", n.ID, n.Text)
	c.sentence(at+".query", n.ID, n.Query)
	c.sentence(at+".letter", n.ID, n.Letter)
	c.particulars(at, n)
	c.targets(at, n)
}

// kind checks that a word is one of those that there are.
func (c *checker) kind(at, what, word string, all []string) {
	if word == "" {
		c.add(at, "the %s is missing; it is one of %s", what, strings.Join(all, ", "))
	} else if !slices.Contains(all, word) {
		c.add(at, "unknown %s %q; it is one of %s", what, clip(word), strings.Join(all, ", "))
	}
}

func (c *checker) particulars(at string, n Node) {
	switch n.Kind {
	case Ask:
		c.ask(at, n)
	case Branch:
		for i, k := range n.Cases {
			c.tests(at+"."+place("cases", i), n.ID, k)
		}
	case Lookup:
		c.lookup(at, n)
	case Order:
		for i, f := range n.Fields {
			c.kind(at+"."+place("fields", i), "field", f, Fields)
		}
	case Transfer:
		c.transfer(at, n)
	case Claim:
		c.address(at, n)
	case End:
		if n.Outcome != "" {
			c.kind(at+".outcome", "outcome", n.Outcome, Outcomes)
		}
	}
}

func (c *checker) ask(at string, n Node) {
	if n.Ask != "" {
		c.kind(at+".ask", "ask", n.Ask, Asks)
	}
	choice := n.Ask == Choice
	switch {
	case choice && len(n.Choices) == 0:
		c.add(at+".choices", "ask %q offers no choices", n.ID)
	case choice && len(n.Choices) > MaxChoices:
		c.add(at+".choices", "ask %q has %d choices; at most %d can be shown", n.ID, len(n.Choices), MaxChoices)
	case !choice && len(n.Choices) > 0:
		c.add(at+".choices", "only ask: choice has choices")
	case !choice && n.Next == "":
		c.add(at+".next", "ask %q has no next", n.ID)
	case choice && n.Next != "":
		c.add(at+".next", "ask %q goes where its choices say: it cannot have next", n.ID)
	}
	if (n.Min != nil || n.Max != nil) && n.Ask != WholeCount && n.Ask != Date {
		c.add(at+".min", "only a number or a date has min and max")
	}
	if n.Min != nil && n.Max != nil && *n.Min > *n.Max {
		c.add(at+".min", "min is above max")
	}
	c.options(at, n)
}

func (c *checker) options(at string, n Node) {
	seen := map[string]bool{}
	for i, o := range n.Choices {
		here := at + "." + place("choices", i)
		c.id(here+".id", o.ID)
		if seen[o.ID] && o.ID != "" {
			c.add(here+".id", "ask %q has the choice %q twice", n.ID, o.ID)
		}
		seen[o.ID] = true
		c.text(here+".text", o.Text)
		c.variables(here+".text.ru", n.ID, o.Text.RU)
		c.variables(here+".text.en", n.ID, o.Text.EN)
		if o.Next == "" {
			c.add(here+".next", "choice %q of %q has no next", o.ID, n.ID)
		}
	}
}

func (c *checker) lookup(at string, n Node) {
	if n.Lookup != "" {
		c.kind(at+".lookup", "lookup", n.Lookup, Lookups)
	}
	if n.Lookup == FAQ && len(c.g.FAQ) == 0 {
		c.add(at+".lookup", "the script has no faq to look in")
	}
	if n.Lookup == FAQ && n.Query != (Text{}) {
		c.add(at+".query", "only an item is searched for with a query")
	}
}

func (c *checker) transfer(at string, n Node) {
	if n.To != "" {
		c.kind(at+".to", "transfer", n.To, Transfers)
	}
	switch {
	case n.To == Email && n.Email == "":
		c.add(at+".email", "transfer %q does not say to which e-mail", n.ID)
	case n.To != Email && n.Email != "":
		c.add(at+".email", "only a transfer to e-mail has an email")
	case (n.To == Specialist || n.To == Shop) && n.Else == "":
		c.add(at+".else", "transfer %q does not say what happens when nobody takes it", n.ID)
	}
	c.address(at, n)
}

func (c *checker) address(at string, n Node) {
	user, host, ok := strings.Cut(n.Email, "@")
	if n.Email != "" && (!ok || user == "" || !strings.Contains(host, ".") || strings.ContainsAny(n.Email, " \t\r\n<>,;\"")) {
		c.add(at+".email", "%q is not an e-mail address", clip(n.Email))
	}
}

// targets checks that each way out leads to a node.
func (c *checker) targets(at string, n Node) {
	for i, k := range n.Cases {
		if k.Next == "" {
			c.add(at+"."+place("cases", i)+".next", "a case of %q has no next", n.ID)
		}
	}
	for _, e := range n.Exits() {
		if _, ok := c.at[e.To]; !ok && e.To != "" {
			c.add(at+"."+e.Field, "%q leads to %q, which does not exist", n.ID, clip(e.To))
		}
	}
}
