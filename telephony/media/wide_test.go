package media

import (
	"bytes"
	"math/rand/v2"
	"sync"
	"testing"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/g722"
	"switchboard/telephony/media/tone"
)

const wideType = 9

// widePhone is a phone that speaks G.722.
func widePhone(t testing.TB, ports *Ports) *phone {
	t.Helper()
	p := newPhone(t, ports, g711.ALaw)
	c := p.agreed()
	c.Wide, c.PayloadType = true, wideType
	p.leg.SetRemote(c)
	return p
}

// TestWidebandPassesThrough byte by byte between two that speak it, both bands;
// the tape meanwhile hears it in A-law.
func TestWidebandPassesThrough(t *testing.T) {
	t.Parallel()
	ports := newTestPorts(t)
	buyer, operator := widePhone(t, ports), widePhone(t, ports)
	tape := &hearing{}
	defer Connect(buyer.leg, operator.leg, tape).Close()
	var e g722.Encoder
	var sent []byte
	chance := rand.New(rand.NewPCG(1, 2))
	const n = 50
	said := g711.ALaw.Encode(tone.Sine(700, n*frame))
	for i := range n {
		payload := make([]byte, frame)
		e.Encode(payload, said[i*frame:(i+1)*frame], g711.ALaw)
		for j := range payload {
			payload[j] = payload[j]&0x3F | byte(chance.Uint32())&0xC0 // something in the upper band, which G.711 can't carry
		}
		sent = append(sent, payload...)
		buyer.send(buyer.datagram(wideType, payload))
	}
	var got []byte
	for _, p := range operator.await(n) {
		if p.PayloadType != wideType {
			t.Fatalf("payload type %d", p.PayloadType)
		}
		got = append(got, p.Payload...)
	}
	if !bytes.Equal(got, sent) {
		t.Error("what came out is not what went in")
	}
	if heard := tape.samples(); len(heard) != n*frame || tone.Share(heard[5*frame:], 700) < 1 {
		t.Errorf("the tape hears %d samples, the tone in %.2f", len(heard), tone.Share(heard, 700))
	}
}

// TestWidebandMeetsG711: each hears the other, whatever it speaks, and music.
func TestWidebandMeetsG711(t *testing.T) {
	t.Parallel()
	for _, law := range []g711.Law{g711.ALaw, g711.MuLaw} {
		ports := newTestPorts(t)
		wide, plain := widePhone(t, ports), newPhone(t, ports, law)
		bridge := Connect(wide.leg, plain.leg, nil)
		const n = 50
		plain.say(law, 1300, n)
		var e g722.Encoder
		code := make([]byte, frame)
		said := g711.ALaw.Encode(tone.Sine(700, n*frame))
		for i := range n {
			e.Encode(code, said[i*frame:(i+1)*frame], g711.ALaw)
			wide.send(wide.datagram(wideType, code))
		}
		if s := tone.Share(plain.hear(plain.await(n))[5*frame:], 700); s < 1 {
			t.Errorf("%s: hears the wideband phone in %.2f", law, s)
		}
		if s := tone.Share(wide.hearWide(wide.await(n))[5*frame:], 1300); s < 1 {
			t.Errorf("%s: the wideband phone hears it in %.2f", law, s)
		}
		bridge.Mute(true)
		bridge.Close()
		for i := range n {
			wide.leg.SendFrame(said[i*frame : (i+1)*frame])
		}
		if s := tone.Share(wide.hearWide(wide.await(2 * n))[(n+5)*frame:], 700); s < 0.95 {
			t.Errorf("music is heard in %.2f", s)
		}
	}
}

// hearWide returns the lower band of received G.722.
func (p *phone) hearWide(packets []Packet) []int16 {
	p.t.Helper()
	var d g722.Decoder
	var all []int16
	for _, got := range packets {
		if got.PayloadType != wideType {
			p.t.Fatalf("a phone of G.722 got payload type %d", got.PayloadType)
		}
		b := make([]byte, len(got.Payload))
		d.Decode(b, got.Payload, g711.ALaw)
		all = append(all, g711.ALaw.Decode(b)...)
	}
	return all
}

// TestMutedWidebandIsSilent: what is hushed is hushed in both forms.
func TestMutedWidebandIsSilent(t *testing.T) {
	t.Parallel()
	ports := newTestPorts(t)
	buyer, operator := widePhone(t, ports), widePhone(t, ports)
	bridge := Connect(buyer.leg, operator.leg, nil)
	defer bridge.Close()
	bridge.Mute(true)
	var e g722.Encoder
	code := make([]byte, frame)
	for i, said := 0, g711.ALaw.Encode(tone.Sine(700, 30*frame)); i < 30; i++ {
		e.Encode(code, said[i*frame:(i+1)*frame], g711.ALaw)
		operator.send(operator.datagram(wideType, code))
	}
	for _, s := range buyer.hearWide(buyer.await(30))[frame:] {
		if s > 100 || s < -100 {
			t.Fatal("a muted operator is heard")
		}
	}
}

// hearing is a tap that keeps what the buyer says.
type hearing struct {
	mu  sync.Mutex
	got []int16
}

func (h *hearing) Hear(channel int, p *Packet) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if channel == 0 {
		h.got = append(h.got, p.Law.Decode(p.Payload)...)
	}
}

func (h *hearing) samples() []int16 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.got
}
