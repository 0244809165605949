// Package keep brings recordings from the spool to their store, and takes away
// what was deleted.
package keep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"switchboard/tenant"
	"switchboard/tenant/alarm"
	"switchboard/tenant/depot"
	"switchboard/tenant/keyring"
	"switchboard/tenant/recording"
)

const (
	// Every is how often to look.
	Every = 2 * time.Second
	// atOnce is how many files are taken at a look: what they take is bounded, and
	// the next look goes on.
	atOnce = 8
	// rows is how many rows a look changes.
	rows = 200
	// node is whose alarm it is: any worker does the same work.
	node = "worker"
)

// Keeper moves recordings. Any number may.
type Keeper struct {
	db  *tenant.DB
	lib recording.Library
	log *slog.Logger
	now func() time.Time
}

// New returns a Keeper of a library.
func New(db *tenant.DB, lib recording.Library, log *slog.Logger, now func() time.Time) *Keeper {
	return &Keeper{db, lib, log, now}
}

// Look does what is due, once. What fails is tried again when its row says.
func (k *Keeper) Look(ctx context.Context) error {
	var failed error
	for _, chore := range []func(context.Context) error{k.bring, k.expire, k.wipe, k.rewrap} {
		failed = errors.Join(failed, chore(ctx))
	}
	return failed
}

// bring brings files to the store. After one that fails the others wait too: it
// is the store that is away.
func (k *Keeper) bring(ctx context.Context) error {
	moves, err := k.take(ctx, recording.Spooled)
	if err != nil || len(moves) == 0 {
		return err
	}
	for i, m := range moves {
		if err := k.keep(ctx, m); err != nil {
			return k.wait(ctx, moves[i:], err)
		}
	}
	return k.db.Across(ctx, "note that recordings are kept", func(tx tenant.AcrossTx) error {
		return alarm.Clear(tx, alarm.RecordingStore, node, k.now())
	})
}

func (k *Keeper) take(ctx context.Context, due recording.Due) (moves []recording.Move, err error) {
	err = k.db.Across(ctx, "take recordings to move", func(tx tenant.AcrossTx) error {
		moves, err = recording.Take(tx, due, k.now(), atOnce)
		return err
	})
	return moves, err
}

// keep brings one. The spool's file goes last.
func (k *Keeper) keep(ctx context.Context, m recording.Move) error {
	if err := k.lib.Store.Put(ctx, k.lib.Spool, m.Path, m.Sum()); err != nil {
		return err
	}
	var kept bool
	err := k.db.Across(ctx, "note where a recording is kept", func(tx tenant.AcrossTx) (err error) {
		kept, err = m.Kept(tx, k.lib.Store.Place(), k.now())
		return err
	})
	switch {
	case err != nil:
		return err
	case !kept: // deleted meanwhile: whoever wipes it may have been here before
		return k.lib.Store.Remove(ctx, m.Path)
	case k.lib.InSpool():
		return nil
	}
	return depot.RemoveIn(k.lib.Spool, m.Path)
}

// wait notes why files wait. Only the first was tried; the others are due again
// with it.
func (k *Keeper) wait(ctx context.Context, moves []recording.Move, why error) error {
	k.log.Warn("recordings wait in the spool", "store", k.lib.Store.Place(), "recording", moves[0].ID, "tries", moves[0].Tries, "err", why)
	return k.db.Across(ctx, "note that recordings wait", func(tx tenant.AcrossTx) error {
		for _, m := range moves {
			if err := m.Failed(tx, why, k.now()); err != nil {
				return err
			}
		}
		return alarm.Raise(tx, alarm.Alarm{Kind: alarm.RecordingStore, Node: node, RaisedAt: k.now(), Detail: why.Error()})
	})
}

// expire deletes what is older than its shop keeps it.
func (k *Keeper) expire(ctx context.Context) error {
	var old []recording.Old
	err := k.db.Across(ctx, "find recordings that are too old", func(tx tenant.AcrossTx) (err error) {
		old, err = recording.Expired(tx, k.now(), rows)
		return err
	})
	for _, o := range old {
		err = errors.Join(err, k.delete(ctx, o))
	}
	return err
}

func (k *Keeper) delete(ctx context.Context, o recording.Old) error {
	scope, err := k.db.EnterAsJob(ctx, "keep", tenant.ID(o.ShopID))
	if err != nil {
		return err
	}
	return k.db.Within(ctx, scope, func(tx tenant.Tx) error {
		reason := fmt.Sprintf("kept for %d days", o.Days)
		return recording.Delete(tx, o.CallID, recording.Deletion{Rule: recording.ByRetention, Reason: reason, At: k.now()})
	})
}

// wipe removes the files of what was deleted: nothing opens them, and they need
// not lie about.
func (k *Keeper) wipe(ctx context.Context) error {
	moves, err := k.take(ctx, recording.Deleted)
	for _, m := range moves {
		gone := k.remove(ctx, m)
		err = errors.Join(err, gone, k.db.Across(ctx, "note that a recording is gone", func(tx tenant.AcrossTx) error {
			if gone != nil {
				return m.Failed(tx, gone, k.now())
			}
			return m.Gone(tx)
		}))
	}
	return err
}

func (k *Keeper) remove(ctx context.Context, m recording.Move) error {
	err := errors.Join(depot.RemoveIn(k.lib.Spool, recording.Peaks(m.Path)), depot.RemoveIn(k.lib.Spool, m.Path))
	if depot.Place(m.Place) != depot.Spool {
		err = errors.Join(err, k.lib.Store.Remove(ctx, m.Path))
	}
	return err
}

// rewrap carries rotations on.
func (k *Keeper) rewrap(ctx context.Context) error {
	return k.db.Across(ctx, "bring recordings under new keys", func(tx tenant.AcrossTx) error {
		if _, err := keyring.RewrapShops(tx, k.lib.Masters, rows); err != nil {
			return err
		}
		n, err := keyring.Rewrap(tx, k.lib.Masters, rows)
		if err != nil || n > 0 {
			return err
		}
		return keyring.Retire(tx, k.now())
	})
}
