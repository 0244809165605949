package switchd

import (
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
	"switchboard/tenant/move"
)

// Goal is to whom a call shall go. What can be erased does not go into the
// journal.
type Goal struct {
	Kind  move.Kind   `json:"kind"`
	ID    uuid.UUID   `json:"id,omitzero"`    // of an operator, a queue or a specialist
	Tier  acd.Tier    `json:"tier,omitempty"` // of anybody with that skill
	Name  string      `json:"-"`              // as a desk shows it
	Phone e164.Number `json:"-"`              // of a telephone outside
}

// outside reports whether it is a telephone that is not the room's.
func (g Goal) outside() bool { return g.Kind == move.Specialist || g.Kind == move.Outside }

// Third is one attempt to reach somebody else for a call.
type Third struct {
	Call     uuid.UUID
	Leg      uuid.UUID
	Operator uuid.UUID // whose telephone rings; else Goal's does
	Goal     Goal
	By       uuid.UUID // the operator who asks
	Note     string    // why, in that one's words
	Blind    bool      // the call is theirs as soon as they answer
	For      time.Duration
	Own      bool // an INVITE of the operator's telephone waits for it
}

// Shape is who talks to whom while a call has a third party. The zero Shape is
// buyer and operator.
type Shape struct {
	Third uuid.UUID // leg of the third, who has answered
	Aside bool      // the operator talks to them, or waits for them: music to the buyer
	All   bool      // all three hear each other
}

// third is who was called in beside buyer and operator.
type third struct {
	leg      uuid.UUID
	goal     Goal
	operator uuid.UUID // Nil: of a telephone outside
	blind    bool      // the call is theirs as soon as they answer
	here     bool      // they have answered
	aside    bool      // the operator talks to them, and not to the buyer
	all      bool      // three hear each other
	own      bool      // by an INVITE of the operator's telephone
	note     string
	began    acd.Instant
	until    acd.Instant // how long a telephone outside rings; Never for an operator's
}

func (t *third) shape() Shape {
	s := Shape{Aside: t.aside, All: t.all}
	if t.here {
		s.Third = t.leg
	}
	return s
}

// miss is a transfer that came to nothing, for the desk to say.
type miss struct {
	goal Goal
	why  acd.Reason
	code int // SIP
	at   acd.Instant
}

// summon rings the operator whom the room chose.
func (f *floor) summon(a acd.Summon) {
	l := f.calls[a.Call]
	t := l.third
	t.operator, t.until = operator(a.Operator), acd.Never
	lasts := time.Duration(a.Until-f.now) * time.Millisecond
	f.write(l, "summon", map[string]any{"operator": a.Operator, "leg": t.leg, "until_ms": a.Until})
	f.grant(l, t.operator, "offer", lasts)
	f.callThird(l, lasts)
}

func (f *floor) callThird(l *live, lasts time.Duration) {
	t := l.third
	o := Third{Call: l.id, Leg: t.leg, Operator: t.operator, Goal: t.goal, By: l.with, Note: t.note, Blind: t.blind, For: lasts, Own: t.own}
	f.do(func(p Phones) { p.Third(o) })
}

// meet is of a guest who answered.
func (f *floor) meet(a acd.Meet) {
	l := f.calls[a.Call]
	f.write(l, "meet", map[string]any{"operator": a.Operator})
	f.grant(l, operator(a.Operator), "call", grantFor)
}

// answeredThird joins who was called in, as it was meant.
func (f *floor) answeredThird(l *live, ev Accepted) {
	t := l.third
	f.log(l, ev)
	if len(ev.Dialog) > 0 {
		f.dialog(l, ev.Leg, "third", ev.Dialog)
	}
	if t.operator != uuid.Nil && ignored(f.act(acd.Accepted{Operator: key(t.operator), Call: l.key})) {
		f.do(func(p Phones) { p.Withdraw(ev.Call, ev.Leg) })
		return
	}
	t.here, t.until = true, acd.Never
	f.showMove(l)
	f.shape(l, t.shape())
	if t.blind {
		f.handOn(l)
	}
	f.change(l)
}

