package media

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// ErrNoPorts is the refusal of a leg because every port is in use or at rest.
var ErrNoPorts = errors.New("no free RTP port")

// rest is how long a port stays unused after a leg: what a party still sends to
// the call that ended must not reach the next one.
const rest = 5 * time.Second

// Ports opens RTP legs on the even ports of a range, with RTCP on the odd ones
// behind them (RFC 3550 section 11).
type Ports struct {
	address   netip.Addr
	transport transport
	reporter  *Reporter

	mu    sync.Mutex
	queue []restingPort // the longest unused comes first
	any   bool          // there is no range, the system chooses
}

type restingPort struct {
	number uint16
	since  time.Time
}

// NewPorts returns the ports of address from first to last; with 0 for both,
// which is for tests, the system chooses.
func NewPorts(address netip.Addr, first, last uint16) (*Ports, error) {
	p := &Ports{address: address, any: first == 0 && last == 0}
	for n := int(first) + int(first)%2; n+1 <= int(last) && !p.any; n += 2 {
		p.queue = append(p.queue, restingPort{number: uint16(n)})
	}
	if len(p.queue) == 0 && !p.any {
		return nil, fmt.Errorf("RTP ports %d to %d: not one pair that begins with an even one", first, last)
	}
	var err error
	if p.transport, err = newTransport(); err != nil {
		return nil, fmt.Errorf("start RTP: %w", err)
	}
	p.reporter = NewReporter()
	return p, nil
}

// Open returns a leg on a free port, or ErrNoPorts.
func (p *Ports) Open() (*RTPLeg, error) {
	if p.any {
		return p.openAny()
	}
	now := time.Now()
	tries := p.size()
	for range tries {
		number, ok := p.take(now)
		if !ok {
			break
		}
		leg, err := p.openAt(number)
		if err == nil {
			return leg, nil
		}
		p.give(number) // another process may have it: after a rest it's worth another try
	}
	return nil, fmt.Errorf("open RTP leg at %s: %w", p.address, ErrNoPorts)
}

func (p *Ports) size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.queue)
}

// take returns the port that has rested longest, if that is long enough.
func (p *Ports) take(now time.Time) (uint16, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) == 0 || now.Sub(p.queue[0].since) < rest {
		return 0, false
	}
	number := p.queue[0].number
	p.queue = p.queue[1:]
	return number, true
}

// give lets a port rest behind the others.
func (p *Ports) give(number uint16) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue = append(p.queue, restingPort{number, time.Now()})
}

// openAt binds both ports of a leg.
func (p *Ports) openAt(number uint16) (*RTPLeg, error) {
	leg := newRTPLeg(time.Now())
	reports, _, err := p.transport.open(netip.AddrPortFrom(p.address, number+1), control{leg}, func() {})
	if err != nil {
		return nil, err
	}
	if err := p.bind(leg, number, func() { p.give(number) }); err != nil {
		reports.close()
		return nil, err
	}
	p.manage(leg, reports)
	return leg, nil
}

func (p *Ports) bind(leg *RTPLeg, number uint16, released func()) (err error) {
	leg.tx.Lock()
	defer leg.tx.Unlock()
	leg.tx.socket, leg.local, err = p.transport.open(netip.AddrPortFrom(p.address, number), leg, released)
	return err
}

// manage gives a leg its RTCP.
func (p *Ports) manage(leg *RTPLeg, reports socket) {
	leg.reports.Lock()
	leg.reports.socket = reports
	leg.reports.Unlock()
	p.reporter.Add(leg)
}

// openAny has the system choose until it chooses an even port with a free one
// behind it.
func (p *Ports) openAny() (*RTPLeg, error) {
	const tries = 64
	for range tries {
		leg := newRTPLeg(time.Now())
		if err := p.bind(leg, 0, func() {}); err != nil {
			return nil, fmt.Errorf("open RTP leg at %s: %w", p.address, err)
		}
		if leg.local.Port()%2 == 0 {
			next := netip.AddrPortFrom(p.address, leg.local.Port()+1)
			if reports, _, err := p.transport.open(next, control{leg}, func() {}); err == nil {
				p.manage(leg, reports)
				return leg, nil
			}
		}
		leg.Close()
	}
	return nil, fmt.Errorf("open RTP leg at %s: %w", p.address, ErrNoPorts)
}

// Close ends all legs and what serves them.
func (p *Ports) Close() {
	p.reporter.Close()
	p.transport.stop()
}
