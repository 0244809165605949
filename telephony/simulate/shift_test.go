package simulate

import (
	"math"
	"slices"
	"testing"

	"switchboard/telephony/acd"
)

// people is a staffing of one half-hour after the other.
func people(orderTakers, consultants []int) Plan {
	s := Scenario{Shops: 2, Days: 1, Open: acd.Millis(len(orderTakers)) * halfHour}
	return Plan{s, Staffing{orderTakers, consultants}, acd.Policy{Queueing: acd.ByArrival}}
}

// In the same millisecond first the staff changes, then calls end, then callers
// give up, then they come.
func TestSameMillisecond(t *testing.T) {
	t.Parallel()
	change := acd.Instant(halfHour)
	for _, x := range []struct {
		name    string
		plan    Plan
		callers []Caller
		want    []Fate
	}{
		{
			"a call ends as the next caller loses patience: answered",
			people([]int{1}, []int{0}),
			[]Caller{{0, 1, acd.Order, 5000, 1}, {1000, 1, acd.Order, 1, 4000}},
			[]Fate{{0, true}, {4000, true}},
		},
		{
			"a call ends as the next caller comes: no wait, and before the caller behind",
			people([]int{1}, []int{0}),
			[]Caller{{0, 1, acd.Order, 5000, 1}, {5000, 1, acd.Order, 10, 9000}, {5000, 1, acd.Order, 1, 9000}},
			[]Fate{{0, true}, {0, true}, {10, true}},
		},
		{
			"an operator comes as a caller loses patience: answered",
			people([]int{0, 1}, []int{0, 0}),
			[]Caller{{change - 1000, 1, acd.Order, 1, 1000}},
			[]Fate{{1000, true}},
		},
		{
			"the only operator goes as a caller comes",
			people([]int{1, 0}, []int{0, 0}),
			[]Caller{{change, 1, acd.Order, 1, 7000}},
			[]Fate{{7000, false}},
		},
		{
			"the only operator finishes the call in hand and goes",
			people([]int{1, 0}, []int{0, 0}),
			[]Caller{{change - 1000, 1, acd.Order, 3000, 1}, {change - 500, 1, acd.Order, 1, 60_000}},
			[]Fate{{0, true}, {60_000, false}},
		},
		{
			"who was about to go stays when more are wanted, and nobody is added",
			people([]int{1, 0, 1}, []int{0, 0, 0}),
			[]Caller{{change - 1000, 1, acd.Order, 2_000_000, 1}, {2 * change, 1, acd.Order, 1, 900_000}},
			[]Fate{{0, true}, {2_000_000 - 1000 - acd.Millis(change), true}},
		},
		{
			"a consultant takes an order when no order taker is free, and then only advice waits",
			people([]int{1}, []int{1}),
			[]Caller{
				{0, 1, acd.Order, 9000, 1},
				{1, 1, acd.Order, 2000, 1},
				{2, 1, acd.Consult, 1, 9000},
				{3, 2, acd.Order, 1, 9000},
			},
			[]Fate{{0, true}, {0, true}, {1999, true}, {1999, true}},
		},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			if got := Play(x.plan, x.callers); !slices.Equal(got, x.want) {
				t.Errorf("got %v, want %v", got, x.want)
			}
		})
	}
}

// The made-up callers are as the scenario says, within what chance allows.
func TestGenerate(t *testing.T) {
	t.Parallel()
	s, err := ReadScenario(large)
	if err != nil {
		t.Fatal(err)
	}
	const seeds = 8
	var n, consult, largest, service, patience float64
	for seed := range uint64(seeds) {
		for _, c := range Generate(s, seed) {
			n++
			service += float64(c.Service)
			patience += float64(c.Patience)
			if c.Tier == acd.Consult {
				consult++
			}
			if c.Rank == 1 {
				largest++
			}
		}
	}
	for _, x := range []struct {
		what            string
		got, want, rate float64
	}{
		{"calls a day", n / seeds / 20, 8819.67, 0.03},
		{"calls a day of the largest", largest / seeds / 20, 2000, 0.04},
		{"share of advice", consult / n, 0.25, 0.01},
		{"mean service, ms", service / n, 120_000, 0.005},
		{"mean patience, ms", patience / n, 120_000, 0.005},
	} {
		if math.Abs(x.got/x.want-1) > x.rate {
			t.Errorf("%s: %.4g, want %.4g", x.what, x.got, x.want)
		}
	}
}

// A spike adds calls of one shop in one half-hour of some days, and leaves the
// others as they were.
func TestSpikeAddsOnly(t *testing.T) {
	t.Parallel()
	s, err := ReadScenario(large)
	if err != nil {
		t.Fatal(err)
	}
	callers := Generate(s, 1)
	spiked := Spike{1, 10}.Add(callers, s, 1)
	var left []Caller // both are in order
	for _, c := range spiked {
		if len(callers) > 0 && c == callers[0] {
			callers = callers[1:]
			continue
		}
		left = append(left, c)
	}
	if len(callers) > 0 {
		t.Fatalf("%+v is gone", callers[0])
	}
	for _, c := range left {
		at := acd.Millis(c.At) % day
		if c.Rank != 1 || !spikeDay(int(acd.Millis(c.At)/day)) || at < spikeFrom || at >= spikeTo {
			t.Fatalf("%+v is not of the spike", c)
		}
	}
	// 9 x 2000 x 0.13 / 2 on each of 4 days
	if want := 4680.0; math.Abs(float64(len(left))/want-1) > 0.06 {
		t.Errorf("%d calls added, want about %.0f", len(left), want)
	}
}

func TestEstimate(t *testing.T) {
	t.Parallel()
	got := estimate([]float64{2, 4, 6})
	if got.Mean != 4 || math.Abs(got.CI95-4.303*2/math.Sqrt(3)) > 1e-9 {
		t.Errorf("%+v", got)
	}
	if q := student(60); math.Abs(q-2.000) > 0.003 {
		t.Errorf("t(60) is %v", q)
	}
}