// declinedThird is of a telephone that did not take it.
func (f *floor) declinedThird(l *live, ev Declined) {
	f.log(l, ev)
	if l.third.operator != uuid.Nil {
		l.third.code(ev.SIPCode, l)
		f.act(acd.Declined{Operator: key(l.third.operator), Call: l.key, Reason: ev.Reason})
		return
	}
	f.without(l, miss{why: ev.Reason, code: ev.SIPCode})
}

// code keeps what a telephone said for the note that follows.
func (t *third) code(sip int, l *live) { l.missed.code = sip }

// excuse is of a guest who is one no more. Whoever does without them says what
// becomes of the call; else they did not come, or went.
func (f *floor) excuse(a acd.Excuse) {
	l := f.calls[a.Call]
	f.write(l, "excuse", map[string]any{"operator": a.Operator, "why": a.Why})
	f.grant(l, operator(a.Operator), "call", 0)
	if l.third == nil || l.third.operator != operator(a.Operator) || a.Why == acd.NotNeeded || a.Why == acd.CallerGone {
		return
	}
	f.without(l, miss{why: a.Why, code: l.missed.code})
}

// departed is of a telephone that was called in, or has the call, and went.
func (f *floor) departed(ev Departed) {
	l := f.live(ev.Call)
	switch {
	case l == nil || l.row.EndedAt != nil:
	case l.third != nil && l.third.leg == ev.Leg:
		f.log(l, ev)
		if l.third.operator != uuid.Nil {
			f.act(acd.Excused{Call: l.key})
		}
		f.without(l, miss{why: acd.Departed, code: ev.SIPCode})
	case l.leg == ev.Leg:
		f.hungUp(HungUp{Call: ev.Call, By: call.Operator, SIPCode: ev.SIPCode, Reason: ev.Reason, QuietMS: ev.QuietMS})
	default:
		f.counts.Ignored++
	}
}

// without goes on with a call whose third is not, or not any more: back to its
// operator, and if that one is gone, to be asked for again.
func (f *floor) without(l *live, m miss) {
	m.goal, m.at = l.third.goal, f.now
	f.dropThird(l)
	l.missed = m
	f.write(l, "recall", map[string]any{"why": m.why, "sip_code": m.code, "operator": l.with})
	if l.with == uuid.Nil {
		f.askAgain(l, l.last)
		return
	}
	f.together(l)
}

// dropThird lets go of the third's telephone.
func (f *floor) dropThird(l *live) {
	id, leg := l.id, l.third.leg
	if l.third.operator != uuid.Nil {
		f.show(l.third.operator)
	}
	l.third = nil
	f.drop(l, leg)
	f.do(func(p Phones) { p.Withdraw(id, leg) })
}

// together has buyer and operator talk on by themselves.
func (f *floor) together(l *live) {
	f.apply(l, call.Event{Kind: call.Recall})
	if l.away != nil {
		f.apply(l, call.Event{Kind: call.Lose})
	}
	l.held = false
	f.shape(l, Shape{})
	f.showMove(l)
	f.change(l)
}

// askAgain has the buyer wait as of the first arrival, for the operator named
// first.
func (f *floor) askAgain(l *live, first uuid.UUID) {
	id, leg := l.id, l.leg
	f.apply(l, call.Event{Kind: call.Enqueue})
	l.returned, l.leg = true, uuid.Nil
	f.do(func(p Phones) { p.Requeue(id, leg) })
	f.act(f.sent(l, l.queue, first))
	f.change(l)
}

func (f *floor) sent(l *live, q *directory.Queue, first uuid.UUID) acd.Sent {
	s := acd.Sent{Call: l.key, Queue: acd.QueueID(q.ID.String()), Tier: acd.Tier(q.Tier), Promise: acd.Promise{Within: q.PromiseMS, Share: q.PromiseShare}}
	if first != uuid.Nil {
		s.For = key(first)
	}
	return s
}

// shape tells the telephones who talks to whom.
func (f *floor) shape(l *live, s Shape) {
	id := l.id
	f.do(func(p Phones) { p.Shape(id, s) })
}

// showMove marks the desks of all who see the call.
func (f *floor) showMove(l *live) {
	if l.with != uuid.Nil {
		f.show(l.with)
	}
	if l.third != nil && l.third.operator != uuid.Nil {
		f.show(l.third.operator)
	}
}
