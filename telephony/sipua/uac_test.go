package sipua

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/icholy/digest"
)

// dialRaw has r call a hand-written phone.
func dialRaw(r *rig, p *raw, change ...func(*Target)) (call, message) {
	r.t.Helper()
	c := call{events: make(chan Event, 100)}
	t := Target{URI: "sip:a001@" + p.at, FromUser: "84950000101", SDP: []byte(sdpOffer), Listen: func(ev Event) { c.events <- ev }}
	for _, f := range change {
		f(&t)
	}
	leg, err := r.Dial(t)
	if err != nil {
		r.t.Fatal(err)
	}
	c.Leg = leg
	return c, p.want("INVITE ")
}

// answered has a phone answer our INVITE, and returns its ACK.
func (p *raw) answered(invite message, tag string, extra ...string) message {
	p.t.Helper()
	p.reply(invite, "200 OK", tag, "v=answer\r\n", extra...)
	return p.want("ACK ")
}

func TestInviteAsSent(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	_, m := dialRaw(r, p, func(t *Target) {
		t.FromUser, t.FromDisplay = "8495\r\nEvil: yes", "Ann\" <sip:x@y>\r\nEvil: yes"
	})
	if strings.Contains(m.text, "\r\nEvil") || strings.Count(m.text, "\r\n\r\n") != 1 {
		t.Errorf("header lines smuggled in:\n%s", m.text)
	}
	if from := m.get("From"); !strings.HasPrefix(from, `"Ann\" <sip:x@y>  Evil: yes" <sip:8495%0D%0AEvil%3A%20yes@127.1.0.1>;tag=`) {
		t.Errorf("From: %s", from)
	}
	if via := m.get("Via"); !strings.HasPrefix(via, "SIP/2.0/UDP "+r.Addr().String()+";branch=z9hG4bK") || !strings.HasSuffix(via, ";rport") {
		t.Errorf("Via: %s", via)
	}
	if m.get("Contact") != "<sip:switchboard@"+r.Addr().String()+">" || m.get("Max-Forwards") != "70" || m.get("Content-Type") != "application/sdp" || m.body != sdpOffer {
		t.Errorf("INVITE is\n%s", m.text)
	}
	for _, uri := range []string{"", "tel:1", "sips:a@b", "sip:", "sip:a@b;transport=tls", "sip:a@b\r\nEvil: x", "http://x", "sip:a b@c"} {
		if _, err := r.Dial(Target{URI: uri, SDP: []byte("v=0")}); err == nil {
			t.Errorf("dialled %q", uri)
		}
	}
}

// TestManyProvisionals: sixteen of them, and the call is answered all the same.
func TestManyProvisionals(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	out, invite := dialRaw(r, p)
	for i := range 16 {
		code := []string{"180 Ringing", "183 Session Progress"}[i%2]
		body := ""
		if i%2 == 1 {
			body = "v=early\r\n"
		}
		p.reply(invite, code, "phone", body)
		if ev := ringing(t, out.events); fmt.Sprint(ev.Code) != code[:3] {
			t.Errorf("%+v for %s", ev, code)
		}
	}
	p.reply(invite, "200 OK", "phone", "") // its SDP came ahead of it
	p.want("ACK ")
	if ev := expect[Answered](t, out.events); string(ev.SDP) != "v=early\r\n" {
		t.Errorf("%+v", ev)
	}
}

// TestCancelWaits: no CANCEL before a provisional response (RFC 3261, 9.1), but
// the owner is told at once.
func TestCancelWaits(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	out, invite := dialRaw(r, p)
	out.Hangup("answered elsewhere")
	if ev := expect[Failed](t, out.events); ev.Code != 487 {
		t.Errorf("%+v", ev)
	}
	p.skip = []string{"INVITE "}
	p.silent(150 * time.Millisecond)
	p.reply(invite, "180 Ringing", "phone", "")
	cancel := p.want("CANCEL ")
	if cancel.branch() != invite.branch() || cancel.seq() != invite.seq() || cancel.get("Reason") != `SIP;text="answered elsewhere"` || cancel.get("To") != invite.get("To") {
		t.Errorf("CANCEL is\n%s\nfor\n%s", cancel.text, invite.text)
	}
	p.reply(cancel, "200 OK", "phone", "")
	p.reply(invite, "487 Request Terminated", "phone", "")
	p.want("ACK ")
	r.empty()
	p.silent(200 * time.Millisecond)
}

