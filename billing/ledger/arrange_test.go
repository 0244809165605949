package ledger_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/ledger"
	"switchboard/billing/plan"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

// noon of a Wednesday, in Moscow.
var noon = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// demo is 12.00 RUB a begun minute of talk and hold.
func demo() plan.Plan {
	return plan.Plan{
		Name: "demo", Currency: "RUB", FirstIncrementS: 60, NextIncrementS: 60, RatePerMin: "12.00",
		Billable: []string{"talk", "hold"},
	}
}

// world is two shops on the same plan since the day before noon.
func world(t testing.TB, p plan.Plan) *tenanttest.World {
	t.Helper()
	w := tenanttest.Open(t)
	since := noon.AddDate(0, -2, 0)
	err := w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) error {
		v, err := plan.Publish(tx, p, since)
		if err != nil {
			return err
		}
		for _, s := range []tenanttest.Shop{w.A, w.B} {
			_, err := tx.Exec("insert into shop.subscription (shop_id, id, plan_id, effective_from, created_at) values ($1, $2, $3, $4, $4)",
				s.ID.UUID(), uuid.New(), v.PlanID, since)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// shape is what a test says about a leg.
type shape struct {
	at         time.Time // answered; zero: nobody did
	talk, hold time.Duration
	version    int
}

// addLeg makes a finished call and its record.
func addLeg(t testing.TB, w *tenanttest.World, s tenanttest.Shop, sh shape) cdr.FinishedCall {
	t.Helper()
	startedAt := sh.at
	if startedAt.IsZero() {
		startedAt = noon
	}
	call := w.AddCall(t, s, uuid.Nil, startedAt.Add(-5*time.Second))
	return addVersion(t, w, s, call, sh)
}

// addVersion adds a record of the call: its first, or a correction.
func addVersion(t testing.TB, w *tenanttest.World, s tenanttest.Shop, call uuid.UUID, sh shape) cdr.FinishedCall {
	t.Helper()
	l := cdr.Leg{
		ShopID: s.ID.UUID(), CallID: call, Leg: 1, Version: max(1, sh.version), Source: cdr.FromSwitch, Direction: "inbound",
		Disposition: "abandoned", StartedAt: noon, EndedAt: noon.Add(20 * time.Second), ReceivedAt: noon,
	}
	l.QueueMS = 5000
	if !sh.at.IsZero() {
		l.Disposition, l.StartedAt, l.AnsweredAt, l.EndedAt = "answered", sh.at.Add(-5*time.Second), &sh.at, sh.at.Add(sh.talk+sh.hold)
		l.TalkMS, l.HoldMS, l.WrapUpMS = sh.talk.Milliseconds(), sh.hold.Milliseconds(), 20_000
	}
	rows, err := json.Marshal([]cdr.Leg{l.Sealed()})
	if err != nil {
		t.Fatal(err)
	}
	err = w.DB.Within(t.Context(), s.Scope, func(tx tenant.Tx) error {
		_, err := tx.Exec(cdr.InsertLegsSQL, string(rows))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return l.Finished()
}

// post is what the worker does, as the shop.
func post(ctx context.Context, w *tenanttest.World, s tenanttest.Shop, f cdr.FinishedCall) (p ledger.Posted, err error) {
	err = w.DB.Within(ctx, s.Scope, func(tx tenant.Tx) error {
		p, err = ledger.Post(tx, f, noon.Add(time.Hour))
		return err
	})
	return p, err
}

func mustPost(t testing.TB, w *tenanttest.World, s tenanttest.Shop, f cdr.FinishedCall) ledger.Posted {
	t.Helper()
	p, err := post(t.Context(), w, s, f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sums is what the books of a shop say, past every wall.
type sums struct {
	Charges, Amount, Transfers, Owed, Earned, UsedS, UsedCalls, Live int64
}

// books reads them: Owed is debits less credits of receivable, Earned credits
// less debits of revenue.minutes, Live the charges that nothing reverses.
func books(t testing.TB, w *tenanttest.World, s tenanttest.Shop) (b sums) {
	t.Helper()
	one := func(query string) int64 { return tenanttest.One[int64](t, w, query, s.ID.UUID()) }
	b.Charges = one("select count(*) from shop.charge where shop_id = $1")
	b.Amount = one("select coalesce(sum(amount), 0)::bigint from shop.charge where shop_id = $1")
	b.Transfers = one("select count(*) from shop.transfer where shop_id = $1")
	b.Owed = one(`select coalesce(sum(case a.id when t.debit_id then amount else -amount end), 0)::bigint from shop.account_book a
		join shop.transfer t on t.shop_id = a.shop_id and a.id in (t.debit_id, t.credit_id) where a.shop_id = $1 and a.kind = 'receivable'`)
	b.Earned = one(`select coalesce(sum(case a.id when t.credit_id then amount else -amount end), 0)::bigint from shop.account_book a
		join shop.transfer t on t.shop_id = a.shop_id and a.id in (t.debit_id, t.credit_id) where a.shop_id = $1 and a.kind = 'revenue.minutes'`)
	b.UsedS = one("select coalesce(sum(seconds), 0)::bigint from shop.bundle_use where shop_id = $1")
	b.UsedCalls = one("select coalesce(sum(calls), 0)::bigint from shop.bundle_use where shop_id = $1")
	b.Live = one(`select count(*) from shop.charge c where shop_id = $1 and kind = 'usage' and not exists (
		select 1 from shop.charge r where r.shop_id = c.shop_id and r.reverses_id = c.id)`)
	return b
}
