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
	since, started := time.Now().AddDate(0, -1, 0), time.Now().Add(-time.Hour)
	answered := started.Add(5 * time.Second)
	leg := func(s tenanttest.Shop) cdr.Leg {
		return cdr.Leg{ShopID: s.ID.UUID(), CallID: w.AddCall(t, s, uuid.New(), started), Leg: 1, Version: 1, Source: cdr.FromSwitch, Direction: "inbound", Disposition: "answered",
			StartedAt: started, AnsweredAt: &answered, EndedAt: started.Add(105 * time.Second), Parts: cdr.Parts{TalkMS: 100000}, ReceivedAt: started}.Sealed()
	}
	la, lb := leg(w.A), leg(w.B)
	err := w.DB.Across(t.Context(), "arrange", func(tx tenant.AcrossTx) error {
		v, err := plan.Publish(tx, plan.Plan{Name: "demo", Currency: "RUB", FirstIncrementS: 60, NextIncrementS: 60, RatePerMin: "12.00", Billable: []string{"talk"}}, since)
		if err == nil {
			_, err = tx.Exec("insert into shop.subscription (shop_id, id, plan_id, effective_from, created_at) values ($1, $2, $3, $4, $4)", w.A.ID.UUID(), uuid.New(), v.PlanID, since)
		}
		return errors.Join(err, cdr.Record(tx, la), cdr.Record(tx, lb))
	})
	if err != nil {
		t.Fatal(err)
	}
	return w, la.Finished(), lb.Finished()
}

func TestACallIsChargedOnceAndToldOnce(t *testing.T) {
	t.Parallel()
	w, a, _ := open(t)
	var told []live.Hint
	r := rate.New(w.DB, func(h live.Hint) { told = append(told, h) }, time.Now)
	for range 3 {
		if err := r.Charge(t.Context(), a); err != nil {
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
	if err := r.Charge(t.Context(), crossed); !errors.Is(err, fault.NotFound) {
		t.Errorf("shop b's call for shop a: %v", err)
	}
	if err := r.Charge(t.Context(), b); err == nil {
		t.Error("a shop without a plan was charged: the job must wait for a person")
	}
	nobody := a
	nobody.ShopID = uuid.New()
	if err := r.Charge(t.Context(), nobody); !errors.Is(err, fault.NotFound) {
		t.Errorf("for no shop: %v", err)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.charge"); n != 0 {
		t.Errorf("%d charges", n)
	}
}
