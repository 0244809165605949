package menu_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"switchboard/telephony/menu"
	yaml "switchboard/tenant/menu"
)

var update = flag.Bool("update", false, "rewrite testdata")

func shop(t testing.TB) menu.Menu {
	t.Helper()
	src, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, problems := yaml.Parse(src)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return m
}

// TestStories walks through the shop's menu by the stories of testdata: what
// happens at the margin, what is done about it indented.
func TestStories(t *testing.T) {
	t.Parallel()
	m := shop(t)
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 5 {
		t.Fatalf("stories %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := tell(t, &m, string(want))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(want) {
				t.Errorf("%s goes on otherwise:\n%s", file, got)
			}
		})
	}
}

// tell replays the events of a story, and returns it with what was answered.
func tell(t *testing.T, m *menu.Menu, story string) string {
	t.Helper()
	var b strings.Builder
	var w *menu.Walk
	turn := 0
	for line := range strings.Lines(story) {
		switch {
		case strings.HasPrefix(line, "  "):
			continue
		case strings.TrimSpace(line) == "", strings.HasPrefix(line, "#"):
			b.WriteString(line)
			w, turn = menu.New(m), 0
			continue
		}
		b.WriteString(line)
		var min, sec, ms int
		var word, rest string
		if _, err := fmt.Sscanf(line, "%d:%d.%d %s", &min, &sec, &ms, &word); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if _, after, found := strings.Cut(strings.TrimSpace(line), word+" "); found {
			rest = after
		}
		for _, ev := range events(t, word, rest, turn) {
			for _, a := range w.Step(menu.Instant((min*60+sec)*1000+ms*100), ev) {
				turn = print(&b, a, turn)
			}
		}
	}
	return b.String()
}

func events(t *testing.T, word, rest string, turn int) []menu.Event {
	t.Helper()
	switch word {
	case "begin":
		return []menu.Event{menu.Begin{Open: !strings.Contains(rest, "closed"), Known: strings.Contains(rest, "known")}}
	case "key":
		var all []menu.Event
		for _, k := range rest {
			all = append(all, menu.Key{Key: byte(k)})
		}
		return all
	case "spoken":
		return []menu.Event{menu.Spoken{Turn: turn}}
	case "late":
		return []menu.Event{menu.Spoken{Turn: turn - 1}}
	case "unspoken":
		return []menu.Event{menu.Unspoken{Turn: turn}}
	case "found":
		return []menu.Event{menu.Found{Turn: turn, Text: rest}}
	case "missing":
		return []menu.Event{menu.Missing{Turn: turn}}
	case "unsure":
		return []menu.Event{menu.Unsure{Turn: turn}}
	case "tick":
		return []menu.Event{menu.Tick{}}
	}
	t.Fatalf("no event %q", word)
	return nil
}

func print(b *strings.Builder, a menu.Action, turn int) int {
	switch a := a.(type) {
	case menu.Speak:
		var texts []string
		for _, w := range a.Words {
			texts = append(texts, w.Text+w.Sound)
		}
		fmt.Fprintf(b, "  say %s\n", strings.Join(texts, " / "))
		return a.Turn
	case menu.Hush:
		b.WriteString("  hush\n")
	case menu.Look:
		fmt.Fprintf(b, "  look up order %s of ...%s\n", a.Order, a.Digits)
		return a.Turn
	case menu.Chosen:
		fmt.Fprintf(b, "  chosen %s: %s\n", a.Node, a.Key)
	case menu.Entered:
		fmt.Fprintf(b, "  entered %s: %s\n", a.Node, a.Digits)
	case menu.Leave:
		fmt.Fprintf(b, "  leave to %s %s\n", a.To, a.Queue+rung(a))
	}
	return turn
}

// A walk that anything happens to ends, once, and never asks for more than it
// was told to wait.
func TestRandomWalksEnd(t *testing.T) {
	t.Parallel()
	m := shop(t)
	for seed := range uint64(3000) {
		a, b := wander(&m, seed), wander(&m, seed)
		if a != b {
			t.Fatalf("seed %d: two walks differ:\n%s\n%s", seed, a, b)
		}
		if n := strings.Count(a, "leave to"); n != 1 {
			t.Fatalf("seed %d leaves %d times:\n%s", seed, n, a)
		}
		if n := strings.Count(a, "look up"); n > 3 {
			t.Fatalf("seed %d asks for %d orders:\n%s", seed, n, a)
		}
	}
}

func wander(m *menu.Menu, seed uint64) string {
	rng := rand.New(rand.NewPCG(seed, 4))
	var b strings.Builder
	w := menu.New(m)
	now, turn := menu.Instant(1), 0
	step := func(ev menu.Event) {
		for _, a := range w.Step(now, ev) {
			turn = print(&b, a, turn)
		}
	}
	step(menu.Begin{Open: rng.IntN(3) > 0, Known: rng.IntN(2) == 0})
	for range 4000 {
		now += menu.Instant(rng.IntN(1500))
		switch rng.IntN(8) {
		case 0:
			step(menu.Key{Key: "0123456789*#x"[rng.IntN(13)]})
		case 1, 2:
			step(menu.Spoken{Turn: turn - rng.IntN(2)})
		case 3:
			step(menu.Unspoken{Turn: turn - rng.IntN(4)})
		case 4:
			step(menu.Found{Turn: turn, Text: "готов"})
		case 5:
			step([]menu.Event{menu.Missing{Turn: turn}, menu.Unsure{Turn: turn}}[rng.IntN(2)])
		default:
			if w.Deadline() <= now+1000 {
				now = max(now, w.Deadline())
			}
			step(menu.Tick{})
		}
		if w.Deadline() == menu.Never && strings.Contains(b.String(), "leave to") {
			return b.String()
		}
	}
	return b.String()
}

// A menu that turns in circles, or to nowhere, ends at a person.
func TestACircleEndsAtAPerson(t *testing.T) {
	t.Parallel()
	m := menu.Menu{Start: "a", Nodes: []menu.Node{
		{ID: "a", Kind: menu.Branch, On: menu.OnHours, Else: "b"}, {ID: "b", Kind: menu.Branch, On: menu.OnHours, Else: "a"},
		{ID: "c", Kind: menu.Say, Words: menu.Words{Text: "x"}, Next: "gone"},
	}}
	if got := menu.New(&m).Step(1, menu.Begin{Open: true}); len(got) != 1 || !reflect.DeepEqual(got[0], menu.Leave{To: menu.Queue}) {
		t.Errorf("a circle does %v", got)
	}
	m.Start = "c"
	w := menu.New(&m)
	w.Step(1, menu.Begin{})
	if got := w.Step(2, menu.Spoken{Turn: 1}); len(got) != 1 || !reflect.DeepEqual(got[0], menu.Leave{To: menu.Queue}) {
		t.Errorf("a way to nowhere does %v", got)
	}
}

// rung are the telephones that an overflow rings, and where it goes on.
func rung(l menu.Leave) string {
	s := ""
	for _, r := range l.Rings {
		s += fmt.Sprintf("%s for %ds, ", r.Number, r.For/1000)
	}
	if s != "" {
		s += "else " + l.Else
	}
	return s
}
