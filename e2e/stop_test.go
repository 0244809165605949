package e2e

import (
	"fmt"
	"net/http"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"switchboard/bench/gen"
)

// stageDraining is a scene whose calls may go on after SIGTERM.
func stageDraining(t *testing.T) *scene {
	t.Helper()
	return stage(t, func(at netip.AddrPort) string { return fmt.Sprintf(fixed, "a{01..02}", "tyres", at) }, "DRAIN_FOR=1m")
}

// ready is what /readyz answers.
func (s *scene) ready() int {
	s.t.Helper()
	res, err := http.Get(s.Info.HTTP + "/readyz")
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	return res.StatusCode
}

// TestSIGTERMWaits: all in one process, a call goes on, a new one is turned
// away, and the process ends with the call.
func TestSIGTERMWaits(t *testing.T) {
	t.Parallel()
	s := stageDraining(t)
	up := s.dial(buyer(1), tyres, deaf)
	s.within("the answer", up.Answered())
	if err := s.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.await("it is not ready any more", patience, func() bool { return s.ready() == http.StatusServiceUnavailable })
	s.outcome(s.dial(buyer(2), tyres, deaf), 503, gen.Them)
	select {
	case <-up.Ended():
		t.Error("the call in hand was dropped")
	case <-time.After(time.Second):
	}
	up.Hangup()
	s.outcome(up, 200, gen.Us)
	s.within("end of the process", s.Done())
	if err := s.Err(); err != nil {
		t.Errorf("it ends with %v", err)
	}
}

// TestASecondSIGTERM does not wait: the call is told.
func TestASecondSIGTERM(t *testing.T) {
	t.Parallel()
	s := stageDraining(t)
	up := s.dial(buyer(1), tyres, deaf)
	s.within("the answer", up.Answered())
	for range 2 {
		if err := s.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		s.await("it drains", patience, func() bool { return s.ready() != http.StatusOK })
	}
	s.outcome(up, 200, gen.Them)
	s.within("end of the process", s.Done())
}
