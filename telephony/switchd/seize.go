package switchd

import (
	"cmp"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/command"
	"switchboard/tenant/fault"
)

// seizable returns a call that a supervisor, who is there, may take.
func (f *floor) seizable(ev Seized) (*live, error) {
	l := f.live(ev.Call)
	if l == nil {
		return nil, fault.NotFound
	}
	w := l.watcher(ev.Supervisor)
	switch {
	case w == nil || !w.up:
		return nil, command.ErrNotWatching
	case l.life.State == call.Moving, l.third != nil, l.parked != nil, l.seized:
		return nil, command.ErrInTransfer
	case l.life.State != call.Talking && l.life.State != call.Held:
		return nil, command.ErrNotTalking
	}
	return l, nil
}

// seize makes a supervisor the call's operator. Who had it begins the
// after-call work; to the room the call is now with nobody of its own, and
// nobody has to write it up after the supervisor.
func (f *floor) seize(ev Seized) {
	l, err := f.seizable(ev)
	if err != nil {
		f.counts.Ignored++
		return
	}
	f.log(l, ev)
	w, was := l.watcher(ev.Supervisor), l.leg
	f.apply(l, call.Event{Kind: call.Resume}) // from hold, or from a lost connection
	f.act(acd.Left{Call: l.key})
	f.drop(l, was)
	l.unwatch(w)
	l.leg, l.with, l.held, l.muted, l.away, l.seized, l.written = w.Leg, ev.Supervisor, false, false, nil, true, true
	l.row.OperatorID = &w.Supervisor
	f.begin(l, Goal{})
	id, leg := l.id, w.Leg
	f.do(func(p Phones) { p.Seize(id, leg) })
	f.change(l)
}

// loseSeized has the buyer wait again whose supervisor is gone for good.
func (f *floor) loseSeized(l *live) {
	id, leg, q := l.id, l.leg, cmp.Or(l.queue, l.number.Queue)
	f.write(l, "return", map[string]any{"operator": l.with, "leg": leg})
	f.close(l)
	f.apply(l, call.Event{Kind: call.Enqueue})
	f.drop(l, leg)
	l.spoke, l.row.OperatorID = l.row.OperatorID, nil
	l.leg, l.with, l.held, l.muted, l.away, l.returned, l.seized, l.written = uuid.Nil, uuid.Nil, false, false, nil, true, false, false
	f.do(func(p Phones) { p.Requeue(id, leg) })
	f.act(f.sent(l, q, uuid.Nil))
	f.change(l)
}
