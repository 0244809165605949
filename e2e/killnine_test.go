package e2e

import (
	"fmt"
	"math"
	"net/netip"
	"testing"
	"time"

	"switchboard/bench/gen"
)

// What the product promises of a switch that dies.
const (
	closedWithin   = 30 * time.Second
	lengthError    = 5.0 // seconds
	recordingShort = 2.0 // seconds
)

// busy is what a machine that others use may add to a promise, in seconds.
const busy = 0.3

// TestKillNine: the switch dies with ten calls up. Its successor closes each
// once, tells all telephones, mends the recordings, which are sealed, up to the
// last seconds, and takes calls.
func TestKillNine(t *testing.T) {
	const n = 10
	s := stage(t, func(at netip.AddrPort) string { return fmt.Sprintf(fixed, "a{01..10}", "tyres", at) })
	m, err := gen.NewMedia()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	talks := s.talks(m, n)
	<-time.After(7 * time.Second)
	s.Kill()
	killed := time.Now()
	s.start()
	up := time.Now()
	owner := s.owner("tyres")
	var calls []call
	s.await("all calls are closed", time.Until(killed.Add(closedWithin)), func() bool {
		calls = every[call](s, owner, "/calls")
		open := 0
		for _, c := range calls {
			if c.State != "ended" {
				open++
			}
		}
		return len(calls) == n && open == 0
	})
	t.Logf("ready %s after the kill, all calls closed %s after it", up.Sub(killed).Round(time.Millisecond), time.Since(killed).Round(time.Millisecond))
	for _, one := range talks {
		operator := <-one.taken
		s.outcome(one.call, 200, gen.Them)
		s.outcome(operator, 200, gen.Them)
		one.buyer.Stop()
		one.operator.Stop()
	}
	if n := s.count("select count(*) from shop.call_leg"); n != len(talks) {
		t.Errorf("%d records of %d calls", n, len(talks))
	}
	if n := s.count("select count(*) from shop.recording where state = 'ready' and key_version is not null"); n != len(talks) {
		t.Errorf("%d of %d recordings are sealed and whole", n, len(talks))
	}
	for _, c := range calls {
		s.survived(c, killed)
	}
	s.lives()
}

// survived checks what is left of a call that was up when the switch died.
func (s *scene) survived(c call, killed time.Time) {
	s.t.Helper()
	if c.AnsweredAt == nil || c.EndedAt == nil {
		s.t.Fatalf("call %s was answered at %v and ended at %v", c.ID, c.AnsweredAt, c.EndedAt)
	}
	if off := killed.Sub(*c.EndedAt).Seconds(); off < -0.1 || off > lengthError+busy {
		s.t.Errorf("call %s ended %.2f s before the kill", c.ID, off)
	}
	rawMS, _ := s.rated(c.ID)
	heard := killed.Sub(*c.AnsweredAt).Seconds()
	if raw := float64(rawMS) / 1000; raw > heard+0.1 || raw < heard-lengthError-busy || math.Abs(raw-c.TalkS) > 0.01 {
		s.t.Errorf("call %s: %.2f s are charged, %.2f s are in its record, %.2f s were heard", c.ID, raw, c.TalkS, heard)
	}
	if n := s.count("select count(*) from shop.charge where call_id = $1", c.ID); n != 1 {
		s.t.Errorf("call %s has %d charges", c.ID, n)
	}
	sound := s.recording(s.owner("tyres"), c)
	if got := float64(len(sound.Channels[0])) / 8000; got < heard-recordingShort-busy || got > heard+0.5 {
		s.t.Errorf("call %s: a recording of %.2f s, of %.2f s", c.ID, got, heard)
	}
	for i, hz := range []float64{400, 1000} {
		if got := secondsOf(sound.Channels[i], hz); got < heard-recordingShort-2*busy {
			s.t.Errorf("call %s: %v Hz is heard for %.2f s of %.2f s in channel %d", c.ID, hz, got, heard, i)
		}
	}
}

// lives checks that no operator is stuck in a call that is over: as many new
// calls as there are operators are all answered.
func (s *scene) lives() {
	s.t.Helper()
	s.operators(answers)
	var again []*gen.Call
	for i := range len(s.Info.Operators) {
		again = append(again, s.dial(buyer(100+i), tyres, deaf))
	}
	for _, c := range again {
		s.within("answer to "+c.From+" after the restart", c.Answered())
	}
	for _, c := range again {
		c.Hangup()
		s.outcome(c, 200, gen.Us)
	}
}
