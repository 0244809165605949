package seed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"switchboard/tenant/fault"
)

// Bounds of a seed file.
const (
	maxFile      = 4 << 20
	maxOperators = 5_000
)

// Source is a seed file and the folder that its paths are relative to.
type Source struct {
	Name  string
	Files fs.FS
}

// Read returns the file, expanded and checked, or every mistake in it at once,
// each with its line.
func Read(s Source) (*Plan, error) {
	src, err := readBounded(s)
	if err != nil {
		return nil, err
	}
	var root yaml.Node
	if err := yaml.Unmarshal(src, &root); err != nil {
		return nil, syntax(err)
	}
	var f File
	dec := yaml.NewDecoder(bytes.NewReader(src))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, syntax(err)
	}
	c := &checker{source: s, lines: lines{&root}, plan: &Plan{}}
	c.check(&f)
	if err := c.problems.Err(); err != nil {
		return nil, err
	}
	return c.plan, nil
}

func readBounded(s Source) ([]byte, error) {
	file, err := s.Files.Open(s.Name)
	if err != nil {
		return nil, fmt.Errorf("open seed %s: %w", s.Name, err)
	}
	defer file.Close()
	src, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read seed %s: %w", s.Name, err)
	}
	if len(src) > maxFile {
		return nil, fault.Invalid{Problem: fmt.Sprintf("seed %s is larger than %d MB", s.Name, maxFile>>20)}
	}
	return src, nil
}

var atLine = regexp.MustCompile(`^(?:yaml: )?(?:unmarshal errors:\s*)?line (\d+): (.*)$`)

// syntax turns the errors of YAML into problems with lines.
func syntax(err error) error {
	texts := []string{err.Error()}
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		texts = typed.Errors
	}
	var ps fault.Problems
	for _, text := range texts {
		p := fault.Invalid{Problem: strings.TrimPrefix(text, "yaml: ")}
		if m := atLine.FindStringSubmatch(text); m != nil {
			p.Line, _ = strconv.Atoi(m[1])
			p.Problem = friendly(m[2])
		}
		ps = append(ps, p)
	}
	return ps
}

var unknownField = regexp.MustCompile(`^field (\S+) not found in type \S+$`)

func friendly(problem string) string {
	if m := unknownField.FindStringSubmatch(problem); m != nil {
		return fmt.Sprintf("%q is no field here", m[1])
	}
	return problem
}

// lines finds where a value stands in the file.
type lines struct{ root *yaml.Node }

// of returns the line of the value at path: keys and indexes from the top. A
// value that is not there is at the line of what should hold it.
func (l lines) of(path ...any) int {
	n := l.root
	if len(n.Content) > 0 {
		n = n.Content[0]
	}
	for _, step := range path {
		next := child(n, step)
		if next == nil {
			break
		}
		n = next
	}
	return n.Line
}

func child(n *yaml.Node, step any) *yaml.Node {
	switch step := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && step < len(n.Content) {
			return n.Content[step]
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

var span = regexp.MustCompile(`^([^{}]*)\{(\d+)\.\.(\d+)\}([^{}]*)$`)

// expand returns the operators that an entry stands for.
func (o Operator) expand() ([]Operator, error) {
	if o.Template == "" {
		return []Operator{o}, nil
	}
	m := span.FindStringSubmatch(o.Template)
	if m == nil || o.Name != "" {
		return nil, errors.New(`a template is a name with a range, as in "a{001..400}", and takes the place of name`)
	}
	from, _ := strconv.Atoi(m[2])
	to, err := strconv.Atoi(m[3])
	if err != nil || to < from || to-from >= maxOperators {
		return nil, fmt.Errorf("the range %s..%s must grow and hold at most %d", m[2], m[3], maxOperators)
	}
	out := make([]Operator, 0, to-from+1)
	for i := from; i <= to; i++ {
		one := o
		one.Template = ""
		one.Name = fmt.Sprintf("%s%0*d%s", m[1], len(m[2]), i, m[4])
		fill := func(s string) string { return strings.ReplaceAll(s, "{name}", one.Name) }
		one.Email, one.SIP = fill(o.Email), fill(o.SIP)
		if o.Phone != nil {
			one.Phone = &Phone{fill(o.Phone.User), fill(o.Phone.Password)}
		}
		out = append(out, one)
	}
	return out, nil
}
