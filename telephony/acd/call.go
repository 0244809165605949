package acd

import "slices"

// State is where a call, or an operator, stands in the room.
type State string

const (
	StateWaiting State = "waiting" // calls only
	StateOffered State = "offered"
	StateTalking State = "talking"
	StateWrapUp  State = "wrap-up"
	StateMoving  State = "moving"  // calls only: nobody of the room has it, but somebody does, or shall
	StateIdle    State = "idle"    // operators only, as are the next
	StateResting State = "resting" // their telephone did not take an offer
	StateAway    State = "away"
)

type call struct {
	id        CallID
	line      *line
	queue     QueueID
	promise   Promise
	arrived   Instant
	turn      Instant
	state     State
	with      *operator // offered to, talking to, or written up by
	guest     *operator // called in beside who has it
	refusedBy []*operator
	parked    bool    // in Room.refused
	own       bool    // asked for by an operator: offered to nobody else
	alarm     alarm   // when refusals are forgotten
	joined    Instant // while talking
	talked    Millis  // with operators who are gone
	slot      int     // in its line

	answered int // line.answered at arrival
	came     int // line.came at arrival
	why      Explanation
}

func (c *call) place() *int { return &c.slot }

func (c *call) isRefusedBy(o *operator) bool { return slices.Contains(c.refusedBy, o) }

func (r *Room) arrive(ev Arrived) {
	if serves[ev.Tier] == nil {
		r.ignore("no such tier")
		return
	}
	if r.calls[ev.Call] != nil {
		r.ignore("call is already here")
		return
	}
	asker := r.asker(ev)
	if ev.For != "" && asker == nil {
		r.ignore("who asks for the call is not free to take it")
		return
	}
	c := &call{
		id: ev.Call, line: r.lineOf(lineKey{ev.Shop, ev.Tier}), queue: ev.Queue,
		promise: ev.Promise, arrived: ev.since(r.now), state: StateWaiting,
	}
	c.alarm.call = c
	c.promise.Within = max(c.promise.Within, 0)
	c.turn = r.turn(c)
	c.answered, c.came = c.line.answered(), c.line.came()
	c.why = r.explain(c)
	r.calls[c.id] = c
	r.await(c, 1)
	if asker != nil {
		c.own = true
		r.offer(c, asker)
		return
	}
	r.back = append(r.back, c)
}

// asker returns who asked for the call, if they are free to take it.
func (r *Room) asker(ev Arrived) *operator {
	o := r.operators[ev.For]
	if ev.For == "" || o == nil || o.state != StateIdle || !o.profile.takes(lineKey{ev.Shop, ev.Tier}) {
		return nil
	}
	return o
}

// since is as of when the call waits. Nobody can have come later than now.
func (ev Arrived) since(now Instant) Instant {
	if ev.Since > 0 && ev.Since < now {
		return ev.Since
	}
	return now
}

// explain notes what c met when it arrived.
func (r *Room) explain(c *call) Explanation {
	able, idle := c.line.able()
	return Explanation{
		Rule:     rules[r.policy.Queueing],
		Position: c.line.waiting + 1,
		Waiting:  r.waiting,
		OnDuty:   r.onDuty,
		Able:     able,
		Idle:     idle,
	}
}

// tellWait adds to what c met when it arrived what came to pass since.
func (c *call) tellWait() Explanation {
	c.why.Ahead, c.why.Came = c.line.answered()-c.answered, c.line.came()-c.came
	return c.why
}

func (r *Room) hangUp(ev HungUp) {
	c := r.calls[ev.Call]
	switch {
	case c == nil:
		r.ignore("no such call")
	case c.state == StateWaiting:
		r.dequeue(c)
		r.lose(c)
	case c.state == StateOffered:
		o := c.with
		r.do(Withdraw{c.id, o.id, CallerGone})
		r.lose(c)
		r.free(o)
	case c.state == StateTalking:
		r.excuse(c, CallerGone)
		r.wrap(c.with)
	case c.state == StateMoving:
		r.excuse(c, CallerGone)
		delete(r.calls, c.id)
	default:
		r.ignore("call has ended")
	}
}

