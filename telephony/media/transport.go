package media

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// transport opens sockets and reads them.
type transport interface {
	// open binds a UDP socket to at, which may have port 0 for any, and from then
	// on has r receive what comes in. After the socket's close it calls released,
	// once the port is free.
	open(at netip.AddrPort, r receiver, released func()) (socket, netip.AddrPort, error)
	// stop closes all sockets and waits for the readers to end.
	stop()
}

// receiver takes what comes in at a port.
type receiver interface {
	// receive is called from one goroutine. It doesn't keep datagram.
	receive(datagram []byte, from netip.AddrPort, at time.Time)
	// Close ends what the socket is for, which closes it.
	Close()
}

// socket sends from one port.
type socket interface {
	send(datagram []byte, to netip.AddrPort) error
	close() // and no send afterwards
}

// bufferSize is what a socket may hold in the kernel while we stall: seconds of
// packets, each of which is charged with about 800 bytes.
const bufferSize = 512 << 10

// goroutines is the transport that every system has: a goroutine a socket.
type goroutines struct {
	mu      sync.Mutex
	sockets map[*plainSocket]receiver // nil after the end
	readers sync.WaitGroup
}

func newGoroutines() *goroutines {
	return &goroutines{sockets: map[*plainSocket]receiver{}}
}

func (g *goroutines) open(at netip.AddrPort, leg receiver, released func()) (socket, netip.AddrPort, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	for _, set := range []func(int) error{conn.SetReadBuffer, conn.SetWriteBuffer} {
		if err := set(bufferSize); err != nil {
			conn.Close()
			return nil, netip.AddrPort{}, err
		}
	}
	s := &plainSocket{conn: conn, from: g, released: released}
	if !g.join(s, leg) {
		conn.Close()
		return nil, netip.AddrPort{}, net.ErrClosed
	}
	local := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	return s, netip.AddrPortFrom(local.Addr().Unmap(), local.Port()), nil
}

func (g *goroutines) join(s *plainSocket, leg receiver) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.sockets == nil {
		return false
	}
	g.sockets[s] = leg
	g.readers.Go(func() { s.read(leg) })
	return true
}

func (g *goroutines) stop() {
	g.mu.Lock()
	left := g.sockets
	g.sockets = nil
	g.mu.Unlock()
	for _, leg := range left {
		leg.Close()
	}
	g.readers.Wait()
}

type plainSocket struct {
	conn     *net.UDPConn
	from     *goroutines
	released func()
}

func (s *plainSocket) send(datagram []byte, to netip.AddrPort) error {
	_, err := s.conn.WriteToUDPAddrPort(datagram, to)
	return err
}

func (s *plainSocket) close() { s.conn.Close() }

// read runs until the socket is closed. Other errors tell of one datagram, such
// as a peer's closed port.
func (s *plainSocket) read(leg receiver) {
	buffer := make([]byte, maxDatagram)
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(buffer)
		if errors.Is(err, net.ErrClosed) {
			break
		}
		if err == nil {
			leg.receive(buffer[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), time.Now())
		}
	}
	s.from.mu.Lock()
	delete(s.from.sockets, s)
	s.from.mu.Unlock()
	s.released()
}
