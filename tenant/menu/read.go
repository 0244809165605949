package menu

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	core "switchboard/telephony/menu"
	"switchboard/tenant/fault"
)

// MaxSource is the size of a menu in bytes.
const MaxSource = 64 << 10

// Parse reads a menu from YAML and returns all that is wrong with it, each with
// its line, in the order of the lines. The menu is sound if there are no problems.
func Parse(src []byte) (core.Menu, fault.Problems) { return parse(src, nil) }

// ParseFor is Parse for a shop: its menu may name what the shop has, and no more.
func ParseFor(src []byte, names Names) (core.Menu, fault.Problems) { return parse(src, &names) }

func parse(src []byte, names *Names) (core.Menu, fault.Problems) {
	root, problem := document(src)
	if problem != nil {
		return core.Menu{}, fault.Problems{*problem}
	}
	r := &reader{lines: map[string]int{"": root.Line}}
	m := r.menu(root)
	if len(r.problems) == 0 { // what could not be read would only be reported again as missing
		for _, f := range m.Check() {
			r.problems = append(r.problems, fault.Invalid{Field: f.At, Problem: f.Problem, Line: r.line(f.At)})
		}
		if names != nil {
			r.named(&m, *names)
		}
	}
	slices.SortStableFunc(r.problems, func(a, b fault.Invalid) int { return a.Line - b.Line })
	return m, r.problems
}

// document returns the root of the one YAML document in src.
func document(src []byte) (*yaml.Node, *fault.Invalid) {
	if len(src) > MaxSource {
		return nil, &fault.Invalid{Problem: fmt.Sprintf("the menu has %d bytes; at most %d are read", len(src), MaxSource), Line: 1}
	}
	d := yaml.NewDecoder(bytes.NewReader(src))
	var doc, second yaml.Node
	err := d.Decode(&doc)
	switch {
	case errors.Is(err, io.EOF):
		return nil, &fault.Invalid{Problem: "the menu is empty", Line: 1}
	case err != nil:
		return nil, syntax(err)
	case d.Decode(&second) == nil:
		return nil, &fault.Invalid{Problem: "a second document begins here; a menu is one", Line: max(second.Line, 1)}
	case len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode:
		return nil, &fault.Invalid{Problem: "the menu is not a list of fields (name, start, nodes)", Line: max(doc.Line, 1)}
	}
	return doc.Content[0], nil
}

// syntax says where src stops being YAML.
func syntax(err error) *fault.Invalid {
	text, line := strings.TrimPrefix(err.Error(), "yaml: "), 1
	if rest, found := strings.CutPrefix(text, "line "); found {
		if number, why, cut := strings.Cut(rest, ": "); cut {
			line, _ = strconv.Atoi(number)
			text = why
		}
	}
	return &fault.Invalid{Problem: "this is not YAML: " + text, Line: max(line, 1)}
}

// reader turns YAML into a menu. It remembers the line of every path.
type reader struct {
	lines    map[string]int
	problems fault.Problems
}

func (r *reader) add(n *yaml.Node, at, format string, args ...any) {
	r.problems = append(r.problems, fault.Invalid{Field: at, Problem: fmt.Sprintf(format, args...), Line: n.Line})
}

// line returns the line of a path, or of the nearest thing around it.
func (r *reader) line(path string) int {
	for {
		if line, ok := r.lines[path]; ok {
			return line
		}
		path = path[:max(0, strings.LastIndexByte(path, '.'))]
	}
}

// fields hands each value of a mapping to the function of its key.
func (r *reader) fields(at string, n *yaml.Node, known map[string]func(at string, n *yaml.Node)) {
	r.pairs(at, n, func(here string, key, value *yaml.Node) {
		read := known[key.Value]
		if read == nil {
			r.add(key, here, "unknown field %q; there are %s", clip(key.Value), strings.Join(sortedKeys(known), ", "))
			return
		}
		read(here, value)
	})
}

