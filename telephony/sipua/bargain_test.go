package sipua

import (
	"strings"
	"testing"
	"time"
)

// TestHold is the peer's re-INVITE: answered, repeated until ACK, refused.
func TestHold(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in := s.up(r)
	s.send(s.request("INVITE", "a=sendonly\r\n"))
	if ev := expect[Reoffered](t, in.events); string(ev.SDP) != "a=sendonly\r\n" {
		t.Errorf("%+v", ev)
	}
	s.want("SIP/2.0 100")
	in.AnswerReoffer([]byte("a=recvonly\r\n"))
	first := s.want("SIP/2.0 200")
	if again := s.want("SIP/2.0 200"); again.text != first.text || first.body != "a=recvonly\r\n" || first.get("Contact") == "" {
		t.Errorf("200 is repeated as\n%s", again.text)
	}
	s.send(s.write("ACK", "z9hG4bK-ack2", s.seq, ""))
	for { // what crossed the ACK
		if _, ok := s.read(40 * time.Millisecond); !ok {
			break
		}
	}
	s.silent(500 * time.Millisecond)

	s.send(s.request("INVITE", "m=image\r\n"))
	expect[Reoffered](t, in.events)
	s.want("SIP/2.0 100")
	in.AnswerReoffer(nil)
	s.want("SIP/2.0 488")
	s.send(s.write("ACK", s.branch, s.seq, "")) // that of a refusal has its branch
	s.silent(200 * time.Millisecond)

	s.send(s.request("INVITE", "a=forgotten\r\n")) // nobody answers it
	expect[Reoffered](t, in.events)
	s.want("SIP/2.0 100")
	s.want("SIP/2.0 488")
	s.send(s.write("ACK", s.branch, s.seq, ""))
	s.send(s.request("BYE", ""))
	s.want("SIP/2.0 200")
	expect[Ended](t, in.events)
}

// TestReofferWithoutOffer: the offer is ours then, and the answer in the ACK.
func TestReofferWithoutOffer(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in := s.up(r)
	s.send(s.request("INVITE", ""))
	if ev := expect[Reoffered](t, in.events); ev.SDP != nil {
		t.Errorf("%+v", ev)
	}
	in.AnswerReoffer([]byte("v=ours\r\n"))
	s.skip = []string{"SIP/2.0 100"}
	if m := s.want("SIP/2.0 200"); m.body != "v=ours\r\n" {
		t.Errorf("200 is\n%s", m.text)
	}
	s.send(s.write("ACK", "z9hG4bK-ack", s.seq, "v=theirs\r\n"))
	if ev := expect[Reanswered](t, in.events); ev.Code != 200 || string(ev.SDP) != "v=theirs\r\n" {
		t.Errorf("%+v", ev)
	}
}

// TestLostACKOfReINVITE ends the call.
func TestLostACKOfReINVITE(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in := s.up(r)
	s.send(s.request("INVITE", "a=sendonly\r\n"))
	expect[Reoffered](t, in.events)
	in.AnswerReoffer([]byte("a=recvonly\r\n"))
	s.skip = []string{"SIP/2.0 100", "SIP/2.0 200"}
	s.reply(s.want("BYE "), "200 OK", "", "")
	if ev := expect[Ended](t, in.events); ev.ByPeer || ev.Code != 408 {
		t.Errorf("%+v", ev)
	}
	r.empty()
}

