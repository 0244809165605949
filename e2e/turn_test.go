package e2e

import (
	"net/netip"
	"strings"
	"testing"

	"switchboard/bench/chrome"
	"switchboard/bench/rig"
)

// turnHost is that of the TURN server: pages reach nothing else.
var turnHost = netip.MustParseAddr("127.70.0.1")

// TestTURNOnly: an operator whose network lets nothing out but to the TURN
// server, over UDP and then over TCP. Tones prove who hears whom.
func TestTURNOnly(t *testing.T) {
	t.Parallel()
	turn, err := rig.StartTURN(t.Context(), folder(t), turnHost, "e2e-secret")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(turn.Kill)
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			s := stage(t, func(netip.AddrPort) string { return inBrowsers }, "RTP_ADDR="+audioHost,
				"RTC_TURN=turn:"+turn.At.String()+"?transport="+transport, "RTC_TURN_SECRET=e2e-secret")
			b, err := chrome.Start(t.Context(), voice)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(b.Close)
			s.relayed(s.sitsDown("anna@floor.test"), b)
		})
	}
	if said := turn.Log(); !strings.Contains(said, "ALLOCATE processed, success") || strings.Contains(said, "Unauthorized user") {
		t.Errorf("the TURN server said: %s", said)
	}
}

// relayed: a call by way of the TURN server alone.
func (s *scene) relayed(anna *operator, b *chrome.Browser) {
	s.t.Helper()
	p := anna.openAt(b, anna.place()+"#relay")
	anna.ready()
	wire := openTap(s.t, s.sip)
	ended := s.sipp(wire, stays)
	p.rings()
	p.run("desk.answer()")
	p.hears(buyersTone)
	s.buyerHears(wire, voice)
	p.until("all goes by the TURN server", "desk.relay && (desk.way().then((w) => { desk.went = w; }), desk.went === 'relay')")
	p.run("desk.hangup()")
	ended()
}
