package webleg

import (
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
)

// phase is where a call of a session is.
type phase string

const (
	ringing  phase = "ringing"
	answered phase = "answered" // and not joined yet
	talking  phase = "talking"
)

// call is the one that a page rings for or talks in.
type call struct {
	Offer
	phase  phase
	until  time.Time // when ringing or being answered must be over
	leg    *Leg      // while talking
	joined time.Time
	held   bool
	away   time.Time // since when; zero while the page is here
}

const (
	// lapse is how much longer than the offer it rings: for a room that cannot
	// take it back.
	lapse = time.Second
	// maxAnswered is how long an answered call may take to be joined.
	maxAnswered = 10 * time.Second
	// offline is how long a page without a socket keeps ringing.
	offline = 2 * time.Second
	// quietOffline and quietOnline are how long a page's audio may be missing
	// until it counts as away: without and with a socket.
	quietOffline = 500 * time.Millisecond
	quietOnline  = 2500 * time.Millisecond
	// fresh is how recent the last packet is of a page that is back.
	fresh = 200 * time.Millisecond
)

func (c *call) shown(now time.Time) *shown {
	w := &shown{Phase: c.phase, Leg: c.Leg, Call: c.Call, Held: c.held, Away: !c.away.IsZero(), Card: c.Card}
	if c.phase == ringing {
		w.ForMS = max(c.Until.Sub(now).Milliseconds(), 0)
	}
	return w
}

func (s *session) ring(o Offer) error {
	if !s.reachable() {
		return ErrUnreachable
	}
	if s.call != nil {
		return ErrBusy
	}
	if o.Grace == 0 {
		o.Grace = s.hub.cfg.Grace
	}
	s.call = &call{Offer: o, phase: ringing, until: o.Until.Add(lapse)}
	s.send(reply{Type: "ring", Leg: &o.Leg, Call: &o.Call, ForMS: max(time.Until(o.Until).Milliseconds(), 1), Card: o.Card})
	return nil
}

// at returns the call if it is on leg and in one of phases.
func (s *session) at(leg uuid.UUID, phases ...phase) *call {
	if s.call == nil || s.call.Leg != leg {
		return nil
	}
	for _, p := range phases {
		if s.call.phase == p {
			return s.call
		}
	}
	return nil
}

// answer takes the call that rings. Too late, it says so.
func (s *session) answer(leg uuid.UUID) {
	c := s.at(leg, ringing)
	if c == nil {
		if s.at(leg, answered, talking) == nil {
			s.send(reply{Type: "stop", Leg: &leg, Reason: "too late"})
		}
		return
	}
	c.phase, c.until = answered, time.Now().Add(maxAnswered)
	s.tell(Accepted{s.operator, leg})
}

func (s *session) join(leg uuid.UUID) *Leg {
	c := s.at(leg, answered)
	if c == nil {
		return nil
	}
	s.rtp = s.rtp.Next()
	s.hub.reporter.Add(s.rtp)
	c.phase, c.joined, c.leg = talking, time.Now(), newLeg(s.rtp, s.link)
	s.live.Store(c.leg)
	s.send(reply{Type: "joined", Leg: &leg})
	return c.leg
}

func (s *session) showHeld(leg uuid.UUID, held bool) {
	if c := s.at(leg, talking); c != nil {
		c.held = held
		s.send(reply{Type: "held", Leg: &leg, Held: &held})
	}
}

// over ends the call, and tells the page alone.
func (s *session) over(reason string) {
	c := s.call
	s.call = nil
	s.live.Store(nil)
	kind := "stop"
	if c.phase != ringing {
		kind = "ended"
	}
	if c.leg != nil {
		c.leg.Close()
	}
	s.send(reply{Type: kind, Leg: &c.Leg, Reason: reason})
}

// lose ends the call because the page is gone.
func (s *session) lose(c *call) {
	switch c.phase {
	case ringing:
		s.tell(Declined{s.operator, c.Leg, acd.Unreachable})
	case answered:
		s.tell(HungUp{s.operator, c.Leg})
	case talking:
		s.tell(Lost{s.operator, c.Leg})
	}
	s.over("the browser was gone")
}

// tick does what is due at now.
func (s *session) tick(now time.Time) {
	if s.ended {
		return
	}
	cutFor := time.Duration(0)
	if s.socket == nil {
		cutFor = now.Sub(s.cut)
	}
	switch c := s.call; {
	case c == nil:
		if cutFor > s.hub.cfg.Grace {
			s.leave(Vanished, closeDone)
		}
	case c.phase == talking:
		s.listen(c, now)
	case now.After(c.until), c.phase == ringing && cutFor > offline:
		s.lose(c)
	}
}

// listen notices when the page falls silent, and when it is heard again.
func (s *session) listen(c *call, now time.Time) {
	last := c.leg.LastPacket()
	if last.Before(c.joined) {
		last = c.joined
	}
	limit := quietOnline
	if s.socket == nil {
		limit = quietOffline
	}
	quiet := now.Sub(last)
	switch {
	case c.away.IsZero() && quiet > limit:
		c.away = now
		s.tell(Away{s.operator, c.Leg, now.Add(c.Grace)})
	case c.away.IsZero():
	case quiet < fresh && s.socket != nil:
		c.away = time.Time{}
		s.tell(Back{s.operator, c.Leg})
	case now.Sub(c.away) > c.Grace:
		s.lose(c)
	}
}
