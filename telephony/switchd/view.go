package switchd

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/command"
	"switchboard/telephony/journal"
	"switchboard/tenant/fault"
)

// Floor returns the room as a supervisor sees it.
func (s *Switch) Floor(ctx context.Context) (command.Floor, error) {
	var out command.Floor
	err := s.ask(ctx, func(f *floor) { out = f.view(s.Now()) })
	return out, err
}

// Desk returns one operator. Who never came on duty is away.
func (s *Switch) Desk(ctx context.Context, operator uuid.UUID) (command.Desk, error) {
	out := command.Desk{Operator: operator, State: "away"}
	err := s.ask(ctx, func(f *floor) {
		if v, ok := f.room.Operator(key(operator)); ok {
			out = f.desk(v)
		}
	})
	return out, err
}

// InHand returns the call if the operator has it, as the switch's own words
// for what happens to it.
func (s *Switch) InHand(ctx context.Context, operator, id uuid.UUID) error {
	var held bool
	err := s.ask(ctx, func(f *floor) {
		l := f.live(id)
		held = l != nil && l.with == operator && (l.life.State == call.Talking || l.life.State == call.Held || l.life.State == call.Moving)
	})
	if err == nil && !held {
		return fmt.Errorf("operator %s has no call %s in hand: %w", operator, id, fault.NotFound)
	}
	return err
}

// InHandOfAll returns who has which call in hand, wrap-up included.
func (s *Switch) InHandOfAll(ctx context.Context) (inHand []journal.Hand, err error) {
	err = s.ask(ctx, func(f *floor) {
		for _, l := range f.calls {
			for _, who := range l.hands() {
				inHand = append(inHand, journal.Hand{Call: l.id, Operator: who})
			}
		}
	})
	return inHand, err
}

// hands are the operators who may see the call.
func (l *live) hands() []uuid.UUID {
	who := slices.Clone(l.leavers)
	if l.row.OperatorID != nil && l.with != uuid.Nil {
		who = append(who, l.with)
	}
	if l.third != nil && l.third.here && l.third.operator != uuid.Nil {
		who = append(who, l.third.operator)
	}
	return who
}

// Counts returns the totals, and how many calls are up.
func (s *Switch) Counts(ctx context.Context) (c Counts, up int, err error) {
	err = s.ask(ctx, func(f *floor) { c, up = f.counts, len(f.calls) })
	return c, up, err
}

func (f *floor) view(now acd.Instant) command.Floor {
	v := f.room.View()
	out := command.Floor{At: wall(now), Pool: f.pool, Epoch: f.epoch, Calls: []command.Call{}, Operators: []command.Desk{}}
	why := reasons{operators: v.Operators, lines: map[lineOf]*command.Why{}}
	for _, c := range v.Calls {
		if l := f.calls[c.Call]; l != nil {
			w := l.view(c)
			w.Watchers = l.watchersShown(false)
			if c.State == acd.StateWaiting {
				w.Why = why.of(c)
			}
			out.Calls = append(out.Calls, w)
		}
	}
	for _, o := range v.Operators {
		out.Operators = append(out.Operators, f.desk(o))
	}
	return out
}

func (f *floor) desk(o acd.OperatorView) command.Desk {
	d := command.Desk{
		Operator: uuid.MustParse(string(o.Operator)), State: command.State(o.State), OnDuty: o.OnDuty, Reason: o.Reason, Since: wall(o.Since),
	}
	if o.Until != acd.Never {
		d.Until = ptr(wall(o.Until))
	}
	if l := f.calls[o.Call]; l != nil {
		d.Call = l.viewFor(o)
	}
	return d
}

func (l *live) view(c acd.CallView) command.Call {
	v := command.Call{
		ID: l.id, ShopID: l.row.ShopID, QueueID: *l.row.QueueID, NumberID: *l.row.NumberID, State: command.State(l.life.State),
		StartedAt: l.row.StartedAt, AnsweredAt: instant(l.life.AnsweredAt), Position: c.Position,
	}
	if c.Due != acd.Never {
		v.Due = ptr(wall(c.Due))
	}
	v.From, v.Muted, v.Tape = l.from, l.muted, l.tape()
	v.Outgoing, v.Calling = l.row.Direction == "outbound", l.calling
	v.Move, v.Missed = l.moving(), l.misses()
	if l.away != nil {
		v.AwayUntil = ptr(wall(*l.away))
	}
	if l.with != uuid.Nil {
		v.Operator = ptr(l.with)
	}
	v.Watchers, v.Since = l.watchersShown(true), wall(acd.Instant(l.life.Since))
	return v
}

func wall(i acd.Instant) time.Time { return time.UnixMilli(int64(i)).UTC() }

func ptr[T any](v T) *T { return &v }

var _ Journal = (*journal.Lease)(nil)
