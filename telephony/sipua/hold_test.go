package sipua

import (
	"net/netip"
	"strings"
	"testing"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/sdp"
)

// TestHoldBothWays: each of the three ways to hold, by either side, with what
// the other side makes of it and says.
func TestHoldBothWays(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	out := a.dial(b, "udp")
	in := b.call()
	in.Answer([]byte(sdpOffer))
	expect[Answered](t, out.events)
	expect[Confirmed](t, in.events)
	for _, sides := range [][2]call{{out, in}, {in, out}} {
		holder, held := sides[0], sides[1]
		ours := sdp.NewLocal(netip.MustParseAddrPort("127.0.0.1:40000"), g711.ALaw)
		theirs := sdp.NewLocal(netip.MustParseAddrPort("127.0.0.2:50000"), g711.ALaw)
		for _, hold := range []struct {
			name     string
			wants    sdp.Direction
			zero     bool
			answered string
		}{
			{"sendonly", sdp.SendOnly, false, "a=recvonly"},
			{"inactive", sdp.Inactive, false, "a=inactive"},
			{"c=0.0.0.0", sdp.SendRecv, true, "a=recvonly"},
			{"back", sdp.SendRecv, false, "a=sendrecv"},
		} {
			ours.Direction = hold.wants
			offer := string(ours.Offer())
			if hold.zero {
				offer = strings.Replace(offer, "c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0", 1)
			}
			s, err := sdp.Parse(reoffer(t, holder, held, offer).SDP)
			if err != nil || s.Held() != (hold.name != "back") {
				t.Errorf("%s: held %t, %v", hold.name, s.Held(), err)
			}
			answer, chosen, err := theirs.Answer(s)
			if err != nil || !strings.Contains(string(answer), hold.answered+"\r\n") || hold.zero && chosen.Remote.IsValid() {
				t.Errorf("%s is answered by %+v, %v\n%s", hold.name, chosen, err, answer)
			}
			held.AnswerReoffer(answer)
			ev := expect[Reanswered](t, holder.events)
			back, err := sdp.Parse(ev.SDP)
			if err != nil || ev.Code != 200 {
				t.Errorf("%s: %+v, %v", hold.name, ev, err)
			}
			if got, err := ours.Accept(back); err != nil || got.Direction.Receives() != (hold.name == "back" || hold.zero && back.Direction.Sends()) {
				t.Errorf("%s comes to %+v, %v", hold.name, got, err)
			}
		}
	}
	out.Hangup("")
	a.empty()
	b.empty()
}

// reoffer has from make an offer, as soon as its last answer has an ACK, and
// returns what the other side is told.
func reoffer(t *testing.T, from, to call, offer string) Reoffered {
	t.Helper()
	for {
		from.Reoffer([]byte(offer))
		select {
		case ev := <-to.events:
			if got, ok := ev.(Reoffered); ok {
				return got
			}
			t.Fatalf("%T%+v", ev, ev)
		case ev := <-from.events:
			if got, ok := ev.(Reanswered); !ok || got.Code != 491 {
				t.Fatalf("%T%+v", ev, ev)
			}
		}
	}
}
