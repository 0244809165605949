package telephony_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sdp"
	"switchboard/telephony/sipua"
	"switchboard/tenant/fault"
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
			case <-time.After(patience):
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
	ear := earOf(call.audio)
	hears := func(what string, operator bool) {
		t.Helper()
		ear.forget()
		h.eventually(what, func() bool {
			s := ear.heard(earful)
			return s != nil && loud(s) && (frames(s, 700) > 10) == operator
		})
	}
	hears("the buyer hears the operator", true)

	r.hold(t, sdp.SendOnly)
	h.until("the call is held", "select 1 from shop.call where state = 'held'")
	hears("on hold the buyer hears music", false)
	hears("and no more of the operator", false)
	r.hold(t, sdp.SendRecv)
	h.until("they talk on", "select 1 from shop.call where state = 'talking'")
	hears("after hold the buyer hears the operator", true)
	call.leg.Hangup("bye")
	h.until("hold was counted", "select 1 from shop.call_leg where hold_ms > 900 and talk_ms > 900")
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

// What the telephone's key did, the desk cannot undo: nobody would be heard. What
// the desk did, the telephone can.
func TestDeskAndTelephoneAgreeOnHold(t *testing.T) {
	t.Parallel()
	h := open(t, func(w *tenanttest.World) {
		w.Admin(t, "update house.shop set greeting = 'none' where id = $1", w.A.ID.UUID())
	})
	buyer, desk := h.phone(), h.phone()
	anna := h.operator("anna", desk, h.w.A)
	call := buyer.ring(h, "84950000001", "89215550144")
	r := next(t, desk)
	desk.answer(t, r)
	await[sipua.Answered](t, call)
	h.until("they talk", "select 1 from shop.call where state = 'talking'")
	c := command.NewClient(h.node.ControlURL(), "test")
	id := tenanttest.One[uuid.UUID](t, h.w, "select id from shop.call")
	do := func(v command.Verb) error {
		return c.Do(t.Context(), command.Order{Verb: v, Operator: anna, Call: id})
	}
	sees := func(state command.State, muted bool) {
		t.Helper()
		var d command.Desk
		for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
			d, _ = c.Desk(t.Context(), anna)
			if d.Call != nil && d.Call.State == state && d.Call.Muted == muted && d.Phone == "fixed" {
				return
			}
		}
		t.Errorf("the call is %+v at the desk, want %s", d.Call, state)
	}

	r.hold(t, sdp.SendOnly)
	sees("held", false)
	if err := do(command.Resume); !errors.Is(err, command.ErrHeldByPhone) {
		t.Errorf("resumed at the desk while the telephone holds: %v", err)
	}
	r.hold(t, sdp.SendRecv)
	sees("talking", false)
	if err := do(command.Hold); err != nil {
		t.Fatal(err)
	}
	sees("held", false)
	r.hold(t, sdp.SendOnly)
	r.hold(t, sdp.SendRecv)
	sees("talking", false)
	for _, step := range []struct {
		verb  command.Verb
		state command.State
		muted bool
	}{{command.Mute, "talking", true}, {command.Hold, "held", true}, {command.Resume, "talking", true}, {command.Unmute, "talking", false}} {
		if err := do(step.verb); err != nil {
			t.Errorf("%s: %v", step.verb, err)
		}
		sees(step.state, step.muted)
	}
	if err := do(command.Hangup); err != nil {
		t.Fatal(err)
	}
	await[sipua.Ended](t, call)
	await[sipua.Ended](t, r)
}

// Who can be rung nowhere is not on duty, and is told why.
func TestReadyNeedsATelephone(t *testing.T) {
	t.Parallel()
	h := open(t)
	anna := h.w.AddOperator(t, "anna", h.w.A)
	c := command.NewClient(h.node.ControlURL(), "test")
	var err error
	h.eventually("the directory has her", func() bool {
		err = c.Do(t.Context(), command.Order{Verb: command.Ready, Operator: anna})
		return !errors.Is(err, fault.NotFound)
	})
	if !errors.Is(err, command.ErrNoPhone) {
		t.Errorf("ready: %v", err)
	}
}
