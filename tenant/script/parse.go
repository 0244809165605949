// Package script keeps a shop's call scripts: drafts, published versions and
// the walks that were taken through them.
package script

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"switchboard/tenant/fault"
	"switchboard/tenant/script/graph"
)

// MaxSource is the size of a script in bytes. A large one has 200 kB.
const MaxSource = 1 << 20

// Parse reads a script from YAML (or from the JSON that Canonical writes) and
// returns everything that is wrong with it, each with its line, in the order
// of the lines. The graph is sound if there are no problems.
func Parse(src []byte) (graph.Graph, fault.Problems) {
	if len(src) > MaxSource {
		return graph.Graph{}, fault.Problems{{Problem: fmt.Sprintf("the script has %d bytes; at most %d are read", len(src), MaxSource)}}
	}
	root, problem := document(src)
	if problem != nil {
		return graph.Graph{}, fault.Problems{*problem}
	}
	r := &reader{lines: map[string]int{"": root.Line}}
	g := r.graph(root)
	// What could not be read would only be reported again as missing.
	for _, p := range g.Check() {
		if !r.told(p.Field) {
			p.Line = r.line(p.Field)
			r.problems = append(r.problems, p)
		}
	}
	slices.SortStableFunc(r.problems, func(a, b fault.Invalid) int { return a.Line - b.Line })
	return g, capped(r.problems)
}

// maxProblems is more than anybody mends at once, and keeps the answer to a
// hostile file small.
const maxProblems = 1000

func capped(all fault.Problems) fault.Problems {
	if len(all) <= maxProblems {
		return all
	}
	more := fault.Invalid{Problem: fmt.Sprintf("and %d more", len(all)-maxProblems), Line: all[maxProblems].Line}
	return append(all[:maxProblems:maxProblems], more)
}

// Canonical returns the one JSON of a graph: equal graphs have equal bytes.
func Canonical(g graph.Graph) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(g); err != nil {
		return nil, fmt.Errorf("write script %q as JSON: %w", g.Name.In(graph.RU), err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// document returns the root of the one YAML document in src.
func document(src []byte) (*yaml.Node, *fault.Invalid) {
	d := yaml.NewDecoder(bytes.NewReader(src))
	var doc, second yaml.Node
	err := d.Decode(&doc)
	switch {
	case errors.Is(err, io.EOF):
		return nil, &fault.Invalid{Problem: "the script is empty", Line: 1}
	case err != nil:
		return nil, syntax(src, err)
	case d.Decode(&second) == nil:
		return nil, &fault.Invalid{Problem: "a second document begins here; a file holds one script", Line: second.Line}
	case len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode:
		return nil, &fault.Invalid{Problem: "the script is not a list of fields (name, languages, start, nodes)", Line: max(doc.Line, 1)}
	}
	return doc.Content[0], nil
}

// reader turns YAML nodes into a graph. It remembers the line of every path.
type reader struct {
	lines    map[string]int
	problems fault.Problems
	broken   map[string]bool // paths whose value could not be read
}

func (r *reader) add(n *yaml.Node, at, format string, args ...any) {
	r.problems = append(r.problems, fault.Invalid{Field: at, Problem: fmt.Sprintf(format, args...), Line: n.Line})
	if r.broken == nil {
		r.broken = map[string]bool{}
	}
	r.broken[at] = true
	if strings.HasSuffix(at, ".ru") || strings.HasSuffix(at, ".en") {
		r.broken[around(at)] = true // or the text would be called missing too
	}
}

// told reports whether a problem at that path, or around it, is known already.
func (r *reader) told(path string) bool {
	for {
		if r.broken[path] {
			return true
		}
		if path == "" {
			return false
		}
		path = around(path)
	}
}

// line returns the line of a path, or of the nearest thing around it.
func (r *reader) line(path string) int {
	for {
		if line, ok := r.lines[path]; ok {
			return line
		}
		path = around(path)
	}
}

// around returns the path of what holds the thing at path.
func around(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}
