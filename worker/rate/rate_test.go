package rate_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/plan"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
	"switchboard/tenant/live"
	"switchboard/tenant/tenanttest"
	"switchboard/worker/rate"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

// open makes two shops, of which only the first is on a plan, and a finished
// call of each.
func open(t *testing.T) (w *tenanttest.World, a, b cdr.FinishedCall) {
	t.Helper()
	w = tenanttest.Open(t)
	return w, subscribed(t, w, w.A), finish(t, w, w.B)
}

// subscribed puts the shop on a plan, and returns a finished call of it.
func subscribed(t *testing.T, w *tenanttest.World, s tenanttest.Shop) cdr.FinishedCall {
	t.Helper()
	since := time.Now().AddDate(0, -1, 0)
	err := w.DB.Across(t.Context(), "arrange", func(tx tenant.AcrossTx) error {
		v, err := plan.Publish(tx, plan.Plan{Name: "demo", Currency: "RUB", FirstIncrementS: 60, NextIncrementS: 60, RatePerMin: "12.00", Billable: []string{"talk"}}, since)
		if err == nil {
			_, err = tx.Exec(`insert into shop.subscription (shop_id, id, plan_id, effective_from, created_at) values ($1, $2, $3, $4, $4)`, s.ID.UUID(), uuid.New(), v.PlanID, since)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return finish(t, w, s)
}

func finish(t *testing.T, w *tenanttest.World, s tenanttest.Shop) cdr.FinishedCall {
	t.Helper()
	started := time.Now().Add(-time.Hour)
	answered := started.Add(5 * time.Second)
	l := cdr.Leg{ShopID: s.ID.UUID(), CallID: w.AddCall(t, s, uuid.New(), started), Leg: 1, Version: 1, Source: cdr.FromSwitch, Direction: "inbound", Disposition: "answered",
		StartedAt: started, AnsweredAt: &answered, EndedAt: started.Add(105 * time.Second), Parts: cdr.Parts{TalkMS: 100000}, ReceivedAt: started}.Sealed()
	if err := w.DB.Across(t.Context(), "arrange", func(tx tenant.AcrossTx) error { return cdr.Record(tx, l) }); err != nil {
		t.Fatal(err)
	}
	return l.Finished()
}

// charge charges one call.
func charge(t *testing.T, r *rate.Rater, f cdr.FinishedCall) error {
	return r.Charge(t.Context(), []cdr.FinishedCall{f})[0]
}

func TestACallIsChargedOnceAndToldOnce(t *testing.T) {
	t.Parallel()
	w, a, _ := open(t)
	var told []live.Hint
	r := rate.New(w.DB, func(h live.Hint) { told = append(told, h) }, time.Now)
	for range 3 {
		if err := charge(t, r, a); err != nil {
			t.Fatal(err)
		}
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.charge where call_id = $1 and amount = 2400", a.CallID); n != 1 {
		t.Errorf("%d charges", n)
	}
	if len(told) != 1 || told[0] != (live.Hint{Shop: w.A.ID, Kind: live.Charge, ID: a.CallID, State: "posted"}) {
		t.Errorf("told %+v", told)
	}
}

func TestACallIsChargedToItsOwnShopOnly(t *testing.T) {
	t.Parallel()
	w, a, b := open(t)
	r := rate.New(w.DB, func(h live.Hint) { t.Errorf("told %+v", h) }, time.Now)
	crossed := b
	crossed.ShopID = a.ShopID
	if err := charge(t, r, crossed); !errors.Is(err, fault.NotFound) {
		t.Errorf("shop b's call for shop a: %v", err)
	}
	if err := charge(t, r, b); err == nil {
		t.Error("a shop without a plan was charged: the job must wait for a person")
	}
	nobody := a
	nobody.ShopID = uuid.New()
	if err := charge(t, r, nobody); !errors.Is(err, fault.NotFound) {
		t.Errorf("for no shop: %v", err)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.charge"); n != 0 {
		t.Errorf("%d charges", n)
	}
}

// A batch of five shops, of which one has no plan and one is none.
func TestABatchIsEachShopsOwn(t *testing.T) {
	t.Parallel()
	w, a, b := open(t)
	batch := []cdr.FinishedCall{b, a, {ShopID: uuid.New(), CallID: a.CallID, Leg: 1, Version: 1}}
	for slug, number := range map[string]string{"shop-c": "+74950000003", "shop-d": "+74950000004"} {
		s := w.AddShop(t, slug, number)
		batch = append(batch, subscribed(t, w, s), finish(t, w, s))
	}
	told := map[uuid.UUID]tenant.ID{}
	r := rate.New(w.DB, func(h live.Hint) { told[h.ID] = h.Shop }, time.Now)
	for i, err := range r.Charge(t.Context(), batch) {
		if bad := i == 0 || i == 2; errors.Is(err, fault.NotFound) != bad || (err != nil) != bad {
			t.Errorf("call %d: %v", i, err)
		}
		if n := tenanttest.One[int](t, w, "select count(*) from shop.charge where call_id = $1 and shop_id = $2", batch[i].CallID, batch[i].ShopID); (n == 1) != (err == nil) {
			t.Errorf("call %d has %d charges and %v", i, n, err)
		}
		if whose, is := told[batch[i].CallID]; err == nil && (!is || whose != tenant.ID(batch[i].ShopID)) {
			t.Errorf("nobody was told of call %d", i)
		}
	}
	if len(told) != 5 {
		t.Errorf("told of %d charges, want 5", len(told))
	}
}
