package sipua

import (
	"strings"
	"testing"
	"time"
)

// TestProvisional: 100 at once, and what was said last is said again while
// nobody answers (RFC 3261, 13.3.1.1).
func TestProvisional(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in, _ := s.invite(r)
	in.Ring()
	first := s.want("SIP/2.0 180")
	if again := s.want("SIP/2.0 180"); again.text != first.text {
		t.Errorf("180 is repeated as\n%s", again.text)
	}
	in.Progress([]byte("v=early\r\n"))
	s.want("SIP/2.0 183")
	if again := s.want("SIP/2.0 183"); again.body != "v=early\r\n" || again.tag("To") != first.tag("To") {
		t.Errorf("183 is repeated as\n%s", again.text)
	}
	in.Hangup("tired")
	s.want("SIP/2.0 480")
	if ev := expect[Ended](t, in.events); ev.Code != 480 || ev.ByPeer {
		t.Errorf("%+v", ev)
	}
}

// TestLostACK: the 2xx is repeated by doubling until ACK, and without one the
// call is ended.
func TestLostACK(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in, _ := s.invite(r)
	in.Answer([]byte("v=answer\r\n"))
	began := time.Now()
	first := s.want("SIP/2.0 200")
	oks := 1
	for {
		m, ok := s.read(10 * time.Second)
		if !ok {
			t.Fatal("neither 200 nor BYE")
		}
		if strings.HasPrefix(m.line, "BYE ") {
			s.reply(m, "200 OK", "", "")
			break
		}
		if m.text != first.text {
			t.Errorf("200 is repeated as\n%s", m.text)
		}
		oks++
	}
	// At 0, 50, 150, 350 and 750 ms, and each 400 ms until 3.2 s; fewer on a
	// machine that is busy.
	if took := time.Since(began); oks < 6 || oks > 12 || took < 3*time.Second {
		t.Errorf("%d responses in %s, then BYE", oks, took)
	}
	if ev := expect[Ended](t, in.events); ev.ByPeer || ev.Code != 408 {
		t.Errorf("%+v", ev)
	}
	r.empty()
}

func TestLateACK(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in, invite := s.invite(r)
	in.Answer([]byte("v=answer\r\n"))
	s.want("SIP/2.0 200")
	s.want("SIP/2.0 200")
	s.send(invite) // as late as can be
	m := s.want("SIP/2.0 200")
	s.ack(m)
	expect[Confirmed](t, in.events)
	s.send(s.request("ACK", "")) // twice, for the repeated 200
	time.Sleep(20 * time.Millisecond)
	clear(s.over)
	for { // what crossed the ACK
		if _, ok := s.read(30 * time.Millisecond); !ok {
			break
		}
	}
	s.silent(500 * time.Millisecond)
	in.Hangup("enough")
	bye := s.want("BYE ")
	if bye.get("Reason") != `SIP;text="enough"` || bye.seq() != 1 || bye.tag("To") != s.local {
		t.Errorf("BYE is\n%s", bye.text)
	}
	s.reply(bye, "200 OK", "", "")
	r.empty()
	s.send(invite) // later than can be
	s.silent(200 * time.Millisecond)
}

// TestForgottenCaller: one that is neither answered nor heard of again is not
// kept for ever.
func TestForgottenCaller(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in, _ := s.invite(r)
	s.want("SIP/2.0 480")
	if ev := expect[Ended](t, in.events); ev.ByPeer || ev.Code != 480 {
		t.Errorf("%+v", ev)
	}
	r.empty()
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in, _ := s.invite(r)
	in.Ring()
	s.want("SIP/2.0 180")
	cancel := s.request("CANCEL", "")
	s.send(cancel)
	got := map[string]message{}
	for range 2 {
		m := s.want("SIP/2.0 ")
		got[m.line+" "+m.get("CSeq")] = m
	}
	refusal, ok := got["SIP/2.0 487 Request Terminated 1 INVITE"]
	if _, both := got["SIP/2.0 200 OK 1 CANCEL"]; !ok || !both {
		t.Fatalf("CANCEL has %v", got)
	}
	expect[Cancelled](t, in.events)
	if m := s.want("SIP/2.0 487"); m.text != refusal.text { // not ACKed yet
		t.Errorf("487 is repeated as\n%s", m.text)
	}
	s.remote = refusal.tag("To")
	s.send(s.write("ACK", s.branch, s.seq, ""))
	s.send(cancel) // its 200 was lost
	s.want("SIP/2.0 200 OK")
	in.Answer([]byte("too late"))
	r.empty()
	s.silent(600 * time.Millisecond)
}

