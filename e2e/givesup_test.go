package e2e

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"switchboard/bench/gen"
)

// TestGivesUp: whatever goes wrong between a caller and an operator has its
// answer, its row and its owner.
func TestGivesUp(t *testing.T) {
	t.Parallel()
	s := stage(t, func(at netip.AddrPort) string {
		return fmt.Sprintf(fixed, "a{1..2}", "tyres, greeted", at)
	})
	// One after the other: they share two operators.
	for _, story := range []struct {
		name string
		tell func(*scene)
	}{
		{"the caller gives up in the queue and rings again", gaveUp},
		{"the caller hangs up during the greeting", leftGreeting},
		{"the operator hangs up first", operatorFirst},
		{"a busy operator's call goes to the next", busyOperator},
		{"nobody has the number", nobodysNumber},
		{"nobody knows the source", nobodysSource},
		{"the shop is suspended", suspended},
	} {
		t.Run(story.name, func(t *testing.T) {
			s.operators(answers)
			story.tell(s.in(t))
		})
	}
}

// gaveUp: nobody is on duty for this shop. The caller who rings again within the
// day is owed no callback for the first time any more, but for the second.
func gaveUp(s *scene) {
	owner := s.owner("lonely")
	ring := func() {
		c := s.dial(buyer(1), lonely, deaf)
		s.within("ringing", c.Rung())
		if !c.Stay(1200 * time.Millisecond) {
			s.t.Error("the queue sent the caller away")
		}
		c.Hangup()
		s.outcome(c, 487, gen.Us)
	}
	known := func(n int) []lost {
		var all []lost
		s.await(fmt.Sprint(n, " lost calls"), patience, func() bool {
			all = every[lost](s, owner, "/lost-calls")
			return len(all) == n && all[0].Callback != nil
		})
		return all
	}
	ring()
	first := known(1)[0]
	if first.From != buyer(1) || first.Reason != "abandoned" || first.Words == "" || first.Owner == "" || first.Callback.State != "open" {
		s.t.Errorf("the lost call is %+v, its callback %+v", first, first.Callback)
	}
	ring()
	all := known(2)
	again, old := all[0], all[1]
	if again.Callback.State != "open" || old.Callback.State != "cancelled" || old.Callback.ClosedCallID == nil || *old.Callback.ClosedCallID != again.CallID {
		s.t.Errorf("after ringing again the callbacks are %+v and %+v", again.Callback, old.Callback)
	}
	one := s.callFrom(owner, buyer(1), "ended")
	if one.Outcome == nil || *one.Outcome != "abandoned" || one.QueueS < 0.9 {
		s.t.Errorf("the call is %+v", one)
	}
}

func leftGreeting(s *scene) {
	c := s.dial(buyer(2), greeted, deaf)
	s.within("greeting", c.Confirmed())
	c.Stay(300 * time.Millisecond)
	c.Hangup()
	s.outcome(c, 200, gen.Us)
	owner := s.owner("greeted")
	one := s.callFrom(owner, buyer(2), "ended")
	if one.Outcome == nil || *one.Outcome != "abandoned" || one.AnsweredAt != nil || one.TalkS != 0 {
		s.t.Errorf("the call is %+v", one)
	}
	s.await("the lost call", patience, func() bool { return len(every[lost](s, owner, "/lost-calls")) == 1 })
	if n := s.count("select count(*) from shop.charge where call_id = $1", one.ID); n != 0 {
		s.t.Errorf("%d charges for a call that nobody answered", n)
	}
}

func operatorFirst(s *scene) {
	s.operators(func(c *gen.Call) {
		c.Ring()
		c.Answer(deaf)
		if c.Stay(1500 * time.Millisecond) {
			c.Hangup()
		}
	})
	c := s.dial(buyer(3), tyres, deaf)
	s.outcome(c, 200, gen.Them)
	one := s.callFrom(s.owner("tyres"), buyer(3), "ended")
	if one.EndedBy == nil || *one.EndedBy != "operator" || *one.Outcome != "answered" || one.TalkS < 1 {
		s.t.Errorf("the call is %+v", one)
	}
}

func busyOperator(s *scene) {
	rung := make(chan string, 16)
	s.operators(func(c *gen.Call) {
		rung <- c.Number
		if len(rung) == 1 {
			c.Refuse(486, "Busy Here")
			return
		}
		answers(c)
	})
	c := s.dial(buyer(4), tyres, deaf)
	s.within("answer of the second operator", c.Answered())
	c.Hangup()
	s.outcome(c, 200, gen.Us)
	if a, b := <-rung, <-rung; a == b {
		s.t.Errorf("operator %s was rung twice", a)
	}
	s.callFrom(s.owner("tyres"), buyer(4), "ended")
}

func nobodysNumber(s *scene) {
	c := s.dial(buyer(5), "+74959999999", deaf)
	s.outcome(c, 404, gen.Them)
	s.await("a reason in the log", patience, func() bool { return strings.Contains(s.Log(), "404") })
}

// nobodysSource: a host that is on no list is not even told so.
func nobodysSource(s *scene) {
	conn, err := net.DialUDP("udp4", &net.UDPAddr{IP: stranger.AsSlice()}, net.UDPAddrFromAddrPort(s.sip))
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	for _, method := range []string{"INVITE", "OPTIONS", "REGISTER"} {
		fmt.Fprintf(conn, "%s sip:%s@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport\r\nMax-Forwards: 70\r\nFrom: <sip:x@%[4]s>;tag=1\r\n"+
			"To: <sip:y@z>\r\nCall-ID: %[5]s\r\nCSeq: 1 %[1]s\r\nContact: <sip:x@%[4]s>\r\nContent-Length: 0\r\n\r\n", method, tyres, s.sip, conn.LocalAddr(), method)
	}
	_ = conn.SetReadDeadline(time.Now().Add(time.Second))
	b := make([]byte, 2048)
	if n, err := conn.Read(b); err == nil {
		s.t.Errorf("a stranger is told %q", b[:n])
	}
}

// suspended: the caller hears why, and is hung up.
func suspended(s *scene) {
	m, err := gen.NewMedia()
	if err != nil {
		s.t.Fatal(err)
	}
	defer m.Close()
	ear, err := m.Open()
	if err != nil {
		s.t.Fatal(err)
	}
	c := s.dial(buyer(6), shut, ear.Addr())
	s.outcome(c, 200, gen.Them)
	if heard := ear.Heard(); heard.Unmarked < 50 {
		s.t.Errorf("the announcement was %d packets", heard.Unmarked)
	}
	one := s.callFrom(s.owner("shut"), buyer(6), "ended")
	if one.AnsweredAt != nil || one.EndedBy == nil || *one.EndedBy != "system" {
		s.t.Errorf("the call is %+v", one)
	}
}