// TestCancelCrossesAnswer: the ghost call of pitfall 1.
func TestCancelCrossesAnswer(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	out, invite := dialRaw(r, p)
	p.reply(invite, "180 Ringing", "phone", "")
	ringing(t, out.events)
	out.Hangup("too long")
	cancel := p.want("CANCEL ")
	p.reply(cancel, "200 OK", "phone", "")
	ok := p.response(invite, "200 OK", "phone", "v=answer\r\n")
	p.send(ok)
	ack := p.want("ACK ")
	bye := p.want("BYE ")
	if ack.seq() != invite.seq() || bye.seq() <= invite.seq() || bye.tag("To") != "phone" {
		t.Errorf("%s\n%s", ack.text, bye.text)
	}
	if ev := next(t, out.events); ev != (Failed{Code: 487, Reason: "too long"}) {
		t.Errorf("%+v", ev)
	}
	r.empty()
	p.send(ok) // the ACK was lost
	p.want("ACK ")
	p.reply(bye, "200 OK", "", "")
	p.silent(200 * time.Millisecond)
	if len(out.events) != 0 {
		t.Errorf("%T after the end", <-out.events)
	}
}

// TestAckIsRepeated with each repetition of the 2xx; another phone's 2xx is
// ACKed and hung up.
func TestAckIsRepeated(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	out, invite := dialRaw(r, p)
	ack := p.answered(invite, "phone")
	expect[Answered](t, out.events)
	for range 3 {
		if again := p.answered(invite, "phone"); again.text != ack.text {
			t.Errorf("ACK is repeated as\n%s", again.text)
		}
	}
	fork := p.answered(invite, "other")
	bye := p.want("BYE ")
	if fork.tag("To") != "other" || bye.tag("To") != "other" {
		t.Errorf("%s\n%s", fork.text, bye.text)
	}
	p.reply(bye, "200 OK", "", "")
	out.Hangup("")
	bye = p.want("BYE ")
	if bye.tag("To") != "phone" || bye.get("Reason") != "" {
		t.Errorf("BYE is\n%s", bye.text)
	}
	p.reply(bye, "200 OK", "", "")
	r.empty()
}

