package main

import (
	"context"
	"fmt"
	"time"
)

// limit looks for the calls a second that Switchboard still takes all of, and
// what it does with half as many more.
func (s *stage) limit(ctx context.Context, z size) error {
	best := 0
	for rate := z.from; rate <= z.to; rate += z.step {
		t, err := s.rush(ctx, line{s.sip, unrecorded}, rate, z.try)
		if err != nil {
			return fmt.Errorf("%d calls a second: %w", rate, err)
		}
		s.say("limit, %d/s: %s", rate, t)
		if !t.sustained() {
			break
		}
		best = rate
	}
	s.add(row{what: "calls/s that are all answered within a second", unit: "calls/s", got: float64(best), asterisk: 180, goal: 500, more: true})
	if best == 0 {
		s.note("not even %d calls a second were all answered", z.from)
	}
	over := max(best, z.from) * 3 / 2
	t, err := s.rush(ctx, line{s.sip, unrecorded}, over, z.try)
	if err != nil {
		return fmt.Errorf("%d calls a second: %w", over, err)
	}
	s.say("above the limit, %d/s: %s", over, t)
	s.add(row{what: fmt.Sprintf("  answered of %d/s, above the limit", over), unit: "calls/s", got: float64(t.answered) / t.took.Seconds(), more: true})
	s.add(row{what: "  refused with 503", unit: "%", got: 100 * float64(t.refused) / float64(t.made)})
	s.add(row{what: "  neither", unit: "%", got: 100 * float64(t.failed) / float64(t.made), goal: 1})
	return nil
}

// sustained says whether nearly all calls were answered, and soon.
func (t tally) sustained() bool {
	return t.answered*1000 >= t.made*999 && t.answer.At(0.99) <= time.Second
}
