package switchd

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
)

// Retired: the room takes no new calls from now on, and finishes those it has.
type Retired struct{}

func (Retired) kind() string { return "retired" }

func (f *floor) retire(ev Retired) {
	f.retired = true
	f.forgoAll()
	f.log(nil, ev)
}

// Retire closes the room to new calls. When it returns, all that came before is
// committed, or was refused.
func (s *Switch) Retire(ctx context.Context) error {
	s.Tell(ctx, Retired{})
	return s.Settle(ctx)
}

// Settle waits until all that was told before is stepped, and what something
// waits for is committed.
func (s *Switch) Settle(ctx context.Context) error {
	stepped := make(chan struct{})
	s.Tell(ctx, marker{stepped})
	select {
	case <-stepped:
	case <-ctx.Done():
		return ctx.Err()
	}
	return s.ask(ctx, func(*floor) {}) // after the batch of the marker
}

// marker is an event that changes nothing.
type marker struct{ stepped chan<- struct{} }

func (marker) kind() string { return "marker" }

// Left returns how many calls a room still has, wrap-up included, and whether
// all that happened is committed.
func (s *Switch) Left(ctx context.Context) (calls int, written bool, err error) {
	err = s.ask(ctx, func(f *floor) { calls, written = len(f.calls), f.oldest == acd.Never })
	return calls, written, err
}

// Needed returns the operators whom a retired room still needs, and all that it
// has: who is on duty or has something in hand.
func (s *Switch) Needed(ctx context.Context) (needed, all []uuid.UUID, err error) {
	err = s.ask(ctx, func(f *floor) { needed, all = f.needed() })
	return needed, all, err
}

// needed: an operator with a call in hand is, and one who could take a call
// that nobody has answered yet.
func (f *floor) needed() (needed, all []uuid.UUID) {
	for _, o := range f.room.View().Operators {
		if !o.OnDuty && o.Call == "" {
			continue
		}
		all = append(all, operator(o.Operator))
		if o.Call != "" || o.OnDuty && f.unanswered(o) {
			needed = append(needed, operator(o.Operator))
		}
	}
	return needed, all
}

// unanswered reports whether there is a call that o could answer yet.
func (f *floor) unanswered(o acd.OperatorView) bool {
	for _, l := range f.calls {
		switch l.life.State {
		case call.Greeting, call.Menu, call.Waiting:
			if slices.Contains(o.Shops, acd.ShopID(l.row.ShopID.String())) && acd.Serves(o.Tier, acd.Tier(l.queue.Tier)) {
				return true
			}
		}
	}
	return false
}

// EndAll ends every call for a reason, wrap-up too, with its records.
func (s *Switch) EndAll(ctx context.Context, reason string) error {
	var ids []uuid.UUID
	if err := s.ask(ctx, func(f *floor) {
		for _, l := range f.calls {
			ids = append(ids, l.id)
		}
	}); err != nil {
		return err
	}
	for _, id := range ids {
		s.Tell(ctx, HungUp{Call: id, By: call.System, Reason: reason})
	}
	if err := s.Settle(ctx); err != nil {
		return err
	}
	_, all, err := s.Needed(ctx)
	if err != nil {
		return err
	}
	for _, o := range all {
		s.Tell(ctx, Away{Operator: o, Reason: reason}) // ends wrap-up
	}
	return s.Settle(ctx)
}
