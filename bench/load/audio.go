package main

import (
	"context"
	"fmt"
	"time"

	"switchboard/bench/gen"
	"switchboard/bench/rig"
)

// talk is a call with audio both ways.
type talk struct {
	call            *gen.Call
	buyer, operator *gen.Stream
	up              chan *gen.Call // the operator's end, once it talks
}

// heard is what became of the audio of many calls.
type heard struct {
	calls, failed                   int
	sent, lost, reordered, repeated int
	delay                           gen.Spread
	jitter                          gen.Spread // of each stream
	missed                          int        // of the lost, by the generator's own fault
}

// converse has n calls with audio up, has during run, and takes them down.
func (s *stage) converse(ctx context.Context, number string, n int, during func(*gen.Media) error) (heard, error) {
	m, err := gen.NewMedia()
	if err != nil {
		return heard{}, err
	}
	defer m.Close()
	talks := make([]*talk, 0, n)
	for range n {
		t, err := s.begin(m, number)
		if err != nil {
			return heard{}, err
		}
		talks = append(talks, t)
		if err := after(ctx, 25*time.Millisecond); err != nil {
			return heard{}, err
		}
	}
	h := heard{calls: n}
	var up []*talk
	for _, t := range talks {
		if t.confirmed(ctx) {
			up = append(up, t)
		} else {
			h.failed++
		}
	}
	if err := after(ctx, time.Second); err != nil {
		return h, err
	}
	m.Measure()
	if err := during(m); err != nil {
		return h, err
	}
	h.delay = m.Measured()
	h.count(up)
	h.missed = m.Missed()
	for _, t := range talks {
		t.call.Hangup()
	}
	return h, s.settle(ctx, talks)
}

// begin rings, and has the two talk once they are connected.
func (s *stage) begin(m *gen.Media, number string) (*talk, error) {
	t := &talk{up: make(chan *gen.Call, 1)}
	var err error
	if t.buyer, err = m.Open(); err != nil {
		return nil, err
	}
	if t.operator, err = m.Open(); err != nil {
		return nil, err
	}
	from := s.caller(func(c *gen.Call) {
		c.Ring()
		t.operator.Send(c.Remote(), 1000)
		c.Answer(t.operator.Addr())
		select {
		case t.up <- c:
		default: // rung twice: the first has failed
		}
	})
	t.call, err = s.ring(from, number, s.sip, t.buyer.Addr())
	return t, err
}

// confirmed waits until the call is up, and has the buyer speak.
func (t *talk) confirmed(ctx context.Context) bool {
	const most = 20 * time.Second
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	select {
	case <-t.call.Confirmed():
		t.buyer.Send(t.call.Remote(), 400)
		return true
	case <-t.call.Ended():
	case <-ctx.Done():
	}
	return false
}

// count stops the streams and counts what came of them once it has arrived.
func (h *heard) count(talks []*talk) {
	sent := make([][2]int, len(talks))
	for i, t := range talks {
		sent[i] = [2]int{t.buyer.Stop(), t.operator.Stop()}
	}
	<-time.After(200 * time.Millisecond)
	for i, t := range talks {
		for side, s := range []*gen.Stream{t.operator, t.buyer} {
			at := s.Heard()
			h.sent += sent[i][side] - at.First
			h.lost += at.Lost(sent[i][side])
			h.reordered += at.Reordered
			h.repeated += at.Repeated
			h.jitter = append(h.jitter, at.Jitter)
		}
	}
}

// settle waits until every call is over.
func (s *stage) settle(ctx context.Context, talks []*talk) error {
	ctx, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	for _, t := range talks {
		select {
		case <-t.call.Ended():
			s.forget(t.call.From)
		case <-ctx.Done():
			return fmt.Errorf("a call from %s is not over: %w", t.call.From, ctx.Err())
		}
	}
	return nil
}

func (h heard) share() float64 { return float64(h.lost) / float64(max(h.sent, 1)) }

func (h heard) String() string {
	return fmt.Sprintf("%d calls, %d failed; %d packets sent, %d lost (%.4f%%, %d of them by the generator), %d out of order, %d repeated; delay p50 %s p99 %s; jitter p99 %s",
		h.calls, h.failed, h.sent, h.lost, 100*h.share(), h.missed, h.reordered, h.repeated, h.delay.At(0.5), h.delay.At(0.99), h.jitter.At(0.99))
}

// audio measures calls with audio: recorded, not recorded, and as many as there
// may be.
func (s *stage) audio(ctx context.Context, z size) error {
	relay := s.rtpengine
	var allocations float64
	for _, kind := range []struct {
		what, number             string
		calls                    int
		yardstick, asterisk, max float64
	}{
		{"talking and recorded", recorded, z.talks, 0, 0.46, 0.09},
		{"talking", unrecorded, z.talks, relay.cost, 0.17, relay.cost},
		{"talking and recorded", recorded, z.most, 0, 0.46, 0.09},
	} {
		if kind.calls == 0 {
			continue
		}
		var use rig.Use
		var perPacket float64
		h, err := s.converse(ctx, kind.number, kind.calls, func(*gen.Media) (err error) {
			use, perPacket, err = s.watch(ctx, kind.calls, z.window)
			return err
		})
		if err != nil {
			return fmt.Errorf("%d calls %s: %w", kind.calls, kind.what, err)
		}
		s.say("%d %s: %s", kind.calls, kind.what, h)
		what := fmt.Sprintf("%d calls %s", kind.calls, kind.what)
		minutes := float64(kind.calls-h.failed) * z.window.Minutes()
		s.add(row{what: what, unit: "CPU-s/call-min", got: use.Switchboard.Seconds() / minutes, yardstick: kind.yardstick, asterisk: kind.asterisk, goal: kind.max})
		s.add(row{what: "  lost", unit: "%", got: 100 * h.share(), yardstick: 100 * relay.lost, goal: 0.1})
		s.add(row{what: "  added delay, p99", unit: "ms", got: ms(h.delay.At(0.99)), yardstick: ms(relay.delay), goal: 20})
		if h.failed > 0 {
			s.note("%s: %d of %d calls FAILED", what, h.failed, h.calls)
		}
		allocations = perPacket
	}
	s.add(row{what: "relaying a packet, above idle", unit: "allocations", got: allocations, goal: 0.1})
	return nil
}

// idle measures what Switchboard uses when nobody calls.
func (s *stage) idle(ctx context.Context, z size) error {
	mallocs := s.mallocs(ctx)
	use, _, err := s.watch(ctx, 1, z.rush)
	if err != nil {
		return err
	}
	s.resting = (s.mallocs(ctx) - mallocs) / z.rush.Seconds()
	s.add(row{what: "nobody calls", unit: "% of a core", got: 100 * use.Switchboard.Seconds() / z.rush.Seconds()})
	s.add(row{what: "  allocations", unit: "a second", got: s.resting})
	return nil
}

// watch returns what Switchboard uses in a window, and its allocations for each
// packet: of the whole process, above those of when nobody calls.
func (s *stage) watch(ctx context.Context, calls int, window time.Duration) (rig.Use, float64, error) {
	before, err := s.sb.Use()
	if err != nil {
		return rig.Use{}, 0, err
	}
	mallocs := s.mallocs(ctx)
	if err := after(ctx, window-time.Since(before.At)); err != nil {
		return rig.Use{}, 0, err
	}
	now, err := s.sb.Use()
	packets := float64(calls) * 100 * window.Seconds()
	more := s.mallocs(ctx) - mallocs - s.resting*window.Seconds()
	return now.Since(before), max(more, 0) / packets, err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
