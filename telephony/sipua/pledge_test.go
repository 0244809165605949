package sipua

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// rack is the line that acknowledges a reliable response.
func rack(res message) string { return "RAck: " + res.get("RSeq") + " " + res.get("CSeq") }

// TestPledge: who can have early media reliably gets them so; they are repeated
// until PRACK, the answer waits for it and does not repeat what was agreed.
func TestPledge(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"Supported: 100rel", "Require: 100rel"} {
		r, p := solo(t)
		s := p.script()
		in, invite := s.invite(r, line)
		in.Progress([]byte("v=early\r\n"))
		first := s.want("SIP/2.0 183")
		if first.get("Require") != "100rel" || first.get("RSeq") == "" || first.body != "v=early\r\n" {
			t.Errorf("183 is\n%s", first.text)
		}
		for range 2 {
			if again := s.want("SIP/2.0 183"); again.text != first.text {
				t.Errorf("183 is repeated as\n%s", again.text)
			}
		}
		in.Ring() // waits for its turn
		in.Answer([]byte("v=answer\r\n"))
		s.skip = []string{"SIP/2.0 183"}
		s.silent(150 * time.Millisecond)
		s.remote = first.tag("To")
		s.send(s.request("PRACK", "", "RAck: 7 1 INVITE"))
		s.want("SIP/2.0 481")
		prack := s.request("PRACK", "", rack(first))
		s.send(prack)
		got := map[string]message{} // in whichever order
		for len(got) < 2 {
			m, ok := s.read(10 * time.Second)
			if !ok {
				t.Fatalf("%v come", got)
			}
			got[m.get("CSeq")] = m
		}
		ok := got["1 INVITE"]
		if got["3 PRACK"].line != "SIP/2.0 200 OK" || ok.line != "SIP/2.0 200 OK" || ok.body != "" {
			t.Errorf("got %v for\n%s\nafter\n%s", got, prack, invite)
		}
		s.send(s.write("ACK", "z9hG4bK-ack"+s.local, 1, ""))
		if ev := expect[Confirmed](t, in.events); ev.SDP != nil {
			t.Errorf("%+v", ev)
		}
	}
}

// TestPledgeOfRinging: without early media nothing is worth a PRACK, unless the
// peer requires it; then one provisional waits for the PRACK of the other.
func TestPledgeOfRinging(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in, _ := s.invite(r, "Supported: 100rel")
	in.Ring()
	if m := s.want("SIP/2.0 180"); m.get("Require")+m.get("RSeq") != "" {
		t.Errorf("180 is\n%s", m.text)
	}
	in.Refuse(486, "Busy Here")
	s.want("SIP/2.0 486")
	s.send(s.write("ACK", s.branch, s.seq, ""))

	s = newRaw(t, "127.1.0.9", r).script()
	in, _ = s.invite(r, "Require: 100rel")
	in.Ring()
	in.Progress([]byte("v=early\r\n"))
	ring := s.want("SIP/2.0 180")
	s.remote = ring.tag("To")
	s.send(s.request("PRACK", "", rack(ring)))
	s.skip = []string{"SIP/2.0 180", "SIP/2.0 200"}
	early := s.want("SIP/2.0 183")
	if early.get("RSeq") != next1(ring.get("RSeq")) || early.body != "v=early\r\n" {
		t.Errorf("183 is\n%s\nafter\n%s", early.text, ring.text)
	}
	s.skip = []string{"SIP/2.0 183", "SIP/2.0 200"} // whose PRACK never comes
	if m := s.want("SIP/2.0 504"); m.get("CSeq") != "1 INVITE" {
		t.Errorf("refused with\n%s", m.text)
	}
	if ev := expect[Ended](t, in.events); ev.Code != 504 {
		t.Errorf("%+v", ev)
	}
}

func next1(n string) string {
	var v uint32
	_, _ = fmt.Sscan(n, &v)
	return fmt.Sprint(v + 1)
}

