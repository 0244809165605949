package walk_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"switchboard/demo/data"
	"switchboard/tenant/fault"
	"switchboard/tenant/script"
	"switchboard/tenant/script/graph"
	"switchboard/tenant/script/walk"
)

var update = flag.Bool("update", false, "rewrite what is said in testdata")

// TestScenarios plays every conversation in testdata. A line at the margin is
// what the operator or the keypad answers; the indented lines under it are
// what the script then says. Run with -update to rewrite them, and read the
// difference before you commit it.
func TestScenarios(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(want))
			if got == string(want) {
				return
			}
			if !*update {
				t.Errorf("the conversation differs; want:\n%s\ngot:\n%s", want, got)
				return
			}
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// noon is when scenarios begin: a Wednesday, 12:00 in Moscow.
var noon = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// table is one conversation being played.
type table struct {
	t *testing.T
	g graph.Graph
	f walk.Facts
	w walk.Walk
}

func play(t *testing.T, text string) string {
	t.Helper()
	p := table{t: t, f: walk.Facts{
		ZoneS: 3 * 3600, Language: graph.RU, Operator: "Анна",
		Shop: walk.Shop{Name: graph.Text{RU: "Колесо 24", EN: "Wheel 24"}},
	}}
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "  ") { // an old answer
			continue
		}
		fmt.Fprintln(&b, line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for _, said := range p.line(line) {
			fmt.Fprintln(&b, "  "+said)
		}
	}
	return b.String()
}

// line plays one line at the margin and returns what answers it.
func (p *table) line(line string) []string {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "script":
		p.g = load(p.t, rest)
		return nil
	case "fact":
		p.fact(rest)
		return nil
	}
	since, err := time.ParseDuration(strings.Replace(word, ":", "m", 1) + "s")
	if err != nil {
		p.t.Fatalf("%q: %v", line, err)
	}
	p.f.Now = walk.Instant(noon.Add(since).UnixMilli())
	verb, arg, _ := strings.Cut(rest, " ")
	return p.do(verb, arg)
}

func (p *table) do(verb, arg string) []string {
	switch verb {
	case "start":
		w, err := walk.Start(p.g, p.f)
		if err != nil {
			return []string{"error: " + err.Error()}
		}
		p.w = w
		return p.show()
	case "path":
		return p.path()
	case "look":
		return p.show()
	case "ages":
		return p.ages()
	case "open":
		w, err := walk.Open(p.g, p.w, arg, p.f.Now)
		return p.look(w, err)
	case "close":
		return p.look(walk.Close(p.w, p.f.Now), nil)
	case "adherence":
		done, due := walk.Adherence(p.g, p.w)
		return []string{fmt.Sprintf("%d of %d required steps", done, due)}
	}
	a, ok := p.answer(verb, arg)
	if !ok {
		p.t.Fatalf("unknown line %s %s", verb, arg)
	}
	w, err := walk.Step(p.g, p.w, a, p.f)
	var invalid fault.Invalid
	switch {
	case errors.As(err, &invalid):
		return []string{"problem: " + invalid.Problem}
	case err != nil:
		return []string{"error: " + err.Error()}
	}
	p.w = w
	return p.show()
}

// look shows the card that is open, and every look so far.
func (p *table) look(w walk.Walk, err error) []string {
	if err != nil {
		return []string{"problem: " + err.Error()}
	}
	p.w = w
	said := p.show()
	for _, j := range w.Jumps {
		if j.Left == 0 {
			said = append(said, fmt.Sprintf("looks at %s from %s", j.Card, j.Node))
			continue
		}
		said = append(said, fmt.Sprintf("looked at %s from %s, %d ms", j.Card, j.Node, j.Left-j.At))
	}
	return said
}

