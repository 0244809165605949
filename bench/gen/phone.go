package gen

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Timers of RFC 3261, 17.1.1.1.
const (
	t1     = 500 * time.Millisecond
	t2     = 4 * time.Second
	giveUp = 64 * t1
)

// linger is how long a call that is over still answers what is repeated to it.
const linger = 10 * time.Second

// Phone is a UDP socket with any number of telephones behind it: those that
// call from it, and those that are called at it. Every loopback address is its own.
type Phone struct {
	sock    *socket
	home    netip.Addr // of the calls that come in
	taken   func(*Call)
	repeats atomic.Int64
	strange atomic.Int64

	mu      sync.Mutex
	calls   map[string]*Call // by Call-ID
	closed  bool
	reader  sync.WaitGroup
	scripts sync.WaitGroup
}

// Listen opens a phone at an address, on a port that the kernel chooses. taken
// is run for each call that comes in, in a goroutine of its own; nil refuses
// them. With an address of 0.0.0.0 callers choose theirs.
func Listen(at netip.Addr, taken func(*Call)) (*Phone, error) {
	s, err := listen(at)
	if err != nil {
		return nil, err
	}
	p := &Phone{sock: s, home: at, taken: taken, calls: map[string]*Call{}}
	p.reader.Go(p.read)
	return p, nil
}

// Addr is where the phone is called.
func (p *Phone) Addr() netip.AddrPort { return netip.AddrPortFrom(p.home, p.sock.port) }

// Repeats is how many messages the phone had to send again.
func (p *Phone) Repeats() int64 { return p.repeats.Load() }

// Close ends the phone and waits for its scripts; calls that are up are over,
// and nobody is told.
func (p *Phone) Close() {
	p.mu.Lock()
	p.closed = true
	all := make([]*Call, 0, len(p.calls))
	for _, c := range p.calls {
		all = append(all, c)
	}
	p.mu.Unlock()
	p.sock.close()
	p.reader.Wait()
	for _, c := range all {
		c.abandon()
	}
	p.scripts.Wait()
}

func (p *Phone) read() {
	for {
		err := p.sock.receive(0, p.take)
		if errors.Is(err, net.ErrClosed) {
			return
		}
	}
}

// take hands a datagram to its call.
func (p *Phone) take(d datagram) {
	m, err := parse(d.body)
	if err != nil {
		p.strange.Add(1)
		return
	}
	c := p.find(m, d)
	switch {
	case c == nil && m.method == "OPTIONS":
		_ = p.sock.send(m.answer(200, "OK", token(), "", nil), source(d.to), d.from)
	case c == nil && m.method != "" && m.method != "ACK":
		p.strange.Add(1)
		_ = p.sock.send(m.answer(481, "Call Does Not Exist", token(), "", nil), source(d.to), d.from)
	case c == nil:
		p.strange.Add(1)
	case m.method == "":
		c.response(m, d.at)
	default:
		c.request(m, d)
	}
}

// find returns the call of a message; an INVITE begins one.
func (p *Phone) find(m *message, d datagram) *Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c, ok := p.calls[m.callID]; ok || m.method != "INVITE" || p.taken == nil || p.closed {
		return c
	}
	c := p.callee(m, d)
	p.calls[m.callID] = c
	p.scripts.Go(func() { p.taken(c) })
	return c
}

func (p *Phone) forget(c *Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.calls, c.id)
}

// Dial is a call to make.
type Dial struct {
	To    netip.AddrPort // where the INVITE goes
	User  string         // the dialled number
	From  string         // the caller's
	Via   netip.Addr     // the address that it comes from
	Audio netip.AddrPort // where it wants to be heard
}

// Call rings a number.
func (p *Phone) Call(d Dial) (*Call, error) {
	if d.Via == (netip.Addr{}) {
		d.Via = p.home
	}
	c := newCall(p, token()+"@"+d.Via.String(), d.Via)
	c.caller, c.Number, c.From = true, d.User, d.From
	c.next, c.target = d.To, "sip:"+d.User+"@"+d.To.String()
	c.ours, c.theirs = "<sip:"+d.From+"@"+c.here()+">;tag="+c.tag, "<"+c.target+">"
	c.cseq, c.audio = 1, d.Audio
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, fmt.Errorf("call %s: %w", d.User, net.ErrClosed)
	}
	p.calls[c.id] = c
	p.mu.Unlock()
	c.invite()
	return c, nil
}

// token is a name that no other call has.
func token() string { return strconv.FormatUint(dice(), 36) }

// dice is chance that need not be secret.
func dice() uint64 { return rand.Uint64() } //nolint:gosec // names and instants of a load test