// TestGhost: a 2xx from before a restart has nobody who waits for it.
func TestGhost(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	invite := parse("INVITE x\r\nVia: SIP/2.0/UDP " + r.Addr().String() + ";branch=z9hG4bKold;rport\r\nFrom: <sip:8@127.1.0.1>;tag=old\r\nTo: <sip:a001@" + p.at + ">\r\nCall-ID: before\r\nCSeq: 1 INVITE\r\n\r\n")
	p.reply(invite, "200 OK", "phone", "v=answer\r\n")
	ack, bye := p.want("ACK "), p.want("BYE ")
	if ack.seq() != 1 || bye.seq() < 2 || bye.tag("From") != "old" || bye.tag("To") != "phone" || bye.get("Call-ID") != "before" {
		t.Errorf("%s\n%s", ack.text, bye.text)
	}
	p.reply(bye, "200 OK", "", "")
	elsewhere := strings.Replace(p.response(invite, "200 OK", "phone", ""), r.Addr().String(), "127.9.9.9:5060", 1)
	p.send(elsewhere) // not even addressed to us
	p.silent(100 * time.Millisecond)
	if n := r.Stats().Ghosts; n != 1 {
		t.Errorf("%d ghosts", n)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	for _, c := range []struct {
		status string
		want   Failed
	}{
		{"486 Busy Here", Failed{Code: 486, Reason: "Busy Here"}},
		{"302 Moved Temporarily", Failed{Code: 302, Reason: "Moved Temporarily"}},
		{"603 Decline", Failed{Code: 603, Reason: "Decline"}},
		{"401 Unauthorized", Failed{Code: 401, Reason: "Unauthorized"}}, // we have no password
		{"503 Service Unavailable", Failed{Code: 503, Reason: "Service Unavailable", RetryAfter: 7}},
	} {
		out, invite := dialRaw(r, p)
		p.reply(invite, c.status, "phone", "", "Retry-After: 7;duration=60", "Contact: <sip:elsewhere@127.9.9.9>")
		ack := p.want("ACK ")
		if ack.branch() != invite.branch() || ack.tag("To") != "phone" {
			t.Errorf("ACK of a refusal is\n%s", ack.text)
		}
		ev := expect[Failed](t, out.events)
		if c.want.RetryAfter == 0 {
			ev.RetryAfter = 0
		}
		if ev != c.want {
			t.Errorf("%+v, want %+v", ev, c.want)
		}
	}
	r.empty()
}

func TestChallenge(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	login := func(t *Target) { t.Username, t.Password = "trunk7", "secret" }
	const challenge = `Digest realm="carrier", nonce="abc", algorithm=MD5, qop="auth, auth-int"`
	out, first := dialRaw(r, p, login)
	p.reply(first, "407 Proxy Authentication Required", "proxy", "", "Proxy-Authenticate: "+challenge)
	p.want("ACK ")
	second := p.want("INVITE ")
	cred, err := digest.ParseCredentials(second.get("Proxy-Authorization"))
	if err != nil || second.seq() != first.seq()+1 || second.get("Call-ID") != first.get("Call-ID") || second.branch() == first.branch() || second.tag("To") != "" {
		t.Fatalf("%v\n%s", err, second.text)
	}
	chal, _ := digest.ParseChallenge(challenge)
	chal.QOP = []string{"auth"}
	want, _ := digest.Digest(chal, digest.Options{Method: "INVITE", URI: cred.URI, Username: "trunk7", Password: "secret", Cnonce: cred.Cnonce, Count: cred.Nc})
	if cred.Response != want.Response {
		t.Errorf("response %s, want %s", cred.Response, want.Response)
	}
	p.answered(second, "phone")
	expect[Answered](t, out.events)
	out.Hangup("")
	bye := p.want("BYE ")
	p.reply(bye, "401 Unauthorized", "", "", "WWW-Authenticate: "+challenge)
	bye = p.want("BYE ")
	if !strings.Contains(bye.get("Authorization"), `username="trunk7"`) {
		t.Errorf("the second BYE is\n%s", bye.text)
	}
	p.reply(bye, "200 OK", "", "")

	out, first = dialRaw(r, p, login) // whom the right answer does not satisfy
	p.reply(first, "401 Unauthorized", "proxy", "", "WWW-Authenticate: "+challenge)
	p.want("ACK ")
	p.reply(p.want("INVITE "), "401 Unauthorized", "proxy", "", "WWW-Authenticate: "+challenge)
	p.want("ACK ")
	if ev := expect[Failed](t, out.events); ev.Code != 401 {
		t.Errorf("%+v", ev)
	}
	r.empty()
}

func TestSilence(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	out, first := dialRaw(r, p, func(t *Target) { t.Silence = 800 * time.Millisecond })
	again := p.want("INVITE ")
	if again.text != first.text {
		t.Errorf("INVITE is repeated as\n%s", again.text)
	}
	if ev := expect[Failed](t, out.events); ev.Code != 408 {
		t.Errorf("%+v", ev)
	}
	r.empty()
	p.skip = nil
	p.silent(600 * time.Millisecond) // the stack repeats nothing any more

	out, invite := dialRaw(r, p, func(t *Target) { t.Timeout = 300 * time.Millisecond })
	p.reply(invite, "180 Ringing", "phone", "")
	ringing(t, out.events)
	cancel := p.want("CANCEL ")
	if ev := expect[Failed](t, out.events); ev.Code != 408 || ev.Reason != "no answer" {
		t.Errorf("%+v", ev)
	}
	p.reply(cancel, "200 OK", "phone", "")
	r.empty() // a phone that never says 487 is forgotten too

	c := call{events: make(chan Event, 10)}
	if _, err := r.Dial(Target{URI: "sip:a@127.1.0.1:1;transport=tcp", SDP: []byte("v=0"), Listen: func(ev Event) { c.events <- ev }}); err != nil {
		t.Fatal(err)
	}
	if ev := expect[Failed](t, c.events); ev.Code != 503 {
		t.Errorf("nobody listens: %+v", ev)
	}
}

// TestRoutes: what is said in the dialog goes by the proxies that asked to see
// it, and to where the peer wants it.
func TestRoutes(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	proxy := newRaw(t, "127.1.0.9", r)
	out, invite := dialRaw(r, p)
	p.reply(invite, "200 OK", "phone", "v=answer\r\n",
		"Record-Route: <sip:127.1.0.77;lr>", "Record-Route: <sip:x@127.1.0.78;lr>, <sip:"+proxy.at+";lr>")
	ack := proxy.want("ACK ")
	if ack.get("Route") != "<sip:"+proxy.at+";lr>\n<sip:x@127.1.0.78;lr>\n<sip:127.1.0.77;lr>" || ack.line != "ACK sip:raw@"+p.at+" SIP/2.0" {
		t.Errorf("ACK is\n%s", ack.text)
	}
	expect[Answered](t, out.events)
	d := out.Dialog()
	if again, err := ParseDialog(d.JSON()); err != nil || fmt.Sprint(again) != fmt.Sprint(d) {
		t.Errorf("%+v reads back as %+v, %v", d, again, err)
	}
	out.Hangup("")
	bye := proxy.want("BYE ")
	if bye.get("Route") != ack.get("Route") || bye.line != "BYE sip:raw@"+p.at+" SIP/2.0" {
		t.Errorf("BYE is\n%s", bye.text)
	}
	proxy.reply(bye, "200 OK", "", "")

	s := p.script() // called, by an old proxy without lr
	in, _ := s.invite(r, "Record-Route: <sip:"+proxy.at+">")
	in.Answer([]byte("v=0\r\n"))
	ok := s.want("SIP/2.0 200")
	if ok.get("Record-Route") != "<sip:"+proxy.at+">" {
		t.Errorf("200 is\n%s", ok.text)
	}
	s.ack(ok)
	expect[Confirmed](t, in.events)
	in.Hangup("")
	bye = proxy.want("BYE ")
	if bye.line != "BYE sip:"+proxy.at+" SIP/2.0" || bye.get("Route") != "<sip:raw@"+p.at+">" {
		t.Errorf("BYE by a strict router is\n%s", bye.text)
	}
	proxy.reply(bye, "200 OK", "", "")
	r.empty()
}
