package telephony_test

import (
	"testing"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sdp"
	"switchboard/telephony/sipua"
	"switchboard/tenant/tenanttest"
)

// listen collects what a telephone hears from now on.
func listen(leg *media.RTPLeg) (heard func(n int, t *testing.T) []int16) {
	frames := make(chan []byte, 1000)
	leg.SetSink(func(p *media.Packet) {
		select {
		case frames <- append([]byte(nil), p.Payload...):
		default: // nobody listens that long
		}
	})
	return func(n int, t *testing.T) []int16 {
		t.Helper()
		for len(frames) > 0 {
			<-frames // what was heard before
		}
		var samples []int16
		for len(samples) < n {
			select {
			case f := <-frames:
				samples = append(samples, g711.ALaw.Decode(f)...)
			case <-time.After(5 * time.Second):
				t.Fatalf("heard %d samples of %d", len(samples), n)
			}
		}
		return samples
	}
}

// loud reports whether there is anything to hear.
func loud(samples []int16) bool {
	n := 0
	for _, s := range samples {
		if s > 300 || s < -300 {
			n++
		}
	}
	return n > len(samples)/20
}

// The hold key of a desk telephone: the buyer hears music instead of the
// operator, the time counts as hold, and both talk on afterwards.
func TestHoldByTheTelephonesOwnKey(t *testing.T) {
	t.Parallel()
	h := open(t, func(w *tenanttest.World) {
		w.Admin(t, "update house.shop set greeting = 'none' where id = $1", w.A.ID.UUID())
	})
	buyer, desk := h.phone(), h.phone()
	h.operator("anna", desk, h.w.A)
	call := buyer.ring(h, "84950000001", "89215550144")
	r := next(t, desk)
	desk.answer(t, r)
	await[sipua.Answered](t, call)
	player := media.NewPlayer()
	defer player.Close()
	defer player.Loop(r.audio, media.NewClip(tone.Sine(700, 8000))).Stop()
	defer player.Loop(call.audio, media.NewClip(tone.Sine(440, 8000))).Stop()
	hears := listen(call.audio)
	if s := hears(8000, t); !tone.Heard(s, 700) {
		t.Error("the buyer does not hear the operator")
	}

	r.hold(t, sdp.SendOnly)
	h.until("the call is held", "select 1 from shop.call where state = 'held'")
	if s := hears(8000, t); !loud(s) || tone.Heard(s, 700) {
		t.Errorf("on hold the buyer hears the operator (%v) or silence (%v)", tone.Heard(s, 700), !loud(s))
	}
	r.hold(t, sdp.SendRecv)
	h.until("they talk on", "select 1 from shop.call where state = 'talking'")
	if s := hears(8000, t); !tone.Heard(s, 700) {
		t.Error("after hold the buyer does not hear the operator")
	}
	call.leg.Hangup("bye")
	h.until("hold was counted", "select 1 from shop.call_leg where hold_ms > 900 and talk_ms > 1500")
}

// hold offers another direction by re-INVITE.
func (r *ringing) hold(t *testing.T, d sdp.Direction) {
	t.Helper()
	r.local.Direction = d
	r.leg.Reoffer(r.local.Offer())
	if a := await[sipua.Reanswered](t, r); a.Code >= 300 {
		t.Fatalf("the re-INVITE was answered %d", a.Code)
	}
}
