package switchd

import (
	"context"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/command"
	"switchboard/telephony/directory"
	"switchboard/tenant/move"
)

// Deed is what an operator does with who was called in.
type Deed string

// The deeds.
const (
	Complete   Deed = "complete"   // the third has the call
	Conference Deed = "conference" // all three hear each other
	GoBack     Deed = "back"       // without the third
	Swap       Deed = "swap"       // between buyer and third
)

type (
	// Sought: an operator wants somebody else for the call. Rule is the shop's at
	// that instant, by which it was allowed.
	Sought struct {
		Call     uuid.UUID `json:"-"`
		Operator uuid.UUID `json:"operator"`
		Leg      uuid.UUID `json:"leg"` // that the third will have
		Goal     Goal      `json:"goal"`
		Ask      bool      `json:"ask"`           // first, before the call is theirs
		Own      bool      `json:"own,omitempty"` // by an INVITE of the operator's telephone
		RingMS   int64     `json:"ring_ms"`       // of a telephone outside
		QueueMS  int64     `json:"queue_ms"`      // in a queue, until who had it is asked again

		Queue  *directory.Queue `json:"-"` // of a Goal that is one
		Note   string           `json:"-"` // why, in the operator's words
		Answer chan<- error     `json:"-"` // has room for one
	}
	// Moved: the operator does something with the third.
	Moved struct {
		Call     uuid.UUID    `json:"-"`
		Operator uuid.UUID    `json:"operator"`
		Do       Deed         `json:"do"`
		Answer   chan<- error `json:"-"`
	}
	// Departed: the telephone of who was called in, or has the call and is not of
	// the room, hung up.
	Departed struct {
		Call    uuid.UUID `json:"-"`
		Leg     uuid.UUID `json:"leg"`
		SIPCode int       `json:"sip_code,omitempty"`
		Reason  string    `json:"reason,omitempty"`
		QuietMS int64     `json:"quiet_ms,omitempty"`
	}
	// Parked: the buyer hears music for a while, and comes back.
	Parked struct {
		Call     uuid.UUID    `json:"-"`
		Operator uuid.UUID    `json:"operator"`
		ForMS    int64        `json:"for_ms"`
		Free     bool         `json:"free"` // the operator takes others meanwhile
		Answer   chan<- error `json:"-"`
	}
)

func (Sought) kind() string   { return "sought" }
func (Moved) kind() string    { return "moved" }
func (Departed) kind() string { return "departed" }
func (Parked) kind() string   { return "parked" }

