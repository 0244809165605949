package gen

import (
	"slices"
	"time"
)

// invite sends the INVITE.
func (c *Call) invite() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.branch = newBranch()
	c.times.Invited = time.Now()
	c.insist(c.newRequest("INVITE", c.branch, session(c.audio)), giveUp)
}

// cancel takes the INVITE back. It goes the same way, under the same branch.
func (c *Call) cancel() {
	c.by = Us
	c.times.Left = time.Now()
	c.insist(c.newRequest("CANCEL", c.branch, nil), t2)
}

// response takes an answer to a request of ours.
func (c *Call) response(m *message, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case m.cseqMethod == "BYE" && m.status >= 200 && c.state == leaving:
		c.end(Us)
	case m.cseqMethod == "CANCEL" && m.status >= 200 && c.state < waiting:
		c.quiet() // the INVITE's own answer follows
	case m.cseqMethod != "INVITE" || !c.caller:
	case m.status < 200:
		c.progress(m, at)
	case m.status < 300:
		c.accepted(m, at)
	default:
		c.refused(m, at)
	}
}

func (c *Call) progress(m *message, at time.Time) {
	if c.state > ringing {
		return
	}
	if c.state == inviting {
		c.state = ringing
		c.quiet()
		if c.wantsCancel {
			c.cancel()
		}
	}
	if m.status > 100 {
		reach(c.rung, &c.times.Rung, at)
	}
}

// accepted acknowledges the 200, however often it comes. A call that was
// cancelled meanwhile is hung up.
func (c *Call) accepted(m *message, at time.Time) {
	if c.state < talking {
		c.quiet()
		c.status = m.status
		c.theirs, c.target = m.to, m.contact
		c.route = slices.Clone(m.recordRoute)
		slices.Reverse(c.route)
		c.hop()
		c.remote, _ = audio(m.body)
		c.state = talking
		reach(c.answered, &c.times.Answered, at)
	}
	number := c.cseq
	c.cseq = m.cseq
	c.send(c.newRequest("ACK", newBranch(), nil))
	c.cseq = number
	reach(c.confirmed, &c.times.Confirmed, time.Now())
	if c.wantsCancel && c.state == talking {
		c.bye(Us)
	}
}

// hop finds where requests of this dialog go: to the first proxy of the route,
// or to the other telephone.
func (c *Call) hop() {
	next := c.target
	if len(c.route) > 0 {
		next = bare(c.route[0])
	}
	if a, ok := host(next); ok {
		c.next = a
	}
}

// refused acknowledges a refusal, as often as it comes, within its transaction.
func (c *Call) refused(m *message, at time.Time) {
	theirs := c.theirs
	c.theirs = m.to
	c.send(c.newRequest("ACK", c.branch, nil))
	c.theirs = theirs
	if c.state > ringing {
		return
	}
	c.status = m.status
	c.times.Ended = at
	c.end(Them)
}
