package gen

import (
	"net/netip"
	"slices"
	"time"
)

// callee is the call that an INVITE begins.
func (p *Phone) callee(m *message, d datagram) *Call {
	c := newCall(p, m.callID, d.to)
	c.theirInvite = m
	c.Number, c.From = user(m.uri), user(bare(m.from))
	c.next, c.target = d.from, m.contact
	c.ours, c.theirs = m.to+";tag="+c.tag, m.from
	c.route = slices.Clone(m.recordRoute)
	c.remote, _ = audio(m.body)
	c.times.Invited = d.at
	return c
}

// Ring sends 180.
func (c *Call) Ring() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.caller || c.state > ringing {
		return
	}
	c.state = ringing
	c.reply(180, "Ringing", nil)
	reach(c.rung, &c.times.Rung, time.Now())
}

// Answer sends 200 with our audio at an address, until it is acknowledged.
func (c *Call) Answer(at netip.AddrPort) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.caller || c.state > ringing {
		return
	}
	c.state, c.status, c.audio = waiting, 200, at
	c.last = c.theirInvite.answer(200, "OK", c.tag, c.contact(), session(at))
	c.insist(c.last, t2)
	reach(c.answered, &c.times.Answered, time.Now())
}

// Refuse answers with an error.
func (c *Call) Refuse(status int, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.caller && c.state <= ringing {
		c.by = Us
		c.refuse(status, reason)
	}
}

func (c *Call) refuse(status int, reason string) {
	c.state, c.status = waiting, status
	c.last = c.theirInvite.answer(status, reason, c.tag, "", nil)
	c.insist(c.last, t2)
}

func (c *Call) reply(status int, reason string, body []byte) {
	c.last = c.theirInvite.answer(status, reason, c.tag, c.contact(), body)
	c.send(c.last)
}

// request takes what the other end asks.
func (c *Call) request(m *message, d datagram) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch m.method {
	case "INVITE":
		c.invited(m, d)
	case "ACK":
		c.acknowledged(d.at)
	case "CANCEL":
		c.cancelled(m, d)
	case "BYE":
		c.answerTo(m, d, nil)
		c.times.Ended = first(c.times.Ended, d.at)
		c.end(Them)
	default:
		c.answerTo(m, d, nil)
	}
}

// first keeps an instant that is there, and else takes the next.
func first(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

func (c *Call) answerTo(m *message, d datagram, body []byte) {
	raw := m.answer(200, "OK", c.tag, c.contact(), body)
	_ = c.phone.sock.send(raw, c.source, d.from)
}

// invited takes an INVITE: the first, a repeated one, or a new offer in the dialog.
func (c *Call) invited(m *message, d datagram) {
	switch {
	case c.theirInvite == m:
		return
	case c.theirInvite != nil && m.via[0] == c.theirInvite.via[0]:
		if c.last != nil {
			c.send(c.last)
		}
	case c.state != over:
		if at, ok := audio(m.body); ok {
			c.remote = at
		}
		c.answerTo(m, d, session(c.audio))
	}
}

func (c *Call) acknowledged(at time.Time) {
	if c.state != waiting {
		return
	}
	c.quiet()
	if c.status >= 300 {
		c.end(Them)
		return
	}
	c.state = talking
	c.hop()
	reach(c.confirmed, &c.times.Confirmed, at)
}

func (c *Call) cancelled(m *message, d datagram) {
	_ = c.phone.sock.send(m.answer(200, "OK", c.tag, "", nil), c.source, d.from)
	if c.state > ringing {
		return
	}
	c.times.Ended = d.at
	c.by = Them
	c.refuse(487, "Request Terminated")
}