// Ask hands in an event that has an Answer, made by with, and waits for what
// the switch says once it is committed.
func (s *Switch) Ask(ctx context.Context, with func(chan<- error) Event) error {
	answer := make(chan error, 1)
	s.Tell(ctx, with(answer))
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// say answers who asked: a refusal at once, all else after the commit.
func (f *floor) say(answer chan<- error, err error) {
	if answer == nil {
		return
	}
	if err != nil {
		f.counts.Ignored++
		answer <- err
		return
	}
	f.do(func(Phones) { answer <- nil })
}

// free returns the call if the operator has it in hand and nothing else is
// under way with it.
func (f *floor) free(id, by uuid.UUID) *live {
	l := f.live(id)
	if l == nil || l.with != by || l.third != nil || l.parked != nil || l.away != nil || l.life.State != call.Talking && l.life.State != call.Held {
		return nil
	}
	return l
}

// seek calls somebody in, or sends the call to another queue.
func (f *floor) seek(ev Sought) {
	l := f.free(ev.Call, ev.Operator)
	if l == nil {
		f.say(ev.Answer, command.ErrNotNow)
		return
	}
	if ev.Goal.Kind == move.Queue {
		f.requeue(l, ev)
		return
	}
	l.third = &third{leg: ev.Leg, goal: ev.Goal, blind: !ev.Ask, aside: true, own: ev.Own, note: ev.Note, began: f.now, until: acd.Never}
	if ev.Goal.outside() {
		l.third.until = f.now + acd.Instant(ev.RingMS)
	} else if !f.room.Spare(f.summons(l, ev.Goal)) {
		l.third = nil
		f.say(ev.Answer, command.ErrNobodyFree)
		return
	}
	l.missed, l.held = miss{}, false
	f.log(l, ev)
	f.apply(l, call.Event{Kind: call.Transfer})
	f.shape(l, l.third.shape())
	if ev.Goal.outside() {
		f.time(l)
		f.callThird(l, time.Duration(ev.RingMS)*time.Millisecond)
	} else {
		f.act(f.summons(l, ev.Goal))
	}
	f.showMove(l)
	f.change(l)
	f.say(ev.Answer, nil)
}

func (f *floor) summons(l *live, g Goal) acd.Called {
	if g.Kind == move.Tier {
		return acd.Called{Call: l.key, Tier: g.Tier}
	}
	return acd.Called{Call: l.key, Operator: key(g.ID)}
}

// requeue has the buyer wait in another queue of the shop, as of the first
// arrival.
func (f *floor) requeue(l *live, ev Sought) {
	if ev.Queue == nil || !f.room.Staffed(acd.ShopID(l.row.ShopID.String()), acd.Tier(ev.Queue.Tier), key(ev.Operator)) {
		f.say(ev.Answer, command.ErrNobodyFree)
		return
	}
	f.log(l, ev)
	id, leg := l.id, l.leg
	l.queue, l.row.QueueID, l.missed, l.held = ev.Queue, &ev.Queue.ID, miss{}, false
	f.apply(l, call.Event{Kind: call.Enqueue})
	f.drop(l, leg)
	l.returned, l.sentTo, l.until = true, ev.Goal, f.now+acd.Instant(ev.QueueMS)
	f.time(l)
	f.do(func(p Phones) { p.Queued(id, ev.Queue.ID) })
	f.do(func(p Phones) { p.Requeue(id, leg) })
	f.act(f.sent(l, ev.Queue, uuid.Nil))
	f.change(l)
	f.say(ev.Answer, nil)
}

// moved is what an operator does with the third.
func (f *floor) moved(ev Moved) {
	l := f.live(ev.Call)
	if l == nil || l.third == nil || l.with != ev.Operator || !l.third.can(ev.Do) {
		f.say(ev.Answer, command.ErrNotNow)
		return
	}
	f.log(l, ev)
	switch ev.Do {
	case Complete:
		f.letGo(l)
	case GoBack:
		f.goBack(l)
	case Conference, Swap:
		f.reshape(l, ev.Do)
	}
	f.change(l)
	f.say(ev.Answer, nil)
}

// can reports whether the deed makes sense with the third as they are.
func (t *third) can(d Deed) bool {
	switch d {
	case Complete, GoBack:
		return true
	case Conference, Swap:
		return t.here && !t.own // a telephone with two calls of its own does that itself
	}
	return false
}

func (f *floor) goBack(l *live) {
	if l.third.operator != uuid.Nil {
		f.act(acd.Excused{Call: l.key})
	}
	f.dropThird(l)
	f.together(l)
}

// reshape changes who talks to whom of the three.
func (f *floor) reshape(l *live, d Deed) {
	t := l.third
	t.all = d == Conference
	t.aside = d == Swap && !t.aside
	kind := call.Recall
	if t.aside {
		kind = call.Transfer
	}
	if t.aside == (l.life.State != call.Moving) { // from a conference back to the buyer nothing changes for them
		f.apply(l, call.Event{Kind: kind})
	}
	f.shape(l, t.shape())
	f.showMove(l)
}

// letGo is of an operator who is not needed any more: the third has the call
// now, or when they answer.
func (f *floor) letGo(l *live) {
	if l.third.here {
		f.handOn(l)
		return
	}
	l.third.blind = true
	id, leg := l.id, l.leg
	if l.life.State != call.Moving {
		f.apply(l, call.Event{Kind: call.Transfer})
	}
	f.act(acd.Left{Call: l.key})
	f.drop(l, leg)
	l.leg, l.with = uuid.Nil, uuid.Nil
	f.do(func(p Phones) { p.Requeue(id, leg) })
}

// handOn gives the call to the third, who is there.
func (f *floor) handOn(l *live) {
	t, was := l.third, l.leg
	f.apply(l, call.Event{Kind: call.Connect}) // if they were not heard by the buyer yet
	if t.operator != uuid.Nil {
		f.act(acd.Handed{Call: l.key})
	} else if l.with != uuid.Nil {
		f.act(acd.Left{Call: l.key})
	}
	f.drop(l, was)
	f.write(l, "hand", map[string]any{"operator": t.operator, "leg": t.leg, "kind": t.goal.Kind})
	l.leg, l.with, l.third, l.away, l.held, l.muted, l.returned = t.leg, t.operator, nil, nil, false, false, false
	if t.operator != uuid.Nil {
		l.row.OperatorID = &t.operator
		f.show(t.operator)
	}
	f.begin(l, t.goal)
	id := l.id
	f.do(func(p Phones) { p.Hand(id, t.leg) })
	f.change(l)
}

// lost is of an operator who is gone while a third is there: who hears the buyer
// goes on with them, who was asked aside is let go.
func (f *floor) lostInMove(l *live) {
	gone := l.with
	if l.third.all || l.third.blind {
		f.letGo(l)
		f.act(acd.Away{Operator: key(gone), Reason: string(acd.ConnectionLost)})
		return
	}
	f.dropThird(l)
	f.act(acd.Gone{Operator: key(gone), Call: l.key})
}
