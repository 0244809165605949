package webleg_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/media"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/webleg"
)

// onDuty is an operator whose page can ring.
func (h *house) onDuty(t testing.TB) (uuid.UUID, *page) {
	t.Helper()
	operator := uuid.New()
	p := h.enter(t, operator)
	if h.Reachable(operator) {
		t.Error("reachable without audio")
	}
	p.offer()
	if ev := expect[webleg.Ready](t, h); ev.Operator != operator || !h.Reachable(operator) {
		t.Fatalf("not reachable: %+v", ev)
	}
	return operator, p
}

// talk rings, answers and joins.
func (h *house) talk(t testing.TB, operator uuid.UUID, p *page) (webleg.Offer, media.Leg) {
	t.Helper()
	o := h.ring(t, operator)
	if m := p.want("ring"); m.Leg != o.Leg || m.Call != o.Call || string(m.Card) != string(o.Card) || m.ForMS < 10_000 || m.ForMS > 12_000 {
		t.Fatalf("rings %+v", m)
	}
	p.send("answer", fields{"leg": o.Leg})
	if ev := expect[webleg.Accepted](t, h); ev.Leg != o.Leg || ev.Operator != operator {
		t.Fatalf("told %+v", ev)
	}
	leg, err := h.Join(operator, o.Leg)
	if err != nil {
		t.Fatal(err)
	}
	p.want("joined")
	return o, leg
}

func TestACallFromRingToEnd(t *testing.T) {
	t.Parallel()
	h := open(t)
	operator, p := h.onDuty(t)
	o, _ := h.talk(t, operator, p)
	if err := h.Ring(operator, webleg.Offer{Leg: uuid.New()}); !errors.Is(err, webleg.ErrBusy) {
		t.Errorf("rings in a call: %v", err)
	}
	p.send("hold", fields{"leg": o.Leg})
	expect[webleg.Held](t, h)
	h.ShowHeld(operator, o.Leg, true)
	if m := p.want("held"); !m.Held || m.Leg != o.Leg {
		t.Errorf("held: %+v", m)
	}
	p.send("resume", fields{"leg": o.Leg})
	expect[webleg.Resumed](t, h)
	p.send("dtmf", fields{"leg": o.Leg, "keys": "4#"})
	if ev := expect[webleg.Dialled](t, h); ev.Keys != "4#" || ev.Leg != o.Leg {
		t.Errorf("told %+v", ev)
	}
	h.ShowPressed(operator, o.Leg, "7*")
	if m := p.want("pressed"); m.Keys != "7*" || m.Leg != o.Leg {
		t.Errorf("pressed: %+v", m)
	}
	p.send("quality", fields{"leg": o.Leg, "loss": 0.01, "jitter_ms": 3, "rtt_ms": 20})
	p.want("uplink")
	p.send("hangup", fields{"leg": o.Leg})
	if ev := expect[webleg.HungUp](t, h); ev.Leg != o.Leg {
		t.Errorf("told %+v", ev)
	}
	p.want("ended")
	if _, err := h.Join(operator, o.Leg); !errors.Is(err, webleg.ErrOver) {
		t.Errorf("joined what is over: %v", err)
	}
	p.send("bye", nil)
	if ev := expect[webleg.Gone](t, h); ev.Why != webleg.Bye || h.Reachable(operator) || h.Present(operator) {
		t.Errorf("told %+v", ev)
	}
	if code := p.ends(); code != 4412 {
		t.Errorf("closed with %d", code)
	}
	h.quiet(t)
}

func TestRingingEndsInManyWays(t *testing.T) {
	t.Parallel()
	h := open(t)
	operator, p := h.onDuty(t)

	o := h.ring(t, operator)
	p.want("ring")
	p.send("decline", fields{"leg": o.Leg, "reason": "refused"})
	if ev := expect[webleg.Declined](t, h); ev.Reason != acd.Refused || ev.Leg != o.Leg {
		t.Errorf("told %+v", ev)
	}
	p.want("stop")

	o = h.ring(t, operator)
	p.want("ring")
	h.StopRinging(operator, o.Leg, "answered elsewhere")
	if m := p.want("stop"); m.Reason != "answered elsewhere" {
		t.Errorf("stopped: %+v", m)
	}
	p.send("answer", fields{"leg": o.Leg}) // crossed with it
	p.want("stop")
	h.quiet(t)

	o = h.ring(t, operator)
	p.want("ring")
	p.send("answer", fields{"leg": o.Leg})
	expect[webleg.Accepted](t, h)
	h.StopRinging(operator, o.Leg, "the buyer hung up")
	p.want("ended")
	if _, err := h.Join(operator, o.Leg); err == nil {
		t.Error("joined what was taken back")
	}

	late := webleg.Offer{Leg: uuid.New(), Until: time.Now()} // and nobody takes it back
	if err := h.Ring(operator, late); err != nil {
		t.Fatal(err)
	}
	p.want("ring")
	if ev := expect[webleg.Declined](t, h); ev.Reason != acd.Unreachable || ev.Leg != late.Leg {
		t.Errorf("told %+v", ev)
	}
	p.want("stop")

	big := webleg.Offer{Leg: uuid.New(), Card: []byte(`"` + strings.Repeat("x", 20<<10) + `"`)}
	if err := h.Ring(operator, big); err == nil {
		t.Error("rings with a card of 20 KiB")
	}
}

