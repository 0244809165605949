package guard

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"switchboard/telephony/sipua/wire"
)

// socketBuffer holds a burst of some thousand packets while the reader is
// behind; the kernel may grant less.
const socketBuffer = 4 << 20

// Packets is a UDP socket that shows the stack only what its judge admits. It
// is a net.PacketConn.
type Packets struct {
	*net.UDPConn
	// Sent, if it is there, is told of each datagram that leaves. It must not block.
	Sent func(raw []byte, to netip.AddrPort)

	admit  func(*Message) bool
	counts *Counts
	buf    []byte
	head   wire.Head
}

// ListenPackets opens the socket. admit is called for each message on the
// reading goroutine and must not block.
func ListenPackets(addr *net.UDPAddr, counts *Counts, admit func(*Message) bool) (*Packets, error) {
	network := "udp"
	if addr.IP.To4() != nil {
		network = "udp4"
	}
	conn, err := net.ListenUDP(network, addr)
	if err != nil {
		return nil, err
	}
	// The kernel's smaller limit, if there is one, is no reason to refuse.
	_ = conn.SetReadBuffer(socketBuffer)
	_ = conn.SetWriteBuffer(socketBuffer)
	return &Packets{UDPConn: conn, admit: admit, counts: counts, buf: make([]byte, Largest)}, nil
}

// ReadFrom returns the next admitted message. No error but the socket's end
// ends it: the stack stops listening for good at the first one it is shown.
func (p *Packets) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, source, err := p.ReadFromUDPAddrPort(p.buf)
		if errors.Is(err, net.ErrClosed) {
			return 0, nil, err
		}
		if err != nil {
			p.counts.ReadErrors.Add(1)
			pause(10 * time.Millisecond)
			continue
		}
		source = netip.AddrPortFrom(source.Addr().Unmap(), source.Port())
		if p.let(p.buf[:n], source, len(b)) {
			return copy(b, p.buf[:n]), net.UDPAddrFromAddrPort(source), nil
		}
	}
}

// pause keeps a socket that only gives errors from taking a whole core.
func pause(d time.Duration) { <-time.After(d) }

// let judges one datagram; room is what the stack can take.
func (p *Packets) let(raw []byte, source netip.AddrPort, room int) bool {
	p.counts.Read.Add(1)
	if blank(raw) {
		p.counts.Keepalives.Add(1)
		return false
	}
	if len(raw) > room {
		p.counts.Oversize.Add(1)
		return false
	}
	if err := wire.Scan(raw, &p.head); err != nil {
		p.counts.Unreadable.Add(1)
		return false
	}
	return p.admit(&Message{Head: &p.head, Raw: raw, Source: source, reply: p.send})
}

// blank tells a keep-alive: line ends or zeros and nothing else.
func blank(raw []byte) bool {
	for _, c := range raw {
		if c != '\r' && c != '\n' && c != 0 {
			return false
		}
	}
	return true
}

func (p *Packets) send(b []byte, to netip.AddrPort) {
	p.tell(b, to)
	_, _ = p.WriteToUDPAddrPort(b, to)
}

// WriteTo sends what the stack writes.
func (p *Packets) WriteTo(b []byte, to net.Addr) (int, error) {
	if at, ok := to.(*net.UDPAddr); ok {
		peer := at.AddrPort()
		p.tell(b, netip.AddrPortFrom(peer.Addr().Unmap(), peer.Port()))
	}
	return p.UDPConn.WriteTo(b, to)
}

func (p *Packets) tell(b []byte, to netip.AddrPort) {
	if p.Sent != nil {
		p.Sent(b, to)
	}
}
