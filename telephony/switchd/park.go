package switchd

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/command"
	"switchboard/tenant/move"
)

// park plays music to the buyer until the operator is to go on with them.
func (f *floor) park(ev Parked) {
	l := f.free(ev.Call, ev.Operator)
	if l == nil {
		f.say(ev.Answer, command.ErrNotNow)
		return
	}
	f.log(l, ev)
	f.apply(l, call.Event{Kind: call.Transfer})
	l.parked, l.until, l.missed = &parked{by: ev.Operator, free: ev.Free}, f.now+acd.Instant(ev.ForMS), miss{}
	l.held = false
	f.time(l)
	id, leg := l.id, l.leg
	if ev.Free {
		f.act(acd.Left{Call: l.key})
		f.drop(l, leg)
		l.leg, l.with = uuid.Nil, uuid.Nil
		f.do(func(p Phones) { p.Requeue(id, leg) })
	} else {
		f.do(func(p Phones) { p.Hold(id) })
	}
	f.show(ev.Operator)
	f.change(l)
	f.say(ev.Answer, nil)
}

// parked is a buyer who is to be fetched.
type parked struct {
	by   uuid.UUID
	free bool
}

// fetch ends a parking: by its time, or by its operator before.
func (f *floor) fetch(l *live) {
	p := l.parked
	l.parked, l.until = nil, 0
	if p.free {
		f.askAgain(l, p.by)
		return
	}
	f.together(l)
}

// time has the call looked at by itself.
func (f *floor) time(l *live) { f.timed[l.key] = l }

// alarm returns when the call is to be looked at; Never for not at all.
func (l *live) alarm() acd.Instant {
	at := acd.Never
	if l.until != 0 {
		at = l.until
	}
	if l.third != nil {
		at = min(at, l.third.until)
	}
	return at
}

// deadline returns when the first of them is.
func (f *floor) deadline() acd.Instant {
	at := acd.Never
	for k, l := range f.timed {
		a := l.alarm()
		if a == acd.Never || l.row.EndedAt != nil {
			delete(f.timed, k)
			continue
		}
		at = min(at, a)
	}
	return at
}

// ring does what is due for calls by themselves, and reports whether anything
// was.
func (f *floor) alarms() bool {
	var due []*live
	for _, l := range f.timed {
		if l.alarm() <= f.now && l.row.EndedAt == nil {
			due = append(due, l)
		}
	}
	slices.SortFunc(due, func(a, b *live) int { return strings.Compare(string(a.key), string(b.key)) })
	for _, l := range due {
		switch {
		case l.third != nil && l.third.until <= f.now:
			f.without(l, miss{why: acd.Lapsed})
		case l.parked != nil:
			f.fetch(l)
		default:
			f.unqueue(l)
		}
		f.change(l)
	}
	return len(due) > 0
}

// unqueue asks who sent a buyer to a queue that takes them too long. A call that
// is offered already is left to that.
func (f *floor) unqueue(l *live) {
	l.until = 0
	if l.life.State != call.Waiting || l.leg != uuid.Nil || l.last == uuid.Nil || l.sentTo.Kind != move.Queue {
		return
	}
	l.missed = miss{goal: l.sentTo, why: acd.Lapsed, at: f.now}
	f.write(l, "recall", map[string]any{"why": acd.Lapsed, "operator": l.last})
	f.act(f.sent(l, l.queue, l.last))
}
