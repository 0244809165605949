package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"switchboard/bench/gen"
	"switchboard/bench/rig"
)

// relayed is what rtpengine takes and gives.
type relayed struct {
	cost, lost float64 // CPU-s a call-minute; a share
	delay      time.Duration
}

// proxied is what Kamailio takes and gives, by calls a second.
type proxied struct{ cost, p50, p99 map[int]float64 }

// yardsticks measures those that are installed.
func (s *stage) yardsticks(ctx context.Context, z size) error {
	for name, measure := range map[string]func(context.Context, size) error{"rtpengine": s.relay, "kamailio": s.proxy} {
		err := measure(ctx, z)
		if errors.Is(err, exec.ErrNotFound) {
			s.note("%s is not installed: it measures nothing here", name)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// relay measures rtpengine with as many calls as Switchboard will have.
func (s *stage) relay(ctx context.Context, z size) error {
	r, err := rig.StartRTPEngine(ctx, s.dir, yard)
	if err != nil {
		return err
	}
	defer r.Kill()
	m, err := gen.NewMedia()
	if err != nil {
		return err
	}
	defer m.Close()
	talks := make([]*talk, z.talks)
	for i := range talks {
		t := &talk{}
		if t.buyer, err = m.Open(); err != nil {
			return err
		}
		if t.operator, err = m.Open(); err != nil {
			return err
		}
		forBuyer, forOperator, err := r.Bridge(fmt.Sprint("call-", i), t.buyer.Addr(), t.operator.Addr())
		if err != nil {
			return err
		}
		t.buyer.Send(forBuyer, 400)
		t.operator.Send(forOperator, 1000)
		talks[i] = t
	}
	if err := after(ctx, time.Second); err != nil {
		return err
	}
	m.Measure()
	used, err := during(ctx, r.PID(), z.window)
	if err != nil {
		return err
	}
	h := heard{calls: z.talks, delay: m.Measured()}
	h.count(talks)
	h.missed = m.Missed()
	s.rtpengine = relayed{used.Seconds() / (float64(z.talks) * z.window.Minutes()), h.share(), h.delay.At(0.99)}
	s.say("rtpengine: %.4f CPU-s a call-minute; %s", s.rtpengine.cost, h)
	return nil
}

// during returns what a process and its children use in a window.
func during(ctx context.Context, pid int, window time.Duration) (time.Duration, error) {
	before, err := rig.TreeCPU(pid)
	if err != nil {
		return 0, err
	}
	if err := after(ctx, window); err != nil {
		return 0, err
	}
	now, err := rig.TreeCPU(pid)
	return now - before, err
}

// proxy measures Kamailio at the rates that Switchboard will have.
func (s *stage) proxy(ctx context.Context, z size) (err error) {
	at, err := rig.FreePort(yard)
	if err != nil {
		return err
	}
	k, err := rig.StartKamailio(ctx, s.dir, at, s.floor.Addr())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Stop()) }()
	s.kamailio = proxied{map[int]float64{}, map[int]float64{}, map[int]float64{}}
	for _, rate := range z.rates {
		before, err := rig.TreeCPU(k.PID())
		if err != nil {
			return err
		}
		t, err := s.rush(ctx, line{at, unrecorded}, rate, z.rush)
		if err != nil {
			return err
		}
		now, err := rig.TreeCPU(k.PID())
		if err != nil {
			return err
		}
		s.kamailio.cost[rate] = ms(now-before) / float64(max(t.answered, 1))
		s.kamailio.p50[rate], s.kamailio.p99[rate] = ms(t.offer.At(0.5)), ms(t.offer.At(0.99))
		s.say("kamailio at %d/s: %.3f CPU-ms a call; %s", rate, s.kamailio.cost[rate], t)
	}
	return nil
}
