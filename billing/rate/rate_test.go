package rate_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	_ "time/tzdata" // the zones of --zone, whatever the machine has

	"switchboard/billing/rate"
	"switchboard/billing/rating"
)

// run is the command with its output.
func run(stdin string, args ...string) (code int, stdout, stderr string) {
	var out, complaints bytes.Buffer
	code = rate.Main(args, strings.NewReader(stdin), &out, &complaints)
	return code, out.String(), complaints.String()
}

// throughPlan are the cases that need more than the columns: what their plan
// files hold, the call on standard input.
var throughPlan = map[string]string{
	"B34": `{"id":"B34","answered_at":"2026-01-06T12:00:00Z","talk_s":30}`,
	"B43": `{"id":"B43","answered_at":"2026-01-06T23:50:00+03:00","talk_s":2400}`, // a Tuesday
}

var rounding = regexp.MustCompile(`round=(\w+)`)

// TestWorkedCases: every case of the published tariffs.
func TestWorkedCases(t *testing.T) {
	t.Parallel()
	rows := readTable(t, "testdata/rating_cases.csv")
	code, out, complaints := run(withRounding(t, rows), "--csv", "-")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, complaints)
	}
	got := map[string][2]string{}
	for _, cells := range parseTable(t, out) {
		got[cells["id"]] = [2]string{cells["billed_s"], cells["charge_minor_units"]}
	}
	for id, call := range throughPlan {
		got[id] = throughPlanFile(t, id, call)
	}
	if len(rows) != 25 {
		t.Errorf("%d cases; there are 25", len(rows))
	}
	for _, row := range rows {
		want := [2]string{row["expected_billed_s"], row["expected_charge_minor_units"]}
		if got[row["id"]] != want {
			t.Errorf("%s %s: %v; want %v", row["id"], row["tariff_description"], got[row["id"]], want)
		}
	}
}

func throughPlanFile(t *testing.T, id, call string) [2]string {
	t.Helper()
	code, out, complaints := run(call, "--plan", filepath.Join("testdata", id+".plan.json"))
	if code != 0 {
		t.Fatalf("%s: exit %d: %s", id, code, complaints)
	}
	line := parseLines(t, out)[0]
	return [2]string{line.BilledS.String(), line.Minor.String()}
}

// withRounding writes the cases again with a column for the rounding that stands
// in their note.
func withRounding(t *testing.T, rows []map[string]string) string {
	t.Helper()
	columns := []string{"id", "setup_fee", "first_increment_s", "next_increment_s", "rate_per_min", "included_s_left", "duration_s", "currency", "note"}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(append(columns, "round"))
	for _, row := range rows {
		var cells []string
		for _, name := range columns {
			cells = append(cells, row[name])
		}
		_ = w.Write(append(cells, rounding.FindStringSubmatch(row["note"])[1]))
	}
	w.Flush()
	return b.String()
}

func readTable(t *testing.T, file string) []map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return parseTable(t, string(text))
}

