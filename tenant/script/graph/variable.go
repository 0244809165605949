package graph

import (
	"slices"
	"strings"
)

// Type of a variable: how it is compared and how it is said.
type Type int

const (
	Unknown Type = iota
	Words
	Number
	Flag     // yes or no
	Money    // minor units of a currency
	Day      // a date
	OneOf    // the id of a choice, said by its text
	Sequence // of the week: mon ... sun
)

// Weekdays are the values of now.weekday, Monday first.
var Weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// Fact is a variable that every call has, whatever the script.
type Fact struct {
	Name string
	Type Type
}

// Facts lists the variables that every call has. Each may be unknown.
var Facts = []Fact{
	{"shop.name", Words}, {"shop.phone", Words}, {"shop.email", Words},
	{"operator.name", Words},
	{"caller.name", Words}, {"caller.phone", Words}, {"caller.known", Flag},
	{"caller.orders", Number}, {"caller.unclaimed", Number}, {"caller.segment", Words},
	{"order.number", Words}, {"order.lines", Number}, {"order.total", Money},
	{"catalogue.items", Number}, {"catalogue.age_minutes", Number},
	{"now.hour", Number}, {"now.weekday", Sequence}, {"now.date", Day},
}

// itemFacts are the variables of a lookup node that found an item.
var itemFacts = []Fact{
	{"sku", Words}, {"name", Words}, {"vendor", Words}, {"price", Money},
	{"stock", Number}, {"available", Flag}, {"age_minutes", Number},
}

// Reserved are the words that may not be the id of a node, because variables
// begin with them.
var Reserved = []string{"shop", "operator", "caller", "order", "catalogue", "now"}

// Variable returns the type of a variable in g and the node that sets it; a
// fact is set by no node. The type is Unknown if there is no such variable.
func (g Graph) Variable(name string) (Type, Node) { return variable(name, g.Node) }

func variable(name string, find func(id string) (Node, bool)) (Type, Node) {
	head, tail, dotted := strings.Cut(name, ".")
	if slices.Contains(Reserved, head) {
		return typeOf(Facts, name), Node{}
	}
	n, ok := find(head)
	switch {
	case !ok:
		return Unknown, Node{}
	case dotted && n.Kind == Lookup && n.Lookup == Item:
		return typeOf(itemFacts, tail), n
	case dotted:
		return Unknown, Node{}
	case n.Kind == Ask:
		return asked(n.Ask), n
	case n.Kind == Callback:
		return Words, n
	}
	return Unknown, Node{}
}

func typeOf(facts []Fact, name string) Type {
	for _, f := range facts {
		if f.Name == name {
			return f.Type
		}
	}
	return Unknown
}

func asked(ask string) Type {
	switch ask {
	case Choice:
		return OneOf
	case WholeCount:
		return Number
	case Date:
		return Day
	}
	return Words
}
