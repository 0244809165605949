// Package rate charges shops for finished calls.
package rate

import (
	"context"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/ledger"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/live"
)

// Rater posts what finished calls cost.
type Rater struct {
	db   *tenant.DB
	tell func(live.Hint)
	now  func() time.Time
}

// New returns a Rater that tells who is looking of each charge.
func New(db *tenant.DB, tell func(live.Hint), now func() time.Time) *Rater {
	return &Rater{db, tell, now}
}

// Charge posts the record of a call. Charged again it changes nothing: the
// ledger has a key for each record.
func (r *Rater) Charge(ctx context.Context, f cdr.FinishedCall) error {
	shop := tenant.ID(f.ShopID)
	scope, err := r.db.EnterAsJob(ctx, "rate", shop)
	if err != nil {
		return err
	}
	var p ledger.Posted
	err = r.db.Within(ctx, scope, func(tx tenant.Tx) error {
		p, err = ledger.Post(tx, f, r.now())
		return err
	})
	if err == nil && p.ChargeID != uuid.Nil && !p.Again {
		r.tell(live.Hint{Shop: shop, Kind: live.Charge, ID: f.CallID, State: "posted"})
	}
	return err
}
