package script

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"switchboard/tenant/fault"
	"switchboard/tenant/script/graph"
)

// TestProblems reads each broken script of testdata. What is wrong with a line
// stands at its end, after "# ! "; several problems are parted by " ! ".
func TestProblems(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, problems := Parse(src)
			compare(t, string(src), problems)
		})
	}
}

func compare(t *testing.T, src string, problems fault.Problems) {
	t.Helper()
	found := make([]bool, len(problems))
	line := 0
	for text := range strings.Lines(src) {
		line++
		_, marks, ok := strings.Cut(strings.TrimRight(text, "\n"), "# ! ")
		if !ok {
			continue
		}
	marks:
		for mark := range strings.SplitSeq(marks, " ! ") {
			for i, p := range problems {
				if !found[i] && p.Line == line && strings.Contains(p.Problem, mark) {
					found[i] = true
					continue marks
				}
			}
			t.Errorf("line %d: nobody says %q", line, mark)
		}
	}
	for i, p := range problems {
		if !found[i] {
			t.Errorf("line %d: unexpected problem at %s: %s", p.Line, p.Field, p.Problem)
		}
		if i > 0 && p.Line < problems[i-1].Line {
			t.Errorf("the problem of line %d comes after that of line %d", p.Line, problems[i-1].Line)
		}
	}
}

func TestSyntax(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, src string
		line      int
		problem   string
	}{
		{"nothing", "", 1, "is empty"},
		{"only a comment", "# soon\n", 1, "is empty"},
		{"a word", "hello", 1, "not a list of fields"},
		{"a list", "- a\n- b\n", 1, "not a list of fields"},
		{"two documents", "name: {ru: a}\n---\nname: {ru: b}\n", 2, "second document"},
		{"first line", "name: {ru: a?, en: b}\n", 1, "not YAML"},
		{"a brace in line 3", "a: 1\nb: 2\nname: {ru: a?, en: b}\nc: 3\n", 3, "not YAML"},
		{"a tab in line 2", "a:\n\tb: 1\n", 2, "not YAML"},
		{"outdented in line 5", "a: 1\nb:\n    c: 1\n    d: 2\n  e: 3\nf: 4\n", 5, "not YAML"},
		{"a quote without its end", "a: 1\nb: \"c\nd: 2\n", 2, "not YAML"},
		{"two colons", "a: 1\nb: c: d\n", 2, "not YAML"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, problems := Parse([]byte(tc.src))
			if len(problems) == 0 || problems[0].Line != tc.line || !strings.Contains(problems[0].Problem, tc.problem) {
				t.Errorf("got %+v, want %q at line %d", problems, tc.problem, tc.line)
			}
		})
	}
}

func TestTooBig(t *testing.T) {
	t.Parallel()
	_, problems := Parse(bytes.Repeat([]byte("#"), MaxSource+1))
	if len(problems) != 1 || !strings.Contains(problems[0].Problem, "bytes") {
		t.Errorf("got %v", problems)
	}
	var b strings.Builder
	b.WriteString("name: {ru: a}\nlanguages: [ru]\nstart: n0\nnodes:\n")
	for i := range graph.MaxNodes + 1 {
		fmt.Fprintf(&b, "- {id: n%d, kind: say, text: {ru: a}, next: n%d}\n", i, i+1)
	}
	fmt.Fprintf(&b, "- {id: n%d, kind: end, outcome: order, text: {ru: a}}\n", graph.MaxNodes+1)
	_, problems = Parse([]byte(b.String()))
	if len(problems) != 1 || problems[0].Line != 4 || !strings.Contains(problems[0].Problem, "2002 nodes") {
		t.Errorf("got %+v", problems)
	}
}

// TestHostile bounds what a script may cost that is made to cost much.
func TestHostile(t *testing.T) {
	t.Parallel()
	var bomb strings.Builder
	bomb.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for i := range 30 {
		fmt.Fprintf(&bomb, "a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i), 10), ","))
	}
	var mesh strings.Builder // every node uses every variable that comes after it
	mesh.WriteString("name: {ru: a}\nlanguages: [ru]\nstart: n0\nnodes:\n")
	for i := range graph.MaxNodes {
		fmt.Fprintf(&mesh, "- {id: n%d, kind: ask, ask: text, text: {ru: '%s'}, next: n0}\n", i, strings.Repeat(fmt.Sprintf("{n%d}", (i+1)%graph.MaxNodes), 60))
	}
	for name, src := range map[string]string{
		"aliases":  bomb.String(),
		"brackets": strings.Repeat("[", MaxSource),
		"braces":   strings.Repeat("{a: ", MaxSource/4),
		"dashes":   strings.Repeat("- ", MaxSource/2),
		"keys":     strings.Repeat("? ", MaxSource/2),
		"mesh":     mesh.String()[:min(mesh.Len(), MaxSource)],
		"colons":   strings.Repeat("a:\n", MaxSource/3),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			_, problems := Parse([]byte(src))
			if problems.Err() == nil {
				t.Error("no problem found")
			}
			t.Logf("%d problems in %v", len(problems), time.Since(began))
		})
	}
}

// shoes is the script of the walk's tests: it uses every kind of node.
func shoes(t testing.TB) []byte {
	t.Helper()
	src, err := os.ReadFile("walk/testdata/shoes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// TestCanonical reads back what Canonical wrote.
func TestCanonical(t *testing.T) {
	t.Parallel()
	g, problems := Parse(shoes(t))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	js, err := Canonical(g)
	if err != nil {
		t.Fatal(err)
	}
	again, problems := Parse(js)
	if err := problems.Err(); err != nil {
		t.Fatalf("the JSON does not read as YAML: %v", err)
	}
	if !reflect.DeepEqual(g, again) {
		t.Errorf("the graph changed on its way through JSON:\n%+v\n%+v", g, again)
	}
	twice, _ := Canonical(again)
	if !bytes.Equal(js, twice) {
		t.Error("one graph has two JSONs")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(shoes(f))
	for _, s := range []string{"a: &a [*a]", "nodes: [{id: a, kind: branch, cases: [{if: {a: [b]}}]}]", "start: !!binary aaaa\n", "? [a]\n: b\n", "\xff\xfe"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		g, problems := Parse(src)
		lines := len(src) + 2 // YAML knows more ends of line than we count
		for _, p := range problems {
			if p.Line < 0 || p.Line > lines || p.Problem == "" {
				t.Errorf("line %d of %d: %q", p.Line, lines, p.Problem)
			}
		}
		if len(problems) > 0 {
			return
		}
		js, err := Canonical(g)
		if err != nil {
			t.Fatal(err)
		}
		if _, problems := Parse(js); problems.Err() != nil {
			t.Errorf("sound as YAML, not as JSON: %v\n%s", problems, js)
		}
	})
}
