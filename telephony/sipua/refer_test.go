package sipua

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// notify is a report on a REFER of ours.
func notify(s *script, state, line string, extra ...string) string {
	text := s.request("NOTIFY", line, append([]string{"Event: refer", "Subscription-State: " + state}, extra...)...)
	return strings.Replace(text, "Content-Type: application/sdp", "Content-Type: message/sipfrag", 1)
}

// TestRefer has the peer call somebody: blindly, or in the place of another leg.
func TestRefer(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in := s.up(r)
	other := newRaw(t, "127.1.0.9", r).script()
	consult := other.up(r)

	in.Refer("sip:+74951112233@carrier.example", nil)
	m := s.want("REFER ")
	if m.get("Refer-To") != "<sip:+74951112233@carrier.example>" || m.get("Referred-By") == "" || m.get("Contact") == "" || m.tag("To") != s.local {
		t.Errorf("REFER is\n%s", m.text)
	}
	in.Refer("sip:x@y", nil)
	if ev := expect[ReferReport](t, in.events); ev.Code != 491 || !ev.Last {
		t.Errorf("a second one: %+v", ev)
	}
	s.send(s.request("REFER", "", "Refer-To: <sip:a@b>"))
	s.want("SIP/2.0 403") // nobody has allowed it
	s.reply(m, "202 Accepted", "", "")
	s.send(notify(s, "active;expires=60", "SIP/2.0 180 Ringing\r\n"))
	s.want("SIP/2.0 200")
	if ev := expect[ReferReport](t, in.events); ev != (ReferReport{Code: 180, Reason: "Ringing"}) {
		t.Errorf("%+v", ev)
	}
	s.send(notify(s, "active", "SIP/2.0 200 OK\r\n", "X-Bad: x"))
	s.want("SIP/2.0 200")
	expect[ReferReport](t, in.events)
	s.send(notify(s, "terminated;reason=noresource", "SIP/2.0 200 OK"))
	s.want("SIP/2.0 200")
	if ev := expect[ReferReport](t, in.events); ev != (ReferReport{Code: 200, Reason: "OK", Last: true}) {
		t.Errorf("%+v", ev)
	}
	s.send(notify(s, "terminated", "SIP/2.0 200 OK"))
	s.want("SIP/2.0 481") // of what is over

	in.Refer("sip:"+other.at, consult.Leg)
	m = s.want("REFER ")
	value := consult.Leg.CallID() + ";to-tag=" + other.local + ";from-tag=" + other.remote
	if m.get("Refer-To") != "<sip:"+other.at+"?Replaces="+url.QueryEscape(value)+">" {
		t.Errorf("REFER is\n%s", m.text)
	}
	s.send(notify(s, "terminated", "SIP/2.0 503 Unavailable")) // overtakes the 202
	s.want("SIP/2.0 200")
	if ev := expect[ReferReport](t, in.events); ev.Code != 503 || !ev.Last {
		t.Errorf("%+v", ev)
	}
	s.reply(m, "202 Accepted", "", "")

	in.Refer("sip:x@y", nil)
	s.reply(s.want("REFER "), "603 Decline", "", "")
	if ev := expect[ReferReport](t, in.events); ev != (ReferReport{Code: 603, Reason: "Decline", Last: true}) {
		t.Errorf("%+v", ev)
	}
	in.Refer("sip:x@y", nil)
	s.reply(s.want("REFER "), "202 Accepted", "", "") // and never a word more
	if ev := expect[ReferReport](t, in.events); ev.Code != 408 || !ev.Last {
		t.Errorf("%+v", ev)
	}
}

func TestNotifies(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in := s.up(r)
	in.Refer("sip:x@y", nil)
	m := s.want("REFER ")
	s.reply(m, "202 Accepted", "", "")
	for _, c := range []struct{ want, text string }{
		{"489", strings.Replace(notify(s, "active", ""), "Event: refer", "Event: presence", 1)},
		{"400", strings.Replace(notify(s, "active", ""), "Subscription-State: active\r\n", "", 1)},
		{"481", strings.Replace(notify(s, "active", ""), "Event: refer", "Event: refer;id=99", 1)},
		{"200", strings.Replace(notify(s, "active", "rubbish"), "Event: refer", "Event: refer;id=1", 1)},
	} {
		s.send(c.text)
		s.want("SIP/2.0 " + c.want)
	}
	if ev := expect[ReferReport](t, in.events); ev != (ReferReport{Code: 202}) {
		t.Errorf("%+v", ev)
	}
}