func TestReoffer(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	out, invite := dialRaw(r, p)
	out.Reoffer([]byte("too early"))
	if ev := expect[Reanswered](t, out.events); ev.Code != 491 {
		t.Errorf("before the answer: %+v", ev)
	}
	p.answered(invite, "phone")
	expect[Answered](t, out.events)

	out.Reoffer([]byte("a=sendonly\r\n"))
	m := p.want("INVITE ")
	if m.body != "a=sendonly\r\n" || m.tag("To") != "phone" || m.seq() != 2 || m.branch() == invite.branch() {
		t.Errorf("re-INVITE is\n%s", m.text)
	}
	out.Reoffer([]byte("a=inactive\r\n"))
	if ev := expect[Reanswered](t, out.events); ev.Code != 491 {
		t.Errorf("a second one meanwhile: %+v", ev)
	}
	ok := p.response(m, "200 OK", "", "a=recvonly\r\n")
	p.send(ok)
	ack := p.want("ACK ")
	if ev := expect[Reanswered](t, out.events); ev.Code != 200 || string(ev.SDP) != "a=recvonly\r\n" || ack.seq() != 2 {
		t.Errorf("%+v\n%s", ev, ack.text)
	}
	p.send(ok)
	if again := p.want("ACK "); again.text != ack.text {
		t.Errorf("ACK is repeated as\n%s", again.text)
	}
	out.Reoffer([]byte("m=video\r\n"))
	p.reply(p.want("INVITE "), "488 Not Acceptable Here", "", "")
	p.want("ACK ")
	if ev := expect[Reanswered](t, out.events); ev.Code != 488 {
		t.Errorf("%+v", ev)
	}
	out.Reoffer([]byte("a=sendrecv\r\n"))
	p.reply(p.want("INVITE "), "481 Call Does Not Exist", "", "")
	p.want("ACK ")
	p.reply(p.want("BYE "), "481 Call Does Not Exist", "", "")
	if ev := expect[Ended](t, out.events); ev.ByPeer || ev.Code != 408 {
		t.Errorf("the peer has forgotten the call: %+v", ev)
	}
	r.empty()
}

// TestByeOvertakesReINVITE: what the end of the call overtakes has an answer all
// the same, or its sender waits for ever; and so do we for a peer's.
func TestByeOvertakesReINVITE(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in := s.up(r)
	s.send(s.request("INVITE", "a=sendonly\r\n"))
	expect[Reoffered](t, in.events)
	s.want("SIP/2.0 100")
	in.Hangup("")
	both := s.wantEither("BYE ", "SIP/2.0 487")
	s.reply(both["BYE "], "200 OK", "", "")
	s.send(s.write("ACK", s.branch, s.seq, ""))

	p = newRaw(t, "127.1.0.9", r)
	in = p.script().up(r)
	in.Reoffer([]byte("a=sendonly\r\n"))
	p.reply(p.want("INVITE "), "100 Trying", "", "")
	if ev := expect[Ended](t, in.events); ev.ByPeer || ev.Code != 408 {
		t.Errorf("%+v", ev)
	}
	p.reply(p.want("BYE "), "200 OK", "", "")
	r.idle()
}

// TestGlare: two offers meet. Both are refused, ours is made again.
func TestGlare(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in := s.up(r)
	in.Reoffer([]byte("a=ours\r\n"))
	ours := s.want("INVITE ")
	s.send(s.request("INVITE", "a=theirs\r\n"))
	s.skip = []string{"SIP/2.0 100", "INVITE "}
	s.want("SIP/2.0 491")
	s.send(s.write("ACK", s.branch, s.seq, ""))
	s.reply(ours, "491 Request Pending", "", "")
	s.want("ACK ")
	s.skip = nil
	again := s.want("INVITE ") // we were called: within 2 s
	if again.body != "a=ours\r\n" || again.seq() <= ours.seq() {
		t.Errorf("made again as\n%s", again.text)
	}
	s.reply(again, "200 OK", "", "a=fine\r\n")
	s.want("ACK ")
	if ev := expect[Reanswered](t, in.events); ev.Code != 200 || string(ev.SDP) != "a=fine\r\n" {
		t.Errorf("%+v", ev)
	}
	if r.book.active() != 1 {
		t.Error("the call is gone")
	}
}

// TestUpdate with an offer is a re-INVITE without ACK.
func TestUpdate(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in := s.up(r)
	s.send(s.request("UPDATE", "a=sendonly\r\n"))
	expect[Reoffered](t, in.events)
	in.AnswerReoffer([]byte("a=recvonly\r\n"))
	if m := s.want("SIP/2.0 200"); m.body != "a=recvonly\r\n" || m.get("CSeq") != "2 UPDATE" {
		t.Errorf("200 is\n%s", m.text)
	}
	s.silent(300 * time.Millisecond)
	moved := newRaw(t, "127.1.0.9", r) // the peer is to be reached elsewhere from now on
	s.send(strings.Replace(s.request("UPDATE", ""), "Contact: <sip:raw@"+s.at, "Contact: <sip:raw@"+moved.at, 1))
	s.want("SIP/2.0 200")
	in.Hangup("")
	moved.reply(moved.want("BYE sip:raw@"+moved.at), "200 OK", "", "")
}

