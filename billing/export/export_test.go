package export_test

import (
	"io"
	"maps"
	"math/big"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/export"
	"switchboard/billing/plan"
	"switchboard/tenant"
	"switchboard/tenant/tenanttest"
)

func demo() plan.Plan {
	return plan.Plan{
		Name: "demo", Currency: "RUB", FirstIncrementS: 60, NextIncrementS: 60, RatePerMin: "12.00",
		Billable: []string{"talk", "hold"},
	}
}

// TestALine: what the line of one call says, column by column.
func TestALine(t *testing.T) {
	t.Parallel()
	p := demo()
	p.IncludedS, p.SetupFee = 60, "0.5"
	w := world(t, p)
	at := time.Date(2026, 11, 25, 12, 0, 0, 250_000_000, moscow)
	operator := w.AddOperator(t, "anna", w.A)
	l := talk(at, 95)
	l.HoldMS, l.OperatorID = 29_500, &operator
	posted := addPosted(t, w, w.A, l)
	rows, total := exported(t, w, w.A, november)
	if len(rows) != 1 {
		t.Fatalf("%d lines", len(rows))
	}
	got := rows[0]
	want := map[string]string{
		"call_id": got["call_id"], "leg": "1", "version": "1", "kind": "usage", "direction": "inbound",
		"started_at": "2026-11-25T11:59:50.750+03:00", "answered_at": "2026-11-25T12:00:00.250+03:00", "ended_at": "2026-11-25T12:02:04.750+03:00",
		"number": "+74950000001", "operator_id": operator.String(),
		"ring_s": "0.000", "greeting_s": "2.500", "queue_s": "7.000", "talk_s": "95.000", "hold_s": "29.500", "wrap_up_s": "15.250",
		"billable": "talk+hold", "billed_s": "180", "included_s": "60", "rule": "60/60 half_up", "rate_per_min": "12.00", "setup_fee": "0.50",
		"amount": "24.50", "amount_minor": "2450", "currency": "RUB",
		"plan": "demo", "tariff_version": "1", "tariff_version_id": got["tariff_version_id"], "charge_id": posted.ChargeID.String(),
	}
	if !maps.Equal(got, want) {
		for _, column := range export.Columns {
			if got[column] != want[column] {
				t.Errorf("%s is %q; want %q", column, got[column], want[column])
			}
		}
	}
	if total != (export.Total{Lines: 1, BilledS: 180, Minor: 2450, Currency: "RUB"}) || uuid.Validate(got["call_id"]) != nil {
		t.Errorf("%+v of call %s", total, got["call_id"])
	}
	if rows, _ := exported(t, w, w.B, november); len(rows) != 0 {
		t.Errorf("the other shop's export has %v", rows)
	}
}

// TestTheEdges: a month of Moscow is half-open, by the answer, not by the end.
func TestTheEdges(t *testing.T) {
	t.Parallel()
	w := world(t, demo())
	for _, at := range []time.Time{
		november.From.Add(-time.Millisecond), november.From, november.To.Add(-time.Millisecond), november.To,
	} {
		addPosted(t, w, w.A, talk(at, 600))
	}
	rows, _ := exported(t, w, w.A, november)
	var answered []string
	for _, row := range rows {
		answered = append(answered, row["answered_at"])
	}
	if want := []string{"2026-11-01T00:00:00.000+03:00", "2026-11-30T23:59:59.999+03:00"}; !slices.Equal(answered, want) {
		t.Errorf("answered at %v; want %v", answered, want)
	}
}