func (r *Room) lose(c *call) {
	if c.state == StateWaiting {
		r.await(c, -1)
	}
	delete(r.calls, c.id)
	r.do(Lose{c.id, c.waited(r.now), c.tellWait()})
}

func (r *Room) accept(ev Accepted) {
	o := r.operators[ev.Operator]
	if !o.isOffered(ev.Call) {
		r.ignore("offer is gone")
		return
	}
	c := o.call
	r.silence(&o.alarm)
	o.enter(StateTalking, r.now)
	if o.role == guest {
		r.do(Meet{c.id, o.id})
		return
	}
	c.state, c.joined, c.own = StateTalking, r.now, false
	why := c.tellWait()
	o.profile.answered++
	r.do(Connect{c.id, o.id, c.waited(r.now), why})
}

// waited returns how long the caller has been here without a person.
func (c *call) waited(now Instant) Millis { return Millis(now-c.arrived) - c.talked }

// gone has the caller wait again whose operator's telephone is gone. What came
// to pass while they talked is no part of their wait.
func (r *Room) gone(ev Gone) {
	o := r.operators[ev.Operator]
	if o == nil || o.state != StateTalking || o.call.id != ev.Call {
		r.ignore("operator has no such call")
		return
	}
	if o.role == guest {
		r.excuse(o.call, ConnectionLost)
		return
	}
	c := o.call
	r.excuse(c, NotNeeded)
	c.pause(r.now)
	r.do(Return{o.id, c.id})
	r.part(o)
	r.dismiss(o, ConnectionLost)
}

// pause ends the talk of a call that shall wait: what came to pass meanwhile is
// no part of its wait.
func (c *call) pause(now Instant) {
	c.talked += Millis(now - c.joined)
	c.answered, c.came = c.line.answered()-c.why.Ahead, c.line.came()-c.why.Came
}

func (r *Room) decline(ev Declined) {
	o := r.operators[ev.Operator]
	if !o.isOffered(ev.Call) {
		r.ignore("offer is gone")
		return
	}
	if o.role == guest {
		r.excuse(o.call, ev.Reason)
		return
	}
	r.refuse(o)
	r.part(o)
	if ev.Reason == Busy || ev.Reason == Unreachable {
		r.rest(o)
		return
	}
	r.free(o)
}

// withdraw stops ringing the operator; the call goes back to wait with its
// original arrival.
func (r *Room) withdraw(o *operator, why Reason) {
	r.do(Withdraw{o.call.id, o.id, why})
	r.part(o)
}

// part takes an offered call from its operator and puts it back among those to
// be assigned; one that nobody else shall have is lost.
func (r *Room) part(o *operator) {
	c := o.call
	o.call, c.with = nil, nil
	c.state = StateWaiting
	r.await(c, 1)
	if c.own {
		r.lose(c)
		return
	}
	r.back = append(r.back, c)
}

// await counts a call that begins to wait, or by -1 one that has waited.
func (r *Room) await(c *call, by int) {
	r.waiting += by
	c.line.waiting += by
}

// enqueue makes a call wait that nobody can take now.
func (r *Room) enqueue(c *call) {
	switch {
	case c.parked:
	case len(c.refusedBy) > 0:
		c.parked = true
		r.refused = append(r.refused, c)
		r.review = true
	default:
		c.line.push(c)
	}
}

// dequeue takes a waiting call from where it waits.
func (r *Room) dequeue(c *call) {
	switch {
	case c.parked:
		c.parked = false
		r.silence(&c.alarm)
		i := slices.Index(r.refused, c)
		r.refused = slices.Delete(r.refused, i, i+1)
	case c.slot != 0:
		c.line.remove(c)
	}
}
