package media

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
)

// TestLatch is told as a story: "a7 b1 b2'" is a packet numbered 7 from address
// a, then two from b, the second of another SSRC; "b3=a" one from b of a's SSRC;
// "aim:a" is an SDP. Capitals are those that were believed.
func TestLatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ what, story, want string }{
		{"nothing before the SDP", "s1 s2 s3 s4 s5", "s1 s2 s3 s4 s5"},
		{"the signalled address at once", "aim:s s1 s2", "aim:s S1 S2"},
		{"then nobody else", "aim:s s1 x1 x2 x3 x4 x5 s2", "aim:s S1 x1 x2 x3 x4 x5 S2"},
		{"four in a row behind a NAT", "aim:s n1 n2 n3 n4 n5", "aim:s n1 n2 n3 N4 N5"},
		{"then nobody else again", "aim:s n1 n2 n3 n4 x1 x2 x3 x4 x5 n5", "aim:s n1 n2 n3 N4 x1 x2 x3 x4 x5 N5"},
		{"but the signalled address", "aim:s n1 n2 n3 n4 s9 n5 s10", "aim:s n1 n2 n3 N4 S9 n5 S10"},
		{"with a hole it starts over", "aim:s n1 n2 n4 n5 n6 n7", "aim:s n1 n2 n4 n5 n6 N7"},
		{"two that alternate", "aim:s n1 x1 n2 x2 n3 x3 n4 x4", "aim:s n1 x1 n2 x2 n3 x3 n4 x4"},
		{"another source at the same address", "aim:s n1 n2 n3' n4' n5' n6'", "aim:s n1 n2 n3' n4' n5' N6'"},
		{"a repeated packet", "aim:s n1 n1 n1 n1 n1", "aim:s n1 n1 n1 n1 n1"},
		{"the port changes by re-INVITE", "aim:s s1 aim:r r1 s2 s3 s4 s5 s6", "aim:s S1 aim:r R1 s2 s3 s4 s5 s6"},
		{"what was on the way from the old one", "aim:s s1 aim:r s2 s3 s4 s5 s6 r1", "aim:s S1 aim:r s2 s3 s4 s5 s6 R1"},
		{"the old one for good: it only changed its SDP", "aim:s n1 n2 n3 n4 aim:r wait n5 n6 n7 n8", "aim:s n1 n2 n3 N4 aim:r wait n5 n6 n7 N8"},
		{"the same SDP again keeps the NAT", "aim:s n1 n2 n3 n4 aim:s n5 x1 x2 x3 x4", "aim:s n1 n2 n3 N4 aim:s N5 x1 x2 x3 x4"},
		{"a NAT forgets the port: the voice goes on from another", "aim:s s1 s2 wait n3=s n4=s n5=s n6=s n7=s s8", "aim:s S1 S2 wait n3=s n4=s n5=s N6=S N7=S S8"},
		{"not while it is heard where it was", "aim:s s1 n2=s n3=s n4=s n5=s n6=s s2", "aim:s S1 n2=s n3=s n4=s n5=s n6=s S2"},
		{"nor another voice, however long it is silent", "aim:s s1 wait x2 x3 x4 x5 x6", "aim:s S1 wait x2 x3 x4 x5 x6"},
		{"nor with other numbers", "aim:s s1 wait x5002=s x5003=s x5004=s x5005=s x5006=s", "aim:s S1 wait x5002=s x5003=s x5004=s x5005=s x5006=s"},
		{"another voice that seems to come from its address", "aim:s s1 s2' s3' s4' s5' s6' s2", "aim:s S1 s2' s3' s4' s5' s6' S2"},
		{"its own, with other numbers", "aim:s s1 s5000 s5001 s5002 s5003 s5004 s2", "aim:s S1 s5000 s5001 s5002 s5003 s5004 S2"},
		{"one that takes its place", "aim:s s1 wait s2' s3' s4' s5' s6'", "aim:s S1 wait s2' s3' s4' S5' S6'"},
		{"one that an SDP announces", "aim:s s1 aim:s s2' s1", "aim:s S1 aim:s S2' s1"},
		{"an SDP without address keeps all", "aim:s s1 aim: s2 x1 x2 x3 x4", "aim:s S1 aim: S2 x1 x2 x3 x4"},
	} {
		if got := tellLatch(t, c.story); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

func tellLatch(t *testing.T, story string) string {
	var l latch
	now := at(0)
	address := func(name string) netip.AddrPort {
		return netip.AddrPortFrom(loopback, uint16(name[0]))
	}
	words := strings.Fields(story)
	for i, w := range words {
		name, isAim := strings.CutPrefix(w, "aim:")
		switch {
		case w == "wait":
			now = now.Add(farewell)
		case isAim && name == "":
			l.aim(netip.AddrPort{}, now)
		case isAim:
			l.aim(address(name), now)
		default:
			number, whose, _ := strings.Cut(w[1:], "=")
			number, prime := strings.CutSuffix(number, "'")
			p := Packet{Law: g711.ALaw, SSRC: uint32((whose + w)[0]), At: now}
			if _, err := fmt.Sscan(number, &p.Sequence); err != nil {
				t.Fatal(err)
			}
			if prime {
				p.SSRC++
			}
			if l.admit(address(w), &p) {
				words[i] = strings.ToUpper(w)
			}
		}
	}
	return strings.Join(words, " ")
}

// TestInjection has an attacker, who knows the port and sends as consistently
// as a phone, spray a running call with 10,000 packets: the operator hears
// nothing of it, and nothing goes to the attacker.
func TestInjection(t *testing.T) {
	t.Parallel()
	ports := newTestPorts(t)
	buyer, operator := newPhone(t, ports, g711.ALaw), newPhone(t, ports, g711.ALaw)
	attacker := newSocket(t, buyer.leg, g711.ALaw)
	Connect(buyer.leg, operator.leg, nil)
	buyer.say(g711.ALaw, 700, 1)
	operator.await(1)
	const rounds, attacks = 40, 250
	for i := range rounds {
		attacker.say(g711.ALaw, 1900, attacks)
		buyer.say(g711.ALaw, 700, 1)
		operator.say(g711.ALaw, 1300, 1)
		operator.await(i + 2)
		buyer.await(i + 1)
	}
	waitFor(t, func() bool { return buyer.leg.Stats().Foreign == rounds*attacks }, "the attacker's packets")
	heard := operator.hear(operator.received())
	if len(heard) != (rounds+1)*frame || tone.Power(heard, 1900) > 0.001 {
		t.Errorf("the operator heard %d samples, the attacker's share of them is %v", len(heard), tone.Power(heard, 1900))
	}
	if n := len(attacker.received()); n != 0 {
		t.Errorf("the attacker got %d packets", n)
	}
}

// TestPhoneBehindNAT has a phone that sends from elsewhere than its SDP says.
func TestPhoneBehindNAT(t *testing.T) {
	t.Parallel()
	ports := newTestPorts(t)
	buyer := newPhone(t, ports, g711.ALaw)
	agreed := buyer.agreed()
	agreed.Remote = netip.MustParseAddrPort("127.1.2.3:9") // its address at home
	leg, err := ports.Open()
	if err != nil {
		t.Fatal(err)
	}
	leg.SetRemote(agreed)
	outside := newSocket(t, leg, g711.ALaw)
	outside.say(g711.ALaw, 700, convincing)
	waitFor(t, func() bool { return leg.Stats().Received == 1 }, "the latch")
	leg.SendFrame(make([]byte, frame))
	outside.await(1)
}

// TestPortChanges has a phone move to another port by re-INVITE in mid-call.
func TestPortChanges(t *testing.T) {
	t.Parallel()
	ports := newTestPorts(t)
	buyer, operator := newPhone(t, ports, g711.ALaw), newPhone(t, ports, g711.ALaw)
	Connect(buyer.leg, operator.leg, nil)
	buyer.say(g711.ALaw, 700, 5)
	operator.await(5)
	moved := newSocket(t, buyer.leg, g711.ALaw)
	buyer.leg.SetRemote(moved.agreed())
	operator.say(g711.ALaw, 1300, 5)
	moved.await(5)
	buyer.say(g711.ALaw, 1900, 20) // what was still on its way
	moved.say(g711.ALaw, 700, 5)
	got := operator.await(10)
	checkStream(t, got)
	if s := tone.Share(operator.hear(got), 700); s != 1 {
		t.Errorf("the operator heard the buyer in %v of the time", s)
	}
	if n := len(buyer.received()); n != 0 {
		t.Errorf("%d packets went to the old port", n)
	}
}