func parseTable(t *testing.T, text string) (rows []map[string]string) {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, cells := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = cells[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// line is one line of output with --plan.
type line struct {
	ID      any            `json:"id"`
	BilledS json.Number    `json:"billed_s"`
	Minor   json.Number    `json:"charge_minor_units"`
	Explain rating.Explain `json:"explain"`
}

func parseLines(t *testing.T, text string) (lines []line) {
	t.Helper()
	for raw := range strings.Lines(text) {
		var l line
		if err := json.Unmarshal([]byte(raw), &l); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		lines = append(lines, l)
	}
	return lines
}

// TestNextRate is case B40 with the price of its later seconds.
func TestNextRate(t *testing.T) {
	t.Parallel()
	_, out, _ := run(`{"id":1,"answered_at":"2026-01-06T12:00:00Z","talk_s":20}
{"id":2,"answered_at":"2026-01-06T12:00:00Z","talk_s":120}`, "--plan", "testdata/B40.plan.json")
	got := parseLines(t, out)
	if len(got) != 2 || got[0].Minor != "60" || got[1].Minor != "70" || got[0].ID != 1.0 {
		t.Errorf("%s", out)
	}
}

// TestFreeCallsRunOut: thirty a month, by the month of the answer.
func TestFreeCallsRunOut(t *testing.T) {
	t.Parallel()
	call := func(month string) string {
		return `{"id":"x","answered_at":"2026-` + month + `-06T12:00:00Z","talk_s":30}` + "\n"
	}
	_, out, _ := run(strings.Repeat(call("01"), 31)+call("02"), "--plan", "testdata/B34.plan.json")
	var paid []int
	for i, l := range parseLines(t, out) {
		if l.Minor != "0" {
			paid = append(paid, i)
		}
	}
	if !slices.Equal(paid, []int{30}) {
		t.Errorf("calls %v were paid; want the thirty-first alone", paid)
	}
}

// TestIncludedSeconds: 180 a month. A zone decides which month it is, and what
// is left of a straddling call is paid by the second.
func TestIncludedSeconds(t *testing.T) {
	t.Parallel()
	calls := `{"id":"a","answered_at":"2026-01-31T21:30:00Z","ring_s":4,"queue_s":9.5,"talk_s":60.2,"hold_s":30,"wrap_up_s":20,"result":"order"}
{"id":"b","answered_at":"2026-01-31T23:30:00Z","talk_s":61}

{"id":"c","answered_at":null,"queue_s":12}
{"id":"d","answered_at":"2026-01-31T23:59:00Z","talk_s":1}
`
	for zone, want := range map[string][]string{
		"":              {"120/0", "120/1200", "0/0", "60/1200"},
		"Europe/Moscow": {"120/0", "120/1200", "0/0", "60/1200"}, // all of it February
		"Europe/Berlin": {"120/0", "120/0", "0/0", "60/0"},       // a in January, b and d in February
	} {
		args := []string{"--plan", "testdata/demo.plan.json"}
		if zone != "" {
			args = append(args, "--zone", zone)
		}
		code, out, complaints := run(calls, args...)
		var got []string
		for _, l := range parseLines(t, out) {
			got = append(got, l.BilledS.String()+"/"+l.Minor.String())
			if _, err := rating.Recompute(l.Explain); err != nil {
				t.Errorf("%v: %v", l.ID, err)
			}
		}
		if code != 0 || !slices.Equal(got, want) {
			t.Errorf("zone %q: exit %d, %v; want %v; %s", zone, code, got, want, complaints)
		}
	}
}

func TestJSONTable(t *testing.T) {
	t.Parallel()
	code, out, _ := run("", "--csv", "testdata/rating_cases.csv", "--json")
	if first, _, _ := strings.Cut(out, "\n"); code != 0 || first != `{"id":"B01","billed_s":120,"charge_minor_units":120}` {
		t.Errorf("exit %d, first line %s", code, first)
	}
}

const header = "id,setup_fee,first_increment_s,next_increment_s,rate_per_min,included_s_left,duration_s,currency,round\n"

// TestBadRows: each is told with its line, the others are priced.
func TestBadRows(t *testing.T) {
	t.Parallel()
	code, out, complaints := run("\ufeff"+header+
		"good,0,60,60,12.00,0,61,RUB,\n"+
		"comma,0,60,60,\"12,00\",0,61,RUB,\n"+
		"short,0,60,60,12.00,0,61\n"+
		"many,-1,0,x,12.00,,-5,RUR,half\n"+
		"\"two\nlines\",0,60,60,12.00,0,1e3,RUB,up\n"+
		"huge,0,60,60,1000000000,0,999999999,RUB,none\n"+
		"empty,0,60,60,12.00,0,,RUB,\n"+
		"last,0,1,1,12.00,0,0.0001,RUB,up\n", "--csv", "-")
	want := `rate: line 3: rate_per_min: "12,00" is no decimal number: write digits and a point, such as 12.50
rate: line 4: 7 cells, where the first line has 9
rate: line 5: next_increment_s: "x" is no whole number; included_s_left: "" is no whole number; duration_s: "-5" s is below 0; currency: "RUR" is no currency that we count in: write an ISO 4217 code such as RUB; first_increment_s: 0 is not within 1..86400; setup_fee: "-1" is below 0; round: "half" is none of half_up, up, even, none
rate: line 6: duration_s: "1e3" is no decimal number: write digits and a point, such as 12.50
rate: line 8: 1000000020 billed s at 1000000000.00: the amount does not fit 64 bits
rate: line 9: duration_s: "" is no decimal number: write digits and a point, such as 12.50
rate: 6 of the lines could not be priced: correct them and run it again
`
	if code != 1 || complaints != want {
		t.Errorf("exit %d\n%s\nwant\n%s", code, complaints, want)
	}
	if out != "id,billed_s,charge_minor_units\ngood,120,2400\nlast,1,20\n" {
		t.Errorf("printed %s", out)
	}
}

// TestBadLines: the same for calls on standard input.
func TestBadLines(t *testing.T) {
	t.Parallel()
	code, out, complaints := run(`{"id":"a","answered_at":"2026-01-31","talk_s":1}
{"id":"b","answered_at":"2026-01-31T10:00:00Z","talk_s":-1,"hold_s":"x"}
{"talk_s":1}
not json
{"id":"c","answered_at":"2026-01-31T10:00:00Z","talk_s":"7.0001"}
`, "--plan", "testdata/demo.plan.json")
	for i, says := range []string{
		`line 1: answered_at: "2026-01-31" is no instant: write it as 2026-01-31T23:58:30+03:00`,
		"line 2: ",
		"line 3: id: is missing; answered_at: is missing, although there was talk",
		"line 4: read the JSON object",
		"4 of the lines could not be priced",
	} {
		if got := strings.Split(complaints, "\n")[i]; !strings.HasPrefix(got, "rate: "+says) {
			t.Errorf("complaint %d is %q; want %q", i, got, says)
		}
	}
	if lines := parseLines(t, out); code != 1 || len(lines) != 1 || lines[0].BilledS != "60" || lines[0].Explain.RawMs != 7001 {
		t.Errorf("exit %d, printed %s", code, out)
	}
}

func TestUsageAndFiles(t *testing.T) {
	t.Parallel()
	broken := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(broken, []byte(`{"name":"p","currency":"RUB","first_increment_s":0,"next_increment_s":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	misspelt := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(misspelt, []byte(`{"name":"p","rate_per_minute":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{nil, 2, "--csv FILE or --plan FILE"},
		{[]string{"--csv", "a", "--plan", "b"}, 2, "either"},
		{[]string{"--csv", "a", "more"}, 2, "too many"},
		{[]string{"--csv", "a", "--zone", "UTC"}, 2, "--plan"},
		{[]string{"--cvs", "a"}, 2, "-cvs"},
		{[]string{"--csv", "nowhere.csv"}, 1, "nowhere.csv"},
		{[]string{"--csv", "-"}, 1, "the file is empty"},
		{[]string{"--plan", "-"}, 1, "standard input"},
		{[]string{"--plan", broken}, 1, "first_increment_s: 0 is not within 1..86400; rate_per_min: is missing"},
		{[]string{"--plan", misspelt}, 1, `unknown field "rate_per_minute"`},
		{[]string{"--plan", "testdata/demo.plan.json", "--zone", "Moscow"}, 1, "Europe/Moscow"},
	} {
		code, out, complaints := run("", c.args...)
		if code != c.code || out != "" || !strings.Contains(complaints, c.says) || strings.Count(complaints, "\n") != 1 {
			t.Errorf("%v: exit %d, printed %q, said %q; want %d and %q", c.args, code, out, complaints, c.code, c.says)
		}
	}
	for _, missing := range []string{"currency", "id"} {
		code, _, complaints := run(strings.Replace(header, missing, "other", 1), "--csv", "-")
		if code != 1 || !strings.Contains(complaints, "column "+missing+" is missing") {
			t.Errorf("without %s: exit %d, said %q", missing, code, complaints)
		}
	}
	if code, out, complaints := run("", "--help"); code != 0 || !strings.HasPrefix(out, "Usage:") || complaints != "" {
		t.Errorf("--help: exit %d, printed %q, said %q", code, out, complaints)
	}
}

// FuzzLine: a line is refused, or priced with a record that proves the price.
func FuzzLine(f *testing.F) {
	f.Add(`{"id":"a","answered_at":"2026-01-31T23:59:59.999+03:00","talk_s":60.0000000000000001,"hold_s":"5"}`)
	f.Add(`{"id":[1],"talk_s":1e9}`)
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, "\n\r") {
			return
		}
		code, out, complaints := run(text, "--plan", "testdata/demo.plan.json")
		if code != 0 {
			if complaints == "" || out != "" {
				t.Fatalf("exit %d, printed %q, said %q", code, out, complaints)
			}
			return
		}
		for _, l := range parseLines(t, out) {
			if c, err := rating.Recompute(l.Explain); err != nil || c.MinorText() != l.Minor.String() {
				t.Fatalf("%s: %v", out, err)
			}
		}
	})
}