// TestReferred is the peer's REFER: told to an owner who allows it, accepted or
// refused by him, and reported on.
func TestReferred(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in := s.up(r)
	in.AllowRefer()
	s.send(s.request("REFER", "", "Refer-To: <sip:+74951112233@x.example;user=phone?Subject=hi>", "Referred-By: <sip:op1@here>"))
	ev := expect[Referred](t, in.events)
	if ev != (Referred{To: "sip:+74951112233@x.example;user=phone", User: "+74951112233", By: "<sip:op1@here>"}) {
		t.Errorf("%+v", ev)
	}
	s.send(s.request("REFER", "", "Refer-To: <sip:b@c>"))
	s.want("SIP/2.0 491")
	in.AnswerRefer(202, "")
	first := s.wantEither("SIP/2.0 202", "NOTIFY ")
	if m := first["NOTIFY "]; m.body != "SIP/2.0 100 Trying\r\n" || m.get("Event") != "refer" || !strings.HasPrefix(m.get("Subscription-State"), "active;expires=") || m.get("Content-Type") != "message/sipfrag;version=2.0" {
		t.Errorf("NOTIFY is\n%s", m.text)
	}
	s.reply(first["NOTIFY "], "200 OK", "", "")
	in.ReportRefer(180, "Ringing")
	in.ReportRefer(486, "Busy Here")
	m := s.want("NOTIFY ")
	s.silent(100 * time.Millisecond) // one after the other, or they cross
	s.reply(m, "200 OK", "", "")
	last := s.want("NOTIFY ")
	s.reply(last, "200 OK", "", "")
	if m.body != "SIP/2.0 180 Ringing\r\n" || last.body != "SIP/2.0 486 Busy Here\r\n" || last.get("Subscription-State") != "terminated;reason=noresource" || last.seq() != m.seq()+1 {
		t.Errorf("NOTIFYs are\n%s\n%s", m.text, last.text)
	}
	in.ReportRefer(200, "too late")

	s.send(s.request("REFER", "", "Refer-To: <tel:+74951112233>"))
	if ev := expect[Referred](t, in.events); ev.User != "+74951112233" {
		t.Errorf("%+v", ev)
	}
	in.AnswerRefer(603, "Premium Number")
	s.want("SIP/2.0 603 Premium Number")
	s.send(s.request("REFER", "", "Refer-To: <sip:c@d>"))
	expect[Referred](t, in.events)
	s.want("SIP/2.0 480") // nobody answers it
	for _, c := range []struct{ want, line string }{
		{"400", "X: y"}, {"416", "Refer-To: <http://evil.example/>"}, {"416", "Refer-To: <sip:a@b;method=BYE>"}, {"416", "Refer-To: \x01"},
	} {
		s.send(s.request("REFER", "", c.line))
		if strings.Contains(c.line, "\x01") {
			c.want = "400"
		}
		s.want("SIP/2.0 " + c.want)
	}
	s.send(s.request("REFER", "", "Refer-To: <sip:e@f>"))
	expect[Referred](t, in.events)
	in.AnswerRefer(202, "")
	both := s.wantEither("SIP/2.0 202", "NOTIFY ")
	if id := both["NOTIFY "].get("Event"); !strings.HasPrefix(id, "refer;id=") {
		t.Errorf("the second one is called %q", id)
	}
	s.reply(both["NOTIFY "], "200 OK", "", "")
	m = s.want("NOTIFY ") // whoever should report has forgotten it
	s.reply(m, "200 OK", "", "")
	if m.body != "SIP/2.0 408 Request Timeout\r\n" {
		t.Errorf("NOTIFY is\n%s", m.text)
	}
}

