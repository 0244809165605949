// Package reap closes the calls of a switch that died and did not come back.
package reap

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/live"
)

const (
	// Every is how often to look.
	Every = 3 * time.Second
	// patience is how long a call may show no sign of life. With the time
	// between looks it leaves a margin to the 30 s within which every call of a
	// dead switch is closed; a switch renews its lease many times in it.
	patience = 20 * time.Second
	// unwatched is the pause between looks after which the watch begins anew: if
	// we could not see the database, the switch could not write to it.
	unwatched = 3 * Every
)

// Reaper watches the calls that have not ended. It compares what it sees with
// what it saw and never with a clock: clocks step, and differ between machines.
type Reaper struct {
	db   *tenant.DB
	log  *slog.Logger
	tell func(live.Hint)
	now  func() time.Time // with a monotonic reading

	looked  time.Time
	watched map[uuid.UUID]watch
}

// watch is a call and the last change in its signs of life.
type watch struct {
	sign
	since time.Time
}

// New returns a Reaper that has seen nothing yet.
func New(db *tenant.DB, log *slog.Logger, tell func(live.Hint)) *Reaper {
	return &Reaper{db: db, log: log, tell: tell, now: time.Now}
}

// Look closes the calls that have shown no sign of life for too long.
func (r *Reaper) Look(ctx context.Context) error {
	open, err := openCalls(ctx, r.db)
	now := r.now()
	if err != nil || now.Sub(r.looked) > unwatched {
		r.watched = nil
	}
	if err != nil {
		return err
	}
	r.looked = now
	var failed error
	for _, s := range r.dead(open, now) {
		failed = errors.Join(failed, r.close(ctx, s))
	}
	return failed
}

// dead updates the watch and returns the calls that gave no sign for too long.
func (r *Reaper) dead(open []sign, now time.Time) (dead []sign) {
	next := make(map[uuid.UUID]watch, len(open))
	for _, s := range open {
		before, seen := r.watched[s.ID]
		since := before.since
		if !seen || s.livelierThan(before.sign) {
			since = now
		}
		next[s.ID] = watch{s, since}
		if now.Sub(since) >= patience {
			dead = append(dead, s)
		}
	}
	r.watched = next
	return dead
}

// close ends the call, and the leadership of whoever had it: should it only
// have slept, it must not write on.
func (r *Reaper) close(ctx context.Context, s sign) error {
	var closed bool
	err := r.db.Across(ctx, "close a call of a dead switch", func(tx tenant.AcrossTx) error {
		if err := fence(tx, s); err != nil {
			return err
		}
		var err error
		closed, err = cdr.CloseOrphan(tx, tenant.ID(s.ShopID), s.ID, r.now())
		return err
	})
	if err == nil && closed {
		r.log.Warn("closed a call whose switch died", "call", s.ID, "pool", s.Pool, "epoch", s.Epoch)
		r.tell(live.Hint{Shop: tenant.ID(s.ShopID), Kind: live.Call, ID: s.ID, State: string(cdr.Ended)})
	}
	return err
}

// sign is a call that has not ended, with its signs of life.
type sign struct {
	ShopID  uuid.UUID
	ID      uuid.UUID
	Pool    string
	Epoch   int64
	LeaseAt *time.Time // its leader's last renewal; null once another leads, unless it has retired
	MediaAt *time.Time // when its legs last heard media; null without legs
}

// livelierThan tells whether s shows that the call has lived since before.
func (s sign) livelierThan(before sign) bool {
	return moved(s.LeaseAt, before.LeaseAt) || moved(s.MediaAt, before.MediaAt)
}

func moved(now, before *time.Time) bool {
	return now != nil && (before == nil || !now.Equal(*before))
}

func openCalls(ctx context.Context, db *tenant.DB) (open []sign, err error) {
	err = db.Across(ctx, "watch the calls that have not ended", func(tx tenant.AcrossTx) error {
		return tx.Query().Raw(`
			select c.shop_id, c.id, c.pool, c.epoch, coalesce(l.renewed_at, r.renewed_at) as lease_at, (select max(d.media_at) from house.dialog d where d.call_id = c.id) as media_at
			  from shop.call c left join house.lease l on l.pool = c.pool and l.epoch = c.epoch
			  left join house.retired r on r.pool = c.pool and r.epoch = c.epoch
			 where c.state <> 'ended' order by c.started_at, c.id`).Scan(&open).Error
	})
	return open, err
}

// fence moves the pool on from the call's epoch, if nobody did.
func fence(tx tenant.AcrossTx, s sign) error {
	err := tx.Query().Exec("update house.lease set epoch = epoch + 1, node = 'reaper' where pool = ? and epoch = ?", s.Pool, s.Epoch).Error
	if err == nil {
		err = tx.Query().Exec("delete from house.retired where pool = ? and epoch = ?", s.Pool, s.Epoch).Error
	}
	if err != nil {
		return fmt.Errorf("end the leadership of pool %s, epoch %d: %w", s.Pool, s.Epoch, err)
	}
	return nil
}
