package media

import (
	"testing"
	"time"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sdp"
)

// TestComfortNoiseIsSilence (RFC 3389): a party that pauses with it, from the
// very first packet on, is there; what the other hears is silence without a
// hole, and none of it counts as lost.
func TestComfortNoiseIsSilence(t *testing.T) {
	t.Parallel()
	e := newEnds(t, sdp.Key{}, sdp.Key{})
	now := time.Now()
	sequence, stamp := uint16(100), uint32(0)
	come := func(payloadType uint8, payload []byte) {
		b := make([]byte, headerSize+len(payload))
		header{payloadType: payloadType, sequence: sequence, timestamp: stamp, ssrc: 5}.put(b)
		copy(b[headerSize:], payload)
		e.b.receive(b, e.a.LocalAddr(), now)
		sequence++
	}
	for range 20 {
		come(comfortNoise, []byte{70})
		stamp, now = stamp+10*frame, now.Add(10*frameLength)
	}
	if e.b.LastPacket().IsZero() {
		t.Error("a party that makes comfort noise is not there")
	}
	for chunk := range 10 {
		come(8, g711.ALaw.Encode(tone.Sine(440, frame*11)[chunk*frame:(chunk+1)*frame]))
		stamp, now = stamp+frame, now.Add(frameLength)
	}
	heard := e.heard()
	if len(heard) != 30*frame || tone.Share(heard[20*frame:], 440) != 1 {
		t.Fatalf("%d samples", len(heard))
	}
	for i, s := range heard[:20*frame] {
		if s > 16 || s < -16 {
			t.Fatalf("sample %d of the silence is %d", i, s)
		}
	}
	q, s := e.b.Quality(), e.b.Stats()
	if q.Heard.Lost != 0 || s.Lost != 0 || s.Unusable != 0 || q.Heard.Jitter != 0 {
		t.Errorf("%+v, %+v", q.Heard, s)
	}
}

// TestFaxTones of the caller and the called (T.30: 1100 and 2100 Hz) go through
// like any sound, and are no keys; nor is a minute of silence anything.
func TestFaxTones(t *testing.T) {
	t.Parallel()
	for _, freq := range []float64{1100, 2100} {
		ports := newTestPorts(t)
		buyer, operator := newPhone(t, ports, g711.ALaw), newPhone(t, ports, g711.MuLaw)
		defer Connect(buyer.leg, operator.leg, nil).Close()
		buyer.leg.OnDigit(func(d Digit) { t.Errorf("%v Hz is key %c", freq, d.Key) })
		const n = 60
		buyer.say(g711.ALaw, freq, n)
		if s := tone.Share(operator.hear(operator.await(n)), freq); s < 0.98 {
			t.Errorf("%v Hz is heard in %.2f of the frames", freq, s)
		}
		at, silence := time.Now(), make([]byte, frame)
		for i := range silence {
			silence[i] = g711.ALaw.Silence()
		}
		for range 3000 { // a minute, told to the leg by its own clock
			at = at.Add(frameLength)
			buyer.leg.receive(buyer.datagram(8, silence), buyer.agreed().Remote, at)
		}
		if s := buyer.leg.Stats(); s.Excess != 0 || s.Lost != 0 || s.Received != n+3000 {
			t.Errorf("%+v", s)
		}
	}
}
