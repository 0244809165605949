// Package ledger posts what a finished call costs: charges that explain
// themselves and transfers of double entry, each exactly once, none ever changed.
package ledger

import (
	"cmp"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/money"
	"switchboard/billing/rating"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
)

// Posted is what a Post left in the books for a leg.
type Posted struct {
	ChargeID  uuid.UUID // uuid.Nil: nothing is owed, or a newer version of the record is there
	Amount    money.Amount
	BilledS   int64
	IncludedS int64
	Again     bool // it had been posted before
	Reversed  int  // charges of older versions that were taken back now
}

// Record is what is stored with a charge: the arithmetic, from which
// rating.Recompute gives the same amount alone, and where its inputs are from.
type Record struct {
	Plan        string `json:"plan"`
	PlanVersion int    `json:"plan_version"`
	CDR         string `json:"cdr_sha256"` // of the call_leg that was rated
	rating.Explain
}

// Post charges the shop of tx for a finished leg, in tx or not at all. A leg that
// nobody answered costs nothing and leaves nothing. Posting the same record again
// changes nothing; a newer version of it takes the older one's charge back,
// exactly, and posts its own. An older version that comes late leaves nothing,
// since the newest has a job of its own. A record that says other than the one
// which was posted under its version is fault.Conflict; a leg that is not there,
// or was answered while the shop was on no plan, is fault.NotFound.
func Post(tx tenant.Tx, f cdr.FinishedCall, now time.Time) (Posted, error) {
	all, refused, err := PostAll(tx, []cdr.FinishedCall{f}, now)
	return all[0], cmp.Or(err, refused[0])
}

// PostAll is Post for many legs of the shop of tx, in their order, in a few
// statements. What Post would answer for each is in its place: a leg that is
// refused leaves nothing, and the others are posted. If err is not nil, tx must
// not commit.
func PostAll(tx tenant.Tx, fs []cdr.FinishedCall, now time.Time) (all []Posted, refused []error, err error) {
	all, refused = make([]Posted, len(fs)), make([]error, len(fs))
	b, err := read(tx, fs, now.UTC().Truncate(time.Microsecond))
	if err != nil {
		return all, refused, fmt.Errorf("post %d legs of shop %s: %w", len(fs), tx.Scope().Shop(), err)
	}
	for i, f := range fs {
		if all[i], err = b.post(f); err != nil {
			all[i], refused[i] = Posted{}, fmt.Errorf("post leg %d of call %s, version %d: %w", f.Leg, f.CallID, f.Version, err)
		}
	}
	if err := b.write(tx); err != nil {
		return make([]Posted, len(fs)), refused, fmt.Errorf("post %d legs of shop %s: %w", len(fs), tx.Scope().Shop(), err)
	}
	return all, refused, nil
}
