package acd

type operator struct {
	id        OperatorID
	profile   *profile
	wrapUp    Millis
	keepReady bool
	onDuty    bool // false with a call in hand: away as soon as it is finished
	reason    string
	state     State
	since     Instant // in state
	idleSince Instant // which an offer that came to nothing does not change
	call      *call   // offered, talking to, or writing up
	role      role    // in it
	alarm     alarm   // when the offer lapses, or wrap-up or rest ends
	slot      int     // in its profile's idle heap
}

func (o *operator) place() *int { return &o.slot }

func (o *operator) isOffered(id CallID) bool {
	return o != nil && o.state == StateOffered && o.call.id == id
}

func (o *operator) enter(s State, at Instant) { o.state, o.since = s, at }

func (r *Room) ready(ev Ready) {
	if serves[ev.Tier] == nil {
		r.ignore("no such tier")
		return
	}
	o := r.operators[ev.Operator]
	if o == nil {
		o = &operator{id: ev.Operator, state: StateAway}
		o.alarm.operator = o
		r.operators[o.id] = o
	}
	r.enlist(o, r.profileOf(ev.Tier, ev.Shops))
	if !o.onDuty {
		o.profile.came++
	}
	r.post(o, true)
	o.wrapUp, o.keepReady, o.reason = max(ev.WrapUp, 0), ev.KeepReady, ""
	switch {
	case o.state == StateAway, o.state == StateResting:
		o.idleSince = r.now
		r.free(o)
	case o.state == StateOffered && o.role == guest && !o.profile.serves(o.call.line.key.shop):
		r.excuse(o.call, SkillsChanged)
	case o.state == StateOffered && o.role == owner && !o.profile.takes(o.call.line.key):
		r.withdraw(o, SkillsChanged)
		r.free(o)
	}
}

// enlist gives the operator the profile.
func (r *Room) enlist(o *operator, p *profile) {
	old := o.profile
	if old == p {
		return
	}
	r.unlist(o)
	onDuty := o.onDuty
	if old != nil {
		r.post(o, false)
		old.members--
		if old.members == 0 {
			r.dissolve(old)
		}
	}
	o.profile = p
	p.members++
	r.post(o, onDuty)
	if o.state == StateIdle {
		r.list(o)
	}
}

// post puts the operator on duty or takes them off.
func (r *Room) post(o *operator, onDuty bool) {
	if o.onDuty == onDuty {
		return
	}
	by := 1
	if !onDuty {
		by = -1
	}
	o.onDuty = onDuty
	o.profile.post(by)
	r.onDuty += by
	r.review = true
}

func (r *Room) away(ev Away) {
	o := r.operators[ev.Operator]
	if o == nil {
		r.ignore("no such operator")
		return
	}
	r.post(o, false)
	o.reason = ev.Reason
	switch o.state {
	case StateIdle, StateResting:
		r.free(o)
	case StateOffered:
		if o.role == guest {
			r.excuse(o.call, OperatorAway)
			return
		}
		r.withdraw(o, OperatorAway)
		r.free(o)
	case StateWrapUp:
		r.release(o, r.now)
	}
}

// free lets go of an operator who has nothing in hand any more: to the next
// call if on duty, else away.
func (r *Room) free(o *operator) {
	o.call, o.role = nil, owner
	r.silence(&o.alarm)
	r.unlist(o)
	if !o.onDuty {
		o.enter(StateAway, r.now)
		return
	}
	o.enter(StateIdle, r.now)
	r.list(o)
}

// list puts an idle operator among those who may be chosen.
func (r *Room) list(o *operator) {
	p := o.profile
	p.idle.push(o)
	r.freed = append(r.freed, o)
	if !p.stirred {
		p.stirred = true
		r.stirred = append(r.stirred, p)
	}
}

func (r *Room) unlist(o *operator) {
	if o.slot != 0 {
		o.profile.idle.remove(o)
	}
}

// lapse takes back an offer that nobody accepted in time. A silent person is
// set away, so that a second caller does not ring into a void.
func (r *Room) lapse(o *operator) {
	if o.role == guest {
		r.excuse(o.call, Lapsed)
		return
	}
	if o.keepReady {
		r.refuse(o)
		r.withdraw(o, Lapsed)
		r.rest(o)
		return
	}
	r.withdraw(o, Lapsed)
	r.dismiss(o, Lapsed)
}

// dismiss sets an operator away who has nothing in hand any more.
func (r *Room) dismiss(o *operator, why Reason) {
	r.post(o, false)
	o.reason = string(why)
	r.do(Pause{o.id, why})
	r.free(o)
}

// rest leaves the operator's telephone alone for a while.
func (r *Room) rest(o *operator) {
	o.call, o.role = nil, owner
	o.enter(StateResting, r.now)
	r.wake(&o.alarm, r.later(Rest))
}

// wrap ends the operator's call and begins the after-call work.
func (r *Room) wrap(o *operator) {
	o.call.state = StateWrapUp
	o.enter(StateWrapUp, r.now)
	if o.wrapUp == 0 {
		r.release(o, r.now)
		return
	}
	until := r.later(o.wrapUp)
	r.wake(&o.alarm, until)
	r.do(Wrap{o.id, o.call.id, until})
}

// release ends the after-call work, as of at.
func (r *Room) release(o *operator, at Instant) {
	r.do(Release{o.id, o.call.id})
	if o.role == owner {
		delete(r.calls, o.call.id)
	}
	o.idleSince = at
	r.free(o)
}

func (r *Room) finish(ev Finished) {
	o := r.operators[ev.Operator]
	if o == nil || o.state != StateWrapUp {
		r.ignore("no wrap-up to finish")
		return
	}
	r.release(o, r.now)
}

func (r *Room) extend(ev Extended) {
	o := r.operators[ev.Operator]
	if o == nil || o.state != StateWrapUp || ev.By <= 0 {
		r.ignore("no wrap-up to extend")
		return
	}
	until := o.alarm.at + Instant(ev.By)
	if until < o.alarm.at {
		until = Never
	}
	r.wake(&o.alarm, until)
}