// TestCancelTooLate: a CANCEL that crosses our 200 changes nothing; the caller
// has to hang up.
func TestCancelTooLate(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in, _ := s.invite(r)
	in.Answer([]byte("v=answer\r\n"))
	ok := s.want("SIP/2.0 200")
	s.send(s.request("CANCEL", ""))
	if m := s.want("SIP/2.0 200"); m.get("CSeq") != "1 CANCEL" {
		t.Fatalf("CANCEL has\n%s", m.text)
	}
	s.ack(ok)
	expect[Confirmed](t, in.events)
	s.send(s.request("BYE", "", `Reason: Q.850;cause=16;text="done"`))
	s.want("SIP/2.0 200")
	if ev := expect[Ended](t, in.events); !ev.ByPeer || !strings.Contains(ev.Reason, "done") {
		t.Errorf("%+v", ev)
	}
}

// TestByeBeforeACK is legal; so is saying it again when all is over.
func TestByeBeforeACK(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in, _ := s.invite(r)
	in.Answer([]byte("v=answer\r\n"))
	s.remote = s.want("SIP/2.0 200").tag("To")
	bye := s.request("BYE", "")
	s.send(bye)
	s.skip = []string{"SIP/2.0 200 OK 1 INVITE"}
	if m := s.want("SIP/2.0 200"); m.get("CSeq") != "2 BYE" {
		s.want("SIP/2.0 200") // the 200 was repeated meanwhile
	}
	if ev := expect[Ended](t, in.events); !ev.ByPeer {
		t.Errorf("%+v", ev)
	}
	r.empty()
	s.send(bye)
	s.want("SIP/2.0 200")
	s.send(strings.ReplaceAll(bye, s.branch, "z9hG4bK-another")) // the stack has forgotten
	if m := s.want("SIP/2.0 200"); m.branch() != "z9hG4bK-another" {
		t.Errorf("the second BYE has\n%s", m.text)
	}
	s.send(s.request("INFO", ""))
	s.want("SIP/2.0 481")
}

// TestHangupBeforeACK: BYE waits for the ACK (RFC 3261, 15), but the owner knows
// at once.
func TestHangupBeforeACK(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in, _ := s.invite(r)
	in.Answer([]byte("v=answer\r\n"))
	ok := s.want("SIP/2.0 200")
	in.Hangup("changed our mind")
	expect[Ended](t, in.events)
	s.want("SIP/2.0 200") // still repeated
	s.ack(ok)
	s.skip = []string{"SIP/2.0 200"}
	s.reply(s.want("BYE "), "200 OK", "", "")
	r.empty()
}

func TestRetransmittedINVITE(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in, invite := s.invite(r)
	s.send(invite)
	s.want("SIP/2.0 100")
	in.Ring()
	first := s.want("SIP/2.0 180")
	s.send(invite)
	if m := s.want("SIP/2.0 180"); m.text != first.text {
		t.Errorf("the repeated INVITE has\n%s", m.text)
	}
	s.send(strings.ReplaceAll(invite, s.branch, "z9hG4bK-merged")) // by another way
	s.want("SIP/2.0 482")
	in.Refuse(486, "Busy\r\nEvil: yes")
	busy := s.want("SIP/2.0 486 Busy  Evil: yes")
	s.send(invite)
	s.want("SIP/2.0 486")
	s.remote = busy.tag("To")
	s.send(s.write("ACK", s.branch, s.seq, ""))
	if ev := expect[Ended](t, in.events); ev.Code != 486 {
		t.Errorf("%+v", ev)
	}
	for {
		if _, ok := s.read(60 * time.Millisecond); !ok {
			break
		}
	}
	s.send(invite) // late: must not ring again
	s.silent(300 * time.Millisecond)
	if n := r.Stats().Invites; n != 1 {
		t.Errorf("%d calls came in, want 1", n)
	}
	s.seq = 41 // the same call tried anew is another one
	s.remote = ""
	s.invite(r)
}

func TestDelayedOffer(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	s.send(s.request("INVITE", ""))
	s.want("SIP/2.0 100")
	in := r.call()
	if in.SDP != nil {
		t.Errorf("an offer out of nothing: %q", in.SDP)
	}
	in.Answer([]byte("v=our-offer\r\n"))
	ok := s.want("SIP/2.0 200")
	s.remote = ok.tag("To")
	s.send(s.request("ACK", "v=their-answer\r\n"))
	if ev := expect[Confirmed](t, in.events); ok.body != "v=our-offer\r\n" || string(ev.SDP) != "v=their-answer\r\n" {
		t.Errorf("offered %q, answered %q", ok.body, ev.SDP)
	}
}

