package guard

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Rules is what Streams asks. None of the functions may block.
type Rules struct {
	// Admit judges a message, on the goroutine of its connection.
	Admit func(*Message) bool
	// Welcome tells whether src may open a connection at all.
	Welcome func(src netip.Addr) bool
	// InUse tells whether a call or a registration hangs on the connection with
	// the given far end, so that its silence is no reason to close it.
	InUse func(peer netip.AddrPort) bool
	// Closed is told of every connection that ended.
	Closed func(peer netip.AddrPort)
	// Sent is told of what leaves on any connection; may be nil.
	Sent func(raw []byte, to netip.AddrPort)
	// Most and MostEach bound the connections of all and of each address.
	Most, MostEach int
	// Idle is how long a connection may go without a whole message, and Hello how
	// long until the first one. Zero: as long as Idle.
	Idle, Hello time.Duration
	// Seal has the listener speak TLS; nil for TCP in the clear.
	Seal *tls.Config
}

// Streams is a TCP or TLS listener that shows the stack only connections that have
// brought an admitted message. It is a net.Listener.
type Streams struct {
	listener *net.TCPListener
	rules    Rules
	counts   *Counts
	ready    chan *stream
	done     chan struct{}
	once     sync.Once
	wg       sync.WaitGroup

	mu   sync.Mutex
	open map[netip.AddrPort]*stream
	each map[netip.Addr]int
}

// ListenStreams opens the listener and begins to accept.
func ListenStreams(addr *net.TCPAddr, counts *Counts, rules Rules) (*Streams, error) {
	network := "tcp"
	if addr.IP.To4() != nil {
		network = "tcp4"
	}
	l, err := net.ListenTCP(network, addr)
	if err != nil {
		return nil, err
	}
	s := &Streams{
		listener: l, rules: rules, counts: counts, ready: make(chan *stream), done: make(chan struct{}),
		open: map[netip.AddrPort]*stream{}, each: map[netip.Addr]int{},
	}
	s.wg.Go(s.accept)
	return s, nil
}

// accept takes connections until the listener is closed. Running out of file
// descriptors passes; it must not end the listener.
func (s *Streams) accept() {
	for {
		conn, err := s.listener.AcceptTCP()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			s.counts.ReadErrors.Add(1)
			pause(50 * time.Millisecond)
			continue
		}
		st, ok := s.enter(s.sealed(conn), true)
		if !ok {
			s.counts.Unwelcome.Add(1)
			_ = conn.SetLinger(0)
			_ = conn.Close()
			continue
		}
		s.wg.Go(func() { s.introduce(st) })
	}
}

// enter books a connection, unless it is unwelcome or one too many.
func (s *Streams) enter(conn net.Conn, inbound bool) (*stream, bool) {
	peer := conn.RemoteAddr().(*net.TCPAddr).AddrPort()
	peer = netip.AddrPortFrom(peer.Addr().Unmap(), peer.Port())
	if inbound && !s.rules.Welcome(peer.Addr()) {
		return nil, false
	}
	st := &stream{Conn: conn, of: s, peer: peer, inbound: inbound, last: time.Now(), patience: s.rules.Idle, attached: make(chan struct{})}
	if inbound {
		st.patience = cmp.Or(s.rules.Hello, s.rules.Idle)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed() || s.open[peer] != nil || len(s.open) >= s.rules.Most || inbound && s.each[peer.Addr()] >= s.rules.MostEach {
		return nil, false
	}
	s.open[peer] = st
	s.each[peer.Addr()]++
	s.counts.Streams.Add(1)
	return st, true
}

func (s *Streams) closed() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// introduce shows a connection to the stack, which spends 64 KB on each, only
// once it has brought a message for the stack, or something hangs on it that
// may be spoken to.
func (s *Streams) introduce(st *stream) {
	if !st.unseal() {
		s.counts.Unsealed.Add(1)
		_ = st.Close()
		return
	}
	for {
		raw, admitted, err := st.one()
		switch {
		case err != nil:
			_ = st.Close()
			return
		case admitted:
			st.rest = raw
			s.hand(st)
			return
		case s.rules.InUse(st.peer): // a phone, say, that is registered now
			s.hand(st)
			return
		}
	}
}

// hand shows a connection to the stack.
func (s *Streams) hand(st *stream) {
	st.patience = s.rules.Idle
	select {
	case s.ready <- st:
	case <-s.done:
		_ = st.Close()
	}
}

// Accept returns the next connection that the stack may see.
func (s *Streams) Accept() (net.Conn, error) {
	select {
	case st := <-s.ready:
		return st, nil
	case <-s.done:
		return nil, net.ErrClosed
	}
}

// Addr is the listener's address.
func (s *Streams) Addr() net.Addr { return s.listener.Addr() }

// Close ends the listener and every connection, and waits for its goroutines.
func (s *Streams) Close() error {
	s.once.Do(func() { close(s.done) })
	err := s.listener.Close()
	s.mu.Lock()
	all := make([]*stream, 0, len(s.open))
	for _, st := range s.open {
		all = append(all, st)
	}
	s.mu.Unlock()
	for _, st := range all {
		_ = st.Close()
	}
	s.wg.Wait()
	return err
}

// Has tells whether there is a connection with peer.
func (s *Streams) Has(peer netip.AddrPort) bool { return s.find(peer) != nil }

func (s *Streams) find(peer netip.AddrPort) *stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open[peer]
}

// Len is the number of open connections.
func (s *Streams) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}

// Connect makes sure that the stack has a connection with peer, opening one if
// there is none. It returns when the stack reads from it. Over TLS peer has to
// be who is trusted, unless it was peer who opened the connection.
func (s *Streams) Connect(ctx context.Context, peer netip.AddrPort, trust Trust) error {
	if st := s.find(peer); st != nil {
		return st.usable(ctx, trust)
	}
	st, err := s.dial(ctx, peer, trust)
	if err == nil {
		s.hand(st)
		return st.wait(ctx)
	}
	if st := s.find(peer); st != nil { // another call was quicker
		return st.usable(ctx, trust)
	}
	return fmt.Errorf("connect to %s: %w", peer, err)
}

func (s *Streams) dial(ctx context.Context, peer netip.AddrPort, trust Trust) (*stream, error) {
	var d net.Dialer
	if own := s.listener.Addr().(*net.TCPAddr).IP; !own.IsUnspecified() {
		d.LocalAddr = &net.TCPAddr{IP: own} // peers know us by it
	}
	conn, err := d.DialContext(ctx, "tcp", peer.String())
	if err != nil {
		return nil, err
	}
	if s.rules.Seal != nil {
		if conn, err = s.seal(ctx, conn, trust); err != nil {
			return nil, err
		}
	}
	st, ok := s.enter(conn, false)
	if !ok {
		_ = conn.Close()
		return nil, fmt.Errorf("%d connections are open, of %d", s.Len(), s.rules.Most)
	}
	return st, nil
}
