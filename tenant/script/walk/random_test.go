package walk_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"switchboard/tenant/fault"
	"switchboard/tenant/script/graph"
	"switchboard/tenant/script/walk"
)

// scripts are walked at random: the one that uses every kind of node, and those of the demo.
var scripts = []string{"shoes.yaml", "tyres.script.yaml", "clothes.script.yaml"}

// TestRandomAnswers says anything anywhere. A walk always waits for an answer
// or has ended, a refused answer leaves it where it was, its path only grows,
// it survives JSON, and whoever keeps to the answers on offer comes to an end.
func TestRandomAnswers(t *testing.T) {
	t.Parallel()
	for _, name := range scripts {
		g := load(t, name)
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			f := facts(t)
			w, err := walk.Start(g, f)
			if err != nil {
				t.Fatal(err)
			}
			sound(t, g, w, f)
			for range rapid.IntRange(0, 60).Draw(t, "steps") {
				f.Now += walk.Instant(rapid.IntRange(-5000, 60_000).Draw(t, "ms")) // clocks step back too
				w = step(t, g, w, anything(t, g, w, f), f)
			}
			for range 2000 {
				if w.Ended {
					return
				}
				w = step(t, g, w, offered(t, g, w, f), f)
			}
			t.Fatalf("no end after 2,000 good answers; it is at %s", w.Node)
		}))
	}
}

func facts(t *rapid.T) walk.Facts {
	f := walk.Facts{
		Now: walk.Instant(rapid.Int64Range(0, 4e12).Draw(t, "now")), ZoneS: rapid.IntRange(-12, 14).Draw(t, "zone") * 3600,
		Language: rapid.SampledFrom([]graph.Language{"", graph.RU, graph.EN}).Draw(t, "language"),
		Operator: "Анна", Shop: walk.Shop{Name: graph.Text{RU: "Лён", EN: "Linen"}},
		Caller: walk.Caller{
			Name: rapid.String().Draw(t, "name"), Orders: rapid.Int64Range(0, 3).Draw(t, "orders"),
			Unclaimed: rapid.Int64Range(0, 3).Draw(t, "unclaimed"), Known: rapid.Bool().Draw(t, "known"),
		},
	}
	if rapid.Bool().Draw(t, "catalogue") {
		f.Catalogue = &walk.Catalogue{Items: 300, TakenAt: f.Now - walk.Instant(rapid.Int64Range(-1e6, 1e9).Draw(t, "age"))}
	}
	return f
}