// TestSocketComesBack cuts the socket in a call: what was said meanwhile
// arrives once, in both directions.
func TestSocketComesBack(t *testing.T) {
	t.Parallel()
	h := open(t)
	operator, p := h.onDuty(t)
	o, leg := h.talk(t, operator, p)
	stop := p.chatter(t)
	defer stop()
	_ = p.ws.CloseNow()
	h.ShowHeld(operator, o.Leg, true)
	h.ShowHeld(operator, o.Leg, false)

	q := h.dial(t)
	q.raw(fields{"type": "hello", "token": p.token, "ack": p.ack})
	w := q.want("welcome")
	if !w.Resumed || w.Heard != p.n || w.State == nil || w.State.Phase != "talking" || w.State.Leg != o.Leg {
		t.Fatalf("welcome %+v %+v", w, w.State)
	}
	if m := q.want("held"); !m.Held || m.N != p.ack+1 {
		t.Errorf("first missed message: %+v", m)
	}
	if m := q.want("held"); m.Held {
		t.Errorf("second missed message: %+v", m)
	}
	q.n = p.n - 1 // says its last message again, as one who doesn't know whether it arrived
	q.send("hangup", fields{"leg": o.Leg})
	q.send("hold", fields{"leg": o.Leg})
	expect[webleg.Held](t, h)
	h.quiet(t)
	if leg.Stats().Sent < 0 || !h.Reachable(operator) {
		t.Error("not reachable after coming back")
	}
}

// chatter has the page send packets as a microphone does, until stop.
func (p *page) chatter(t testing.TB) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				p.speak(700, 1)
			}
		}
	}()
	return func() { cancel(); <-done }
}

// TestMissedTooMuch: who was away for more than is kept starts from the state.
func TestMissedTooMuch(t *testing.T) {
	t.Parallel()
	h := open(t)
	operator, p := h.onDuty(t)
	o, _ := h.talk(t, operator, p)
	defer p.chatter(t)()
	_ = p.ws.CloseNow()
	for range 100 {
		h.ShowHeld(operator, o.Leg, true)
	}
	q := h.dial(t)
	q.raw(fields{"type": "hello", "token": p.token, "ack": p.ack})
	if w := q.want("welcome"); w.Resumed || w.State == nil || !w.State.Held {
		t.Fatalf("welcome %+v %+v", w, w.State)
	}
	h.ShowHeld(operator, o.Leg, false)
	if m := q.want("held"); m.Held {
		t.Errorf("hears of before: %+v", m)
	}
}

func TestSecondPageAsksAndFirstYields(t *testing.T) {
	t.Parallel()
	h := open(t)
	operator, p := h.onDuty(t)
	o, _ := h.talk(t, operator, p)
	second := h.dial(t)
	second.raw(fields{"type": "hello", "ticket": h.tickets.issue(operator, time.Minute), "device": "a telephone"})
	if m := second.want("busy"); m.Device != "a program" {
		t.Errorf("busy: %+v", m)
	}
	h.ShowHeld(operator, o.Leg, true)
	p.want("held") // the first one still works
	second.raw(fields{"type": "take"})
	if code := p.ends(); code != 4409 {
		t.Errorf("first page closed with %d", code)
	}
	w := second.want("welcome")
	if w.Resumed || w.State == nil || w.State.Phase != "talking" || !w.State.Held || w.State.Leg != o.Leg {
		t.Errorf("welcome %+v %+v", w, w.State)
	}
	first := h.dial(t)
	first.raw(fields{"type": "hello", "token": p.token, "ack": p.ack})
	if code := first.ends(); code != 4410 {
		t.Errorf("the old token: closed with %d", code)
	}
}

