package switchd

import (
	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/command"
	"switchboard/tenant/fault"
)

// seizure is a call that a supervisor has taken from its operator. To the room
// that operator's call is over, and they write it up.
type seizure struct {
	from     uuid.UUID // that operator
	released bool      // their after-call work is over
}

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
	case l.life.State == call.Moving, l.seized != nil:
		return nil, command.ErrInTransfer
	case l.life.State != call.Talking && l.life.State != call.Held:
		return nil, command.ErrNotTalking
	}
	return l, nil
}

// seize makes a supervisor the call's operator. Who had it begins the
// after-call work.
func (f *floor) seize(ev Seized) {
	l, err := f.seizable(ev)
	if err != nil {
		f.counts.Ignored++
		return
	}
	f.log(l, ev)
	w, was := l.watcher(ev.Supervisor), l.leg
	l.seized = &seizure{from: l.with}
	f.apply(l, call.Event{Kind: call.Resume}) // from hold, or from a lost connection
	f.act(acd.HungUp{Call: l.key})
	f.drop(l, was)
	l.unwatch(w)
	l.leg, l.with, l.held, l.muted, l.away = w.Leg, ev.Supervisor, false, false, nil
	l.row.OperatorID = &w.Supervisor
	id, leg := l.id, w.Leg
	f.do(func(p Phones) { p.Seize(id, leg) })
	f.show(l.seized.from)
	f.change(l)
}

// releaseSeized is of the operator who had the call before, and has written it
// up while it goes on.
func (f *floor) releaseSeized(l *live, a acd.Release) {
	l.seized.released = true
	f.grant(l, l.seized.from, "call", 0)
	f.write(l, "release", map[string]any{"operator": a.Operator})
}

// concludeSeized finishes a seized call that has ended: nobody of the room has
// it to write it up.
func (f *floor) concludeSeized(l *live) {
	if l.seized != nil && l.seized.released && f.apply(l, call.Event{Kind: call.Finish}) {
		f.finish(l)
	}
}

// loseSeized has the buyer wait again whose supervisor is gone for good.
func (f *floor) loseSeized(l *live) {
	if !l.seized.released {
		f.act(acd.Finished{Operator: key(l.seized.from)})
	}
	id, leg := l.id, l.leg
	f.write(l, "return", map[string]any{"operator": l.with, "leg": leg})
	f.drop(l, leg)
	l.spoke, l.row.OperatorID = l.row.OperatorID, nil
	l.leg, l.with, l.held, l.muted, l.away, l.returned, l.seized = uuid.Nil, uuid.Nil, false, false, nil, true, nil
	f.do(func(p Phones) { p.Requeue(id, leg) })
	f.enqueue(l)
	f.change(l)
}