// wantEither reads one message of each kind, in whichever order they come.
func (p *raw) wantEither(prefixes ...string) map[string]message {
	p.t.Helper()
	got := map[string]message{}
	for len(got) < len(prefixes) {
		m, ok := p.read(10 * time.Second)
		if !ok {
			p.t.Fatalf("%v come, want %q", got, prefixes)
		}
		for _, prefix := range prefixes {
			if strings.HasPrefix(m.line, prefix) {
				got[prefix], p.seen[m.text] = m, true
			}
		}
	}
	return got
}

// TestReferredToOurs: a telephone joins the two calls that it has with us. The
// one that it names must be given away, too.
func TestReferredToOurs(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in := s.up(r)
	in.AllowRefer()
	other := newRaw(t, "127.1.0.9", r).script()
	consult := other.up(r)
	value := func(callID string) string {
		return "Refer-To: <sip:x@y?Replaces=" + url.QueryEscape(callID+";to-tag="+other.remote+";from-tag="+other.local) + ">"
	}
	s.send(s.request("REFER", "", value(consult.Leg.CallID())))
	s.want("SIP/2.0 403")
	consult.AllowRefer()
	s.send(s.request("REFER", "", value(consult.Leg.CallID())))
	if ev := expect[Referred](t, in.events); ev.Leg != consult.Leg || ev.Replaces != "" {
		t.Errorf("%+v", ev)
	}
	in.AnswerRefer(486, "Busy")
	s.want("SIP/2.0 486")
	s.send(s.request("REFER", "", value("elsewhere")))
	if ev := expect[Referred](t, in.events); ev.Leg != nil || ev.Replaces != "elsewhere;to-tag="+other.remote+";from-tag="+other.local {
		t.Errorf("%+v", ev)
	}
}

// TestReplaces is an INVITE that takes a call's place (RFC 3891): out with what a
// REFER asked for, in only for a leg that is given away.
func TestReplaces(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	out, m := dialRaw(r, p, func(t *Target) {
		t.Replaces, t.ReferredBy, t.MaxForwards = "abc;to-tag=1;from-tag=2\r\nEvil: x", "<sip:op1@here>", 7
	})
	if m.get("Replaces") != "abc;to-tag=1;from-tag=2  Evil: x" || m.get("Require") != "replaces" || m.get("Referred-By") != "<sip:op1@here>" || m.get("Max-Forwards") != "7" {
		t.Errorf("INVITE is\n%s", m.text)
	}
	out.Hangup("")
	p.reply(m, "487 Request Terminated", "x", "")
	p.want("ACK ")

	s := newRaw(t, "127.1.0.9", r).script()
	old := s.up(r)
	line := "Replaces: " + s.callID + ";to-tag=" + s.remote + ";from-tag=" + s.local
	knock := func(want string, lines ...string) {
		t.Helper()
		n := newRaw(t, "127.1.0.9", r).script()
		n.send(n.request("INVITE", sdpOffer, lines...))
		n.want("SIP/2.0 " + want)
	}
	knock("403", line, "Require: replaces")
	old.AllowRefer()
	knock("481", "Replaces: "+s.callID+";to-tag="+s.remote+";from-tag=guess")
	knock("481", "Replaces: nonsense")
	knock("400", line, line)
	knock("486", line+";early-only")
	n := newRaw(t, "127.1.0.9", r).script()
	n.send(strings.Replace(n.request("INVITE", sdpOffer, line, "Require: replaces"), "Max-Forwards: 70", "Max-Forwards: 9", 1))
	n.want("SIP/2.0 100")
	in := r.call()
	if in.Replaces != old.Leg || in.MaxForwards != 9 {
		t.Errorf("%+v", in.Invite)
	}
	in.Answer([]byte(sdpOffer))
	n.ack(n.want("SIP/2.0 200"))
	old.Hangup("replaced")
	s.reply(s.want("BYE "), "200 OK", "", "")
	expect[Ended](t, old.events)
	for end := time.Now().Add(5 * time.Second); r.book.find([]byte(s.remote), []byte(s.callID)) != nil && time.Now().Before(end); time.Sleep(time.Millisecond) {
	}
	knock("603", line)
}
