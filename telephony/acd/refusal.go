package acd

// refuse notes that the operator will not take the call offered to them.
func (r *Room) refuse(o *operator) {
	if c := o.call; !c.isRefusedBy(o) {
		c.refusedBy = append(c.refusedBy, o)
	}
}

// reviewRefusals sets each refused call that nobody on duty would take to be
// offered to all of them again after a Rest: a caller never waits for ever.
func (r *Room) reviewRefusals() {
	if !r.review {
		return
	}
	r.review = false
	for _, c := range r.refused {
		hopeless := c.isRefusedByAll()
		switch {
		case hopeless && c.alarm.slot == 0:
			r.wake(&c.alarm, r.later(Rest))
		case !hopeless:
			r.silence(&c.alarm)
		}
	}
}

// isRefusedByAll reports whether every operator on duty who is able to take c
// has refused it.
func (c *call) isRefusedByAll() bool {
	able, _ := c.line.able()
	for _, o := range c.refusedBy {
		if o.onDuty && o.profile.takes(c.line.key) {
			able--
		}
	}
	return able == 0
}

// forgive forgets who refused c.
func (r *Room) forgive(c *call) {
	r.dequeue(c)
	c.refusedBy = nil
	r.back = append(r.back, c)
}
