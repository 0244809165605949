package pick

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestOrder(t *testing.T) {
	t.Parallel()
	moscow, world := []Rate{{"+7", 10}, {"+7495", 3}}, []Rate{{"", 7}}
	for name, c := range map[string]struct {
		all    []Candidate
		number string
		want   string
	}{
		"by name where all else is alike":       {[]Candidate{{Name: "b"}, {Name: "a"}}, "+7", "a b"},
		"the cheapest, by the longest prefix":   {[]Candidate{{Name: "a", Rates: world}, {Name: "b", Rates: moscow}}, "+74951234567", "b a"},
		"dearer by the prefix that fits":        {[]Candidate{{Name: "a", Rates: world}, {Name: "b", Rates: moscow}}, "+79161234567", "a b"},
		"one that does not go there":            {[]Candidate{{Name: "a", Rates: world}, {Name: "b", Rates: moscow}}, "+442071234567", "a"},
		"priority before cost":                  {[]Candidate{{Name: "a", Rates: world}, {Name: "b", Rates: []Rate{{"", 1}}, Priority: 1}}, "+7", "a b"},
		"the shop's own first, dear and poorly": {[]Candidate{{Name: "a", Health: Up}, {Name: "b", Own: true, Priority: 9, Health: Degraded}}, "+7", "b a"},
		"unless it is down":                     {[]Candidate{{Name: "a", Health: Up}, {Name: "b", Own: true, Health: Down}}, "+7", "a b"},
		"health before priority":                {[]Candidate{{Name: "a", Health: Degraded}, {Name: "b", Priority: 5, Health: Up}}, "+7", "b a"},
		"not pinged is as good as up":           {[]Candidate{{Name: "a"}, {Name: "b", Health: Up}}, "+7", "a b"},
		"a full one not at all":                 {[]Candidate{{Name: "a", Full: true}, {Name: "b", Health: Down}}, "+7", "b"},
	} {
		if got := strings.Join(Order(c.all, c.number), " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestOrderOfMany: whatever the trunks come in, the order is the same.
func TestOrderOfMany(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		all := make([]Candidate, 8)
		for i := range all {
			all[i] = Candidate{Name: string(rune('a' + i)), Own: r.IntN(3) == 0, Health: Health(r.IntN(4)), Priority: r.IntN(2), Rates: []Rate{{"", r.IntN(3)}}}
		}
		first := Order(all, "+7916")
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if again := Order(all, "+7916"); !slices.Equal(first, again) || len(first) != len(all) {
			t.Fatalf("%v, then %v", first, again)
		}
	}
}

func TestAgain(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]bool{
		301: false, 302: false, 400: false, 401: true, 403: true, 404: false, 407: true, 408: true, 410: false, 480: false, 484: false, 486: false,
		487: false, 488: true, 500: true, 502: true, 503: true, 504: true, 600: false, 603: false, 604: false,
	} {
		if got := Again(code, false); got != want {
			t.Errorf("%d: %v, want %v", code, got, want)
		}
		if Again(code, true) {
			t.Errorf("%d: somebody else is rung after a telephone rang", code)
		}
	}
}

func TestMeter(t *testing.T) {
	t.Parallel()
	var m Meter
	cap := Cap{Calls: 3, PerSecond: 2}
	begin := func(at Instant, want bool) {
		t.Helper()
		if got := m.Begin(cap, at); got != want {
			t.Errorf("at %d ms with %d calls: %v, want %v", at, m.Calls, got, want)
		}
	}
	begin(0, true)
	begin(10, true)
	begin(999, false) // two within this second
	begin(1000, true)
	if n := m.PerSecond(1005); n != 2 {
		t.Errorf("%d a second", n)
	}
	begin(5000, false) // three at once
	m.End()
	begin(5000, true)
	for range 9 {
		m.End()
	}
	if m.Calls != 0 {
		t.Errorf("%d calls of none", m.Calls)
	}
	for i := range 50 {
		if !m.Begin(Cap{}, Instant(9000+i)) {
			t.Fatal("no cap is a cap")
		}
	}
}

func TestPulse(t *testing.T) {
	t.Parallel()
	var p Pulse
	is := func(what string, now Instant, want Health) {
		t.Helper()
		if got := p.At(now); got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	is("not pinged", 0, Unknown)
	p = p.Heard(20, 200)
	is("answered", 0, Up)
	p = p.Heard(20, 404)
	is("alive, whatever it says", 0, Up)
	p = p.Heard(20, 501)
	is("knows no OPTIONS", 0, Up)
	p = p.Heard(20, 503)
	is("says that it cannot work", 0, Degraded)
	p = p.Heard(900, 200)
	is("slow", 0, Degraded)
	p = p.Heard(20, 200).Missed()
	is("one ping lost", 0, Degraded)
	p = p.Missed()
	is("two in a row", 0, Down)
	p = p.Heard(20, 200)
	is("back", 0, Up)
	p = p.Rest(1000, 30)
	is("asked to be left alone", 30_999, Down)
	is("and it is over", 31_000, Up)
	p = p.Rest(1000, 99_999)
	is("nobody is left alone for a day", 61_000, Up)
	for _, calm := range []bool{true, false} {
		q := Pulse{Health: Degraded}
		least, most := int64(3000), int64(5000)
		if calm {
			q, least, most = Pulse{Health: Up}, 15_000, 25_000
		}
		if q.Next(0) != least || q.Next(999) > most || q.Next(999) < most-most/100 {
			t.Errorf("pings every %d to %d ms", q.Next(0), q.Next(999))
		}
	}
}

// TestSpread: calls go to the machines of the best priority by weight; all the
// others stay behind them.
func TestSpread(t *testing.T) {
	t.Parallel()
	shares := []Share{{20, 0}, {10, 60}, {10, 40}, {10, 0}}
	r := rand.New(rand.NewPCG(3, 4))
	first := map[int]int{}
	const draws = 10_000
	for range draws {
		order := Spread(shares, r.IntN)
		if sorted := slices.Sorted(slices.Values(order)); !slices.Equal(sorted, []int{0, 1, 2, 3}) || order[3] != 0 {
			t.Fatalf("order is %v", order)
		}
		first[order[0]]++
	}
	for which, percent := range map[int]int{1: 60, 2: 39, 3: 1} {
		if got := first[which] * 100 / draws; got < percent-2 || got > percent+2 {
			t.Errorf("machine %d is first in %d %% of the calls, want %d", which, got, percent)
		}
	}
	if order := Spread(nil, r.IntN); len(order) != 0 {
		t.Error(order)
	}
}
