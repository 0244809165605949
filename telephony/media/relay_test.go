package media

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sdp"
)

// TestRelayCarriesTones bridges two phones in every pair of laws, over each
// transport: both hear the other's tone, in their own law.
func TestRelayCarriesTones(t *testing.T) {
	t.Parallel()
	laws := []g711.Law{g711.ALaw, g711.MuLaw}
	for name, start := range transports() {
		for _, a := range laws {
			for _, b := range laws {
				t.Run(fmt.Sprint(name, a, b), func(t *testing.T) {
					t.Parallel()
					carrier, err := start()
					if err != nil {
						t.Fatal(err)
					}
					ports := &Ports{address: loopback, any: true, transport: carrier, reporter: NewReporter()}
					t.Cleanup(ports.Close)
					relayTones(t, newPhone(t, ports, a), newPhone(t, ports, b))
				})
			}
		}
	}
}

func relayTones(t *testing.T, buyer, operator *phone) {
	const n = 50
	bridge := Connect(buyer.leg, operator.leg, nil)
	buyer.say(buyer.law, 700, n)
	operator.say(operator.law, 1300, n)
	atOperator, atBuyer := operator.await(n), buyer.await(n)
	checkStream(t, atOperator)
	checkStream(t, atBuyer)
	if s := tone.Share(operator.hear(atOperator), 700); s != 1 {
		t.Errorf("the operator heard the buyer's tone in %v of the time", s)
	}
	if s := tone.Share(buyer.hear(atBuyer), 1300); s != 1 {
		t.Errorf("the buyer heard the operator's tone in %v of the time", s)
	}
	for who, leg := range map[string]*RTPLeg{"buyer": buyer.leg, "operator": operator.leg} {
		// A packet may be heard before its sender has counted it.
		waitFor(t, func() bool { return leg.Stats() == Stats{Received: n, Sent: n} }, "the count of the "+who+"'s leg")
	}
	bridge.Close()
	buyer.say(buyer.law, 700, 5)
	waitFor(t, func() bool { return buyer.leg.Stats().Received == n+5 }, "packets after the bridge")
	if sent := operator.leg.Stats().Sent; sent != n {
		t.Errorf("%d packets passed a closed bridge", sent-n)
	}
}

// TestOtherLawOfG711 is a phone that answered an offer of both laws with both,
// and then sends the second.
func TestOtherLawOfG711(t *testing.T) {
	t.Parallel()
	ports := newTestPorts(t)
	buyer, operator := newPhone(t, ports, g711.ALaw), newPhone(t, ports, g711.ALaw)
	Connect(buyer.leg, operator.leg, nil)
	buyer.say(g711.MuLaw, 700, 20)
	if s := tone.Share(operator.hear(operator.await(20)), 700); s != 1 {
		t.Errorf("the operator heard the tone in %v of the time", s)
	}
}

// TestNewBridgeOutlivesOld: a transfer may connect anew before it closes the
// bridge of before.
func TestNewBridgeOutlivesOld(t *testing.T) {
	t.Parallel()
	ports := newTestPorts(t)
	buyer, first, second := newPhone(t, ports, g711.ALaw), newPhone(t, ports, g711.ALaw), newPhone(t, ports, g711.ALaw)
	old := Connect(buyer.leg, first.leg, nil)
	buyer.say(g711.ALaw, 700, 10)
	first.await(10)
	Connect(buyer.leg, second.leg, nil)
	old.Close()
	buyer.say(g711.ALaw, 1000, 10)
	first.say(g711.ALaw, 1300, 10)
	second.say(g711.ALaw, 2000, 10)
	if s := tone.Share(second.hear(second.await(10)), 1000); s != 1 {
		t.Errorf("the second operator heard the buyer in %v of the time", s)
	}
	if s := tone.Share(buyer.hear(buyer.await(10)), 2000); s != 1 {
		t.Errorf("the buyer heard the second operator in %v of the time", s)
	}
	if n := len(first.received()); n != 10 {
		t.Errorf("the first operator got %d packets, want 10", n)
	}
}

