package simulate

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	large      = "testdata/scenario200.json" // 200 shops, 20 days
	largeTrace = "testdata/trace200.csv.gz"
	village    = "testdata/village.json"
	hamlet     = "testdata/village.csv"
)

// call runs the command and fails unless it exits with code.
func call(t *testing.T, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if got := Main(args, &out, &errs); got != code {
		t.Fatalf("%q: exit %d, want %d: %s", args, got, code, errs.String())
	}
	return out.String(), errs.String()
}

// First come, first served gives the figures that another program, by other
// authors, got from the same callers, to the last digit.
func TestFIFOIsTheReference(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile(large)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Expected map[string]map[string]float64 `json:"expected_fifo_on_acd_trace_nopeak_seed1"`
	}
	if err := json.Unmarshal(src, &file); err != nil {
		t.Fatal(err)
	}
	for name, want := range file.Expected {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, _ := call(t, 0, "--scenario", large, "--trace", largeTrace, "--policy", "fifo", "--staffing", name, "--json")
			var got map[string]any
			if err := json.Unmarshal([]byte(out), &got); err != nil {
				t.Fatal(err)
			}
			for figure, w := range want {
				g, ok := got[figure].(float64)
				if !ok || float32(g) != float32(w) { // the reference's waits are single floats
					t.Errorf("%s is %v, want %v", figure, got[figure], w)
				}
			}
		})
	}
	if len(file.Expected) != 2 {
		t.Fatalf("%d references", len(file.Expected))
	}
}

// The figures of seven calls, counted by hand: with one order taker the first
// three are answered after 0, 29 and 38 s, the fourth gives up after 3 s, the
// fifth is answered after 20 s in the millisecond in which he would have given
// up, the advice that nobody can give is lost after 6 s, and the last is
// answered at once.
func TestCountedByHand(t *testing.T) {
	t.Parallel()
	out, _ := call(t, 0, "--scenario", village, "--trace", hamlet, "--policy", "fifo", "--staffing", "one", "--json")
	want := `{"calls":7,"answered":5,"answered_within_promise":2,"abandoned_total":2,"abandoned_5s_or_more":1,` +
		`"sum_wait_answered_s":87,"shops_meeting_promise":0,"worst_shop_sl":33.333333333333336,` +
		`"p95_wait_s":38,"p99_wait_s":38,"max_wait_s":38,` +
		`"others_in_spike":{"calls":0,"answered_within_promise":0,"abandoned":0}}` + "\n"
	if out != want {
		t.Errorf("got  %swant %s", out, want)
	}
}

// In the room's present order the caller of shop 1 (10 s) goes before the
// earlier one of shop 2 (20 s).
func TestPromiseOrder(t *testing.T) {
	t.Parallel()
	out, _ := call(t, 0, "--scenario", village, "--trace", hamlet, "--policy", "promise", "--staffing", "one", "--json")
	if !strings.Contains(out, `"sum_wait_answered_s":87,`) || !strings.Contains(out, `"max_wait_s":39,`) {
		t.Error(out)
	}
}

func TestSeveralSeedsAreEstimates(t *testing.T) {
	t.Parallel()
	args := []string{"--scenario", village, "--seeds", "3", "--spike", "1:10", "--staffing", "busy", "--json"}
	out, _ := call(t, 0, args...)
	var f Figures[Estimate]
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		t.Fatal(err)
	}
	if f.Calls.Mean < 1000 || f.Calls.CI95 <= 0 || f.OthersInSpike.Calls.Mean <= 0 {
		t.Errorf("%+v", f)
	}
	if again, _ := call(t, 0, args...); again != out {
		t.Error("the same seeds gave other figures")
	}
	if table, _ := call(t, 0, args[:len(args)-1]...); !strings.Contains(table, "±") || strings.Count(table, "\n") != len(names) {
		t.Error(table)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	out, errs := call(t, 0, "--help")
	if !strings.HasPrefix(out, "Runs a month") || errs != "" {
		t.Errorf("%q, %q", out, errs)
	}
}

