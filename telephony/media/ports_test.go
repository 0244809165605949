package media

import (
	"errors"
	"net"
	"net/netip"
	"testing"

	"switchboard/telephony/media/g711"
)

// freeRange returns the bounds of a range of ports that was free a moment ago.
func freeRange(t *testing.T, n uint16) (first, last uint16) {
	t.Helper()
	for range 50 {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: loopback.AsSlice()})
		if err != nil {
			t.Fatal(err)
		}
		first = uint16(conn.LocalAddr().(*net.UDPAddr).Port)
		conn.Close()
		if first < 60000 {
			return first, first + n
		}
	}
	t.Fatal("no range of free ports")
	return 0, 0
}

func TestPortsAreEvenAndRest(t *testing.T) {
	t.Parallel()
	first, last := freeRange(t, 40)
	ports, err := NewPorts(loopback, first, last)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ports.Close)
	seen := map[uint16]*RTPLeg{}
	for {
		leg, err := ports.Open()
		if errors.Is(err, ErrNoPorts) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		n := leg.LocalAddr().Port()
		if n%2 != 0 || n < first || n > last || seen[n] != nil {
			t.Fatalf("port %d of %d to %d", n, first, last)
		}
		seen[n] = leg
	}
	if len(seen) < 10 {
		t.Fatalf("only %d ports of %d to %d", len(seen), first, last)
	}
	for n, leg := range seen {
		leg.Close()
		leg.Close()
		waitFor(t, func() bool { return ports.rests(n) }, "the port's release")
		if _, err := ports.Open(); !errors.Is(err, ErrNoPorts) {
			t.Errorf("a port was opened again without a rest: %v", err)
		}
		ports.wake()
		if _, err := ports.Open(); err != nil {
			t.Fatalf("after a rest: %v", err)
		}
		break
	}
}

// rests reports whether the port is in the queue.
func (p *Ports) rests(number uint16) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.queue {
		if r.number == number {
			return true
		}
	}
	return false
}

// wake lets the time of a rest pass.
func (p *Ports) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.queue {
		p.queue[i].since = p.queue[i].since.Add(-rest)
	}
}

// TestPortsTakeTurns: a port that was just used is the last to be used again.
func TestPortsTakeTurns(t *testing.T) {
	t.Parallel()
	p := &Ports{queue: []restingPort{{number: 10}, {number: 12}, {number: 14}}}
	var order []uint16
	for range 6 {
		n, ok := p.take(at(0))
		if !ok {
			t.Fatal("no port")
		}
		order = append(order, n)
		p.give(n)
		p.queue[len(p.queue)-1].since = at(-10000)
	}
	for i, want := range []uint16{10, 12, 14, 10, 12, 14} {
		if order[i] != want {
			t.Fatalf("ports in the order %v", order)
		}
	}
}

func TestNewPortsRefusesNoRange(t *testing.T) {
	t.Parallel()
	for _, r := range [][2]uint16{{20001, 20001}, {20010, 20000}} {
		if p, err := NewPorts(loopback, r[0], r[1]); err == nil {
			p.Close()
			t.Errorf("ports %d to %d are accepted", r[0], r[1])
		}
	}
}

// TestLegsOverIPv6 carries a tone over ::1.
func TestLegsOverIPv6(t *testing.T) {
	t.Parallel()
	for name, start := range transports() {
		carrier, err := start()
		if err != nil {
			t.Fatal(err)
		}
		ports := &Ports{address: netip.IPv6Loopback(), any: true, transport: carrier, reporter: NewReporter()}
		t.Cleanup(ports.Close)
		a, err := ports.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := ports.Open()
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range [][2]*RTPLeg{{a, b}, {b, a}} {
			l[0].SetRemote(chosenFor(l[1].LocalAddr(), g711.ALaw))
		}
		a.SendFrame(make([]byte, frame))
		waitFor(t, func() bool { return b.Stats().Received == 1 }, name+": a packet over IPv6")
	}
}

// TestCloseEndsLegs: what is still open when the ports close is closed, so that
// no leg sends on a socket that may be another's.
func TestCloseEndsLegs(t *testing.T) {
	t.Parallel()
	for name, start := range transports() {
		carrier, err := start()
		if err != nil {
			t.Fatal(err)
		}
		ports := &Ports{address: loopback, any: true, transport: carrier, reporter: NewReporter()}
		p := newPhone(t, ports, g711.ALaw)
		p.leg.SendFrame(make([]byte, frame))
		ports.Close()
		p.leg.SendFrame(make([]byte, frame))
		if s := p.leg.Stats(); s.Sent != 1 {
			t.Errorf("%s: sent %d packets", name, s.Sent)
		}
		if leg, err := ports.Open(); err == nil {
			t.Errorf("%s: opened %v after the end", name, leg.LocalAddr())
		}
	}
}
