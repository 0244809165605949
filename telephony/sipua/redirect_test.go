package sipua

import (
	"fmt"
	"strings"
	"testing"

	"github.com/icholy/digest"
)

// TestRedirect: followed where the owner allows it, best first, each target
// once, and never without end.
func TestRedirect(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	a, b := newRaw(t, "127.1.0.9", r), newRaw(t, "127.1.0.9", r)
	asked := []string{}
	out, invite := dialRaw(r, p, func(t *Target) {
		t.Follow = func(uri string) bool {
			asked = append(asked, uri)
			return !strings.Contains(uri, "premium")
		}
	})
	p.reply(invite, "180 Ringing", "p", "")
	p.reply(invite, "302 Moved Temporarily", "p", "",
		"Contact: <sip:slow@"+a.at+">;q=0.3, <sip:premium@127.9.9.9>;q=1.0", "Contact: <tel:+7900>", "Contact: <sips:x@y>", "Contact: <sip:fast@"+b.at+"?Evil=x>;q=0.5")
	p.want("ACK ")
	first := b.want("INVITE sip:fast@" + b.at + " SIP/2.0")
	if first.get("Call-ID") != invite.get("Call-ID") || first.tag("From") != invite.tag("From") || first.get("To") != invite.get("To") || first.seq() != 2 || first.branch() == invite.branch() || first.get("Evil") != "" {
		t.Errorf("INVITE is\n%s\nafter\n%s", first.text, invite.text)
	}
	b.reply(first, "302 Moved Temporarily", "b", "", "Contact: <sip:a001@"+p.at+">", "Contact: <sip:fast@"+b.at+">") // where we were
	b.want("ACK ")
	second := a.want("INVITE sip:slow@")
	a.reply(second, "200 OK", "a", "v=answer\r\n")
	a.want("ACK sip:raw@")
	ringing(t, out.events)
	expect[Answered](t, out.events)
	out.Hangup("")
	a.reply(a.want("BYE "), "200 OK", "", "")
	if fmt.Sprint(asked) != fmt.Sprint([]string{"sip:slow@" + a.at, "sip:premium@127.9.9.9", "sip:fast@" + b.at, "sip:a001@" + p.at, "sip:fast@" + b.at}) {
		t.Errorf("asked about %q", asked)
	}

	out, invite = dialRaw(r, p, func(t *Target) { t.Follow = func(string) bool { return true } })
	for i := range 1 + mostMoves {
		p.reply(invite, "302 Moved", "p", "", fmt.Sprintf("Contact: <sip:hop%d@%s>", i, p.at))
		p.want("ACK ")
		if i < mostMoves {
			invite = p.want(fmt.Sprintf("INVITE sip:hop%d@", i))
		}
	}
	if ev := expect[Failed](t, out.events); ev.Code != 302 {
		t.Errorf("%+v", ev)
	}

	out, invite = dialRaw(r, p, func(t *Target) { t.Follow = func(string) bool { return true } })
	out.Hangup("") // and the 3xx crosses the CANCEL
	p.reply(invite, "180 Ringing", "p", "")
	p.want("CANCEL ")
	p.reply(invite, "302 Moved", "p", "", "Contact: <sip:a@"+a.at+">")
	p.want("ACK ")
	r.empty()
	a.silent(50e6)
}

// TestStaleNonce: a nonce that is too old costs another round, a wrong password
// does not; a proxy and the peer behind it are answered together.
func TestStaleNonce(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	login := func(t *Target) { t.Username, t.Password = "trunk7", "secret" }
	challenge := func(nonce, more string) string {
		return `Digest realm="carrier", nonce="` + nonce + `", algorithm=MD5, qop="auth"` + more
	}
	nonceOf := func(line string) string {
		cred, err := digest.ParseCredentials(line)
		if err != nil {
			t.Fatal(err, line)
		}
		return cred.Nonce
	}
	out, invite := dialRaw(r, p, login)
	p.reply(invite, "407 Proxy Authentication Required", "x", "", "Proxy-Authenticate: "+challenge("p1", ""))
	p.want("ACK ")
	invite = p.want("INVITE ")
	p.reply(invite, "407 Proxy Authentication Required", "x", "", "Proxy-Authenticate: "+challenge("p2", ", stale=true"))
	p.want("ACK ")
	invite = p.want("INVITE ")
	p.reply(invite, "401 Unauthorized", "x", "", "WWW-Authenticate: "+challenge("w1", ""))
	p.want("ACK ")
	invite = p.want("INVITE ")
	if nonceOf(invite.get("Proxy-Authorization")) != "p2" || nonceOf(invite.get("Authorization")) != "w1" || invite.seq() != 4 {
		t.Errorf("INVITE is\n%s", invite.text)
	}
	ack := p.answered(invite, "phone")
	if ack.get("Authorization") != invite.get("Authorization") { // RFC 3261, 22.1
		t.Errorf("ACK is\n%s", ack.text)
	}
	expect[Answered](t, out.events)
	out.Reoffer([]byte("v=moved\r\n")) // challenged in the dialog, too
	again := p.want("INVITE ")
	p.reply(again, "401 Unauthorized", "", "", "WWW-Authenticate: "+challenge("w2", ""))
	p.want("ACK ")
	again = p.want("INVITE ")
	if nonceOf(again.get("Authorization")) != "w2" || again.body != "v=moved\r\n" {
		t.Errorf("re-INVITE is\n%s", again.text)
	}
	p.reply(again, "200 OK", "", "v=fine\r\n")
	p.want("ACK ")
	expect[Reanswered](t, out.events)
	out.Hangup("")
	p.reply(p.want("BYE "), "200 OK", "", "")

	out, invite = dialRaw(r, p, login) // stale without end
	for i := range mostChallenges + 1 {
		p.reply(invite, "401 Unauthorized", "x", "", "WWW-Authenticate: "+challenge(fmt.Sprint(i), ", stale=true"))
		p.want("ACK ")
		if i < mostChallenges {
			invite = p.want("INVITE ")
		}
	}
	if ev := expect[Failed](t, out.events); ev.Code != 401 {
		t.Errorf("%+v", ev)
	}
	r.empty()
}