// Everything wrong is one line that says what to do.
func TestWrongUsage(t *testing.T) {
	t.Parallel()
	broken := func(text string) string {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	scenario := func(old, new string) string {
		src, err := os.ReadFile(village)
		if err != nil {
			t.Fatal(err)
		}
		return broken(strings.Replace(string(src), old, new, 1))
	}
	rows := func(rows string) string { return broken(strings.Join(traceColumns, ",") + "\n" + rows) }
	for _, x := range []struct {
		code int
		says string
		args []string
	}{
		{2, "--scenario FILE", nil},
		{2, "--staffing NAME", []string{"--scenario", village}},
		{2, "one of busy, each, one", []string{"--scenario", village, "--staffing", "many"}},
		{2, "choose promise or fifo", []string{"--scenario", village, "--staffing", "one", "--policy", "lifo"}},
		{2, "between --trace and --seeds", []string{"--scenario", village, "--staffing", "one", "--trace", hamlet, "--seeds", "2"}},
		{2, "1 to 10000", []string{"--scenario", village, "--staffing", "one", "--seeds", "-1"}},
		{2, "such as 1:10", []string{"--scenario", village, "--staffing", "one", "--spike", "1"}},
		{2, "such as 1:10", []string{"--scenario", village, "--staffing", "one", "--spike", "1:NaN"}},
		{2, "has 2 shops", []string{"--scenario", village, "--staffing", "one", "--spike", "3:10"}},
		{2, "-fast", []string{"--fast"}},
		{2, `unexpected "now"`, []string{"now"}},
		{1, "--scenario must name", []string{"--scenario", "nowhere.json", "--staffing", "one"}},
		{1, "not the JSON of a scenario", []string{"--scenario", broken("{"), "--staffing", "one"}},
		{1, "acd-pooled-v1", []string{"--scenario", broken("{}"), "--staffing", "one"}},
		{1, "generator.shops", []string{"--scenario", scenario(`"shops": 2`, `"shops": 0`), "--staffing", "one"}},
		{1, "generator.days", []string{"--scenario", scenario(`"days": 5`, `"days": -5`), "--staffing", "one"}},
		{1, "full hours", []string{"--scenario", scenario("14400", "14401"), "--staffing", "one"}},
		{1, "want 4 numbers", []string{"--scenario", scenario("[0.2, ", "["), "--staffing", "one"}},
		{1, "from 0 to 1", []string{"--scenario", scenario("[0.2, ", "[-1, "), "--staffing", "one"}},
		{1, "staffing.one: order_takers: want one number", []string{"--scenario", scenario(`"order_takers": 1`, `"order_takers": [1, 2]`), "--staffing", "one"}},
		{1, "staffing.one: consultants: want 0 to", []string{"--scenario", scenario(`"consultants": 0`, `"consultants": -1`), "--staffing", "one"}},
		{1, "--trace must name", []string{"--scenario", village, "--staffing", "one", "--trace", "nowhere.csv"}},
		{1, "line 1: want the columns t_ms", []string{"--scenario", village, "--staffing", "one", "--trace", village}},
		{1, "line 1: want the columns", []string{"--scenario", village, "--staffing", "one", "--trace", broken("")}},
		{1, "broken gzip", []string{"--scenario", village, "--staffing", "one", "--trace", broken("\x1f\x8bnot")}},
		{1, `line 2: shop: "3": want a whole number from 0 to 2`, []string{"--scenario", village, "--staffing", "one", "--trace", rows("1,3,0,1,1")}},
		{1, "numbered from 1", []string{"--scenario", village, "--staffing", "one", "--trace", rows("1,0,0,1,1")}},
		{1, `line 3: tier: "x"`, []string{"--scenario", village, "--staffing", "one", "--trace", rows("1,1,0,1,1\n1,1,x,1,1")}},
		{1, "line 3: t_ms: earlier", []string{"--scenario", village, "--staffing", "one", "--trace", rows("5,1,0,1,1\n4,1,0,1,1")}},
		{1, "wrong number of fields", []string{"--scenario", village, "--staffing", "one", "--trace", rows("5,1,0")}},
	} {
		out, errs := call(t, x.code, x.args...)
		if out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, x.says) {
			t.Errorf("%q: %q, %q, want %q", x.args, out, errs, x.says)
		}
	}
}
