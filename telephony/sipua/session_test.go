package sipua

import (
	"testing"
	"time"
)

// TestSessionNegotiated: what a caller wants, what it stands, and what comes of
// it (RFC 4028, 9).
func TestSessionNegotiated(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	for _, c := range []struct {
		lines []string
		want  string
	}{
		{[]string{"Supported: timer"}, "1800;refresher=uac"},
		{[]string{"Supported: timer", "Min-SE: 3600"}, "3600;refresher=uac"},
		{[]string{"Supported: timer", "Session-Expires: 600"}, "600;refresher=uac"},
		{[]string{"Supported: timer", "Session-Expires: 86400;refresher=uas"}, "1800;refresher=uas"}, // a day of a ghost
		{[]string{"Supported: timer", "Session-Expires: 86400", "Min-SE: 7200"}, "7200;refresher=uac"},
		{[]string{"Session-Expires: 600"}, "600;refresher=uas"}, // a proxy's wish: the caller can't
		{nil, ""},
	} {
		s := p.script()
		in, _ := s.invite(r, c.lines...)
		in.Answer([]byte(sdpOffer))
		ok := s.want("SIP/2.0 200")
		if got := ok.get("Session-Expires"); got != c.want {
			t.Errorf("%q comes to %q, want %q", c.lines, got, c.want)
		}
		s.ack(ok)
		expect[Confirmed](t, in.events)
		s.send(s.request("BYE", ""))
		s.want("SIP/2.0 200")
	}

	out, invite := dialRaw(r, p) // a phone that would have us send without end
	p.answered(invite, "phone", "Session-Expires: 1;refresher=uac", "Require: timer", "Allow: UPDATE")
	expect[Answered](t, out.events)
	interval := make(chan time.Duration)
	out.post(func() { interval <- out.session.interval })
	if got := <-interval; got != brisk.minSession {
		t.Errorf("refreshed every %s", got)
	}
	out.Hangup("")
	p.reply(p.want("BYE "), "200 OK", "", "")
}

// TestStopWaitsForNobody: whose ACK is not in when the service stops gets its BYE
// all the same, and whom we called in vain is forgotten.
func TestStopWaitsForNobody(t *testing.T) {
	t.Parallel()
	r := run(t, "127.1.0.1", &world{trunks: addrs("127.1.0.9")}, calm, Limits{}) // whose ACK would be waited for half a minute
	p := newRaw(t, "127.1.0.9", r)
	s := p.script()
	in, _ := s.invite(r)
	in.Answer([]byte(sdpOffer))
	s.want("SIP/2.0 200")
	q := newRaw(t, "127.1.0.9", r)
	out, _ := dialRaw(r, q) // never says a word
	r.hangUpAll()
	s.skip = []string{"SIP/2.0 200"}
	s.reply(s.want("BYE "), "200 OK", "", "")
	expect[Ended](t, in.events)
	expect[Failed](t, out.events)
	r.empty()
}
