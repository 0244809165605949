package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"switchboard/telephony/command"
)

// leave waits until we are told to stop, by a signal or by switchboard drain,
// and until the calls in hand have ended then. A second signal is not waited for.
func (s *service) leave(told, living context.Context) error {
	if s.node == nil {
		select {
		case <-told.Done():
		case <-living.Done():
		}
		return nil
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	most := 1 // signals that do not hurry us
	select {
	case <-told.Done():
	case <-s.node.Drains():
		most = 0
	case <-living.Done():
		return nil
	}
	patience, impatient := context.WithCancel(living)
	defer impatient()
	go hurry(patience, signals, most, impatient)
	if err := s.node.Drain(patience, s.drainFor); err != nil && patience.Err() == nil {
		s.log.Error("calls are not ended in good order; a successor ends them", "err", err)
	}
	return nil
}

// hurry calls now at the first signal beyond most, unless ctx ends before.
func hurry(ctx context.Context, signals <-chan os.Signal, most int, now func()) {
	for range most + 1 {
		select {
		case <-signals:
		case <-ctx.Done():
			return
		}
	}
	now()
}

func drainCommand(ctx context.Context, args []string) int {
	f := newFlags("drain", "has the telephony node at CONTROL_ADDR take no new calls, finish those it has, and end")
	if code, done := f.parse(args, 0); done {
		return code
	}
	c, err := readConfig()
	if err != nil {
		return fail("drain", err)
	}
	return fail("drain", command.NewClient("http://"+c.Telephony.ControlAddr, c.Telephony.ControlSecret).Drain(ctx))
}