// TestLoop: our own INVITE that comes back is answered by 482 and makes no leg.
func TestLoop(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	out, invite := dialRaw(r, p)
	p.send("INVITE sip:84950000101@" + p.ua + " SIP/2.0\r\nVia: SIP/2.0/UDP " + p.at + ";branch=z9hG4bKloop;rport\r\n" +
		strings.Join(invite.lines, "\r\n") + "\r\n\r\n" + invite.body)
	p.want("SIP/2.0 482 Loop Detected")
	if n := r.book.active(); n != 1 {
		t.Errorf("%d legs", n)
	}
	p.reply(invite, "486 Busy", "x", "")
	p.want("ACK ")
	expect[Failed](t, out.events)
}

// TestOfferIsMadeAgain where the peer names a moment (RFC 3261, 14.2), and with
// a longer session where it wants one.
func TestOfferIsMadeAgain(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in := s.up(r, "Session-Expires: 5;refresher=uac", "Supported: timer")
	in.Reoffer([]byte("v=ours\r\n"))
	s.reply(s.want("INVITE "), "422 Session Interval Too Small", "", "", "Min-SE: 90")
	s.want("ACK ")
	m := s.want("INVITE ")
	if m.get("Session-Expires") != "90;refresher=uas" || m.get("Min-SE") != "90" {
		t.Errorf("re-INVITE is\n%s", m.text)
	}
	s.reply(m, "500 Offer Pending", "", "", "Retry-After: 0")
	s.want("ACK ")
	s.reply(s.want("INVITE "), "200 OK", "", "v=fine\r\n")
	s.want("ACK ")
	if ev := expect[Reanswered](t, in.events); ev.Code != 200 {
		t.Errorf("%+v", ev)
	}
	in.Reoffer([]byte("v=ours\r\n"))
	s.reply(s.want("INVITE "), "500 Broken", "", "")
	s.want("ACK ")
	if ev := expect[Reanswered](t, in.events); ev.Code != 500 {
		t.Errorf("%+v", ev)
	}
}

// TestRetracted: a re-INVITE that is taken back has its 487.
func TestRetracted(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in := s.up(r)
	s.send(s.request("INVITE", "v=theirs\r\n"))
	s.want("SIP/2.0 100")
	expect[Reoffered](t, in.events)
	s.send(strings.Replace(s.write("CANCEL", s.branch, s.seq, ""), "@"+s.ua+">\r\nCall-ID", "@"+s.ua+">;tag="+s.remote+"\r\nCall-ID", 1))
	s.wantEither("SIP/2.0 200", "SIP/2.0 487")
	s.send(s.write("ACK", s.branch, s.seq, ""))
	in.AnswerReoffer([]byte("too late"))
	in.Reoffer([]byte("v=ours\r\n")) // nothing is open any more
	s.skip = []string{"SIP/2.0 487"}
	s.reply(s.want("INVITE "), "200 OK", "", "v=fine\r\n")
	s.want("ACK ")
}

// TestRebinding: a NAT gives the peer another port in the middle of a call. What
// comes from there belongs to the call, and what we send goes there.
func TestRebinding(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	out, invite := dialRaw(r, p, func(t *Target) { t.Destination = p.at })
	p.answered(invite, "phone")
	expect[Answered](t, out.events)
	moved := newRaw(t, "127.1.0.9", r)
	s := moved.script()
	s.callID, s.remote, s.local = invite.get("Call-ID"), invite.tag("From"), "phone"
	s.send(s.request("INFO", "5", "Content-Type: application/dtmf"))
	s.want("SIP/2.0 200")
	if d := expect[Digit](t, out.events); d.Digit != '5' {
		t.Errorf("%+v", d)
	}
	out.Hangup("")
	moved.reply(moved.want("BYE "), "200 OK", "", "")
	expect[Ended](t, out.events)
	r.empty()
}
