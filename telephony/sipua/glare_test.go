package sipua

import (
	"net/netip"
	"testing"
	"time"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/sdp"
)

// TestGlareOfTwo: the one side holds while the other moves its media, at the same
// instant and in either direction of the call. Each has its way in the end: the
// one is held, and hears where the other is now; and taken back both talk.
func TestGlareOfTwo(t *testing.T) {
	t.Parallel()
	for _, caller := range []string{"the caller holds", "the called one holds"} {
		t.Run(caller, func(t *testing.T) {
			t.Parallel()
			a, b := pair(t)
			out := a.dial(b, "udp")
			in := b.call()
			in.Answer([]byte(sdpOffer))
			expect[Answered](t, out.events)
			expect[Confirmed](t, in.events)
			holder, mover := newGlarer(t, out, "127.0.0.1:40000"), newGlarer(t, in, "127.0.0.2:50000")
			if caller != "the caller holds" {
				holder, mover = newGlarer(t, in, "127.0.0.1:40000"), newGlarer(t, out, "127.0.0.2:50000")
			}
			holder.local.Direction = sdp.SendOnly
			holder.met, mover.met = mover, holder
			mover.local = sdp.NewLocal(netip.MustParseAddrPort("127.0.0.2:50002"), g711.ALaw)
			holder.offers()
			mover.offers()
			holder.settles()
			if holder.chosen.Remote.Port() != 50002 || mover.chosen.Direction.Sends() || !mover.chosen.Direction.Receives() {
				t.Errorf("the holder sends to %s, the other may %s", holder.chosen.Remote, mover.chosen.Direction)
			}
			holder.local.Direction = sdp.SendRecv
			holder.offers()
			mover.offers()
			holder.settles()
			if holder.chosen.Direction != sdp.SendRecv || mover.chosen.Direction != sdp.SendRecv {
				t.Errorf("taken back, the one may %s, the other %s", holder.chosen.Direction, mover.chosen.Direction)
			}
			out.Hangup("")
			a.empty()
			b.empty()
		})
	}
}

// glarer is a side that offers, and answers what the other offers.
type glarer struct {
	t      *testing.T
	call   call
	local  *sdp.Local
	met    *glarer
	chosen sdp.Chosen // as of the last exchange
	asks   bool       // its offer waits for an answer
}

func newGlarer(t *testing.T, c call, at string) *glarer {
	return &glarer{t: t, call: c, local: sdp.NewLocal(netip.MustParseAddrPort(at), g711.ALaw)}
}

func (g *glarer) offers() {
	g.asks = true
	g.call.Reoffer(g.local.Offer())
}

// settles does what either is told, until both offers are answered.
func (g *glarer) settles() {
	g.t.Helper()
	limit := time.After(30 * time.Second)
	for g.asks || g.met.asks {
		select {
		case ev := <-g.call.events:
			g.hears(ev)
		case ev := <-g.met.call.events:
			g.met.hears(ev)
		case <-limit:
			g.t.Fatal("the offers are not answered")
		}
	}
}

func (g *glarer) hears(ev Event) {
	g.t.Helper()
	switch ev := ev.(type) {
	case Reoffered:
		s, err := sdp.Parse(ev.SDP)
		if err != nil {
			g.t.Fatal(err)
		}
		answer, chosen, err := g.local.Answer(s)
		if err != nil {
			g.t.Fatal(err)
		}
		g.chosen = chosen
		g.call.AnswerReoffer(answer)
	case Reanswered:
		if ev.Code == 491 { // they met once more, or the exchange before waits for its ACK
			g.call.Reoffer(g.local.Offer())
			return
		}
		g.asks = false
		s, err := sdp.Parse(ev.SDP)
		if err != nil {
			g.t.Fatalf("%d: %v", ev.Code, err)
		}
		if g.chosen, err = g.local.Accept(s); err != nil {
			g.t.Fatal(err)
		}
	default:
		g.t.Fatalf("%T%+v", ev, ev)
	}
}
