package telephony

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/switchd"
)

const (
	// askAgain is after how many seconds who was turned away may try this node
	// again: a handover takes less.
	askAgain = 2
	// drainEvery is how often a retired node looks whom it can let go of.
	drainEvery = 100 * time.Millisecond
	// lastWords is how long the records of calls that we end may take.
	lastWords = 5 * time.Second
)

const moved = "moved to another node"

// Drains is closed when somebody wants the node to drain, and to end then.
func (n *Node) Drains() <-chan struct{} { return n.drains }

// Drain hands the pool on to another node and returns when the calls in hand
// have ended, or most is over: then it ends them. Operators stay as long as
// they have one, or could answer one that waits, and go to the other node after
// that. When ctx ends it returns at once, and leaves all to a successor. The
// caller ends Run after it.
func (n *Node) Drain(ctx context.Context, most time.Duration) error {
	if !n.leads.Load() {
		return nil // nothing is ours
	}
	n.log.Info("telephony drains", "for", most)
	n.ua.TurnAway(askAgain)
	if err := n.room.Retire(ctx); err != nil {
		return err
	}
	if most > 0 {
		if err := n.retire(ctx); err != nil {
			return err
		}
		if err := n.finish(ctx, most); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
	}
	return n.endAll(ctx)
}

// retire hands the pool on. All who are on duty stay ours at first.
func (n *Node) retire(ctx context.Context) error {
	_, all, err := n.room.Needed(ctx)
	if err != nil {
		return err
	}
	n.present.Flush(ctx)
	n.stays.keep(all)
	n.leads.Store(false)
	n.duty.tellAll(ctx) // who has come on duty since goes off it again
	if err := n.room.Settle(ctx); err != nil {
		return err
	}
	if _, all, err = n.room.Needed(ctx); err != nil {
		return err
	}
	n.stays.keep(all)
	if err := n.lease.Retire(ctx, n.stays.all()); err != nil {
		return err
	}
	n.log.Info("telephony has handed the pool on", "pool", n.cfg.Pool, "operators", len(all))
	for _, o := range n.browsers.Operators() {
		if !n.stays.keeps(o) {
			n.browsers.Move(o)
		}
	}
	return nil
}

// finish waits until no call is left, and lets go of operators meanwhile.
func (n *Node) finish(ctx context.Context, most time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	t := time.NewTicker(drainEvery)
	defer t.Stop()
	for {
		if err := n.letGo(ctx); err != nil {
			return err
		}
		left, err := n.left(ctx)
		if err != nil || left == 0 && n.stays.none() {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
}

// left returns how much is not done yet: calls, wires, rows.
func (n *Node) left(ctx context.Context) (int, error) {
	calls, written, err := n.room.Left(ctx)
	left := calls + n.lines.Up()
	if !written {
		left++
	}
	return left, err
}

// letGo sends operators to the node that leads now who are not needed here. The
// room must not offer them a call any more before another may.
func (n *Node) letGo(ctx context.Context) error {
	needed, _, err := n.room.Needed(ctx)
	if err != nil {
		return err
	}
	stay := map[uuid.UUID]bool{}
	for _, o := range needed {
		stay[o] = true
	}
	var going, staying []uuid.UUID
	for _, o := range n.stays.all() {
		if stay[o] {
			staying = append(staying, o)
		} else {
			going = append(going, o)
		}
	}
	if len(going) == 0 {
		return nil
	}
	n.stays.keep(staying)
	for _, o := range going {
		n.duty.release(o)
		n.room.Tell(ctx, switchd.Away{Operator: o, Reason: moved})
	}
	if err := n.room.Settle(ctx); err != nil {
		return err
	}
	return n.gone(ctx, going, staying)
}

// gone lets go of operators who are away here now, but for those who got a call
// in the meantime.
func (n *Node) gone(ctx context.Context, going, staying []uuid.UUID) error {
	_, busy, err := n.room.Needed(ctx)
	if err != nil {
		return err
	}
	has := map[uuid.UUID]bool{}
	for _, o := range busy {
		has[o] = true
	}
	kept := append([]uuid.UUID{}, staying...)
	for _, o := range going {
		if has[o] {
			kept = append(kept, o)
		}
	}
	n.stays.keep(kept)
	n.present.Flush(ctx)
	for _, o := range going {
		if !has[o] {
			n.browsers.Move(o)
		}
	}
	return n.lease.Keep(ctx, kept)
}

// endAll ends what is left, with its records.
func (n *Node) endAll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lastWords)
	defer cancel()
	if err := n.room.EndAll(ctx, "the service stops"); err != nil {
		return err
	}
	t := time.NewTicker(10 * time.Millisecond)
	defer t.Stop()
	for {
		left, err := n.left(ctx)
		if err != nil {
			return err
		}
		if left == 0 {
			n.stays.keep(nil)
			return n.lease.Depart(ctx)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
}