// TestPledgeIsReminded: proxies hear of a caller who waits; so does who wants
// everything reliable.
func TestPledgeIsReminded(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in, _ := s.invite(r, "Require: 100rel")
	in.Ring()
	ring := s.want("SIP/2.0 180")
	s.remote = ring.tag("To")
	s.send(s.request("PRACK", "", rack(ring)))
	s.want("SIP/2.0 200")
	s.over[ring.text] = true
	if again := s.want("SIP/2.0 180"); again.get("RSeq") != next1(ring.get("RSeq")) {
		t.Errorf("reminded by\n%s", again.text)
	}
	in.Hangup("")
}

// TestPledgeOfOffer: the INVITE has none, so the offer is in the 183 and the
// answer in the PRACK.
func TestPledgeOfOffer(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	s.send(s.request("INVITE", "", "Supported: 100rel"))
	s.want("SIP/2.0 100")
	in := r.call()
	if in.SDP != nil {
		t.Errorf("%+v", in.Invite)
	}
	in.Progress([]byte("v=ours\r\n"))
	early := s.want("SIP/2.0 183")
	s.remote = early.tag("To")
	s.send(s.request("PRACK", "v=theirs\r\n", rack(early)))
	s.want("SIP/2.0 200")
	if ev := expect[EarlyAnswered](t, in.events); string(ev.SDP) != "v=theirs\r\n" {
		t.Errorf("%+v", ev)
	}
	in.Answer([]byte("v=ours\r\n"))
	if ok := s.want("SIP/2.0 200"); ok.body != "" {
		t.Errorf("200 is\n%s", ok.text)
	}
}

// TestUpdateBeforeAnswer: once early media are agreed on, either side may offer
// others (RFC 3311), and before that nobody.
func TestUpdateBeforeAnswer(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in, _ := s.invite(r, "Supported: 100rel", "Allow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE")
	in.Reoffer([]byte("v=too early\r\n"))
	if ev := expect[Reanswered](t, in.events); ev.Code != 491 {
		t.Errorf("%+v", ev)
	}
	in.Progress([]byte("v=early\r\n"))
	early := s.want("SIP/2.0 183")
	s.remote, s.skip = early.tag("To"), []string{"SIP/2.0 183"}
	s.send(s.request("UPDATE", "v=too early\r\n"))
	if m := s.want("SIP/2.0 500"); m.get("Retry-After") == "" {
		t.Errorf("500 is\n%s", m.text)
	}
	s.send(s.request("PRACK", "v=prack\r\n", rack(early))) // with an offer of its own
	if ev := expect[Reoffered](t, in.events); string(ev.SDP) != "v=prack\r\n" {
		t.Errorf("%+v", ev)
	}
	in.AnswerReoffer([]byte("v=answer 1\r\n"))
	if m := s.want("SIP/2.0 200"); m.get("CSeq") != "3 PRACK" || m.body != "v=answer 1\r\n" {
		t.Errorf("200 is\n%s", m.text)
	}
	s.send(s.request("UPDATE", "v=theirs\r\n"))
	expect[Reoffered](t, in.events)
	in.AnswerReoffer([]byte("v=answer 2\r\n"))
	if m := s.want("SIP/2.0 200"); m.get("CSeq") != "4 UPDATE" || m.body != "v=answer 2\r\n" {
		t.Errorf("200 is\n%s", m.text)
	}
	in.Reoffer([]byte("v=ours\r\n"))
	m := s.want("UPDATE ")
	s.send(s.request("UPDATE", "v=glare\r\n"))
	s.want("SIP/2.0 491")
	if m.body != "v=ours\r\n" || m.tag("To") != s.local {
		t.Errorf("UPDATE is\n%s", m.text)
	}
	s.reply(m, "200 OK", "", "v=fine\r\n")
	if ev := expect[Reanswered](t, in.events); ev.Code != 200 || string(ev.SDP) != "v=fine\r\n" {
		t.Errorf("%+v", ev)
	}
	in.Reoffer([]byte("v=again\r\n"))
	s.reply(s.want("UPDATE "), "488 Not Acceptable Here", "", "")
	if ev := expect[Reanswered](t, in.events); ev.Code != 488 {
		t.Errorf("%+v", ev)
	}
	in.Answer(nil)
	s.want("SIP/2.0 200")
	in.Hangup("") // the BYE waits for the ACK
}

