package switchd

import (
	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
)

// talking returns the call if an operator has it in hand.
func (f *floor) talking(id uuid.UUID) *live {
	l := f.live(id)
	if l == nil || l.life.State != call.Talking && l.life.State != call.Held && l.life.State != call.Moving {
		f.counts.Ignored++
		return nil
	}
	return l
}

// on returns the call in which an operator talks on leg.
func (f *floor) on(id, leg uuid.UUID) *live {
	l := f.talking(id)
	if l != nil && l.leg != leg {
		f.counts.Ignored++
		return nil
	}
	return l
}

// hold is the operator's own word. While their browser is away it changes only
// what will be when it is back.
func (f *floor) hold(ev Event, id uuid.UUID, kind call.Kind) {
	l := f.talking(id)
	switch {
	case l == nil:
		return
	case l.parked != nil && kind == call.Resume && !l.parked.free:
		f.log(l, ev)
		f.fetch(l)
		return
	case l.third != nil:
		f.holdThird(l, ev, kind)
		return
	}
	if l.away == nil && !f.apply(l, call.Event{Kind: kind}) {
		return
	}
	if was := l.held; l.away == nil || was != (kind == call.Hold) {
		l.held = !was
		f.music(l)
	}
	f.log(l, ev)
	f.show(l.with)
}

// holdThird is the hold key while a third is there: it goes to and fro between
// them and the buyer.
func (f *floor) holdThird(l *live, ev Event, kind call.Kind) {
	t := l.third
	if t.blind || l.away != nil || t.aside == (kind == call.Hold) || kind == call.Hold && !t.here {
		f.counts.Ignored++
		return
	}
	f.log(l, ev)
	f.reshape(l, Swap)
	f.change(l)
}

// music has the buyer hear it, or talk on, as the operator wants.
func (f *floor) music(l *live) {
	id, held := l.id, l.held
	f.do(func(p Phones) {
		if held {
			p.Hold(id)
		} else {
			p.Resume(id)
		}
	})
	f.change(l)
}

func (f *floor) mute(ev Muted) {
	l := f.talking(ev.Call)
	if l == nil || l.muted == ev.Muted {
		return
	}
	l.muted = ev.Muted
	f.log(l, ev)
	f.show(l.with)
	f.do(func(p Phones) { p.Mute(ev.Call, ev.Muted) })
}

// cut plays music to a buyer whose operator is not there for a while.
func (f *floor) cut(ev Cut) {
	l := f.on(ev.Call, ev.Leg)
	if l == nil || l.away != nil {
		return
	}
	f.log(l, ev)
	f.show(l.with)
	until := acd.Instant(ev.UntilMS)
	l.away = &until
	f.do(func(p Phones) { p.Lose(ev.Call, true) })
	if l.third != nil && l.third.all { // the others talk on
		return
	}
	f.apply(l, call.Event{Kind: call.Lose})
	f.change(l)
}

// back lets them talk on, unless the operator had put the buyer on hold.
func (f *floor) back(ev Back) {
	l := f.on(ev.Call, ev.Leg)
	if l == nil || l.away == nil {
		return
	}
	f.log(l, ev)
	f.show(l.with)
	l.away = nil
	f.do(func(p Phones) { p.Lose(ev.Call, false) })
	switch {
	case l.third != nil && l.third.all:
		return
	case l.held, l.parked != nil, l.third != nil && l.third.aside:
		f.apply(l, call.Event{Kind: call.Regain})
	default:
		f.apply(l, call.Event{Kind: call.Resume})
	}
	f.change(l)
}

// gone gives up waiting for the operator.
func (f *floor) gone(ev Gone) {
	if l := f.live(ev.Call); l != nil && l.calling {
		f.hungUp(HungUp{Call: l.id, By: call.Operator})
		return
	}
	l := f.on(ev.Call, ev.Leg)
	if l == nil {
		return
	}
	f.log(l, ev)
	if l.seized {
		f.loseSeized(l)
		return
	}
	if l.third != nil {
		f.lostInMove(l)
		f.change(l)
		return
	}
	f.act(acd.Gone{Operator: key(l.with), Call: l.key})
}

// giveBack has a buyer wait again whose operator is gone. That one sees nothing
// of the shop any more.
func (f *floor) giveBack(a acd.Return) {
	l := f.calls[a.Call]
	id, leg, operator := l.id, l.leg, l.with
	f.apply(l, call.Event{Kind: call.Enqueue})
	f.write(l, "return", map[string]any{"operator": operator, "leg": leg})
	f.grant(l, operator, "call", 0)
	f.drop(l, leg)
	f.close(l)
	l.spoke, l.row.OperatorID, l.parked, l.until = l.row.OperatorID, nil, nil, 0
	l.leg, l.with, l.held, l.muted, l.away, l.returned = uuid.Nil, uuid.Nil, false, false, nil, true
	f.do(func(p Phones) { p.Requeue(id, leg) })
	f.change(l)
}
