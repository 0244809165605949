// Package lite is as much of WebRTC as a telephone in a browser needs: ICE-lite
// (RFC 8445, 2.5), DTLS-SRTP as the side that is called (RFC 5763), one line of
// G.711 with RTCP on the same port (RFC 5761). All peers share one UDP port
// and one goroutine that reads it. A general stack takes half as much time
// again, twice the memory and three times the goroutines for the same, by
// BenchmarkEcho.
package lite

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
	"github.com/pion/stun/v4"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"switchboard/telephony/media/g711"
)

// Config is what a Port works with.
type Config struct {
	Listen netip.AddrPort // UDP; port 0 for any
	Public netip.Addr     // that browsers are told; zero for that of Listen
	Law    g711.Law       // the only one spoken
	Log    *slog.Logger
}

// Port is one UDP port with the browsers that send to it.
type Port struct {
	law         g711.Law
	log         *slog.Logger
	conn        *net.UDPConn
	local       netip.AddrPort
	public      netip.AddrPort
	certificate tls.Certificate
	mark        string // fingerprint of the certificate, as SDP writes it
	stopped     chan struct{}
	busy        sync.WaitGroup

	mu     sync.RWMutex
	names  map[string]*Peer // by our ICE user fragment
	routes map[netip.AddrPort]*Peer
	closed bool

	request stun.Message // of the reader alone
}

var errAnyAddress = errors.New("an address that browsers can be told must be named")

// socketBuffer is what the kernel may keep: seconds of everybody's packets
// while we stall.
const socketBuffer = 4 << 20

// Listen opens a port, which Close ends.
func Listen(cfg Config) (*Port, error) {
	if cfg.Listen.Addr().IsUnspecified() || !cfg.Listen.IsValid() {
		return nil, fmt.Errorf("listen for browsers' audio at %s: %w", cfg.Listen, errAnyAddress)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key for browsers' audio: %w", err)
	}
	certificate, err := selfsign.SelfSign(key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate for browsers' audio: %w", err)
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(cfg.Listen))
	if err != nil {
		return nil, fmt.Errorf("listen for browsers' audio: %w", err)
	}
	// A kernel that gives less says nothing; what is lost then is counted.
	_, _ = conn.SetReadBuffer(socketBuffer), conn.SetWriteBuffer(socketBuffer)
	local := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	local = netip.AddrPortFrom(local.Addr().Unmap(), local.Port())
	p := &Port{
		law: cfg.Law, log: cfg.Log, conn: conn, local: local, public: local, certificate: certificate, mark: mark(certificate.Certificate[0]),
		stopped: make(chan struct{}), names: map[string]*Peer{}, routes: map[netip.AddrPort]*Peer{},
	}
	if cfg.Public.IsValid() {
		p.public = netip.AddrPortFrom(cfg.Public, local.Port())
	}
	p.busy.Go(p.read)
	p.busy.Go(p.watch)
	return p, nil
}

// Addr returns the address that is listened at.
func (p *Port) Addr() netip.AddrPort { return p.local }

// Close ends all peers and the port.
func (p *Port) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	for _, e := range p.peers() {
		e.Close()
	}
	close(p.stopped)
	err := p.conn.Close()
	p.busy.Wait()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("close the port of browsers' audio: %w", err)
	}
	return nil
}

func (p *Port) peers() []*Peer {
	p.mu.RLock()
	defer p.mu.RUnlock()
	all := make([]*Peer, 0, len(p.names))
	for _, e := range p.names {
		all = append(all, e)
	}
	return all
}

const (
	batch       = 32   // packets that one call of the system may return
	maxDatagram = 1500 // longer ones are cut, and then fail their checks
	// rest is how long the reader lets packets pile up, so that one wake-up of a
	// thread serves many: the same as for telephones.
	rest = 5 * time.Millisecond
	// expedited marks packets as voice (DSCP EF, RFC 3246).
	expedited = 46 << 2
)

// batcher reads several datagrams in one call of the system.
type batcher interface {
	ReadBatch(ms []ipv4.Message, flags int) (int, error)
}

func (p *Port) batcher() batcher {
	if p.local.Addr().Is6() {
		c := ipv6.NewPacketConn(p.conn)
		_ = c.SetTrafficClass(expedited) // a network that does not look at it is none the worse
		return c
	}
	c := ipv4.NewPacketConn(p.conn)
	_ = c.SetTOS(expedited)
	return c
}

// read takes in what browsers send, until the port is closed.
func (p *Port) read() {
	from := p.batcher()
	ms := make([]ipv4.Message, batch)
	for i := range ms {
		ms[i].Buffers = [][]byte{make([]byte, maxDatagram)}
	}
	for {
		n, err := from.ReadBatch(ms, 0)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		now := time.Now()
		for i := range ms[:n] {
			if a, ok := ms[i].Addr.(*net.UDPAddr); ok {
				ap := a.AddrPort()
				p.take(ms[i].Buffers[0][:ms[i].N], netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()), now)
			}
		}
		if n < batch {
			time.Sleep(rest)
		}
	}
}

// take sorts a datagram by its first byte (RFC 7983, 7). What is not a check
// counts only from where a check came with the right password.
func (p *Port) take(b []byte, from netip.AddrPort, now time.Time) {
	if len(b) == 0 {
		return
	}
	if b[0] < 4 {
		p.check(b, from, now)
		return
	}
	p.mu.RLock()
	e := p.routes[from]
	p.mu.RUnlock()
	switch {
	case e == nil:
	case b[0] >= 20 && b[0] < 64:
		e.shake(b)
	case b[0] >= 128 && b[0] < 192:
		e.hear(b, now)
	}
}

// watch notices browsers that are gone, and those that are back.
func (p *Port) watch() {
	t := time.NewTicker(500 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-p.stopped:
			return
		case now := <-t.C:
			for _, e := range p.peers() {
				e.look(now)
			}
		}
	}
}