// TestPrack is what we do for a callee that wants it: in order, once each, and
// to each of those who ring.
func TestPrack(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	out, invite := dialRaw(r, p)
	reliable := func(tag, rseq, body string) string {
		return p.response(invite, "183 Session Progress", tag, body, "Require: 100rel", "RSeq: "+rseq, "Allow: PRACK, UPDATE")
	}
	first := reliable("one", "100", "v=one\r\n")
	p.send(first)
	prack := p.want("PRACK ")
	if prack.get("RAck") != "100 1 INVITE" || prack.tag("To") != "one" || prack.seq() != 2 || prack.line != "PRACK sip:raw@"+p.at+" SIP/2.0" || prack.body != "" {
		t.Errorf("PRACK is\n%s", prack.text)
	}
	if ev := ringing(t, out.events); string(ev.SDP) != "v=one\r\n" || ev.Phone != "one" {
		t.Errorf("%+v", ev)
	}
	p.send(reliable("one", "102", "")) // ahead of its turn
	p.send(first)                      // again
	if m := p.want("PRACK "); m.text != prack.text {
		t.Errorf("PRACK is repeated as\n%s", m.text)
	}
	p.reply(prack, "200 OK", "", "")
	p.silent(120 * time.Millisecond)
	p.send(reliable("one", "101", ""))
	prack = p.want("PRACK ")
	p.reply(prack, "200 OK", "", "")
	p.send(reliable("two", "5", "v=two\r\n")) // another telephone
	other := p.want("PRACK ")
	p.reply(other, "200 OK", "", "")
	if prack.get("RAck") != "101 1 INVITE" || prack.seq() != 3 || other.get("RAck") != "5 1 INVITE" || other.tag("To") != "two" || other.seq() != 2 {
		t.Errorf("PRACKs are\n%s\n%s", prack.text, other.text)
	}
	ringing(t, out.events)
	if ev := ringing(t, out.events); string(ev.SDP) != "v=two\r\n" || ev.Phone != "two" {
		t.Errorf("%+v", ev)
	}
	ack := p.answered(invite, "one") // the first, and without a description
	if ev := expect[Answered](t, out.events); string(ev.SDP) != "v=answer\r\n" || ack.tag("To") != "one" {
		t.Errorf("%+v", ev)
	}
	out.Hangup("")
	bye := p.want("BYE ")
	if bye.seq() != 4 || bye.tag("To") != "one" {
		t.Errorf("BYE is\n%s", bye.text)
	}
	p.reply(bye, "200 OK", "", "")
}

// TestEarlyDialogs: what one telephone said is not the answer of another; a BYE
// of the one that lost ends nothing.
func TestEarlyDialogs(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	out, invite := dialRaw(r, p)
	p.reply(invite, "183 Session Progress", "one", "v=one\r\n")
	p.reply(invite, "183 Session Progress", "two", "v=two\r\n", "Require: 100rel", "RSeq: 1", "Allow: UPDATE")
	p.reply(p.want("PRACK "), "200 OK", "", "")
	ringing(t, out.events)
	ringing(t, out.events)
	p.reply(invite, "200 OK", "one", "")
	p.want("ACK ")
	if ev := expect[Answered](t, out.events); string(ev.SDP) != "v=one\r\n" {
		t.Errorf("%+v", ev)
	}
	loser := p.answered(invite, "two")
	bye := p.want("BYE ")
	if loser.tag("To") != "two" || bye.tag("To") != "two" {
		t.Errorf("%s\n%s", loser.text, bye.text)
	}
	p.reply(bye, "200 OK", "", "")
	for tag, want := range map[string]string{"two": "481", "one": "200"} {
		if tag == "one" && r.book.active() != 1 {
			t.Fatal("the loser has ended the call")
		}
		s := p.script()
		s.callID, s.remote, s.local, s.seq = invite.get("Call-ID"), invite.tag("From"), tag, 10
		if tag == "two" {
			s.send(s.request("BYE", ""))
			s.want("SIP/2.0 " + want)
		}
	}
	s := p.script()
	s.callID, s.remote, s.local, s.seq = invite.get("Call-ID"), invite.tag("From"), "one", 20
	s.send(s.request("BYE", ""))
	s.want("SIP/2.0 200")
	if ev := expect[Ended](t, out.events); !ev.ByPeer {
		t.Errorf("%+v", ev)
	}
}

