package walk

import (
	"slices"
	"strings"

	"switchboard/tenant/script/graph"
)

// scene is a walk with what is needed to look things up in it.
type scene struct {
	g graph.Graph
	w Walk
	f Facts
}

// value returns the value of a variable: of the last answer that still holds,
// or of a fact.
func (s scene) value(name string) value {
	head, tail, _ := strings.Cut(name, ".")
	if slices.Contains(graph.Reserved, head) {
		return s.f.fact(name, s.w.Language)
	}
	n, ok := s.g.Node(head)
	if !ok {
		return value{}
	}
	for _, visit := range slices.Backward(s.w.Trail()) {
		if visit.Node == head {
			return s.answered(n, tail, visit.Answer)
		}
	}
	return value{}
}

func (s scene) answered(n graph.Node, tail string, a Answer) value {
	switch {
	case a.Move != Forward:
		return value{}
	case n.Kind == graph.Lookup && a.Item != nil:
		return s.item(*a.Item, tail)
	case n.Ask == graph.Choice:
		for _, o := range n.Choices {
			if o.ID == a.Text {
				return value{kind: graph.OneOf, text: o.ID, label: s.sentence(o.Text)}
			}
		}
	case n.Ask == graph.WholeCount:
		if i, ok := whole(a.Text); ok {
			return number(i)
		}
	case n.Ask == graph.Date:
		return value{kind: graph.Day, text: a.Text}
	case n.Kind == graph.Ask, n.Kind == graph.Callback:
		return words(a.Text)
	}
	return value{}
}

func (s scene) item(i Item, tail string) value {
	switch tail {
	case "sku":
		return words(i.SKU)
	case "name":
		return words(i.Name)
	case "vendor":
		return words(i.Vendor)
	case "price":
		return amount(i.PriceMinor, i.Currency)
	case "stock":
		if i.Stock != nil {
			return number(*i.Stock)
		}
	case "available":
		return flag(i.Available)
	case "age_minutes":
		return number(s.f.minutes(i.AsOf))
	}
	return value{}
}

// choose returns where a branch leads.
func choose(n graph.Node, s scene) string {
	for _, c := range n.Cases {
		if s.holds(c) {
			return c.Next
		}
	}
	return n.Else
}

func (s scene) holds(c graph.Case) bool {
	for name, test := range c.If { // all must hold, so the order does not show
		if !passes(s.value(name), test) {
			return false
		}
	}
	return true
}

// passes reports whether a value passes a test. What is unknown passes none.
func passes(x value, t graph.Test) bool {
	switch {
	case x.kind == graph.Unknown:
		return false
	case len(t.Is) > 0 && !slices.Contains(t.Is, x.text):
		return false
	case t.Min != nil && x.number < *t.Min, t.Max != nil && x.number > *t.Max:
		return false
	}
	return true
}
