// Package gen is a load generator: telephones that call and are called, and the
// audio between them, cheap enough to load a switch from the same two cores. It
// needs Linux.
package gen

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

const (
	batch         = 64 // datagrams in one system call
	largest       = 4096
	controlSize   = 128
	receiveBuffer = 16 << 20 // asked for; without rights the kernel grants less
)

// datagram is one that came in: whom it was for, who sent it, and when the
// kernel had it, which is earlier than we do under load.
type datagram struct {
	to   netip.Addr
	from netip.AddrPort
	at   time.Time
	body []byte // good until the next receive
}

// socket is one UDP port of every loopback address: the caller of each datagram
// says which address it is from. One socket stands for thousands of hosts, so
// that they are served with few system calls.
type socket struct {
	conn *net.UDPConn
	pc   *ipv4.PacketConn
	port uint16
	in   []ipv4.Message
	lost uint32 // what the kernel dropped because we were late
}

// listen binds a port that the kernel chooses at all addresses, or at one.
func listen(at netip.Addr) (*socket, error) {
	control := net.ListenConfig{Control: prepare}
	conn, err := control.ListenPacket(context.Background(), "udp4", netip.AddrPortFrom(at, 0).String())
	if err != nil {
		return nil, fmt.Errorf("listen at %s: %w", at, err)
	}
	udp, ok := conn.(*net.UDPConn)
	if !ok {
		return nil, fmt.Errorf("listen at %s: a %T", at, conn)
	}
	s := &socket{conn: udp, pc: ipv4.NewPacketConn(udp), in: make([]ipv4.Message, batch)}
	s.port = udp.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	for i := range s.in {
		s.in[i].Buffers = [][]byte{make([]byte, largest)}
		s.in[i].OOB = make([]byte, controlSize)
	}
	return s, nil
}

// listenEven does so until the port is one for RTP (RFC 3550, 11).
func listenEven() (*socket, error) {
	const tries = 64
	for range tries {
		s, err := listen(everywhere)
		if err != nil || s.port%2 == 0 {
			return s, err
		}
		defer s.close()
	}
	return nil, fmt.Errorf("listen: no even port in %d tries", tries)
}

// everywhere is all addresses of the loopback interface.
var everywhere = netip.IPv4Unspecified()

// prepare sets the options of a socket before it is bound: loopback only, whom
// a datagram is for, when it came, and how many were dropped.
func prepare(_, _ string, raw syscall.RawConn) error {
	var err error
	asked := raw.Control(func(fd uintptr) {
		s := int(fd)
		if err = unix.BindToDevice(s, "lo"); err != nil {
			err = os.NewSyscallError("bind to loopback", err)
			return
		}
		if unix.SetsockoptInt(s, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer) != nil { // only root may
			_ = unix.SetsockoptInt(s, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer)
		}
		_ = unix.SetsockoptInt(s, unix.SOL_SOCKET, unix.SO_SNDBUF, receiveBuffer)
		for _, option := range [][2]int{{unix.IPPROTO_IP, unix.IP_PKTINFO}, {unix.SOL_SOCKET, unix.SO_TIMESTAMPNS}, {unix.SOL_SOCKET, unix.SO_RXQ_OVFL}} {
			if err = unix.SetsockoptInt(s, option[0], option[1], 1); err != nil {
				err = os.NewSyscallError("setsockopt", err)
				return
			}
		}
	})
	if asked != nil {
		return asked
	}
	return err
}

func (s *socket) close() { _ = s.conn.Close() }

// receive waits for datagrams and hands over each. With MSG_DONTWAIT it does not
// wait; that there is none is an error then.
func (s *socket) receive(flags int, each func(datagram)) error {
	n, err := s.pc.ReadBatch(s.in, flags)
	if err != nil {
		return err
	}
	for i := range s.in[:n] {
		m := &s.in[i]
		from, ok := m.Addr.(*net.UDPAddr)
		if !ok {
			continue
		}
		d := datagram{from: from.AddrPort(), body: m.Buffers[0][:m.N]}
		s.control(&d, m.OOB[:m.NN])
		each(d)
	}
	return nil
}

// control reads what the kernel says of a datagram, without allocating.
func (s *socket) control(d *datagram, b []byte) {
	const header = unix.SizeofCmsghdr
	for len(b) >= header {
		size := int(binary.NativeEndian.Uint64(b))
		if size < header || size > len(b) {
			return
		}
		data := b[header:size]
		switch [2]uint32{binary.NativeEndian.Uint32(b[8:]), binary.NativeEndian.Uint32(b[12:])} {
		case [2]uint32{unix.IPPROTO_IP, unix.IP_PKTINFO}:
			d.to = netip.AddrFrom4([4]byte(data[8:12]))
		case [2]uint32{unix.SOL_SOCKET, unix.SO_TIMESTAMPNS}:
			d.at = time.Unix(int64(binary.NativeEndian.Uint64(data)), int64(binary.NativeEndian.Uint64(data[8:])))
		case [2]uint32{unix.SOL_SOCKET, unix.SO_RXQ_OVFL}:
			s.lost = binary.NativeEndian.Uint32(data)
		}
		b = b[min(len(b), (size+7)&^7):]
	}
}

// source is the control message that has a datagram leave from an address.
func source(a netip.Addr) []byte {
	b := make([]byte, unix.CmsgSpace(unix.SizeofInet4Pktinfo))
	binary.NativeEndian.PutUint64(b, uint64(unix.CmsgLen(unix.SizeofInet4Pktinfo)))
	binary.NativeEndian.PutUint32(b[8:], unix.IPPROTO_IP)
	binary.NativeEndian.PutUint32(b[12:], unix.IP_PKTINFO)
	host := a.As4()
	copy(b[unix.SizeofCmsghdr+4:], host[:]) // in_pktinfo: interface, source, destination
	return b
}

// send sends one datagram from an address of ours.
func (s *socket) send(body, control []byte, to netip.AddrPort) error {
	_, _, err := s.conn.WriteMsgUDPAddrPort(body, control, to)
	return err
}

// sendAll sends many.
func (s *socket) sendAll(out []ipv4.Message) error {
	for len(out) > 0 {
		n, err := s.pc.WriteBatch(out, 0)
		if err != nil {
			return err
		}
		out = out[n:]
	}
	return nil
}
