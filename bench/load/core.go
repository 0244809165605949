package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"switchboard/bench/gen"
	"switchboard/bench/rig"
)

// What a core must carry, and how well.
const (
	callsPerCore = 500
	mostLost     = 0.001 // a share
)

// core looks for the recorded calls that Switchboard carries on one core, with
// its database, while the telephones have another.
func (s *stage) core(ctx context.Context, z size) (err error) {
	if runtime.NumCPU() < 2 {
		s.note("one core only: what it carries alone is not measured")
		return nil
	}
	all := make([]int, runtime.NumCPU())
	for i := range all {
		all[i] = i
	}
	defer func() { err = errors.Join(err, rig.Pin(s.sb.PID(), all...), rig.Pin(os.Getpid(), all...)) }()
	if err := errors.Join(rig.Pin(s.sb.PID(), 0), rig.Pin(os.Getpid(), all[1:]...)); err != nil {
		return err
	}
	best := 0
	for n := z.coreFrom; n <= z.coreTo; n += z.coreStep {
		ok, err := s.carries(ctx, n, z)
		if err != nil {
			return fmt.Errorf("%d calls on one core: %w", n, err)
		}
		if !ok {
			break
		}
		best = n
	}
	s.add(row{what: "recorded calls that one core carries with < 0.1 % loss", unit: "calls", got: float64(best), goal: callsPerCore, more: true})
	return nil
}

// carries reports whether n calls at once go well.
func (s *stage) carries(ctx context.Context, n int, z size) (bool, error) {
	var use rig.Use
	var own time.Duration
	h, err := s.converse(ctx, recorded, n, func(*gen.Media) error {
		before, err := rig.CPU(os.Getpid())
		if err != nil {
			return err
		}
		if use, _, err = s.watch(ctx, n, z.window); err != nil {
			return err
		}
		own, err = rig.CPU(os.Getpid())
		own -= before
		return err
	})
	if err != nil {
		return false, err
	}
	busy := use.Switchboard.Seconds() / z.window.Seconds()
	s.say("one core, %.0f%% of it, the generator %.0f%% of the other: %s", 100*busy, 100*own.Seconds()/z.window.Seconds(), h)
	lost := float64(h.lost-h.missed) / float64(max(h.sent, 1))
	return h.failed == 0 && lost < mostLost, nil
}
