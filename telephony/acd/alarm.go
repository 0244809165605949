package acd

// alarm is something that the room does by itself at an instant: for an
// operator an offer lapses, or a wrap-up or a rest ends; for a call its
// refusals are forgotten.
type alarm struct {
	at       Instant
	operator *operator // one of these is nil
	call     *call
	slot     int
}

func (a *alarm) place() *int { return &a.slot }

// before orders alarms by instant, operators before calls, then by id.
func (a *alarm) before(b *alarm) bool {
	switch {
	case a.at != b.at:
		return a.at < b.at
	case (a.call == nil) != (b.call == nil):
		return a.call == nil
	case a.call != nil:
		return a.call.id < b.call.id
	default:
		return a.operator.id < b.operator.id
	}
}

// when returns the instant a is set to, or Never.
func (a *alarm) when() Instant {
	if a.slot == 0 {
		return Never
	}
	return a.at
}

// wake sets a to go off at the instant, which lies ahead.
func (r *Room) wake(a *alarm, at Instant) {
	a.at = at
	if a.slot == 0 {
		r.alarms.push(a)
		return
	}
	r.alarms.fix(a)
}

// silence stops a if it is set.
func (r *Room) silence(a *alarm) {
	if a.slot != 0 {
		r.alarms.remove(a)
	}
}

// fire does what is due. It follows the event of the step, so that an operator
// who answers as the offer lapses is given the call.
func (r *Room) fire() {
	for len(r.alarms) > 0 && r.alarms[0].at <= r.now {
		a := r.alarms[0]
		r.alarms.remove(a)
		if a.call != nil {
			r.forgive(a.call)
			continue
		}
		r.alert(a.operator, a.at)
	}
}

// alert is told that the operator's alarm, set for at, has gone off.
func (r *Room) alert(o *operator, at Instant) {
	switch o.state {
	case StateOffered:
		r.lapse(o)
	case StateWrapUp:
		r.release(o, at)
	case StateResting:
		o.idleSince = at
		r.free(o)
	}
}