// TestSumsAreTheBooks: random calls, corrections among them, of two shops. Each
// file, read again and added up, is its shop's charges and debt to the kopeck.
func TestSumsAreTheBooks(t *testing.T) {
	t.Parallel()
	p := demo()
	p.FirstIncrementS, p.NextIncrementS, p.RatePerMin, p.IncludedS, p.SetupFee = 30, 6, "3.333333", 1000, "0.049"
	p.Bands = []plan.Band{{Name: "night", From: "22:00", To: "08:00", RatePerMin: "1.7"}}
	w := world(t, p)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		s := w.A
		if i%3 == 0 {
			s = w.B
		}
		at := november.From.Add(time.Duration(random.Int64N(int64(29 * 24 * time.Hour)))).Truncate(time.Millisecond)
		l := talk(at, random.Int64N(900))
		l.TalkMS += random.Int64N(1000)
		addPosted(t, w, s, l)
		if i%5 == 0 {
			l.Version, l.TalkMS = 2, l.TalkMS/2
			l.CallID = tenanttest.One[uuid.UUID](t, w, "select call_id from shop.charge where shop_id = $1 order by id desc limit 1", s.ID.UUID())
			addPosted(t, w, s, l)
		}
	}
	for _, s := range []tenanttest.Shop{w.A, w.B} {
		rows, total := exported(t, w, s, november)
		owed := tenanttest.One[int64](t, w, "select sum(amount)::bigint from shop.charge where shop_id = $1", s.ID.UUID())
		moved := tenanttest.One[int64](t, w, "select sum(case kind when 'usage' then amount else -amount end)::bigint from shop.transfer where shop_id = $1", s.ID.UUID())
		billed := tenanttest.One[int64](t, w, "select sum(billed_s)::bigint from shop.charge where shop_id = $1", s.ID.UUID())
		major := new(big.Rat)
		for _, row := range rows {
			amount, ok := new(big.Rat).SetString(row["amount"])
			if !ok {
				t.Fatalf("amount %q", row["amount"])
			}
			major.Add(major, amount)
		}
		if got := sum(t, rows, "amount_minor"); got != owed || got != moved || total.Minor != owed || major.Cmp(big.NewRat(owed, 100)) != 0 {
			t.Errorf("%s: lines add up to %d and %s, charges to %d, transfers to %d", s.Slug, got, major.FloatString(2), owed, moved)
		}
		if got := sum(t, rows, "billed_s"); got != billed || total.BilledS != billed || total.Lines != len(rows) {
			t.Errorf("%s: lines have %d billed s, charges %d", s.Slug, got, billed)
		}
	}
}

// TestAReversalTakesBack: its line is the negative of what it undoes.
func TestAReversalTakesBack(t *testing.T) {
	t.Parallel()
	w := world(t, demo())
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, moscow)
	addPosted(t, w, w.A, talk(at, 61))
	second := talk(at, 30)
	second.Version, second.CallID = 2, tenanttest.One[uuid.UUID](t, w, "select call_id from shop.charge")
	addPosted(t, w, w.A, second)
	rows, _ := exported(t, w, w.A, november)
	var got []string
	for _, row := range rows {
		got = append(got, strings.Join([]string{row["version"], row["kind"], row["talk_s"], row["billed_s"], row["amount"]}, " "))
	}
	want := []string{"1 usage 61.000 120 24.00", "1 reversal -61.000 -120 -24.00", "2 usage 30.000 60 12.00"}
	if !slices.Equal(got, want) {
		t.Errorf("%v; want %v", got, want)
	}
}

// TestNoFormulas: names that a person chose do nothing in a spreadsheet, numbers
// stay numbers.
func TestNoFormulas(t *testing.T) {
	t.Parallel()
	p := demo()
	p.Name = `=HYPERLINK("http://evil.example","x")`
	w := world(t, p)
	w.Admin(t, "update shop.number set e164 = '@SUM(1)' where shop_id = $1", w.B.ID.UUID())
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, moscow)
	addPosted(t, w, w.A, talk(at, 1))
	addPosted(t, w, w.B, talk(at, 1))
	rows, _ := exported(t, w, w.A, november)
	if rows[0]["plan"] != "'"+p.Name || rows[0]["number"] != "+74950000001" {
		t.Errorf("plan %s, number %s", rows[0]["plan"], rows[0]["number"])
	}
	if rows, _ := exported(t, w, w.B, november); rows[0]["number"] != "'@SUM(1)" {
		t.Errorf("number %s", rows[0]["number"])
	}
}

// TestBandsAreShown: a call of two prices has both.
func TestBandsAreShown(t *testing.T) {
	t.Parallel()
	p := demo()
	p.Bands = []plan.Band{{Name: "night", From: "22:00", To: "08:00", RatePerMin: "6"}}
	w := world(t, p)
	addPosted(t, w, w.A, talk(time.Date(2026, 11, 25, 21, 59, 0, 0, moscow), 120))
	rows, _ := exported(t, w, w.A, november)
	if rows[0]["rate_per_min"] != "12.00 + 6.00" || rows[0]["amount"] != "18.00" || rows[0]["rule"] != "60/60 half_up per_second" {
		t.Errorf("%v", rows[0])
	}
}

