package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"switchboard/bench/gen"
)

const (
	onDuty  = 20 // operators of the shop that has few
	callers = 60 // who share them, so that there is always somebody waiting
)

// free measures how long an operator who has hung up waits for the next caller
// of a full queue.
func (s *stage) free(ctx context.Context, z size) error {
	ctx, cancel := context.WithTimeout(ctx, z.busy)
	defer cancel()
	d := &desks{left: map[string]time.Time{}}
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for ctx.Err() == nil {
				s.wait(ctx, d)
			}
		})
	}
	all.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	s.say("operators: %d times free to the next offer, p50 %s p99 %s; %d callers had no answer", len(d.gaps), d.gaps.At(0.5), d.gaps.At(0.99), d.failed)
	s.add(row{what: "operator free to next caller's offer, p50", unit: "ms", got: ms(d.gaps.At(0.5)), asterisk: 467, goal: 3})
	s.add(row{what: "  the same, p99", unit: "ms", got: ms(d.gaps.At(0.99)), asterisk: 1405, goal: 10})
	if d.failed > 0 || len(d.gaps) == 0 {
		return fmt.Errorf("%d callers of a busy queue had no answer; operators were free %d times", d.failed, len(d.gaps))
	}
	return nil
}

// desks are the operators' telephones, by name.
type desks struct {
	mu     sync.Mutex
	left   map[string]time.Time // when each hung up, until the next call comes
	gaps   gen.Spread
	failed int
}

// takes is what an operator does: answer, talk for a while, hang up.
func (d *desks) takes(c *gen.Call) {
	d.mu.Lock()
	if left, ok := d.left[c.Number]; ok {
		d.gaps = append(d.gaps, c.Times().Invited.Sub(left))
		delete(d.left, c.Number)
	}
	d.mu.Unlock()
	c.Answer(deaf)
	talk := 200*time.Millisecond + rand.N(400*time.Millisecond) //nolint:gosec // nobody gains by guessing it
	if !c.Stay(talk) {
		return
	}
	d.mu.Lock()
	d.left[c.Number] = time.Now()
	d.mu.Unlock()
	c.Hangup()
}

// wait is one caller's visit to the full queue. When the time is over it is not
// let in any more, and gives up.
func (s *stage) wait(ctx context.Context, d *desks) {
	from := s.caller(d.takes)
	defer s.forget(from)
	c, err := s.ring(from, fewOnDuty, s.sip, deaf)
	if err != nil {
		return
	}
	select {
	case <-c.Ended():
	case <-ctx.Done():
		c.Hangup()
		<-c.Ended()
		return
	}
	if status, _ := c.Outcome(); status != 200 {
		d.mu.Lock()
		d.failed++
		d.mu.Unlock()
	}
}
