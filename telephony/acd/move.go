package acd

// role is what an operator is in the call that they have to do with.
type role uint8

const (
	owner  role = iota // it is theirs: offered, talking, written up
	guest              // called in beside who has it
	leaver             // they had it, and write it up; it goes on without them
)

// called rings somebody as the call's guest.
func (r *Room) called(ev Called) {
	c := r.calls[ev.Call]
	if c == nil || c.guest != nil || c.state != StateTalking && c.state != StateMoving {
		r.ignore("no call to be called in to")
		return
	}
	o := r.summoned(c, ev)
	if o == nil {
		r.ignore("nobody is free to be called in")
		return
	}
	r.unlist(o)
	c.guest, o.call, o.role = o, c, guest
	o.enter(StateOffered, r.now)
	until := r.later(r.policy.RingFor)
	r.wake(&o.alarm, until)
	r.do(Summon{c.id, o.id, until})
}

// summoned returns who would be rung as a guest of c, or nil.
func (r *Room) summoned(c *call, ev Called) *operator {
	o := r.operators[ev.Operator]
	if ev.Operator == "" && serves[ev.Tier] != nil {
		o = r.choose(&call{line: r.lineOf(lineKey{c.line.key.shop, ev.Tier})})
	}
	if o == nil || o.state != StateIdle || !o.profile.serves(c.line.key.shop) {
		return nil
	}
	return o
}

// Spare reports whether the room would find somebody for ev now.
func (r *Room) Spare(ev Called) bool {
	c := r.calls[ev.Call]
	return c != nil && c.guest == nil && r.summoned(c, ev) != nil
}

// Staffed reports whether anybody on duty but the one named serves the shop and
// tier, free or not.
func (r *Room) Staffed(shop ShopID, tier Tier, but OperatorID) bool {
	if serves[tier] == nil {
		return false
	}
	able, _ := r.lineOf(lineKey{shop, tier}).able()
	if o := r.operators[but]; o != nil && o.onDuty && o.profile.takes(lineKey{shop, tier}) {
		able--
	}
	return able > 0
}

// excuse lets the guest of a call go, if it has one: to the next call, or as one
// whose offer came to nothing for the same reason.
func (r *Room) excuse(c *call, why Reason) {
	o := c.guest
	if o == nil {
		return
	}
	c.guest = nil
	r.do(Excuse{c.id, o.id, why})
	switch {
	case why == Busy, why == Unreachable, why == Lapsed && o.keepReady:
		r.rest(o)
	case why == Lapsed, why == ConnectionLost:
		r.dismiss(o, why)
	default:
		o.idleSince = r.now
		r.free(o)
	}
}

func (r *Room) excused(ev Excused) {
	c := r.calls[ev.Call]
	if c == nil || c.guest == nil {
		r.ignore("call has no guest")
		return
	}
	r.excuse(c, NotNeeded)
}

// handed gives the call to its guest, who has answered.
func (r *Room) handed(ev Handed) {
	c := r.calls[ev.Call]
	if c == nil || c.guest == nil || c.guest.state != StateTalking {
		r.ignore("call has no guest to be handed to")
		return
	}
	o, was := c.guest, c.with
	if was == nil {
		c.joined = r.now // nobody of the room talked
	}
	c.guest, c.with, c.state, o.role = nil, o, StateTalking, owner
	r.do(Take{c.id, o.id})
	if was != nil {
		r.leave(was)
	}
}

// left takes the call from its operator and gives it to nobody of the room.
func (r *Room) left(ev Left) {
	c := r.calls[ev.Call]
	if c == nil || c.state != StateTalking {
		r.ignore("nobody has the call")
		return
	}
	was := c.with
	c.pause(r.now)
	c.joined, c.with, c.state = r.now, nil, StateMoving
	r.leave(was)
}

// leave begins the after-call work of an operator whose call goes on.
func (r *Room) leave(o *operator) {
	o.role = leaver
	o.enter(StateWrapUp, r.now)
	if o.wrapUp == 0 {
		r.do(Leave{o.id, o.call.id, r.now})
		r.release(o, r.now)
		return
	}
	until := r.later(o.wrapUp)
	r.wake(&o.alarm, until)
	r.do(Leave{o.id, o.call.id, until})
}

// sent has the call wait again.
func (r *Room) sent(ev Sent) {
	c := r.calls[ev.Call]
	if c == nil || serves[ev.Tier] == nil || c.state != StateTalking && c.state != StateMoving && c.state != StateWaiting {
		r.ignore("no call to be sent on")
		return
	}
	r.excuse(c, NotNeeded)
	was := c.with
	if c.state == StateWaiting {
		c.tellWait()
		r.dequeue(c)
		r.await(c, -1)
	} else {
		c.pause(r.now)
	}
	c.line, c.queue, c.promise = r.lineOf(lineKey{c.line.key.shop, ev.Tier}), ev.Queue, ev.Promise
	c.answered, c.came = c.line.answered()-c.why.Ahead, c.line.came()-c.why.Came
	c.promise.Within = max(c.promise.Within, 0)
	c.turn, c.state, c.with, c.refusedBy = r.turn(c), StateWaiting, nil, nil
	if was != nil {
		c.refusedBy = []*operator{was}
		r.leave(was)
	}
	r.await(c, 1)
	if o := r.operators[ev.For]; o != nil && r.recall(o, c) {
		return
	}
	r.back = append(r.back, c)
}

// recall offers the call to the operator who had it, if they are there: free, or
// at its after-call work, which this ends.
func (r *Room) recall(o *operator, c *call) bool {
	if o.state == StateWrapUp && o.role == leaver && o.call == c && o.onDuty {
		r.release(o, r.now)
	}
	if o.state != StateIdle || !o.profile.takes(c.line.key) {
		return false
	}
	c.refusedBy = nil
	r.offer(c, o)
	return true
}
