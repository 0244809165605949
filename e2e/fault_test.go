package e2e

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"switchboard/bench/gen"
	"switchboard/telephony/media/tone"
)

// Hosts of the bad lines: as long as those of the telephones that they stand
// for, so that no Content-Length changes.
var (
	badTrunk = netip.MustParseAddr("127.20.0.7")
	badDesk  = netip.MustParseAddr("127.30.0.7")
)

// badLine passes SIP between a telephone and Switchboard, each of which takes it
// for the other, and spoils some of it.
type badLine struct {
	near, far   *net.UDPConn // what the telephone talks to, and what Switchboard does
	phone       netip.AddrPort
	mu          sync.Mutex
	switchboard netip.AddrPort
	spoilt      int // messages
	spoil       func(from side, message []byte) (copies int, late time.Duration)
	busy        sync.WaitGroup
}

// side is who sent a message.
type side string

const (
	ofPhone       side = "phone"
	ofSwitchboard side = "switchboard"
)

// lay opens a line to a telephone.
func lay(t *testing.T, host netip.Addr, phone netip.AddrPort) *badLine {
	t.Helper()
	l := &badLine{phone: phone, spoil: faithful}
	for _, c := range []**net.UDPConn{&l.near, &l.far} {
		var err error
		if *c, err = net.ListenUDP("udp4", &net.UDPAddr{IP: host.AsSlice()}); err != nil {
			t.Fatal(err)
		}
	}
	l.busy.Go(func() { read(l.near, func(b []byte, from netip.AddrPort) { l.pass(ofPhone, b) }) })
	l.busy.Go(func() {
		read(l.far, func(b []byte, from netip.AddrPort) {
			l.mu.Lock()
			l.switchboard = from
			l.mu.Unlock()
			l.pass(ofSwitchboard, b)
		})
	})
	t.Cleanup(func() {
		l.near.Close()
		l.far.Close()
		l.busy.Wait()
	})
	return l
}

func faithful(side, []byte) (int, time.Duration) { return 1, 0 }

// pass takes a message to the other side, in which our addresses stand for the
// sender's.
func (l *badLine) pass(from side, b []byte) {
	l.mu.Lock()
	to, out := l.switchboard, l.far
	hide := [2][2]string{{l.phone.String(), addrOf(l.far).String()}, {addrOf(l.near).String(), l.switchboard.String()}}
	if from == ofSwitchboard {
		to, out = l.phone, l.near
		hide = [2][2]string{{l.switchboard.String(), addrOf(l.near).String()}, {addrOf(l.far).String(), l.phone.String()}}
	}
	copies, late := l.spoil(from, b)
	if copies != 1 || late > 0 {
		l.spoilt++
	}
	l.mu.Unlock()
	head, body, _ := bytes.Cut(b, []byte("\r\n\r\n"))
	for _, h := range hide {
		head = bytes.ReplaceAll(head, []byte(h[0]), []byte(h[1]))
	}
	whole := append(append(bytes.Clone(head), "\r\n\r\n"...), body...)
	send := func() {
		for range copies {
			_, _ = out.WriteToUDPAddrPort(whole, to)
		}
	}
	if late > 0 {
		time.AfterFunc(late, send)
		return
	}
	send()
}

// spoils has the line do so from now on.
func (l *badLine) spoils(how func(side, []byte) (int, time.Duration)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spoil = how
}

// repaired has the line spoil nothing any more, and returns what it did.
func (l *badLine) repaired() (spoilt int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	spoilt, l.spoilt, l.spoil = l.spoilt, 0, faithful
	return spoilt
}

// loses is a line that loses the first n of some messages.
func loses(n int, who side, begins, cseq string) func(side, []byte) (int, time.Duration) {
	return func(from side, b []byte) (int, time.Duration) {
		if from == who && is(b, begins, cseq) && n > 0 {
			n--
			return 0, 0
		}
		return 1, 0
	}
}

// is tells whether a message begins so and is about a method.
func is(b []byte, begins, method string) bool {
	return bytes.HasPrefix(b, []byte(begins)) && bytes.Contains(b, []byte(" "+method+"\r\n"))
}

// delays is a line on which some messages take their time.
func delays(by time.Duration, who side, begins, method string) func(side, []byte) (int, time.Duration) {
	return func(from side, b []byte) (int, time.Duration) {
		if from == who && is(b, begins, method) {
			return 1, by
		}
		return 1, 0
	}
}

