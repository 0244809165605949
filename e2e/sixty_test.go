package e2e

import (
	"fmt"
	"math"
	"net/netip"
	"sync"
	"testing"
	"time"

	"switchboard/bench/gen"
	"switchboard/telephony/media/tone"
)

// talk is a call with audio both ways: the buyer's tone is 400 Hz, the
// operator's 1000 Hz.
type talk struct {
	call            *gen.Call
	buyer, operator *gen.Stream
	taken           chan *gen.Call // the operator's end
	spoke           [2]float64     // seconds that the buyer and the operator were to be heard
}

// talks rings n times, has an operator take each call, and waits until all are up.
func (s *scene) talks(m *gen.Media, n int) []*talk {
	s.t.Helper()
	all := make([]*talk, n)
	by := map[string]*talk{}
	for i := range all {
		t := &talk{taken: make(chan *gen.Call, 1)}
		for _, end := range []**gen.Stream{&t.buyer, &t.operator} {
			var err error
			if *end, err = m.Open(); err != nil {
				s.t.Fatal(err)
			}
		}
		all[i], by[buyer(i)] = t, t
	}
	s.operators(func(c *gen.Call) {
		t := by[c.From]
		if t == nil {
			c.Refuse(480, "Not Of This Test")
			return
		}
		c.Ring()
		t.operator.Send(c.Remote(), 1000)
		c.Answer(t.operator.Addr())
		t.taken <- c
	})
	var up sync.WaitGroup
	for i, t := range all {
		t.call = s.dial(buyer(i), tyres, t.buyer.Addr())
		up.Go(func() {
			select {
			case <-t.call.Confirmed():
				t.buyer.Send(t.call.Remote(), 400)
			case <-t.call.Ended():
			case <-time.After(patience):
			}
		})
		<-time.After(20 * time.Millisecond)
	}
	up.Wait()
	for _, t := range all {
		s.within("answer to "+t.call.From, t.call.Confirmed())
	}
	return all
}

// TestSixtyCalls: sixty at once, bridged and recorded, lose nothing.
func TestSixtyCalls(t *testing.T) {
	const n = 60
	s := stage(t, func(at netip.AddrPort) string { return fmt.Sprintf(fixed, "a{01..60}", "tyres", at) })
	m, err := gen.NewMedia()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	talks := s.talks(m, n)
	m.Measure()
	<-time.After(3 * time.Second)
	delay := m.Measured()
	sent, lost := s.silence(talks)
	for _, one := range talks {
		one.call.Hangup()
	}
	for _, one := range talks {
		s.outcome(one.call, 200, gen.Us)
	}
	t.Logf("%d packets, %d lost; under way p50 %s, p99 %s", sent, lost, delay.At(0.5), delay.At(0.99))
	if lost*1000 >= sent {
		t.Errorf("of %d packets %d were lost, %d of them by the test itself", sent, lost, m.Missed())
	}
	s.accounted(talks)
}

// silence stops all streams and counts what was lost, either way.
func (s *scene) silence(talks []*talk) (sent, lost int) {
	s.t.Helper()
	counts := make([][2]int, len(talks))
	for i, t := range talks {
		counts[i] = [2]int{t.buyer.Stop(), t.operator.Stop()}
	}
	<-time.After(300 * time.Millisecond) // until the last packets are there
	for i, t := range talks {
		for side, ear := range []*gen.Stream{t.operator, t.buyer} {
			h := ear.Heard()
			if h.Packets == 0 || h.Others != 1 || h.Repeated > 0 {
				s.t.Errorf("call %d, side %d: heard %+v", i, side, h)
			}
			sent += counts[i][side] - h.First
			t.spoke[side] = float64(counts[i][side]-h.First) / 50
			lost += h.Lost(counts[i][side])
		}
	}
	return sent, lost
}

// accounted checks that each call has its record, its charge and its recording,
// of the length that its telephones saw.
func (s *scene) accounted(talks []*talk) {
	s.t.Helper()
	owner := s.owner("tyres")
	var calls []call
	s.await("records, charges and recordings of all calls", patience, func() bool {
		calls = every[call](s, owner, "/calls")
		for _, c := range calls {
			if c.State != "ended" || c.Charge == nil || c.RecordingURL == nil {
				return false
			}
		}
		return len(calls) == len(talks)
	})
	if n := s.count("select count(*) from shop.charge where kind = 'usage'"); n != len(talks) {
		s.t.Errorf("%d charges for %d calls", n, len(talks))
	}
	if n := s.count("select count(*) from shop.recording where state = 'ready'"); n != len(talks) {
		s.t.Errorf("%d recordings of %d calls", n, len(talks))
	}
	by := map[string]*talk{}
	for _, t := range talks {
		by[t.call.From] = t
	}
	for i, c := range calls {
		t := by[c.From]
		if t == nil {
			s.t.Fatalf("nobody rang from %s", c.From)
		}
		at := t.call.Times()
		long := at.Left.Sub(at.Answered).Seconds()
		if math.Abs(c.TalkS-long) > 1 {
			s.t.Errorf("the call from %s: %.2f s of talk, its telephone says %.2f s", c.From, c.TalkS, long)
		}
		if i%10 == 0 { // listening to all takes longer than they talked
			s.heardIn(s.recording(owner, c).Channels, long, t.spoke)
		}
	}
}

// heardIn checks both channels of the recording of a call of so many seconds, in
// which each side spoke for some.
func (s *scene) heardIn(channels [][]int16, seconds float64, spoke [2]float64) {
	s.t.Helper()
	if got := float64(len(channels[0])) / 8000; math.Abs(got-seconds) > 1 {
		s.t.Errorf("a recording of %.2f s, the call was %.2f s", got, seconds)
	}
	for i, hz := range []float64{400, 1000} {
		if heard := secondsOf(channels[i], hz); heard < 0.9*spoke[i] {
			s.t.Errorf("%v Hz is heard for %.2f s in channel %d, it was sent for %.2f s", hz, heard, i, spoke[i])
		}
	}
}

// secondsOf is for how long a tone is heard.
func secondsOf(samples []int16, hz float64) float64 {
	return tone.Share(samples, hz) * float64(len(samples)) / 8000
}
