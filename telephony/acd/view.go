package acd

import (
	"cmp"
	"fmt"
	"slices"
)

// View is the room as a floor screen shows it. It shares nothing with the room.
type View struct {
	Now       Instant
	Calls     []CallView     // the waiting in their order, then the others by id
	Operators []OperatorView // by id
}

// CallView is one call in the room.
type CallView struct {
	Call      CallID
	Shop      ShopID
	Queue     QueueID
	Tier      Tier
	State     State
	Position  int        // among all that wait, 1 is the first; 0 if not waiting
	Operator  OperatorID // offered to, talking to, or written up by
	Guest     OperatorID // rung or talking beside them
	ArrivedAt Instant
	Promise   Promise
	Due       Instant      // when the promise breaks
	RefusedBy []OperatorID // in the order of refusal
	AskAgain  Instant      // when the refusals are forgotten, all able operators having refused; else Never
}

// OperatorView is one operator, on duty or not.
type OperatorView struct {
	Operator  OperatorID
	State     State
	OnDuty    bool // false with a call in hand: away as soon as it is finished
	Reason    string
	Tier      Tier
	Shops     []ShopID
	WrapUp    Millis
	KeepReady bool
	Call      CallID
	Guest     bool    // in that call, beside who has it
	Left      bool    // they write up a call that goes on without them
	Since     Instant // when State was entered
	IdleSince Instant // which an offer that came to nothing does not change
	Until     Instant // when the offer lapses, or wrap-up or rest ends; else Never
}

// View returns the room's present state. It sorts everything: it is for
// screens and tests, not for each step.
func (r *Room) View() View {
	v := View{Now: r.now, Calls: make([]CallView, 0, len(r.calls)), Operators: make([]OperatorView, 0, len(r.operators))}
	for i, c := range r.sorted() {
		v.Calls = append(v.Calls, c.view())
		if c.state == StateWaiting {
			v.Calls[i].Position = i + 1
		}
	}
	for _, o := range r.operators {
		v.Operators = append(v.Operators, o.view())
	}
	slices.SortFunc(v.Operators, func(a, b OperatorView) int { return cmp.Compare(a.Operator, b.Operator) })
	return v
}

// Operator returns one operator as View does, at the cost of one.
func (r *Room) Operator(id OperatorID) (OperatorView, bool) {
	o := r.operators[id]
	if o == nil {
		return OperatorView{}, false
	}
	return o.view(), true
}

// Hash is equal for two rooms that were told the same, and most likely for no
// others. It costs as much as View.
func (r *Room) Hash() uint64 {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	h := uint64(offset)
	for _, b := range []byte(fmt.Sprintf("%v %+v", r.policy, r.View())) {
		h = (h ^ uint64(b)) * prime
	}
	return h
}

// sorted returns the waiting calls in their order, then the others by id.
func (r *Room) sorted() []*call {
	cs := make([]*call, 0, len(r.calls))
	for _, c := range r.calls {
		cs = append(cs, c)
	}
	slices.SortFunc(cs, func(a, b *call) int {
		aWaits, bWaits := a.state == StateWaiting, b.state == StateWaiting
		switch {
		case aWaits != bWaits && aWaits, aWaits && bWaits && a.before(b):
			return -1
		case aWaits || bWaits:
			return 1
		}
		return cmp.Compare(a.id, b.id)
	})
	return cs
}

func (c *call) view() CallView {
	v := CallView{
		Call: c.id, Shop: c.line.key.shop, Queue: c.queue, Tier: c.line.key.tier,
		State: c.state, ArrivedAt: c.arrived, Promise: c.promise, Due: c.due(), AskAgain: c.alarm.when(),
	}
	if c.with != nil {
		v.Operator = c.with.id
	}
	if c.guest != nil {
		v.Guest = c.guest.id
	}
	for _, o := range c.refusedBy {
		v.RefusedBy = append(v.RefusedBy, o.id)
	}
	return v
}

func (o *operator) view() OperatorView {
	v := OperatorView{
		Operator: o.id, State: o.state, OnDuty: o.onDuty, Reason: o.reason,
		Tier: o.profile.tier, Shops: slices.Clone(o.profile.shops), WrapUp: o.wrapUp, KeepReady: o.keepReady,
		Since: o.since, IdleSince: o.idleSince, Until: o.alarm.when(),
	}
	if o.call != nil {
		v.Call, v.Guest, v.Left = o.call.id, o.role == guest, o.role == leaver
	}
	return v
}
