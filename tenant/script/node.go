package script

import (
	"gopkg.in/yaml.v3"

	"switchboard/tenant/script/graph"
)

func (r *reader) graph(root *yaml.Node) graph.Graph {
	var g graph.Graph
	r.mapping("", root, field{
		"name":      r.text(&g.Name),
		"languages": strs(r, &g.Languages),
		"start":     str(r, &g.Start),
		"faq":       each(r, &g.FAQ, r.card),
		"nodes":     each(r, &g.Nodes, r.node),
	})
	return g
}

// each returns a function that reads a list into to, element by element.
func each[T any](r *reader, to *[]T, read func(at string, n *yaml.Node) T) func(string, *yaml.Node) {
	return func(at string, n *yaml.Node) {
		r.list(at, n, func(at string, n *yaml.Node) { *to = append(*to, read(at, n)) })
	}
}

func (r *reader) card(at string, n *yaml.Node) graph.Card {
	var c graph.Card
	r.mapping(at, n, field{
		"id":       str(r, &c.ID),
		"question": r.text(&c.Question),
		"answer":   r.text(&c.Answer),
	})
	return c
}

func (r *reader) node(at string, n *yaml.Node) graph.Node {
	var to graph.Node
	r.mapping(at, n, field{
		"id":       str(r, &to.ID),
		"kind":     str(r, &to.Kind),
		"title":    r.text(&to.Title),
		"text":     r.text(&to.Text),
		"required": r.flag(&to.Required),
		"ask":      str(r, &to.Ask),
		"choices":  each(r, &to.Choices, r.option),
		"min":      r.whole(&to.Min),
		"max":      r.whole(&to.Max),
		"cases":    each(r, &to.Cases, r.branch),
		"lookup":   str(r, &to.Lookup),
		"query":    r.text(&to.Query),
		"fields":   strs(r, &to.Fields),
		"to":       str(r, &to.To),
		"email":    str(r, &to.Email),
		"letter":   r.text(&to.Letter),
		"outcome":  str(r, &to.Outcome),
		"next":     str(r, &to.Next),
		"else":     str(r, &to.Else),
	})
	return to
}

func (r *reader) option(at string, n *yaml.Node) graph.Option {
	var o graph.Option
	r.mapping(at, n, field{
		"id":   str(r, &o.ID),
		"text": r.text(&o.Text),
		"next": str(r, &o.Next),
	})
	return o
}

func (r *reader) branch(at string, n *yaml.Node) graph.Case {
	var c graph.Case
	r.mapping(at, n, field{"if": r.tests(&c.If), "next": str(r, &c.Next)})
	return c
}

// tests reads {variable: value}, {variable: [one, of]} or {variable: {min: 1}}.
func (r *reader) tests(to *map[string]graph.Test) func(string, *yaml.Node) {
	return func(at string, n *yaml.Node) {
		*to = map[string]graph.Test{}
		r.pairs(at, n, func(here string, key, value *yaml.Node) {
			if _, twice := (*to)[key.Value]; twice {
				r.add(key, here, "%q is tested twice", short(key.Value))
				return
			}
			(*to)[key.Value] = r.test(here, value)
		})
	}
}

func (r *reader) test(at string, n *yaml.Node) graph.Test {
	var t graph.Test
	if n.Kind != yaml.MappingNode {
		strs(r, &t.Is)(at, n)
		return t
	}
	r.mapping(at, n, field{"is": strs(r, &t.Is), "min": r.whole(&t.Min), "max": r.whole(&t.Max)})
	return t
}