func TestDigits(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in := s.up(r)
	bodies := []struct{ kind, body string }{
		{"application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"}, {"application/dtmf-relay", "Signal= *\nDuration= 100"},
		{"application/dtmf-relay", "Signal=11\r\n"}, {"application/dtmf", "d"}, {"application/dtmf", "0"},
	}
	for _, b := range bodies { // all at once: the order must hold
		s.send(s.request("INFO", b.body, "Content-Type: "+b.kind))
	}
	var got []byte
	for range bodies {
		s.want("SIP/2.0 200")
		got = append(got, expect[Digit](t, in.events).Digit)
	}
	if string(got) != "5*#D0" {
		t.Errorf("digits %q", got)
	}
	in.Press(Digit{Digit: '#'})
	in.Press(Digit{Digit: 'x'}) // is no key
	if m := s.want("INFO "); m.get("Content-Type") != "application/dtmf-relay" || m.body != "Signal=#\r\nDuration=160\r\n" {
		t.Errorf("INFO is\n%s", m.text)
	} else {
		s.reply(m, "200 OK", "", "")
	}
	s.send(s.request("INFO", "<xml/>", "Content-Type: application/media_control+xml"))
	s.want("SIP/2.0 415")
	s.send(s.request("INFO", ""))
	s.want("SIP/2.0 200")
}

// TestWithinDialog is what else a peer may ask in a call.
func TestWithinDialog(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	s.up(r)
	s.send(s.request("OPTIONS", ""))
	if m := s.want("SIP/2.0 200"); !strings.Contains(m.get("Allow"), "UPDATE") || !strings.Contains(m.get("Accept"), "application/sdp") {
		t.Errorf("OPTIONS has\n%s", m.text)
	}
	for method, want := range map[string]string{"REFER": "403", "SUBSCRIBE": "405", "MESSAGE": "405", "PRACK": "481", "NOTIFY": "489", "FROBNICATE": "501", "UPDATE": "200"} {
		s.send(s.request(method, ""))
		s.want("SIP/2.0 " + want)
	}
	s.seq = 1 // out of order
	s.send(strings.ReplaceAll(s.request("INFO", ""), s.branch, "z9hG4bK-late"))
	s.want("SIP/2.0 500")
	if r.counts.panics.Load() != 0 {
		t.Error("panic")
	}
}

func TestOutsideDialog(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	for method, want := range map[string]string{
		"OPTIONS": "200", "BYE": "481", "CANCEL": "481", "INFO": "481", "UPDATE": "481", "PRACK": "481",
		"REGISTER": "405", "REFER": "403", "NOTIFY": "481", "MESSAGE": "405", "PUBLISH": "405", "FROBNICATE": "501",
	} {
		s := p.script()
		s.branch, s.seq = "z9hG4bK-x"+method, 1
		s.send(s.request(method, ""))
		s.want("SIP/2.0 " + want)
		s.remote = "unknown"
		s.send(s.request(method, ""))
		if method != "FROBNICATE" && method != "CANCEL" {
			s.want("SIP/2.0 481")
		} else {
			s.want("SIP/2.0 ")
		}
	}
	s := p.script()
	s.send(strings.Replace(s.request("INVITE", sdpOffer), "Max-Forwards: 70", "Max-Forwards: 0", 1))
	s.want("SIP/2.0 483")
	s = p.script()
	s.send(s.request("ACK", "")) // nothing ever answers an ACK
	s.remote = "unknown"
	s.send(s.request("ACK", ""))
	s.silent(200 * time.Millisecond)
	if n := r.book.active(); n != 0 {
		t.Errorf("%d legs of it", n)
	}
}

// TestOverload: above a limit a call costs nothing but its refusal.
func TestOverload(t *testing.T) {
	t.Parallel()
	r := run(t, "127.1.0.1", &world{trunks: addrs("127.1.0.9", "127.1.0.8")}, brisk, Limits{Calls: 3, CallsEach: 2})
	p, q := newRaw(t, "127.1.0.9", r), newRaw(t, "127.1.0.8", r)
	var in []call
	for range 2 {
		c, _ := p.script().invite(r)
		in = append(in, c)
	}
	for range 50 {
		s := p.script()
		s.send(s.request("INVITE", sdpOffer))
		if m := s.want("SIP/2.0 503"); m.get("Retry-After") == "" {
			t.Errorf("503 without Retry-After\n%s", m.text)
		}
		s.remote = "x"
		s.send(s.write("ACK", s.branch, s.seq, ""))
	}
	q.script().invite(r) // another trunk has room
	s := q.script()
	s.send(s.request("INVITE", sdpOffer))
	s.want("SIP/2.0 503")
	if st := r.Stats(); st.Active != 3 || st.Overload != 51 || st.Invites != 3 {
		t.Errorf("%+v", st)
	}
	in[0].Refuse(404, "Nobody")
	p.want("SIP/2.0 404")
	for r.book.active() != 2 {
		time.Sleep(time.Millisecond)
	}
	p.skip = []string{"SIP/2.0 404"}
	p.script().invite(r)
}
