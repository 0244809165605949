package catalogue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/catalogue/feed"
	"switchboard/tenant/catalogue/term"
	"switchboard/tenant/fault"
)

// batch is how many items are staged in one transaction: few enough to hold in
// memory, enough for the round trip not to matter.
const batch = 500

// reading is one import under way.
type reading struct {
	db       *tenant.DB
	scope    tenant.Scope
	source   Source
	snapshot Snapshot
	words    *term.Writer
	ids      []string
	bodies   []string
	hashes   [][]byte
}

// Import reads the feed of a source and publishes it as a new snapshot, whose
// facts are as old as takenAt. The feed is staged piece by piece and published
// in one transaction: whatever ends the import, operators see the old snapshot
// or the new, whole. A feed that is broken leaves a refused snapshot and is a
// fault.Invalid; one that is not to be believed (see Cause) is held, which is no
// error: look at the State. An import that a later one of the same source
// overtook is a fault.Conflict.
func Import(ctx context.Context, db *tenant.DB, s tenant.Scope, source uuid.UUID, r io.Reader, takenAt time.Time) (Snapshot, error) {
	in := &reading{db: db, scope: s, words: term.NewWriter(term.Tag(s.Shop()))}
	if err := in.begin(ctx, source, takenAt); err != nil {
		return Snapshot{}, err
	}
	header, err := in.source.format(takenAt).Read(r, feed.DefaultLimits, func(i feed.Item) error { return in.add(ctx, i) })
	if err == nil {
		err = in.flush(ctx)
	}
	if err != nil && !header.Empty {
		return in.fail(ctx, header, err)
	}
	return in.publish(ctx, header, err)
}

// begin makes the snapshot and retires what an import of this source left behind.
func (in *reading) begin(ctx context.Context, source uuid.UUID, takenAt time.Time) error {
	return in.db.Within(ctx, in.scope, func(tx tenant.Tx) error {
		if err := lock(tx, source); err != nil {
			return err
		}
		if err := retire(tx, source); err != nil {
			return err
		}
		var err error
		if in.source, err = TakeSource(tx, source); err != nil {
			return err
		}
		in.snapshot, err = newSnapshot(tx, source, takenAt)
		return err
	})
}

// add puts an item into the batch.
func (in *reading) add(ctx context.Context, i feed.Item) error {
	js, hash, err := staged(i, in.words)
	if err != nil {
		return err
	}
	in.ids, in.bodies, in.hashes = append(in.ids, i.ID), append(in.bodies, js), append(in.hashes, hash)
	if len(in.ids) < batch {
		return nil
	}
	return in.flush(ctx)
}

// flush stages the batch, unless the import was overtaken.
func (in *reading) flush(ctx context.Context) error {
	if len(in.ids) == 0 {
		return nil
	}
	err := in.db.Within(ctx, in.scope, func(tx tenant.Tx) error {
		if err := stillStaging(tx, in.snapshot.ID); err != nil {
			return err
		}
		in.snapshot.ReadCount += len(in.ids)
		return stage(tx, in.snapshot, in.ids, in.bodies, in.hashes)
	})
	in.ids, in.bodies, in.hashes = in.ids[:0], in.bodies[:0], in.hashes[:0]
	return err
}

// fail ends an import whose feed is to blame with a refused snapshot. Any other
// error leaves it staging: the next import retires it.
func (in *reading) fail(ctx context.Context, h feed.Header, cause error) (Snapshot, error) {
	var invalid fault.Invalid
	if !errors.As(cause, &invalid) {
		return in.snapshot, fmt.Errorf("import snapshot %s: %w", in.snapshot.ID, cause)
	}
	in.snapshot.State, in.snapshot.Reason = Refused, worded(invalid)
	in.snapshot.Problems = problems(append(fault.Problems{invalid}, h.Problems...))
	err := in.db.Within(ctx, in.scope, func(tx tenant.Tx) error {
		if err := stillStaging(tx, in.snapshot.ID); err != nil {
			return err
		}
		return settle(tx, in.snapshot, sourceNews{Error: in.snapshot.Reason, CheckedAt: in.snapshot.TakenAt})
	})
	if err != nil {
		return in.snapshot, errors.Join(invalid, err)
	}
	return in.snapshot, invalid
}

// worded is a problem as one sentence with its line.
func worded(p fault.Invalid) string {
	if p.Line == 0 {
		return p.Error()
	}
	return fmt.Sprintf("line %d: %s", p.Line, p.Error())
}

// problem is how a problem is kept.
type problem struct {
	Line    int    `json:"line,omitempty"`
	Field   string `json:"field,omitempty"`
	Problem string `json:"problem"`
}

func problems(all fault.Problems) json.RawMessage {
	kept := make([]problem, 0, len(all))
	for _, p := range all {
		kept = append(kept, problem{p.Line, p.Field, p.Problem})
	}
	js, err := json.Marshal(kept)
	if err != nil {
		panic(err) // strings and numbers
	}
	return js
}

// publish compares what was staged with what is there and makes it current, or
// holds it. An empty feed is what it says, or broken: where there were items
// before, a person must look.
func (in *reading) publish(ctx context.Context, h feed.Header, empty error) (Snapshot, error) {
	in.snapshot.Problems = problems(h.Problems)
	broken := false
	err := in.db.Within(ctx, in.scope, func(tx tenant.Tx) error {
		if err := lock(tx, in.snapshot.SourceID); err != nil {
			return err
		}
		if err := stillStaging(tx, in.snapshot.ID); err != nil {
			return err
		}
		d, err := compare(tx, in.snapshot)
		if err != nil {
			return err
		}
		if broken = empty != nil && d.before == 0; broken {
			return nil
		}
		in.snapshot.count(d)
		if cause, reason := d.hold(); cause != Sound {
			in.snapshot.State, in.snapshot.Cause, in.snapshot.Reason = Held, cause, reason
			return settle(tx, in.snapshot, sourceNews{Error: reason, CheckedAt: in.snapshot.TakenAt})
		}
		return in.snapshot.makeCurrent(tx)
	})
	if broken && err == nil {
		return in.fail(ctx, h, empty)
	}
	return in.snapshot, err
}

func (s *Snapshot) count(d difference) {
	s.ItemCount, s.NewCount, s.ChangedCount, s.GoneCount = d.after, d.fresh, d.changed, d.gone
	s.UpCount, s.DownCount, s.StockCount = d.up, d.down, d.stock
}

// makeCurrent puts the staged items in the place of the source's old ones.
func (s *Snapshot) makeCurrent(tx tenant.Tx) error {
	now := time.Now().UTC().Truncate(time.Microsecond)
	s.State, s.PublishedAt = Published, &now
	if err := s.renumber(tx); err != nil {
		return err
	}
	if err := replace(tx, *s); err != nil {
		return err
	}
	return settle(tx, *s, sourceNews{CheckedAt: s.TakenAt})
}

// Reconfirm publishes a snapshot in which nothing of the source has changed: its
// server said so, and the facts are now as old as takenAt.
func Reconfirm(tx tenant.Tx, source uuid.UUID, takenAt time.Time) (Snapshot, error) {
	if err := lock(tx, source); err != nil {
		return Snapshot{}, err
	}
	s, err := newSnapshot(tx, source, takenAt)
	if err != nil {
		return Snapshot{}, err
	}
	if s.ItemCount, err = count(tx, source); err != nil {
		return Snapshot{}, err
	}
	s.State, s.PublishedAt = Published, &takenAt
	return s, settle(tx, s, sourceNews{CheckedAt: takenAt})
}