// lossy is a line that loses one message in twenty, and doubles one in fifty.
func lossy(seed uint64) func(side, []byte) (int, time.Duration) {
	dice := rand.New(rand.NewPCG(seed, seed))
	return func(side, []byte) (int, time.Duration) {
		switch n := dice.IntN(100); {
		case n < 5:
			return 0, 0
		case n < 7:
			return 2, 0
		}
		return 1, 0
	}
}

// faults is a scene with bad lines to the trunk and to the operators.
type faults struct {
	*scene
	trunk, desk *badLine
}

// TestFaults: whatever a network does to the messages of a call, no end is left
// with a ghost, and no operator is stuck.
func TestFaults(t *testing.T) {
	t.Parallel()
	f := &faults{}
	f.scene = stage(t, func(at netip.AddrPort) string {
		f.desk = lay(t, badDesk, at)
		return fmt.Sprintf(fixed, "a{01..03}", "tyres", addrOf(f.desk.far))
	})
	f.trunk = lay(t, badTrunk, netip.AddrPortFrom(carrier, f.callers.Addr().Port()))
	f.trunk.switchboard = f.sip
	for _, one := range []struct {
		name  string
		least int // messages that are spoilt
		play  func(*faults)
	}{
		{"the buyer's ACK is lost", 1, func(f *faults) {
			f.trunk.spoils(loses(2, ofPhone, "ACK ", "ACK"))
			f.talk()
		}},
		{"the operator's ACK is lost", 1, func(f *faults) {
			f.desk.spoils(loses(2, ofSwitchboard, "ACK ", "ACK"))
			f.talk()
		}},
		{"the buyer's BYE is lost", 2, func(f *faults) {
			f.trunk.spoils(loses(2, ofPhone, "BYE ", "BYE"))
			f.talk()
		}},
		{"our BYE is lost", 2, func(f *faults) {
			f.desk.spoils(loses(2, ofSwitchboard, "BYE ", "BYE"))
			f.talk()
		}},
		{"fourteen provisional responses", 0, (*faults).provisional},
		{"the buyer's CANCEL crosses our answer", 1, (*faults).cancelCrosses},
		{"our CANCEL crosses the operator's answer", 1, (*faults).ourCancelCrosses},
		{"one message in twenty is lost", 5, (*faults).loss},
	} {
		t.Run(one.name, func(t *testing.T) {
			part := &faults{scene: f.in(t), trunk: f.trunk, desk: f.desk}
			part.operators(answers)
			one.play(part)
			if n := part.trunk.repaired() + part.desk.repaired(); n < one.least {
				t.Errorf("%d messages were spoilt, want %d", n, one.least)
			}
			part.clear()
		})
	}
}

