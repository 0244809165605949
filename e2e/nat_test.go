package e2e

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"switchboard/bench/gen"
)

// TestTheBuyerVanishes: neither their audio nor their BYE comes any more. The
// call ends by itself, and what was not heard is not billed.
func TestTheBuyerVanishes(t *testing.T) {
	t.Parallel()
	s := stage(t, func(at netip.AddrPort) string { return fmt.Sprintf(fixed, "a{01..02}", "tyres", at) })
	m, err := gen.NewMedia()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	line := lay(t, badTrunk, netip.AddrPortFrom(carrier, s.callers.Addr().Port()))
	line.switchboard = s.sip
	ear, voiceOf := mustOpen(t, m), mustOpen(t, m)
	taken := make(chan *gen.Call, 1)
	s.operators(func(c *gen.Call) {
		voiceOf.Send(c.Remote(), 1000)
		c.Answer(voiceOf.Addr())
		taken <- c
	})
	c, err := s.callers.Call(gen.Dial{To: addrOf(line.near), User: tyres, From: buyer(1), Via: carrier, Audio: ear.Addr()})
	if err != nil {
		t.Fatal(err)
	}
	s.within("the answer", c.Confirmed())
	ear.Send(c.Remote(), 400)
	began := time.Now()
	<-time.After(2 * time.Second)
	ear.Stop()
	heard := time.Since(began).Seconds()
	line.spoils(func(side, []byte) (int, time.Duration) { return 0, 0 })
	operator := <-taken
	select {
	case <-operator.Ended():
	case <-time.After(patience):
		t.Fatal("the operator is left with a ghost")
	}
	voiceOf.Stop()
	one := s.callFrom(s.owner("tyres"), buyer(1), "ended")
	rawMS, _ := s.rated(one.ID)
	t.Logf("heard for %.2f s, ended %.1f s later, %.2f s are charged", heard, time.Since(began).Seconds()-heard, float64(rawMS)/1000)
	if got := float64(rawMS) / 1000; got > heard+1+busy || got < heard-1-busy {
		t.Errorf("%.2f s are charged of a call whose buyer was heard for %.2f s", got, heard)
	}
}

func mustOpen(t *testing.T, m *gen.Media) *gen.Stream {
	t.Helper()
	s, err := m.Open()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestAudioThroughABadNAT: the buyer's NAT gives them another port in the middle
// of the call, and loses one packet in twenty. Both still hear each other.
func TestAudioThroughABadNAT(t *testing.T) {
	t.Parallel()
	s := stage(t, func(at netip.AddrPort) string { return fmt.Sprintf(fixed, "a{01..02}", "tyres", at) })
	m, err := gen.NewMedia()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	nat := openNAT(t)
	ear, voiceOf := mustOpen(t, m), mustOpen(t, m)
	s.operators(func(c *gen.Call) {
		voiceOf.Send(c.Remote(), 1000)
		c.Answer(voiceOf.Addr())
	})
	c := s.dial(buyer(1), tyres, addrOf(nat.out[0]))
	s.within("the answer", c.Confirmed())
	nat.joins(ear.Addr(), c.Remote())
	ear.Keep()
	voiceOf.Keep()
	ear.Send(addrOf(nat.in), 400)
	for _, when := range []string{"before", "after"} {
		known := [2]int{len(ear.Samples()), len(voiceOf.Samples())}
		s.await("each hears the other for a second, "+when+" the NAT chose another port", patience, func() bool {
			return secondsOf(ear.Samples()[known[0]:], 1000) > 1 && secondsOf(voiceOf.Samples()[known[1]:], 400) > 1
		})
		nat.rebind()
		<-time.After(100 * time.Millisecond) // what was under way is there
	}
	ear.Stop()
	voiceOf.Stop()
	if nat.lost == 0 {
		t.Error("nothing was lost")
	}
	c.Hangup()
	s.outcome(c, 200, gen.Us)
}

// nat is one that audio passes: from the buyer's telephone, and from one of two
// ports to Switchboard.
type nat struct {
	in  *net.UDPConn
	out [2]*net.UDPConn

	mu         sync.Mutex
	phone, far netip.AddrPort
	now, lost  int
	dice       *rand.Rand
	readers    sync.WaitGroup
}

func openNAT(t *testing.T) *nat {
	t.Helper()
	n := &nat{dice: rand.New(rand.NewPCG(5, 5))}
	for _, c := range []**net.UDPConn{&n.in, &n.out[0], &n.out[1]} {
		var err error
		if *c, err = net.ListenUDP("udp4", &net.UDPAddr{IP: badTrunk.AsSlice()}); err != nil {
			t.Fatal(err)
		}
	}
	n.readers.Go(func() { read(n.in, func(b []byte, _ netip.AddrPort) { n.pass(b, -1) }) })
	for i := range n.out {
		n.readers.Go(func() { read(n.out[i], func(b []byte, _ netip.AddrPort) { n.pass(b, i) }) })
	}
	t.Cleanup(func() {
		for _, c := range []*net.UDPConn{n.in, n.out[0], n.out[1]} {
			c.Close()
		}
		n.readers.Wait()
	})
	return n
}

func (n *nat) joins(phone, far netip.AddrPort) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.phone, n.far = phone, far
}

// rebind has the NAT forget the port of before.
func (n *nat) rebind() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.now = 1
}

// pass takes a packet on: what comes in at a port that is forgotten is dropped.
func (n *nat) pass(b []byte, at int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.dice.IntN(100) < 5 {
		n.lost++
		return
	}
	switch {
	case at < 0:
		_, _ = n.out[n.now].WriteToUDPAddrPort(b, n.far)
	case at == n.now:
		_, _ = n.in.WriteToUDPAddrPort(b, n.phone)
	}
}
