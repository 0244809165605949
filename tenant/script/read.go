package script

import (
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"switchboard/tenant/script/graph"
)

// field is what to do with one key of a mapping.
type field map[string]func(at string, n *yaml.Node)

// mapping hands each value to the function of its key.
func (r *reader) mapping(at string, n *yaml.Node, fields field) {
	seen := map[string]bool{}
	r.pairs(at, n, func(here string, key, value *yaml.Node) {
		read, known := fields[key.Value]
		switch {
		case seen[key.Value]:
			r.add(key, here, "%q is given twice", short(key.Value))
		case !known:
			r.add(key, here, "unknown field %q; there are %s", short(key.Value), names(fields))
		default:
			read(here, value)
		}
		seen[key.Value] = true
	})
}

// pairs visits the keys and values of a mapping.
func (r *reader) pairs(at string, n *yaml.Node, visit func(here string, key, value *yaml.Node)) {
	if !r.is(at, n, yaml.MappingNode, "a list of fields") {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		here := strings.TrimPrefix(at+"."+key.Value, ".")
		switch {
		case key.Kind != yaml.ScalarNode:
			r.add(key, at, "the name of a field is a word")
			continue
		case key.Value == "<<":
			r.add(key, here, "merging (<<) is not done here: write the fields out")
			continue
		}
		if _, there := r.lines[here]; !there {
			r.lines[here] = key.Line
		}
		visit(here, key, value)
	}
}

// list visits the elements of a list.
func (r *reader) list(at string, n *yaml.Node, visit func(here string, n *yaml.Node)) {
	if !r.is(at, n, yaml.SequenceNode, "a list") {
		return
	}
	for i, e := range n.Content {
		here := at + "[" + strconv.Itoa(i) + "]"
		r.lines[here] = e.Line
		visit(here, e)
	}
}

// is reports whether n is of that kind. An alias is of none: expanded, a small
// file of aliases fills any memory.
func (r *reader) is(at string, n *yaml.Node, kind yaml.Kind, what string) bool {
	switch {
	case n.Kind == yaml.AliasNode:
		r.add(n, at, "aliases (*%s) are not used here: write the text out", short(n.Value))
	case n.Kind != kind:
		r.add(n, at, "this must be %s", what)
	default:
		return true
	}
	return false
}

func names(fields field) string {
	all := make([]string, 0, len(fields))
	for name := range fields {
		all = append(all, name)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// str returns a function that reads one word or text into to.
func str[S ~string](r *reader, to *S) func(string, *yaml.Node) {
	return func(at string, n *yaml.Node) {
		if r.is(at, n, yaml.ScalarNode, "a text") && n.Tag != "!!null" {
			*to = S(strings.TrimSpace(n.Value))
		}
	}
}

// strs returns a function that reads a list of words, or one word, into to.
func strs[S ~string](r *reader, to *[]S) func(string, *yaml.Node) {
	return func(at string, n *yaml.Node) {
		if n.Kind == yaml.ScalarNode {
			*to = append(*to, S(n.Value))
			return
		}
		r.list(at, n, func(at string, n *yaml.Node) {
			var s S
			str(r, &s)(at, n)
			*to = append(*to, s)
		})
	}
}

func (r *reader) whole(to **int64) func(string, *yaml.Node) {
	return func(at string, n *yaml.Node) {
		if !r.is(at, n, yaml.ScalarNode, "a whole number") {
			return
		}
		v, err := strconv.ParseInt(n.Value, 10, 64)
		if err != nil {
			r.add(n, at, "%q is not a whole number", short(n.Value))
			return
		}
		*to = &v
	}
}

func (r *reader) flag(to *bool) func(string, *yaml.Node) {
	return func(at string, n *yaml.Node) {
		if !r.is(at, n, yaml.ScalarNode, "true or false") {
			return
		}
		switch n.Value {
		case "true", "yes":
			*to = true
		case "false", "no":
		default:
			r.add(n, at, "%q is neither true nor false", short(n.Value))
		}
	}
}

// text reads {ru: ..., en: ...}.
func (r *reader) text(to *graph.Text) func(string, *yaml.Node) {
	return func(at string, n *yaml.Node) {
		if n.Kind == yaml.ScalarNode {
			r.add(n, at, "write the text for each language: {ru: ..., en: ...}")
			return
		}
		r.mapping(at, n, field{"ru": str(r, &to.RU), "en": str(r, &to.EN)})
	}
}
