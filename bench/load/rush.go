package main

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"switchboard/bench/gen"
)

// hold is how long calls last that are made at a rate.
const hold = 300 * time.Millisecond

// tally is what came of calls made at a rate.
type tally struct {
	made, answered, refused, failed int
	repeats                         int64      // messages that had to be sent again
	offer                           gen.Spread // from INVITE to the operator's INVITE
	answer                          gen.Spread // from INVITE to 200
	took                            time.Duration
}

func (t tally) String() string {
	return fmt.Sprintf("%d calls in %.1f s: %d answered, %d refused, %d failed, %d messages repeated; INVITE to INVITE p50 %s p99 %s, to 200 p99 %s",
		t.made, t.took.Seconds(), t.answered, t.refused, t.failed, t.repeats, t.offer.At(0.5), t.offer.At(0.99), t.answer.At(0.99))
}

// line is whom calls are made to.
type line struct {
	at     netip.AddrPort
	number string
}

// rush makes calls without audio at a rate, each hung up by its caller, and
// waits for the end of all.
func (s *stage) rush(ctx context.Context, to line, rate int, long time.Duration) (tally, error) {
	var t tally
	var mu sync.Mutex
	var calls sync.WaitGroup
	repeats := s.callers.Repeats() + s.floor.Repeats()
	start := time.Now()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for t.made < int(float64(rate)*long.Seconds()) {
		select {
		case <-ctx.Done():
			return t, ctx.Err()
		case <-tick.C:
		}
		for due := int(float64(rate) * time.Since(start).Seconds()); t.made < due; t.made++ {
			calls.Go(func() {
				one := s.visit(to)
				mu.Lock()
				defer mu.Unlock()
				t.add(one)
			})
		}
	}
	calls.Wait()
	t.took = time.Since(start)
	t.repeats = s.callers.Repeats() + s.floor.Repeats() - repeats
	return t, nil
}

// visit is one such call: its seller's end answers at once.
func (s *stage) visit(to line) *visited {
	v := &visited{}
	from := s.caller(func(c *gen.Call) {
		v.offered(c.Times().Invited)
		c.Ring()
		c.Answer(deaf)
	})
	defer s.forget(from)
	c, err := s.ring(from, to.number, to.at, deaf)
	if err != nil {
		return v
	}
	v.call = c
	select {
	case <-c.Confirmed():
		c.Stay(hold)
		c.Hangup()
	case <-c.Ended():
	}
	<-c.Ended()
	return v
}

// visited is what came of a call.
type visited struct {
	call *gen.Call
	mu   sync.Mutex
	at   time.Time // the operator's INVITE
}

func (v *visited) offered(at time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.at.IsZero() {
		v.at = at
	}
}

func (t *tally) add(v *visited) {
	if v.call == nil {
		t.failed++
		return
	}
	at := v.call.Times()
	status, by := v.call.Outcome()
	switch {
	case status == 200 && by == gen.Us:
		t.answered++
		t.offer = append(t.offer, v.at.Sub(at.Invited))
		t.answer = append(t.answer, at.Answered.Sub(at.Invited))
	case status == 503:
		t.refused++
	default:
		t.failed++
	}
}

// queue measures calls that pass through the queue to an operator who is free.
func (s *stage) queue(ctx context.Context, z size) error {
	for _, rate := range z.rates {
		before, err := s.sb.Use()
		if err != nil {
			return err
		}
		t, err := s.rush(ctx, line{s.sip, unrecorded}, rate, z.rush)
		if err != nil {
			return fmt.Errorf("%d calls a second: %w", rate, err)
		}
		now, err := s.sb.Use()
		if err != nil {
			return err
		}
		use := now.Since(before)
		s.say("queue at %d/s: %s", rate, t)
		each := func(d time.Duration) float64 { return ms(d) / float64(max(t.answered, 1)) }
		name := fmt.Sprintf("queue at %d calls/s", rate)
		s.add(row{what: name, unit: "CPU-ms/call", got: each(use.Switchboard), yardstick: s.kamailio.cost[rate], asterisk: 6.4, goal: 0.8})
		s.add(row{what: "  PostgreSQL's, beside it", unit: "CPU-ms/call", got: each(use.Postgres)})
		r := row{what: "  INVITE to operator's INVITE, p50", unit: "ms", got: ms(t.offer.At(0.5)), yardstick: s.kamailio.p50[rate]}
		r99 := row{what: "  the same, p99", unit: "ms", got: ms(t.offer.At(0.99)), yardstick: s.kamailio.p99[rate]}
		if rate <= 100 { // Asterisk's was measured at 100/s
			r.asterisk, r.goal, r99.asterisk, r99.goal = 2.1, 2, 7.2, 7
		}
		s.add(r)
		s.add(r99)
		if t.failed+t.refused > 0 {
			s.note("%s: %d refused and %d FAILED of %d calls", name, t.refused, t.failed, t.made)
		}
	}
	return nil
}