// pairs visits the keys and values of a mapping, each key once.
func (r *reader) pairs(at string, n *yaml.Node, visit func(here string, key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.add(n, at, "write a list of fields here")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		here := strings.TrimPrefix(at+"."+key.Value, ".")
		switch {
		case key.Kind != yaml.ScalarNode || key.Value == "<<" || value.Kind == yaml.AliasNode:
			r.add(key, at, "anchors and merges are not read here: write it out")
		case seen[key.Value]:
			r.add(key, here, "%q is given twice", clip(key.Value))
		default:
			r.lines[here] = key.Line
			visit(here, key, value)
		}
		seen[key.Value] = true
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// clip keeps a message readable whatever stands in the file.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// text reads a scalar into to.
func (r *reader) text(to *string) func(string, *yaml.Node) {
	return func(at string, n *yaml.Node) {
		if n.Kind != yaml.ScalarNode {
			r.add(n, at, "write a text here")
			return
		}
		*to = strings.TrimSpace(n.Value)
		if n.Tag == "!!null" {
			*to = ""
		}
	}
}

// words reads a text, or {sound: name}.
func (r *reader) words(to *core.Words) func(string, *yaml.Node) {
	return func(at string, n *yaml.Node) {
		if n.Kind == yaml.MappingNode {
			r.fields(at, n, map[string]func(string, *yaml.Node){"sound": r.text(&to.Sound)})
			return
		}
		r.text(&to.Text)(at, n)
	}
}

func (r *reader) flag(to *bool) func(string, *yaml.Node) {
	return func(at string, n *yaml.Node) {
		if err := n.Decode(to); err != nil || n.Kind != yaml.ScalarNode {
			r.add(n, at, "write true or false")
		}
	}
}

func (r *reader) count(to *int) func(string, *yaml.Node) {
	return func(at string, n *yaml.Node) {
		v, err := strconv.Atoi(n.Value)
		if err != nil || n.Kind != yaml.ScalarNode || v < 1 {
			r.add(n, at, "write a number from 1")
			return
		}
		*to = v
	}
}

// span reads a time as 5s.
func (r *reader) span(to *core.Millis) func(string, *yaml.Node) {
	return func(at string, n *yaml.Node) {
		d, err := time.ParseDuration(n.Value)
		if err != nil || n.Kind != yaml.ScalarNode || d < time.Second || d.Milliseconds() > core.MaxWait {
			r.add(n, at, "write a time from 1s to %ds, as 5s", core.MaxWait/1000)
			return
		}
		*to = d.Milliseconds()
	}
}

// digits reads 4 or 1-8.
func (r *reader) digits(n *core.Node) func(string, *yaml.Node) {
	return func(at string, y *yaml.Node) {
		low, high, ranged := strings.Cut(y.Value, "-")
		if !ranged {
			high = low
		}
		least, err := strconv.Atoi(strings.TrimSpace(low))
		most, err2 := strconv.Atoi(strings.TrimSpace(high))
		if y.Kind != yaml.ScalarNode || err != nil || err2 != nil {
			r.add(y, at, "say how many digits, as 4 or 1-8")
			return
		}
		n.Min, n.Max = least, most
	}
}

// named checks that what the menu names is the shop's.
func (r *reader) named(m *core.Menu, names Names) {
	missing := func(at, what, name string, known []string) {
		if name != "" && !slices.Contains(known, name) {
			there := "there is none"
			if len(known) > 0 {
				there = "there are " + strings.Join(known, ", ")
			}
			r.problems = append(r.problems, fault.Invalid{Field: at, Problem: fmt.Sprintf("the shop has no %s %q; %s", what, clip(name), there), Line: r.line(at)})
		}
	}
	for _, n := range m.Nodes {
		at := "nodes." + n.ID
		missing(at+"."+string(n.Kind), "sound", n.Words.Sound, names.Sounds)
		missing(at+".wrong", "sound", n.Wrong.Sound, names.Sounds)
		missing(at+".name", "queue", n.Queue, names.Queues)
	}
}