// anything is an answer that may or may not fit.
func anything(t *rapid.T, g graph.Graph, w walk.Walk, f walk.Facts) walk.Answer {
	if rapid.IntRange(0, 2).Draw(t, "fit") > 0 {
		return offered(t, g, w, f)
	}
	a := walk.Answer{
		Move: rapid.SampledFrom([]walk.Move{walk.Forward, walk.None, walk.Back, "pass", "sideways"}).Draw(t, "move"),
		Text: rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9.+ -]{0,20}`), rapid.SampledFrom([]string{"29.2", "31.12.9999", "завтра", "-9223372036854775808", "\xff"})).Draw(t, "text"),
	}
	if rapid.Bool().Draw(t, "item") {
		a.Item = item(t, f)
	}
	return a
}

func item(t *rapid.T, f walk.Facts) *walk.Item {
	i := &walk.Item{
		SKU: rapid.SampledFrom([]string{"", "A-1"}).Draw(t, "sku"), Name: "Шина", PriceMinor: rapid.Int64().Draw(t, "price"),
		Currency: rapid.SampledFrom([]string{"RUB", "USD", "?"}).Draw(t, "currency"), AsOf: f.Now, Available: rapid.Bool().Draw(t, "available"),
	}
	if rapid.Bool().Draw(t, "stocked") {
		stock := rapid.Int64Range(-1, 100).Draw(t, "stock")
		i.Stock = &stock
	}
	return i
}

// offered is an answer that the view offers.
func offered(t *rapid.T, g graph.Graph, w walk.Walk, f walk.Facts) walk.Answer {
	v := walk.Show(g, w, f)
	if v.CanSkip && rapid.IntRange(0, 3).Draw(t, "skip") == 0 {
		return walk.Answer{Move: walk.None}
	}
	text := map[string]string{
		graph.FreeText: "так", graph.Date: "завтра", graph.Phone: "+7 921 555-01-44", graph.Address: "Невский, 1",
	}[v.Ask]
	n, _ := g.Node(w.Node)
	switch {
	case v.Lookup == graph.Item:
		return walk.Answer{Item: &walk.Item{SKU: "A-1", Name: "Шина", PriceMinor: 845000, Currency: "RUB", Available: true, AsOf: f.Now}}
	case v.Lookup == graph.FAQ:
		return walk.Answer{Text: rapid.SampledFrom(v.Cards).Draw(t, "card").ID}
	case v.Ask == graph.Choice:
		return walk.Answer{Text: rapid.SampledFrom(v.Choices).Draw(t, "choice").Key}
	case v.Ask == graph.WholeCount:
		text = number(n)
	case v.Kind == graph.Callback:
		text = "в 16:00"
	}
	return walk.Answer{Text: text}
}

func number(n graph.Node) string {
	i := int64(1)
	if n.Min != nil {
		i = *n.Min
	}
	b, _ := json.Marshal(i)
	return string(b)
}

// step answers, and checks what must hold whatever was answered.
func step(t *rapid.T, g graph.Graph, w walk.Walk, a walk.Answer, f walk.Facts) walk.Walk {
	if n, _ := g.Node(w.Node); n.Kind == graph.Order && a.Move == walk.Forward {
		f.Order = &walk.Order{Number: "1", Lines: 1, TotalMinor: 100, Currency: "RUB"}
	}
	kept := slices.Clone(w.Path)
	next, err := walk.Step(g, w, a, f)
	var invalid fault.Invalid
	switch {
	case !reflect.DeepEqual(kept, slices.Clone(w.Path)):
		t.Fatal("Step changed the walk that it was given")
	case errors.As(err, &invalid):
		if !reflect.DeepEqual(w, next) || invalid.Problem == "" {
			t.Fatalf("a refused answer moved the walk: %v", err)
		}
	case err != nil:
		t.Fatalf("answer %+v at %s: %v", a, w.Node, err)
	case len(next.Path) <= len(w.Path) || !slices.EqualFunc(w.Path, next.Path[:len(w.Path)], func(a, b walk.Visit) bool { return reflect.DeepEqual(a, b) }):
		t.Fatal("the path did not grow")
	}
	sound(t, g, next, f)
	return next
}

func sound(t *rapid.T, g graph.Graph, w walk.Walk, f walk.Facts) {
	n, ok := g.Node(w.Node)
	v := walk.Show(g, w, f)
	done, due := walk.Adherence(g, w)
	switch {
	case !ok, n.Kind == graph.Branch, w.Ended != (n.Kind == graph.End):
		t.Fatalf("the walk stands at %q, ended %v", w.Node, w.Ended)
	case v.Sentence == "":
		t.Fatalf("nothing to say at %s", w.Node)
	case done < 0 || done > due:
		t.Fatalf("adherence %d of %d", done, due)
	}
	for i, visit := range w.Path {
		if visit.Left < visit.At || i > 0 && visit.At < w.Path[i-1].Left {
			t.Fatalf("came to %s at %d and left at %d, after %+v", visit.Node, visit.At, visit.Left, w.Path[:i])
		}
	}
	var again walk.Walk
	js, err := json.Marshal(w)
	if err == nil {
		err = json.Unmarshal(js, &again)
	}
	if err != nil || !reflect.DeepEqual(walk.Show(g, again, f), v) {
		t.Fatalf("another walk after JSON (%v): %s", err, js)
	}
}

// TestStepsShareNothing: two answers to one walk are two walks.
func TestStepsShareNothing(t *testing.T) {
	t.Parallel()
	g := load(t, "shoes.yaml")
	f := walk.Facts{Now: 1, Language: graph.RU}
	w, err := walk.Start(g, f)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // until the path has room to spare
		if w, err = walk.Step(g, w, walk.Answer{Text: "question"}, f); err != nil {
			t.Fatal(err)
		}
		if w.Node == "faq" {
			break
		}
	}
	w.Path = append(make([]walk.Visit, 0, 100), w.Path...)
	hours, err := walk.Step(g, w, walk.Answer{Text: "hours"}, f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := walk.Step(g, w, walk.Answer{Text: "returns"}, f); err != nil {
		t.Fatal(err)
	}
	if got := hours.Path[len(w.Path)].Answer.Text; got != "hours" {
		t.Errorf("the second answer changed the first walk to %q", got)
	}
}
