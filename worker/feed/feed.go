// Package feed brings the catalogues of shops up to date.
package feed

import (
	"context"
	"errors"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/fault"
	"switchboard/tenant/live"
)

// Reader looks at the feeds of shops.
type Reader struct {
	db     *tenant.DB
	origin catalogue.Origin
	tell   func(live.Hint)
}

// New returns a Reader of the feeds that origin finds.
func New(db *tenant.DB, origin catalogue.Origin, tell func(live.Hint)) *Reader {
	return &Reader{db: db, origin: origin, tell: tell}
}

// Look reads the feed of a source. A feed that is broken, unreachable or
// overtaken is no failure of the job: the shop reads why beside its source, and
// the next look is on schedule.
func (r *Reader) Look(ctx context.Context, w catalogue.Wanted) error {
	shop := tenant.ID(w.ShopID)
	scope, err := r.db.EnterAsJob(ctx, "feed", shop)
	if err != nil {
		return err
	}
	s, err := catalogue.Refresh(ctx, r.db, scope, w.SourceID, r.origin)
	if s.State != "" {
		r.tell(live.Hint{Shop: shop, Kind: live.Snapshot, ID: s.ID, State: string(s.State)})
	}
	var invalid fault.Invalid
	if errors.As(err, &invalid) || errors.Is(err, fault.Conflict) || errors.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
