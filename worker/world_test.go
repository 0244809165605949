package worker_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/plan"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/tenanttest"
)

// open makes two shops that pay 12.00 RUB for each begun minute.
func open(t *testing.T) *tenanttest.World {
	t.Helper()
	w := tenanttest.Open(t)
	since := time.Now().AddDate(0, -2, 0)
	err := w.DB.Across(t.Context(), "publish the plan of a test", func(tx tenant.AcrossTx) error {
		v, err := plan.Publish(tx, plan.Plan{Name: "demo", Currency: "RUB", FirstIncrementS: 60, NextIncrementS: 60, RatePerMin: "12.00", Billable: []string{"talk", "hold"}}, since)
		if err != nil {
			return err
		}
		for _, s := range []tenanttest.Shop{w.A, w.B} {
			if _, err := tx.Exec("insert into shop.subscription (shop_id, id, plan_id, effective_from, created_at) values ($1, $2, $3, $4, $4)", s.ID.UUID(), uuid.New(), v.PlanID, since); err != nil {
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

// finish makes a call of 100 s of talk, with its record and the job of rating it.
func finish(t *testing.T, w *tenanttest.World, s tenanttest.Shop) cdr.Leg {
	t.Helper()
	started := time.Now().Add(-10 * time.Minute)
	l := record(w.AddCall(t, s, uuid.New(), started), s, started)
	err := w.DB.Across(t.Context(), "record a call", func(tx tenant.AcrossTx) error { return cdr.Record(tx, l) })
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func record(call uuid.UUID, s tenanttest.Shop, started time.Time) cdr.Leg {
	answered := started.Add(5 * time.Second)
	return cdr.Leg{
		ShopID: s.ID.UUID(), CallID: call, Leg: cdr.FirstLeg, Version: 1, Source: cdr.FromSwitch, Direction: "inbound", Disposition: "answered",
		StartedAt: started, AnsweredAt: &answered, EndedAt: started.Add(105 * time.Second), Parts: cdr.Parts{QueueMS: 5000, TalkMS: 100000}, ReceivedAt: started.Add(105 * time.Second),
	}.Sealed()
}
