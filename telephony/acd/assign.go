package acd

import "slices"

// assign offers free operators to waiting calls, the most urgent call first.
// Before a step nobody waits whom a free operator could take, so only calls
// that came back and operators set free in this step need looking at.
func (r *Room) assign() {
	r.claim()
	slices.SortFunc(r.back, func(a, b *call) int {
		if a.before(b) {
			return -1
		}
		return 1
	})
	back := r.back
	for {
		back = r.settle(back)
		c := r.foremost(back)
		if c == nil {
			break
		}
		if len(back) > 0 && back[0] == c {
			back = back[1:]
		}
		r.offer(c, r.choose(c))
	}
	r.forgetStep()
}

// claim puts the refused calls that an operator set free may take among those
// to be assigned. The others that wait are found through their profiles.
func (r *Room) claim() {
	if len(r.freed) == 0 {
		return
	}
	for _, c := range r.refused {
		if slices.ContainsFunc(r.freed, c.mayHave) {
			r.back = append(r.back, c)
		}
	}
}

func (c *call) mayHave(o *operator) bool {
	return o.state == StateIdle && o.profile.takes(c.line.key) && !c.isRefusedBy(o)
}

// settle lets the foremost of back wait that nobody can take. No operator gets
// free while calls are assigned, so they need not be tried again.
func (r *Room) settle(back []*call) []*call {
	for len(back) > 0 && r.choose(back[0]) == nil {
		r.enqueue(back[0])
		back = back[1:]
	}
	return back
}

// foremost returns the most urgent call that some free operator can take: the
// first of back, or of a line that an operator set free serves.
func (r *Room) foremost(back []*call) *call {
	var best *call
	if len(back) > 0 {
		best = back[0]
	}
	for _, p := range r.stirred {
		if len(p.idle) == 0 || len(p.front) == 0 {
			continue
		}
		if c := p.front[0].first; best == nil || c.before(best) {
			best = c
		}
	}
	return best
}

func (r *Room) offer(c *call, o *operator) {
	r.dequeue(c)
	r.unlist(o)
	r.await(c, -1)
	c.state, c.with = StateOffered, o
	c.why.Offers++
	o.call = c
	o.enter(StateOffered, r.now)
	until := r.later(r.policy.RingFor)
	r.wake(&o.alarm, until)
	r.do(Offer{c.id, o.id, until})
}

func (r *Room) forgetStep() {
	for _, p := range r.stirred {
		p.stirred = false
	}
	clear(r.back)
	clear(r.freed)
	clear(r.stirred)
	r.back, r.freed, r.stirred = r.back[:0], r.freed[:0], r.stirred[:0]
}