// TestPageVanishesAndReturns: killed in a call, another page of the operator
// continues the same leg; killed again for longer than the grace, it is lost.
func TestPageVanishesAndReturns(t *testing.T) {
	t.Parallel()
	h := open(t, func(c *webleg.Config) { c.Grace = 1500 * time.Millisecond })
	operator, p := h.onDuty(t)
	o, leg := h.talk(t, operator, p)
	heard := &ear{}
	leg.SetSink(heard.hear)
	stop := p.chatter(t)
	until(t, "700 Hz is heard", func() bool { return tone.Heard(heard.last(1600), 700) })
	stop()
	_ = p.ws.CloseNow()
	_ = p.pc.Close()
	if ev := expect[webleg.Away](t, h); ev.Leg != o.Leg || time.Until(ev.Until) > 1500*time.Millisecond {
		t.Errorf("told %+v", ev)
	}
	heard.forget()

	q := h.enter(t, operator)
	q.offer()
	stop = q.chatter(t)
	expect[webleg.Back](t, h)
	until(t, "700 Hz is heard again", func() bool { return tone.Heard(heard.last(1600), 700) })
	stop()
	_ = q.ws.CloseNow()
	_ = q.pc.Close()
	expect[webleg.Away](t, h)
	if ev := expect[webleg.Lost](t, h); ev.Leg != o.Leg {
		t.Errorf("told %+v", ev)
	}
	if ev := expect[webleg.Gone](t, h); ev.Why != webleg.Vanished {
		t.Errorf("told %+v", ev)
	}
	before := leg.Stats().Sent
	leg.SendFrame(make([]byte, 160))
	if leg.Stats().Sent != before {
		t.Error("a lost leg sends")
	}
}

// TestCallsDoNotHearEachOther: nothing of a call comes out of the next one's
// leg, in neither direction, however late it is.
func TestCallsDoNotHearEachOther(t *testing.T) {
	t.Parallel()
	h := open(t)
	operator, p := h.onDuty(t)
	o, before := h.talk(t, operator, p)
	old := &ear{}
	before.SetSink(old.hear)
	p.sequence = 65_500 // it wraps during the test
	for range 30 {
		p.speak(700, 1)
	}
	until(t, "the first call is heard", func() bool { return before.Stats().Received >= 20 })
	until(t, "all of the first call came", func() bool { return len(old.last(30*160)) > 0 })
	hole := p.sequence // eight packets of the first call that the network keeps for a while
	p.speak(700, 9)
	until(t, "the packet after the hole came", func() bool { return before.Stats().Lost == 8 })
	h.Hangup(operator, o.Leg, "the buyer hung up")
	p.want("ended")
	ended := time.Now()

	_, after := h.talk(t, operator, p)
	fresh := &ear{}
	after.SetSink(fresh.hear)
	sent := p.received.Load()
	before.SendFrame(make([]byte, 160)) // of the first buyer, late
	before.Send(&media.Packet{Law: 1, Payload: make([]byte, 160), At: time.Now()})
	for i := range uint16(8) {
		p.say(hole+1+i, time.Now(), 700)
	}
	for range 20 { // which the network kept while the calls changed
		p.sequence++
		p.say(p.sequence, ended.Add(-200*time.Millisecond), 700)
	}
	for range 50 {
		p.speak(1300, 1)
	}
	until(t, "the second call is heard", func() bool { return after.Stats().Received >= 50 })
	if got := after.Stats(); got.Received != 50 || tone.Share(fresh.last(50*160), 1300) != 1 {
		t.Errorf("the second leg received %d packets: %v of 1300 Hz", got.Received, tone.Share(fresh.last(50*160), 1300))
	}
	if got := len(old.last(32 * 160)); got != 0 {
		t.Error("the first call hears the second")
	}
	if p.received.Load() != sent {
		t.Error("the operator hears the first buyer in the second call")
	}
	if before.Stats().Sent != 0 {
		t.Error("a closed leg sends")
	}
}

func TestManyCallsOfOneShiftAreOneStream(t *testing.T) {
	t.Parallel()
	h := open(t)
	operator, p := h.onDuty(t)
	for i := range 5 {
		o, leg := h.talk(t, operator, p)
		got := p.received.Load()
		for range 10 {
			leg.SendFrame(make([]byte, 160))
		}
		until(t, fmt.Sprintf("call %d is heard", i), func() bool { return p.received.Load() == got+10 })
		h.Hangup(operator, o.Leg, "next")
		p.want("ended")
	}
}

// TestClosedLegHearsNothing: whoever closes it first, the hub or who had it.
func TestClosedLegHearsNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	operator, p := h.onDuty(t)
	o, leg := h.talk(t, operator, p)
	leg.Close()
	heard := &ear{}
	leg.SetSink(heard.hear)
	defer p.chatter(t)()
	time.Sleep(200 * time.Millisecond) // nothing tells of what isn't heard
	until(t, "the page is answered", func() bool { return p.uplink(o.Leg) })
	if leg.Stats().Received != 0 || heard.last(1) != nil {
		t.Error("a closed leg hears")
	}
}

// uplink has our word on what came.
func (p *page) uplink(leg uuid.UUID) bool {
	p.send("quality", fields{"leg": leg})
	return p.want("uplink").Leg == leg
}
