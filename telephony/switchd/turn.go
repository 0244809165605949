package switchd

import (
	"slices"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/journal"
	"switchboard/tenant/move"
)

// begin opens the turn of who has the call from now on.
func (f *floor) begin(l *live, g Goal) {
	l.turns++
	l.life = l.life.At(call.Instant(f.now))
	t := journal.Turn{ShopID: l.row.ShopID, CallID: l.id, No: l.turns, Party: "operator", JoinedAt: f.instant(), TalkMS: -l.life.TalkMs, HoldMS: -l.life.HoldMs}
	switch {
	case g.Kind == move.Specialist:
		t.Party = "specialist"
	case g.Kind == move.Outside:
		t.Party = "outside"
	default:
		with := l.with
		t.OperatorID = &with
	}
	l.turn = &t
	f.batch.Turns = append(f.batch.Turns, journal.Turn{
		ShopID: t.ShopID, CallID: t.CallID, No: t.No, Party: t.Party, OperatorID: t.OperatorID, JoinedAt: t.JoinedAt,
	})
}

// close ends the turn of who had the call.
func (f *floor) close(l *live) {
	if l.turn == nil {
		return
	}
	t := *l.turn
	l.turn, l.life = nil, l.life.At(call.Instant(f.now))
	at := f.instant()
	t.LeftAt, t.TalkMS, t.HoldMS = &at, t.TalkMS+l.life.TalkMs, t.HoldMS+l.life.HoldMs
	f.batch.Turns = append(f.batch.Turns, t)
}

// leave is of an operator whose call goes on without them.
func (f *floor) leave(a acd.Leave) {
	l := f.calls[a.Call]
	who := operator(a.Operator)
	f.close(l)
	l.leavers, l.last, l.spoke = append(l.leavers, who), who, &who
	f.write(l, "leave", map[string]any{"operator": a.Operator, "until_ms": a.Until})
	if l.with == who {
		l.leg, l.with = uuid.Nil, uuid.Nil
	}
	f.change(l)
}

// wrote is of an operator who has written up a call that went on without them:
// they see nothing of the shop any more.
func (f *floor) wrote(l *live, who uuid.UUID) {
	l.leavers = slices.DeleteFunc(l.leavers, func(o uuid.UUID) bool { return o == who })
	f.write(l, "release", map[string]any{"operator": who})
	f.grant(l, who, "call", 0)
	f.conclude(l)
}

// conclude finishes a call that is over when the last of its operators has
// written it up.
func (f *floor) conclude(l *live) {
	if l.life.State != call.WrapUp || len(l.leavers) > 0 || l.with != uuid.Nil && !l.written {
		return
	}
	if f.apply(l, call.Event{Kind: call.Finish}) {
		f.finish(l)
		f.change(l)
	}
}