// TestStreamsAreContinuous: music, one operator, music, another one: to the
// buyer it is one stream.
func TestStreamsAreContinuous(t *testing.T) {
	t.Parallel()
	ports := newTestPorts(t)
	buyer := newPhone(t, ports, g711.MuLaw)
	player := NewPlayer()
	t.Cleanup(player.Close)
	music := NewClip(tone.Sine(400, 10*frame))
	total := 0
	for range 2 {
		<-player.Play(buyer.leg, music).Done()
		total += 10
		operator := newPhone(t, ports, g711.ALaw)
		b := Connect(buyer.leg, operator.leg, nil)
		operator.say(g711.ALaw, 1300, 10)
		total += 10
		buyer.await(total)
		b.Close()
	}
	got := buyer.await(total)
	checkStream(t, got)
	for i, p := range got {
		want := []float64{400, 1300}[i/10%2]
		if !tone.Heard(g711.MuLaw.Decode(p.Payload), want) {
			t.Errorf("packet %d is not %v Hz", i, want)
		}
		if i%10 == 0 && !p.Marker {
			t.Errorf("packet %d begins something new without a marker", i)
		}
	}
}

// TestHoldIsObeyed: nothing is sent to a party that said it doesn't listen, or
// whose address is not known yet.
func TestHoldIsObeyed(t *testing.T) {
	t.Parallel()
	ports := newTestPorts(t)
	buyer := newPhone(t, ports, g711.ALaw)
	silence := make([]byte, frame)
	for _, d := range []sdp.Direction{sdp.RecvOnly, sdp.Inactive} {
		agreed := buyer.agreed()
		agreed.Direction = d
		buyer.leg.SetRemote(agreed)
		buyer.leg.SendFrame(silence)
		buyer.leg.SendEvent(Event{})
	}
	leg, err := ports.Open()
	if err != nil {
		t.Fatal(err)
	}
	leg.SendFrame(silence)
	if a, b := buyer.leg.Stats().Sent, leg.Stats().Sent; a != 0 || b != 0 {
		t.Errorf("sent %d packets to who holds, %d to who is unknown", a, b)
	}
	agreed := buyer.agreed()
	agreed.Remote = netip.AddrPort{} // the hold of RFC 2543, and then back
	buyer.leg.SetRemote(agreed)
	buyer.leg.SetRemote(buyer.agreed())
	buyer.leg.SendFrame(silence)
	buyer.await(1)
}

// TestComfortNoiseIsLife: a phone that sends something else while nobody speaks
// there is not gone; a stranger who does is no sign of life.
func TestComfortNoiseIsLife(t *testing.T) {
	t.Parallel()
	buyer := newPhone(t, newTestPorts(t), g711.ALaw)
	stranger := newSocket(t, buyer.leg, g711.ALaw)
	stranger.send(stranger.datagram(comfortNoise, []byte{40}))
	waitFor(t, func() bool { return buyer.leg.Stats().Foreign == 1 }, "the stranger's noise")
	if at := buyer.leg.LastPacket(); !at.IsZero() {
		t.Errorf("a stranger was heard at %v", at)
	}
	buyer.say(g711.ALaw, 700, 1)
	waitFor(t, func() bool { return buyer.leg.Stats().Received == 1 }, "speech")
	spoke := buyer.leg.LastPacket()
	time.Sleep(2 * time.Millisecond)
	buyer.send(buyer.datagram(comfortNoise, []byte{40}))
	waitFor(t, func() bool { return buyer.leg.LastPacket().After(spoke) }, "comfort noise")
}

// TestFloodIsCut: two ends that echo, bridged, double each other's packets.
func TestFloodIsCut(t *testing.T) {
	t.Parallel()
	ports := newTestPorts(t)
	buyer, operator := newPhone(t, ports, g711.ALaw), newPhone(t, ports, g711.ALaw)
	Connect(buyer.leg, operator.leg, nil)
	const flood = 600
	buyer.say(g711.ALaw, 700, flood)
	waitFor(t, func() bool { s := buyer.leg.Stats(); return s.Received+s.Excess == flood }, "the flood")
	if n := buyer.leg.Stats().Received; n < maxBurst || n == flood {
		t.Errorf("%d of %d packets at once were let through", n, flood)
	}
}
