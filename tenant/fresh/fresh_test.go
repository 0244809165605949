package fresh_test

import (
	"encoding/json"
	"os"
	"testing"

	"switchboard/tenant/fresh"
)

// TestVerdicts judges every case of testdata, which the frontend's own test reads
// too: a page judges again as its clock goes on.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("testdata/verdicts.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		What    string        `json:"what"`
		Field   fresh.Field   `json:"field"`
		Rule    fresh.Rule    `json:"rule"`
		Fact    fresh.Fact    `json:"fact"`
		Now     fresh.Instant `json:"now"`
		Age     fresh.Millis  `json:"age"`
		StaleAt fresh.Instant `json:"stale_at"`
		Stale   bool          `json:"stale"`
	}
	if err := json.Unmarshal(doc, &cases); err != nil || len(cases) == 0 {
		t.Fatalf("%d cases: %v", len(cases), err)
	}
	for _, c := range cases {
		want := fresh.Verdict{Age: c.Age, StaleAt: c.StaleAt, Stale: c.Stale}
		if got := c.Rule.Judge(c.Field, c.Fact, c.Now); got != want {
			t.Errorf("%s: %+v, want %+v", c.What, got, want)
		}
	}
}

// TestAFactIsNeverCurrentPastItsTime walks a clock over every field: once stale,
// a fact stays stale, and it is stale from its time on.
func TestAFactIsNeverCurrentPastItsTime(t *testing.T) {
	t.Parallel()
	for _, f := range []fresh.Field{fresh.Price, fresh.Stock, fresh.Delivery} {
		for _, fact := range []fresh.Fact{{AsOf: 1000}, {AsOf: 1000, Until: 500_000, Source: fresh.Voice}} {
			was := false
			for now := fresh.Instant(0); now < 100_000_000; now += 250_000 {
				v := fresh.Rule{}.Judge(f, fact, now)
				if was && !v.Stale || v.Stale != (now >= v.StaleAt) {
					t.Fatalf("%s at %d: %+v", f, now, v)
				}
				was = v.Stale
			}
			if !was {
				t.Errorf("%s of %+v never becomes stale", f, fact)
			}
		}
	}
}
