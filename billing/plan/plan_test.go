package plan_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"switchboard/billing/money"
	"switchboard/billing/plan"
	"switchboard/billing/rating"
)

// demo is the plan of the seed.
const demo = `{name: demo, currency: RUB, base_fee: 0, first_increment_s: 60, next_increment_s: 60, rate_per_min: "12.00", included_s: 0, setup_fee: 0, billable: [talk, hold]}`

func fromYAML(t *testing.T, text string) plan.Plan {
	t.Helper()
	var p plan.Plan
	if err := yaml.Unmarshal([]byte(text), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSeedPlan(t *testing.T) {
	t.Parallel()
	tariff, err := fromYAML(t, demo).Tariff()
	if err != nil {
		t.Fatal(err)
	}
	if tariff.Rate != 12_000_000 || tariff.NextRate != tariff.Rate || tariff.Rule() != "60/60 half_up" ||
		tariff.Billable != rating.Talk|rating.Hold || tariff.Scale != 2 {
		t.Errorf("%+v", tariff)
	}
}

// TestNumbersAreNoFloats: 12.10, "12.10" and a price that no float64 holds are
// read as they are written, in YAML and in JSON.
func TestNumbersAreNoFloats(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]money.MicroRate{
		"12.10": 12_100_000, `"12.10"`: 12_100_000, "12": 12_000_000, "123456789.123456": 123_456_789_123_456,
	} {
		var fromJSON plan.Plan
		if err := json.Unmarshal([]byte(`{"rate_per_min": `+text+`}`), &fromJSON); err != nil {
			t.Fatal(err)
		}
		for _, p := range []plan.Plan{fromJSON, fromYAML(t, "rate_per_min: "+text)} {
			p.Name, p.Currency, p.FirstIncrementS, p.NextIncrementS = "p", money.RUB, 1, 1
			if tariff, err := p.Tariff(); err != nil || tariff.Rate != want {
				t.Errorf("%s was read as %s, %v", text, tariff.Rate, err)
			}
		}
	}
	for _, text := range []string{"true", "[1]", "{}"} {
		if err := json.Unmarshal([]byte(`{"rate_per_min": `+text+`}`), new(plan.Plan)); err == nil {
			t.Errorf("%s was taken for a price", text)
		}
	}
}

func TestEverything(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := fromYAML(t, string(text))
	tariff, err := p.Tariff()
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(tariff, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/everything.tariff.json")
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(string(got)) != strings.TrimSpace(string(want)) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	published, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var back plan.Plan
	if err := json.Unmarshal(published, &back); err != nil {
		t.Fatal(err)
	}
	if again, err := back.Tariff(); err != nil || again.Rule() != tariff.Rule() || len(again.Bands) != len(tariff.Bands) {
		t.Errorf("published as %s, read back as %+v, %v", published, again, err)
	}
}

// TestEveryMistakeIsTold: all of them, each with its field.
func TestEveryMistakeIsTold(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/mistakes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/mistakes.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, problem := range fromYAML(t, string(text)).Validate() {
		got.WriteString(problem.Error() + "\n")
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestOneMistake(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ with, field, says string }{
		{"round: none\nscale: 4", "scale", "leave scale out"},
		{"scale: 10", "scale", "2..9"},
		{"max_per_call: 0", "max_per_call", "no cap"},
		{"max_per_call: 1.001", "max_per_call", "finer"},
		{"max_per_call: x", "max_per_call", "decimal"},
		{"next_rate_per_min: 1\nbands: [{name: n, from: '00:00', to: '01:00', rate_per_min: 1}]", "next_rate_per_min", "bands"},
		{"split: per_second", "split", "no bands"},
		{"base_fee: -1", "base_fee", "below 0"},
		{"free_calls: {up_to_s: 30}", "free_calls.per_month", "1.."},
		{"bands: [{name: n, from: '24:00', to: '24:00', rate_per_min: 1}]", "bands[0].from", "23:59"},
		{"bands: [{name: n, from: '0:00', to: '+1:00', rate_per_min: 1}]", "bands[0].from", "00:00"},
		{"bands: [{name: n, from: '00:00', to: '00:60', rate_per_min: 1}]", "bands[0].to", "24:00"},
	} {
		text := "name: p\ncurrency: RUB\nfirst_increment_s: 60\nnext_increment_s: 60\nrate_per_min: 12\n" + c.with
		problems := fromYAML(t, text).Validate()
		if len(problems) == 0 || problems[0].Field != c.field || !strings.Contains(problems[0].Problem, c.says) {
			t.Errorf("%s: %v; want %s to say %q", c.with, problems, c.field, c.says)
		}
	}
}

// FuzzPlan: a plan that is found without mistakes makes a tariff that rates.
func FuzzPlan(f *testing.F) {
	f.Add([]byte(`{"name":"p","currency":"RUB","first_increment_s":60,"next_increment_s":60,"rate_per_min":"12.00","billable":["talk","acw"],"max_per_call":5,"scale":3}`))
	f.Add([]byte(`{"name":"p","currency":"JPY","first_increment_s":1,"next_increment_s":1,"rate_per_min":1,"round":"none","bands":[{"name":"n","days":["sun"],"from":"22:00","to":"06:00","rate_per_min":"1"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var p plan.Plan
		if json.Unmarshal(text, &p) != nil {
			return
		}
		tariff, err := p.Tariff()
		if err != nil {
			return
		}
		u := rating.Usage{Answered: true, TalkMs: 61_001, HoldMs: 5, Zone: []rating.Offset{{}}}
		if c, err := rating.Rate(tariff, u); err != nil || c.Amount < 0 {
			t.Fatalf("%s makes a tariff that does not rate: %v", text, err)
		}
	})
}