func (p *table) answer(verb, arg string) (walk.Answer, bool) {
	switch verb {
	case "next":
		return walk.Answer{}, true
	case "say":
		return walk.Answer{Text: arg}, true
	case "none":
		return walk.Answer{Move: walk.None}, true
	case "back":
		return walk.Answer{Move: walk.Back}, true
	case "pick":
		return walk.Answer{Item: p.item(arg)}, true
	case "order": // number, lines, total in minor units
		f := strings.Fields(arg)
		p.f.Order = &walk.Order{Number: f[0], Lines: p.int(f[1]), TotalMinor: p.int(f[2]), Currency: "RUB"}
		return walk.Answer{}, true
	}
	return walk.Answer{}, false
}

// item reads: sku, price in minor units, stock (or -), minutes old, name.
func (p *table) item(arg string) *walk.Item {
	f := strings.Fields(arg)
	i := &walk.Item{
		SKU: f[0], PriceMinor: p.int(f[1]), Currency: "RUB", Available: true,
		AsOf: p.f.Now - walk.Instant(p.int(f[3])*60_000), Name: strings.Join(f[4:], " "),
	}
	if f[2] != "-" {
		stock := p.int(f[2])
		i.Stock, i.Available = &stock, stock > 0
	}
	return i
}

func (p *table) int(s string) int64 {
	i, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		p.t.Fatal(err)
	}
	return i
}

func (p *table) fact(text string) {
	name, v, _ := strings.Cut(text, " ")
	switch name {
	case "language":
		p.f.Language = graph.Language(v)
	case "version":
		p.g.Version = v
	case "caller.name":
		p.f.Caller.Name, p.f.Caller.Known = v, true
	case "caller.orders":
		p.f.Caller.Orders = p.int(v)
	case "caller.unclaimed":
		p.f.Caller.Unclaimed = p.int(v)
	case "price.lives": // minutes
		p.f.Fresh.Price = p.int(v) * 60_000
	case "stock.lives":
		p.f.Fresh.Stock = p.int(v) * 60_000
	case "catalogue": // items, minutes old
		f := strings.Fields(v)
		p.f.Catalogue = &walk.Catalogue{Items: p.int(f[0]), TakenAt: walk.Instant(noon.UnixMilli() - p.int(f[1])*60_000)}
	default:
		p.t.Fatalf("unknown fact %q", name)
	}
}

// show writes the view as a conversation.
func (p *table) show() []string {
	v := walk.Show(p.g, p.w, p.f)
	lines := []string{fmt.Sprintf("%s %s: %s", v.Kind, v.Node, v.Sentence)}
	add := func(when bool, format string, args ...any) {
		if when {
			lines = append(lines, fmt.Sprintf(format, args...))
		}
	}
	for _, c := range v.Choices {
		add(true, "[%s] %s", c.Key, c.Text)
	}
	for _, c := range v.Cards {
		add(true, "[%s] %s %s", c.Key, c.Question, c.Answer)
	}
	add(v.Query != "", "search: %s", v.Query)
	add(v.To != "", "transfer: %s %s", v.To, v.Email)
	add(v.Letter != "", "letter to %s: %s", v.Email, v.Letter)
	add(v.Barred, "no transfers from here on")
	add(v.Before != nil, "before: %s", said(v.Before))
	add(v.Ended, "ended: %s", v.Outcome)
	return lines
}

func said(a *walk.Answer) string {
	switch {
	case a == nil:
		return ""
	case a.Item != nil:
		return a.Item.SKU
	case a.Move != walk.Forward:
		return "(" + string(a.Move) + ")"
	}
	return a.Text
}

func (p *table) path() []string {
	var lines []string
	for _, v := range p.w.Path {
		at, left := time.Duration(int64(v.At)-noon.UnixMilli())*time.Millisecond, time.Duration(v.Left-v.At)*time.Millisecond
		lines = append(lines, strings.TrimRight(fmt.Sprintf("%v +%v %s %s", at, left, v.Node, said(&v.Answer)), " "))
	}
	return lines
}

// load reads a script of testdata, or one of the demo's.
func load(t *testing.T, name string) graph.Graph {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("testdata", name))
	if errors.Is(err, os.ErrNotExist) {
		src, err = data.Files.ReadFile(name)
	}
	if err != nil {
		t.Fatal(err)
	}
	g, problems := script.Parse(src)
	if err := problems.Err(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return g
}