// TestUpdateWhileItRings is the callee's: allowed with whom media are agreed on.
func TestUpdateWhileItRings(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	out, invite := dialRaw(r, p)
	s := p.script()
	s.callID, s.remote, s.local = invite.get("Call-ID"), invite.tag("From"), "phone"
	p.reply(invite, "183 Session Progress", "phone", "v=one\r\n", "Require: 100rel", "RSeq: 1", "Allow: UPDATE")
	p.reply(p.want("PRACK "), "200 OK", "", "")
	ringing(t, out.events)
	s.send(s.request("UPDATE", "v=moved\r\n"))
	if ev := expect[Reoffered](t, out.events); string(ev.SDP) != "v=moved\r\n" {
		t.Errorf("%+v", ev)
	}
	out.AnswerReoffer([]byte("v=ours\r\n"))
	if m := s.want("SIP/2.0 200"); m.body != "v=ours\r\n" {
		t.Errorf("200 is\n%s", m.text)
	}
	out.Reoffer([]byte("v=ours 2\r\n"))
	m := s.want("UPDATE ")
	if m.body != "v=ours 2\r\n" || m.tag("To") != "phone" {
		t.Errorf("UPDATE is\n%s", m.text)
	}
	p.reply(m, "491 Request Pending", "", "")
	again := s.want("UPDATE ") // we called: after 2.1 to 4 s
	p.reply(again, "200 OK", "", "v=moved 2\r\n")
	if ev := expect[Reanswered](t, out.events); string(ev.SDP) != "v=moved 2\r\n" {
		t.Errorf("%+v", ev)
	}
	p.reply(invite, "200 OK", "phone", "")
	p.want("ACK ")
	if ev := expect[Answered](t, out.events); string(ev.SDP) != "v=moved 2\r\n" {
		t.Errorf("%+v", ev)
	}
}

// TestOfferIsTheirs: an INVITE of ours without one is answered in the ACK, or in
// the PRACK if the offer came with a reliable response.
func TestOfferIsTheirs(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	delayed := func(t *Target) {
		t.SDP, t.Accept = nil, func(offer []byte) []byte {
			if strings.Contains(string(offer), "video") {
				return nil
			}
			return []byte("v=to " + string(offer))
		}
	}
	out, invite := dialRaw(r, p, delayed)
	if invite.body != "" || invite.get("Content-Type") != "" {
		t.Errorf("INVITE is\n%s", invite.text)
	}
	ack := p.answered(invite, "phone")
	if ev := expect[Answered](t, out.events); string(ev.SDP) != "v=answer\r\n" || ack.body != "v=to v=answer\r\n" || ack.get("Content-Type") != "application/sdp" {
		t.Errorf("%+v\n%s", ev, ack.text)
	}
	out.Hangup("")
	p.reply(p.want("BYE "), "200 OK", "", "")

	out, invite = dialRaw(r, p, delayed)
	p.reply(invite, "183 Session Progress", "phone", "v=early\r\n", "Require: 100rel", "RSeq: 1")
	prack := p.want("PRACK ")
	p.reply(prack, "200 OK", "", "")
	p.reply(invite, "200 OK", "phone", "")
	ack = p.want("ACK ")
	if prack.body != "v=to v=early\r\n" || ack.body != "" {
		t.Errorf("%s\n%s", prack.text, ack.text)
	}
	if ev := expect[Answered](t, out.events); string(ev.SDP) != "v=early\r\n" {
		t.Errorf("%+v", ev)
	}
	out.Hangup("")
	p.reply(p.want("BYE "), "200 OK", "", "")

	out, invite = dialRaw(r, p, delayed) // nothing that both have
	p.reply(invite, "200 OK", "phone", "m=video\r\n")
	p.want("ACK ")
	p.reply(p.want("BYE "), "200 OK", "", "")
	expect[Answered](t, out.events)
	expect[Ended](t, out.events)
	r.empty()
}
