// Package rate charges shops for finished calls.
package rate

import (
	"context"
	"slices"
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

// Charge posts the records of calls, those of a shop in one transaction: what
// goes wrong with a shop is the error of its calls and of no other's. Charged
// again a call changes nothing: the ledger has a key for each record.
func (r *Rater) Charge(ctx context.Context, fs []cdr.FinishedCall) []error {
	errs := make([]error, len(fs))
	of := map[uuid.UUID][]int{} // by shop, the places of its calls
	for i, f := range fs {
		of[f.ShopID] = append(of[f.ShopID], i)
	}
	for shop, places := range of {
		its := make([]cdr.FinishedCall, len(places))
		for n, i := range places {
			its[n] = fs[i]
		}
		for n, err := range r.chargeShop(ctx, tenant.ID(shop), its) {
			errs[places[n]] = err
		}
	}
	return errs
}

// chargeShop posts the records of one shop's calls.
func (r *Rater) chargeShop(ctx context.Context, shop tenant.ID, fs []cdr.FinishedCall) []error {
	var posted []ledger.Posted
	var refused []error
	scope, err := r.db.EnterAsJob(ctx, "rate", shop)
	if err == nil {
		err = r.db.Within(ctx, scope, func(tx tenant.Tx) error {
			// The job's own row is done after this commit, in the same log: were this
			// one lost in a crash, the row would be owed still. See worker/job.
			_, err := tx.Exec("set local synchronous_commit = off")
			if err == nil {
				posted, refused, err = ledger.PostAll(tx, fs, r.now())
			}
			return err
		})
	}
	if err != nil {
		return slices.Repeat([]error{err}, len(fs))
	}
	for i, p := range posted {
		if p.ChargeID != uuid.Nil && !p.Again {
			r.tell(live.Hint{Shop: shop, Kind: live.Charge, ID: fs[i].CallID, State: "posted"})
		}
	}
	return refused
}