func TestSessionTooBrief(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	s.send(s.request("INVITE", sdpOffer, "Session-Expires: 1", "Supported: timer"))
	if m := s.want("SIP/2.0 422"); m.get("Min-SE") != "2" {
		t.Errorf("422 is\n%s", m.text)
	}
	if n := r.book.active(); n != 0 {
		t.Errorf("%d legs of it", n)
	}
	out, invite := dialRaw(r, p)
	if invite.get("Session-Expires") != "1800" || invite.get("Supported") != "100rel, replaces, timer" {
		t.Errorf("INVITE is\n%s", invite.text)
	}
	p.reply(invite, "422 Session Interval Too Small", "phone", "", "Min-SE: 3600")
	p.want("ACK ")
	if invite = p.want("INVITE "); invite.get("Session-Expires") != "3600" || invite.get("Min-SE") != "3600" {
		t.Errorf("the second INVITE is\n%s", invite.text)
	}
	p.reply(invite, "422 Session Interval Too Small", "phone", "", "Min-SE: 3600") // no sense in that
	p.want("ACK ")
	if ev := expect[Failed](t, out.events); ev.Code != 422 {
		t.Errorf("%+v", ev)
	}
}

// TestSessionExpires: a caller that promised to refresh and does not is gone;
// each refresh is worth another interval.
func TestSessionExpires(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in, _ := s.invite(r, "Session-Expires: 2;refresher=uac", "Supported: timer")
	in.Answer([]byte("v=0\r\n"))
	ok := s.want("SIP/2.0 200")
	if ok.get("Session-Expires") != "2;refresher=uac" || ok.get("Require") != "timer" {
		t.Errorf("200 is\n%s", ok.text)
	}
	s.ack(ok)
	expect[Confirmed](t, in.events)
	began := time.Now()
	time.Sleep(700 * time.Millisecond)
	s.send(s.request("UPDATE", "", "Session-Expires: 2;refresher=uac", "Supported: timer"))
	if m := s.want("SIP/2.0 200"); m.get("Session-Expires") != "2;refresher=uac" {
		t.Errorf("200 to UPDATE is\n%s", m.text)
	}
	s.reply(s.want("BYE "), "200 OK", "", "")
	if ev := expect[Ended](t, in.events); ev.ByPeer || ev.Code != 408 || time.Since(began) < 1800*time.Millisecond {
		t.Errorf("%+v after %s", ev, time.Since(began))
	}
}

// TestSessionIsOurs: we refresh, by UPDATE where the peer has it, by re-INVITE
// where it has not; a peer that knows no such call has lost it.
func TestSessionIsOurs(t *testing.T) {
	t.Parallel()
	for _, updates := range []bool{true, false} {
		r, p := solo(t)
		s := p.script()
		lines := []string{"Session-Expires: 2;refresher=uas", "Supported: timer"}
		if updates {
			lines = append(lines, "Allow: INVITE, ACK, BYE, CANCEL, UPDATE")
		}
		in, _ := s.invite(r, lines...)
		in.Answer([]byte("v=local\r\n"))
		ok := s.want("SIP/2.0 200")
		if ok.get("Session-Expires") != "2;refresher=uas" {
			t.Errorf("200 is\n%s", ok.text)
		}
		s.ack(ok)
		expect[Confirmed](t, in.events)
		for range 2 {
			if updates {
				m := s.want("UPDATE ")
				if m.get("Session-Expires") != "2;refresher=uac" || m.body != "" {
					t.Errorf("refresh is\n%s", m.text)
				}
				s.reply(m, "200 OK", "", "", "Session-Expires: 2;refresher=uac")
				continue
			}
			m := s.want("INVITE ")
			if m.get("Session-Expires") != "2;refresher=uac" || m.body != "v=local\r\n" {
				t.Errorf("refresh is\n%s", m.text)
			}
			s.reply(m, "200 OK", "", "v=remote\r\n")
			s.want("ACK ")
			if ev := expect[Reanswered](t, in.events); string(ev.SDP) != "v=remote\r\n" {
				t.Errorf("%+v", ev)
			}
		}
		m := s.want(map[bool]string{true: "UPDATE ", false: "INVITE "}[updates])
		s.reply(m, "481 Call Does Not Exist", "", "")
		s.skip = []string{"ACK "}
		s.reply(s.want("BYE "), "481 Call Does Not Exist", "", "")
		if ev := expect[Ended](t, in.events); ev.Code != 408 {
			t.Errorf("%+v", ev)
		}
	}
}
