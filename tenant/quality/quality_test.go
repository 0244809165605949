package quality_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/quality"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

// leg is a row; loss is in percent of 1,000 packets, scores in hundredths.
type leg struct {
	call, operator uuid.UUID
	party, trunk   string
	at             time.Time
	loss, heard    int
	told           *int
}

func add(t *testing.T, w *tenanttest.World, s tenanttest.Shop, l leg) {
	t.Helper()
	var operator any
	if l.operator != uuid.Nil {
		operator = l.operator
	}
	var packets any
	if l.told != nil {
		packets = 1000
	}
	w.Admin(t, `insert into shop.leg_quality (shop_id, call_id, leg_id, party, device, operator_id, trunk, node, codec, encrypted, started_at, duration_ms,
		heard_packets, heard_lost, heard_jitter_us, heard_worst, heard_mean, told_packets, told_lost, told_jitter_us, told_worst, told_mean, rtt_us)
		values ($1, $2, gen_random_uuid(), $3, 'telephone', $4, $5, 'node1', 'PCMA', false, $6, 60000, 1000, $7, 2000, $8, $8, $9, $9::bigint / 100, $9::int, $10::smallint, $10::smallint, 40000)`,
		s.ID.UUID(), l.call, l.party, operator, l.trunk, l.at, 10*l.loss, l.heard, packets, l.told)
}

func score(n int) *int { return &n }

func report(t *testing.T, w *tenanttest.World, by quality.By, s quality.Span) (lines []quality.Line) {
	t.Helper()
	err := w.DB.Across(context.Background(), "test", func(tx tenant.AcrossTx) (err error) {
		lines, err = quality.Report(tx, by, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestReports(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	anna, boris := w.AddOperator(t, "anna", w.A, w.B), w.AddOperator(t, "boris", w.A)
	first, second := w.AddCall(t, w.A, anna, noon), w.AddCall(t, w.B, anna, noon.Add(time.Hour))
	third := w.AddCall(t, w.A, boris, noon.Add(48*time.Hour))
	add(t, w, w.A, leg{call: first, party: "buyer", trunk: "north", at: noon.Add(time.Minute), loss: 4, heard: 380, told: score(350)})
	add(t, w, w.A, leg{call: first, party: "operator", operator: anna, at: noon.Add(time.Minute), heard: 440, told: score(430)})
	add(t, w, w.B, leg{call: second, party: "buyer", trunk: "south", at: noon.Add(time.Hour), heard: 438})
	add(t, w, w.B, leg{call: second, party: "operator", operator: anna, at: noon.Add(time.Hour), heard: 370, told: score(440)})
	add(t, w, w.A, leg{call: third, party: "operator", operator: boris, at: noon.Add(48 * time.Hour), heard: 100})
	day := quality.Span{From: noon.Add(-12 * time.Hour), To: noon.Add(12 * time.Hour)}

	trunks := report(t, w, quality.Trunk, day)
	if len(trunks) != 2 || trunks[0].Key != "north" || *trunks[0].HeardLoss != 4 || *trunks[0].Mean != 3.5 || trunks[0].Poor != 1 || *trunks[0].RttMs != 40 {
		t.Errorf("%+v", trunks)
	}
	if s := trunks[1]; s.Key != "south" || s.ToldLoss != nil || s.Unreported != 1 || s.Good != 1 || *s.Mean != 4.38 {
		t.Errorf("%+v", s)
	}
	operators := report(t, w, quality.Operator, day)
	if len(operators) != 1 || operators[0].Name != "anna" || operators[0].Key != anna.String() || operators[0].Legs != 2 || operators[0].Calls != 2 ||
		*operators[0].Mean != 4 || *operators[0].Worst != 3.7 || operators[0].Good != 1 || operators[0].Fair != 1 {
		t.Errorf("%+v", operators)
	}
	hours := report(t, w, quality.Hour, day)
	if len(hours) != 2 || hours[0].Key != "2026-03-04T12:00:00Z" || hours[1].Key != "2026-03-04T13:00:00Z" || hours[0].Legs != 2 || hours[0].Calls != 1 {
		t.Errorf("%+v", hours)
	}
	if none := report(t, w, quality.Hour, quality.Span{From: noon.Add(-48 * time.Hour), To: day.From}); len(none) != 0 {
		t.Errorf("a day without calls: %+v", none)
	}
}

// TestAShopSeesTheLegsOfItsOwnCalls and of no other's.
func TestAShopSeesTheLegsOfItsOwnCalls(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	now := time.Now().UTC()
	call := w.AddCall(t, w.A, w.AddOperator(t, "anna", w.A), now)
	add(t, w, w.A, leg{call: call, party: "operator", at: now.Add(time.Second), heard: 440})
	add(t, w, w.A, leg{call: call, party: "buyer", trunk: "north", at: now, loss: 2, heard: 400, told: score(410)})
	read := func(s tenanttest.Shop) (legs []quality.Leg) {
		t.Helper()
		err := w.DB.Within(context.Background(), s.Scope, func(tx tenant.Tx) (err error) {
			legs, err = quality.Of(tx, call)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return legs
	}
	legs := read(w.A)
	if len(legs) != 2 || legs[0].Party != "buyer" || legs[0].HeardLost != 20 || *legs[0].ToldMean != 410 || legs[1].ToldPackets != nil || *legs[1].HeardMean != 440 {
		t.Errorf("%+v", legs)
	}
	if legs := read(w.B); len(legs) != 0 {
		t.Errorf("another shop sees %+v", legs)
	}
}
