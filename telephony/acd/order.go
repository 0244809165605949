package acd

import "slices"

// Serves tells whether operators of one tier take calls of another.
func Serves(operator, call Tier) bool { return slices.Contains(serves[operator], call) }

// serves lists the tiers of call that operators of a tier can take.
var serves = map[Tier][]Tier{
	Order:   {Order},
	Consult: {Order, Consult},
}

// This file is the room's rules: which waiting call goes first, and which free
// operator gets it. The rest of the package carries them out.

// turn is the instant by which a waiting call is ranked: smaller goes first.
func (r *Room) turn(c *call) Instant {
	if r.policy.Queueing == ByArrival {
		return c.arrived
	}
	return c.due()
}

// due is when the shop's promise to the caller breaks.
func (c *call) due() Instant {
	if at := c.arrived + Instant(c.promise.Within); at >= c.arrived {
		return at
	}
	return Never
}

// before ranks waiting calls: by turn, then by arrival. The id has the last
// word, so that the same night always replays the same.
func (c *call) before(o *call) bool {
	if c.turn != o.turn {
		return c.turn < o.turn
	}
	if c.arrived != o.arrived {
		return c.arrived < o.arrived
	}
	return c.id < o.id
}

// before ranks free operators: the narrowest tier, so that the versatile stay
// free; then the longest idle; then by id.
func (o *operator) before(x *operator) bool {
	if a, b := len(serves[o.profile.tier]), len(serves[x.profile.tier]); a != b {
		return a < b
	}
	if o.idleSince != x.idleSince {
		return o.idleSince < x.idleSince
	}
	return o.id < x.id
}

// choose returns the free operator who should be offered c, or nil.
func (r *Room) choose(c *call) *operator {
	var best *operator
	for _, h := range c.line.heads {
		o := h.profile.first(c)
		if o != nil && (best == nil || o.before(best)) {
			best = o
		}
	}
	return best
}

// first returns the best placed of the profile's free operators who has not
// refused c, or nil.
func (p *profile) first(c *call) *operator {
	if len(p.idle) == 0 {
		return nil
	}
	if len(c.refusedBy) == 0 {
		return p.idle[0]
	}
	var best *operator
	for _, o := range p.idle {
		if !c.isRefusedBy(o) && (best == nil || o.before(best)) {
			best = o
		}
	}
	return best
}