// TestOnlyWhatTheShopOwes: what the same call pays the operator or costs us is
// no line of the shop's.
func TestOnlyWhatTheShopOwes(t *testing.T) {
	t.Parallel()
	w := world(t, demo())
	addPosted(t, w, w.A, talk(time.Date(2026, 11, 25, 12, 0, 0, 0, moscow), 61))
	w.Admin(t, `insert into shop.charge select (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'subject', s))).*
		from shop.charge c, unnest(array['operator', 'carrier']) s`)
	if rows, total := exported(t, w, w.A, november); len(rows) != 1 || total.Minor != 2400 {
		t.Errorf("%d lines of %d", len(rows), total.Minor)
	}
}

// TestNothingOfTheBuyer: neither the number that rang nor any part of it.
func TestNothingOfTheBuyer(t *testing.T) {
	t.Parallel()
	w := world(t, demo())
	addPosted(t, w, w.A, talk(time.Date(2026, 11, 25, 12, 0, 0, 0, moscow), 61))
	rows, _ := exported(t, w, w.A, november)
	for column, cell := range rows[0] {
		if strings.Contains(cell, "5550144") {
			t.Errorf("%s shows the buyer: %s", column, cell)
		}
	}
}

// peak is a writer that watches the heap while a file passes through it.
type peak struct {
	bytes     int
	low, high uint64
}

func (p *peak) Write(b []byte) (int, error) {
	if p.bytes/100_000 != (p.bytes+len(b))/100_000 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // a sync.Pool lets go at the second
		runtime.ReadMemStats(&m)
		p.low, p.high = min(p.low, m.HeapAlloc), max(p.high, m.HeapAlloc)
	}
	p.bytes += len(b)
	return len(b), nil
}

// TestMemoryIsFlat: a large export passes through, it is not gathered. It runs
// alone, since the heap that it watches is everybody's.
func TestMemoryIsFlat(t *testing.T) { //nolint:paralleltest // see above
	w := world(t, demo())
	addPosted(t, w, w.A, talk(time.Date(2026, 11, 25, 12, 0, 0, 0, moscow), 61))
	multiply(t, w, 10_000)
	p := &peak{low: 1 << 62}
	err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error {
		_, err := export.Billing(tx, p, november)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if p.bytes < 3_000_000 || p.high-p.low > 1<<20 {
		t.Errorf("while %d bytes passed, the heap went from %d to %d", p.bytes, p.low, p.high)
	}
}

// multiply copies the one charge of shop A and its record, a second apart.
func multiply(t testing.TB, w *tenanttest.World, times int) {
	t.Helper()
	w.Admin(t, `insert into shop.call_leg select (jsonb_populate_record(l, jsonb_build_object('leg', n + 1))).* from shop.call_leg l, generate_series(1, $1) n`, times)
	w.Admin(t, `insert into shop.charge select (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'leg', n + 1,
		'service_at', c.service_at + n * interval '1 millisecond'))).* from shop.charge c, generate_series(1, $1) n`, times)
	w.Admin(t, "analyze shop.charge, shop.call_leg")
}

func TestParseSpan(t *testing.T) {
	t.Parallel()
	s, err := export.ParseSpan("2026-11-01", "2026-12-01", moscow)
	if err != nil || !s.From.Equal(november.From) || !s.To.Equal(november.To) {
		t.Errorf("%v, %v", s, err)
	}
	s, err = export.ParseSpan("2026-11-01T00:00:00Z", "2026-11-01T12:00:00+03:00", moscow)
	if err != nil || s.To.Sub(s.From) != 9*time.Hour {
		t.Errorf("%v, %v", s, err)
	}
	for _, c := range []struct{ from, to, says string }{
		{"", "", `from: "" is no day: write it as 2026-11-01, or an instant as 2026-11-01T09:30:00+03:00; to: "" is no day`},
		{"2026-11-31", "2026-12-01", "from: "},
		{"01.11.2026", "2026-12-01", "from: "},
		{"2026-11-01", "2026-11-01", "to: 2026-11-01 is not after from"},
		{"2026-12-01", "2026-11-01", "to: 2026-11-01 is not after from"},
		{"0026-11-01", "2026-11-01", "five years"},
	} {
		if _, err := export.ParseSpan(c.from, c.to, moscow); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s to %s: %v; want %q", c.from, c.to, err, c.says)
		}
	}
}

// BenchmarkBilling is the export of 100,000 lines.
func BenchmarkBilling(b *testing.B) {
	w := world(b, demo())
	addPosted(b, w, w.A, talk(time.Date(2026, 11, 25, 12, 0, 0, 0, moscow), 61))
	multiply(b, w, 100_000)
	for b.Loop() {
		err := w.DB.Within(b.Context(), w.A.Scope, func(tx tenant.Tx) error {
			_, err := export.Billing(tx, io.Discard, november)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(100_000*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
