package catalogue

import (
	"fmt"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Cause is why a snapshot is held.
type Cause string

const (
	Sound  Cause = ""
	Lost   Cause = "lost"   // more than half of the items are gone
	Prices Cause = "prices" // too many prices are ten times what they were, or a tenth
	Empty  Cause = "empty"  // there is nothing in it
)

const (
	// lostShare is the share of a source's items, in per cent, whose loss holds the
	// new snapshot: half a file looks like a sale-out.
	lostShare = 50
	// jumpedShare is the share of its prices, in per cent, that may be ten times
	// what they were or a tenth: a comma that was lost moves them all.
	jumpedShare = 10
)

// hold says why a person must look at a snapshot that differs so.
func (d difference) hold() (Cause, string) {
	stayed := d.before - d.gone
	switch {
	case d.before == 0:
		return Sound, ""
	case d.after == 0:
		return Empty, fmt.Sprintf("the feed is empty, and there were %d items", d.before)
	case d.gone*100 > d.before*lostShare:
		return Lost, fmt.Sprintf("%d of %d items are gone", d.gone, d.before)
	case d.jumped*100 > stayed*jumpedShare:
		return Prices, fmt.Sprintf("%d of %d prices are ten times what they were, or a tenth", d.jumped, stayed)
	}
	return Sound, ""
}

// Accept publishes a snapshot that is held. One that a later import overtook is
// a fault.Conflict.
func Accept(tx tenant.Tx, id uuid.UUID) (Snapshot, error) {
	s, err := takeHeld(tx, id)
	if err != nil {
		return Snapshot{}, err
	}
	d, err := compare(tx, s)
	if err != nil {
		return Snapshot{}, err
	}
	s.count(d)
	s.Reason = "accepted by " + tx.Scope().Actor() + " although " + s.Reason
	if err := s.makeCurrent(tx); err != nil {
		return Snapshot{}, err
	}
	return s, tenant.Audit(tx, "catalogue.accept", id.String(), map[string]any{"gone": d.gone, "before": d.before})
}

// Discard throws a held snapshot away: what operators see stays. One that a later
// import overtook is a fault.Conflict.
func Discard(tx tenant.Tx, id uuid.UUID) (Snapshot, error) {
	s, err := takeHeld(tx, id)
	if err != nil {
		return Snapshot{}, err
	}
	s.State, s.Reason = Discarded, "discarded by "+tx.Scope().Actor()+": "+s.Reason
	if err := settle(tx, s, sourceNews{CheckedAt: s.TakenAt}); err != nil {
		return Snapshot{}, err
	}
	return s, tenant.Audit(tx, "catalogue.discard", id.String(), map[string]any{"gone": s.GoneCount})
}

// takeHeld returns a snapshot that is held, and keeps it from being overtaken.
func takeHeld(tx tenant.Tx, id uuid.UUID) (Snapshot, error) {
	s, err := Take(tx, id)
	if err != nil {
		return Snapshot{}, err
	}
	if err := lock(tx, s.SourceID); err != nil {
		return Snapshot{}, err
	}
	if s, err = Take(tx, id); err != nil { // again: it may have been overtaken meanwhile
		return Snapshot{}, err
	}
	if s.State != Held {
		return Snapshot{}, fmt.Errorf("decide on snapshot %s, which is %s: %w", id, s.State, fault.Conflict)
	}
	return s, nil
}
