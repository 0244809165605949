package webleg

import (
	"switchboard/telephony/acd"
)

// What error.code can be.
const (
	codeUnknown = "unknown"    // no such type of message
	codeInvalid = "invalid"    // a field of it makes no sense
	codeOver    = "over"       // its leg is not, or no longer, there
	codeMedia   = "media"      // the offer cannot be answered
	codeUncount = "unnumbered" // it has no number
)

// hear does what a message of the page asks for.
func (s *session) hear(k *socket, m request) {
	fresh := false
	s.do(func() { fresh = s.admit(k, m) })
	if !fresh {
		return
	}
	if m.Type == "offer" { // takes a while, and the session must not wait for it
		s.connect(m)
		return
	}
	s.do(func() {
		if code := s.obey(m); code != "" {
			s.refuse(m, code)
		}
	})
}

func (s *session) refuse(m request, code string) { s.send(reply{Type: "error", Code: code, Re: m.N}) }

// admit notes what the page has received, and reports whether m is for the
// session, and new.
func (s *session) admit(k *socket, m request) bool {
	if s.ended || s.socket != k {
		return false
	}
	s.out.ack(m.Ack)
	switch {
	case m.Type == "ack":
		return false
	case m.N == 0:
		s.refuse(m, codeUncount)
		return false
	case m.N <= s.heard:
		return false
	}
	s.heard = m.N
	return true
}

// connect answers an offer.
func (s *session) connect(m request) {
	l, answer, err := s.open(m.SDP)
	s.do(func() {
		if err != nil {
			s.hub.cfg.Log.Info("browser's offer is refused", "operator", s.operator, "err", err)
			s.refuse(m, codeMedia)
			return
		}
		s.replace(l)
		s.send(reply{Type: "answer", ID: m.ID, SDP: answer})
	})
}

// obey does what needs no waiting, and returns the code of what was wrong.
func (s *session) obey(m request) string {
	switch m.Type {
	case "answer":
		s.answer(m.Leg)
	case "decline":
		return s.decline(m)
	case "hangup":
		return s.hangUp(m)
	case "hold", "resume":
		return s.hold(m)
	case "dtmf":
		return s.dial(m)
	case "quality":
		return s.measured(m)
	case "bye":
		s.leave(Bye, closeDone)
	default:
		return codeUnknown
	}
	return ""
}

func (s *session) decline(m request) string {
	reason := acd.Reason(m.Reason)
	if reason != acd.Refused && reason != acd.Busy {
		return codeInvalid
	}
	if s.at(m.Leg, ringing) == nil {
		return codeOver
	}
	s.tell(Declined{s.operator, m.Leg, reason})
	s.over("declined")
	return ""
}

func (s *session) hangUp(m request) string {
	if s.at(m.Leg, answered, talking) == nil {
		return codeOver
	}
	s.tell(HungUp{s.operator, m.Leg})
	s.over("hung up")
	return ""
}

func (s *session) hold(m request) string {
	switch {
	case s.at(m.Leg, talking) == nil:
		return codeOver
	case m.Type == "hold":
		s.tell(Held{s.operator, m.Leg})
	default:
		s.tell(Resumed{s.operator, m.Leg})
	}
	return ""
}

func (s *session) dial(m request) string {
	c := s.at(m.Leg, talking)
	switch {
	case !dialable(m.Keys):
		return codeInvalid
	case c == nil:
		return codeOver
	}
	s.tell(Dialled{s.operator, m.Leg, m.Keys})
	return ""
}

func (s *session) measured(m request) string {
	c := s.at(m.Leg, talking)
	switch {
	case !m.Quality.sane():
		return codeInvalid
	case c == nil:
		return codeOver
	}
	s.tell(Measured{s.operator, m.Leg, m.Quality})
	stats := c.leg.Stats()
	s.send(reply{Type: "uplink", Leg: &m.Leg, Received: stats.Received, Lost: stats.Lost})
	return ""
}
