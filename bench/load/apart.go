package main

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"switchboard/bench/rig"
)

// apart measures telephony as a process of its own, which is how it runs in
// production and what Asterisk and its queue are: the demo's process also holds
// the worker that rates each call, the API and a Redis.
func (s *stage) apart(ctx context.Context, z size) error {
	at, err := rig.FreePort(netip.MustParseAddr(mediaHost))
	if err != nil {
		return err
	}
	p, err := rig.StartTelephony(ctx, s.setup, s.sb, at)
	if err != nil {
		return err
	}
	defer p.Kill()
	if err := after(ctx, 2*time.Second); err != nil { // until its operators are on duty
		return err
	}
	for _, rate := range z.rates {
		before, err := rig.CPU(p.PID())
		if err != nil {
			return err
		}
		t, err := s.rush(ctx, line{at, ofItsOwn}, rate, z.rush)
		if err != nil {
			return err
		}
		now, err := rig.CPU(p.PID())
		if err != nil {
			return err
		}
		s.say("telephony alone at %d/s: %s", rate, t)
		s.add(row{what: fmt.Sprintf("telephony's process alone at %d calls/s", rate), unit: "CPU-ms/call", got: ms(now-before) / float64(max(t.answered, 1)),
			yardstick: s.kamailio.cost[rate], asterisk: 6.4, goal: 0.8})
		s.add(row{what: "  INVITE to operator's INVITE, p50", unit: "ms", got: ms(t.offer.At(0.5)), yardstick: s.kamailio.p50[rate]})
		s.add(row{what: "  the same, p99", unit: "ms", got: ms(t.offer.At(0.99)), yardstick: s.kamailio.p99[rate]})
	}
	return nil
}