// ring rings the tyre shop by the bad line.
func (f *faults) ring(n int) *gen.Call {
	f.t.Helper()
	c, err := f.callers.Call(gen.Dial{To: addrOf(f.trunk.near), User: tyres, From: buyer(n), Via: carrier, Audio: deaf})
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

// talk is a call that an operator takes and the buyer ends.
func (f *faults) talk() {
	f.t.Helper()
	taken := make(chan *gen.Call, 8)
	f.operators(func(c *gen.Call) {
		answers(c)
		taken <- c
	})
	c := f.ring(1)
	f.within("the answer", c.Confirmed())
	operator := <-taken
	<-time.After(700 * time.Millisecond) // what was lost is repeated by then
	c.Hangup()
	f.outcome(c, 200, gen.Us)
	f.outcome(operator, 200, gen.Them)
}

// provisional: an operator's telephone rings and rings.
func (f *faults) provisional() {
	f.t.Helper()
	f.operators(func(c *gen.Call) {
		for range 14 {
			c.Ring()
		}
		c.Answer(deaf)
	})
	c := f.ring(1)
	f.within("the answer", c.Confirmed())
	c.Hangup()
	f.outcome(c, 200, gen.Us)
}

// cancelCrosses: our 200 is still on its way when the buyer gives up.
func (f *faults) cancelCrosses() {
	f.t.Helper()
	f.trunk.spoils(delays(400*time.Millisecond, ofSwitchboard, "SIP/2.0 200", "INVITE"))
	taken := make(chan *gen.Call, 8)
	f.operators(func(c *gen.Call) {
		answers(c)
		taken <- c
	})
	c := f.ring(1)
	operator := <-taken
	<-time.After(100 * time.Millisecond)
	c.Hangup()
	f.within("end of the call that was cancelled too late", c.Ended())
	f.within("end of the operator's", operator.Ended())
}

// ourCancelCrosses: the buyer gives up while the operator's answer is on its way.
func (f *faults) ourCancelCrosses() {
	f.t.Helper()
	f.desk.spoils(delays(400*time.Millisecond, ofPhone, "SIP/2.0 200", "INVITE"))
	taken := make(chan *gen.Call, 8)
	f.operators(func(c *gen.Call) {
		answers(c)
		taken <- c
	})
	c := f.ring(1)
	operator := <-taken
	c.Hangup()
	f.outcome(c, 487, gen.Us)
	f.within("end of the telephone that answered too late", operator.Ended())
}

// loss: many calls that do this and that over lines that lose one message in
// twenty, both ways at both ends.
func (f *faults) loss() {
	f.t.Helper()
	f.trunk.spoils(lossy(20261125))
	f.desk.spoils(lossy(7))
	f.operators(func(c *gen.Call) {
		c.Ring()
		if c.From[len(c.From)-1] == '3' {
			c.Refuse(486, "Busy Here")
			return
		}
		c.Answer(deaf)
	})
	var all []*gen.Call
	for i := range 24 {
		c := f.ring(i)
		all = append(all, c)
		time.AfterFunc(time.Duration(300+100*(i%5))*time.Millisecond, c.Hangup)
		<-time.After(60 * time.Millisecond)
	}
	for _, c := range all {
		f.within("end of the call from "+c.From, c.Ended())
	}
}

// clear checks that nothing is left of any call, and that all operators are free.
func (f *faults) clear() {
	f.t.Helper()
	const up = "select (select count(*) from shop.call where state <> 'ended') + (select count(*) from house.dialog)"
	f.await("no call is up", 40*time.Second, func() bool { return f.count(up) == 0 })
	if n := f.count("select count(*) from shop.call c where (select count(*) from shop.call_leg l where l.call_id = c.id) <> 1"); n != 0 {
		f.t.Errorf("%d calls have no record, or several", n)
	}
	f.operators(answers)
	var again []*gen.Call
	for i := range 3 {
		again = append(again, f.dial(buyer(90+i), tyres, deaf))
	}
	for _, c := range again {
		f.within("answer to "+c.From+" by an operator who is free again", c.Answered())
	}
	for _, c := range again {
		c.Hangup()
		f.outcome(c, 200, gen.Us)
	}
	f.await("no call is up, and the operators' ends are over", patience, func() bool { return f.count(up) == 0 })
}

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
	case <-time.After(40 * time.Second):
		t.Fatal("the operator is left with a ghost")
	}
	voiceOf.Stop()
	one := s.callFrom(s.owner("tyres"), buyer(1), "ended")
	rawMS, _ := s.rated(one.ID)
	t.Logf("heard for %.2f s, ended %.1f s later, %.2f s are charged", heard, time.Since(began).Seconds()-heard, float64(rawMS)/1000)
	if got := float64(rawMS) / 1000; got > heard+1 || got < heard-1 {
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
	ear.Send(addrOf(nat.in), 400)
	for _, when := range []string{"before", "after"} {
		ear.Keep()
		voiceOf.Keep()
		<-time.After(2500 * time.Millisecond)
		for who, kept := range map[string]struct {
			samples []int16
			hz      float64
		}{"the buyer": {last(ear.Samples()), 1000}, "the operator": {last(voiceOf.Samples()), 400}} {
			if got := tone.Share(kept.samples, kept.hz); got < 0.8 {
				t.Errorf("%s the NAT chose another port %s hears the other in %.0f%% of the time", when, who, 100*got)
			}
		}
		nat.rebind()
	}
	ear.Stop()
	voiceOf.Stop()
	if nat.lost == 0 {
		t.Error("nothing was lost")
	}
	c.Hangup()
	s.outcome(c, 200, gen.Us)
}

// last is the newest second of what was heard.
func last(samples []int16) []int16 { return samples[max(0, len(samples)-8000):] }

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
