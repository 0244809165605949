// Package dnstest is a DNS server of records that a test writes.
package dnstest

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// NAPTR is the type of RFC 3403, which dnsmessage does not know.
const NAPTR dnsmessage.Type = 35

type question struct {
	name string
	kind dnsmessage.Type
}

// Server is one, over UDP and TCP.
type Server struct {
	At netip.AddrPort

	mu    sync.Mutex
	zone  map[question][]dnsmessage.Resource
	asked map[question]int
	down  bool
	short bool
}

// Serve starts one that ends with the test.
func Serve(t *testing.T) *Server {
	t.Helper()
	s := &Server{zone: map[question][]dnsmessage.Resource{}, asked: map[question]int{}}
	var udp *net.UDPConn
	var tcp net.Listener
	var err error
	for range 20 { // any port that is free for UDP may not be for TCP
		if udp, err = net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
			t.Fatal(err)
		}
		if tcp, err = net.Listen("tcp", udp.LocalAddr().String()); err == nil {
			break
		}
		_ = udp.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	s.At = udp.LocalAddr().(*net.UDPAddr).AddrPort()
	var serving sync.WaitGroup
	serving.Go(func() { s.datagrams(udp) })
	serving.Go(func() { s.streams(tcp) })
	t.Cleanup(func() { _, _ = udp.Close(), tcp.Close(); serving.Wait() })
	return s
}

func (s *Server) datagrams(c *net.UDPConn) {
	b := make([]byte, 4096)
	for {
		n, from, err := c.ReadFromUDPAddrPort(b)
		if err != nil {
			return
		}
		_, _ = c.WriteToUDPAddrPort([]byte("nonsense"), from)
		_, _ = c.WriteToUDPAddrPort(s.answer(b[:n], true), from)
	}
}

func (s *Server) streams(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err == nil {
			b := make([]byte, binary.BigEndian.Uint16(size[:]))
			if _, err := io.ReadFull(c, b); err == nil {
				out := s.answer(b, false)
				_, _ = c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(out))), out...))
			}
		}
		_ = c.Close()
	}
}

func (s *Server) answer(b []byte, datagram bool) []byte {
	var m dnsmessage.Message
	if m.Unpack(b) != nil || len(m.Questions) != 1 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	q := question{strings.TrimSuffix(m.Questions[0].Name.String(), "."), m.Questions[0].Type}
	s.asked[q]++
	m.Response = true
	records, known := s.zone[q]
	switch {
	case s.down:
		m.RCode = dnsmessage.RCodeServerFailure
	case s.short && datagram:
		m.Truncated = true
	case !known && !s.has(q.name):
		m.RCode = dnsmessage.RCodeNameError
	default:
		m.Answers = records
	}
	out, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return out
}

func (s *Server) has(name string) bool {
	for q := range s.zone {
		if q.name == name {
			return true
		}
	}
	return false
}

// Add writes a record with a TTL in seconds.
func (s *Server) Add(name string, kind dnsmessage.Type, ttl uint32, body dnsmessage.ResourceBody) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := question{name, kind}
	s.zone[q] = append(s.zone[q], dnsmessage.Resource{
		Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(name + "."), Type: kind, Class: dnsmessage.ClassINET, TTL: ttl}, Body: body,
	})
}

// A writes an address: a record A or AAAA.
func (s *Server) A(name, addr string, ttl uint32) {
	ip := netip.MustParseAddr(addr)
	if ip.Is4() {
		s.Add(name, dnsmessage.TypeA, ttl, &dnsmessage.AResource{A: ip.As4()})
		return
	}
	s.Add(name, dnsmessage.TypeAAAA, ttl, &dnsmessage.AAAAResource{AAAA: ip.As16()})
}

// SRV writes a record of RFC 2782.
func (s *Server) SRV(name, target string, port, priority, weight uint16) {
	s.Add(name, dnsmessage.TypeSRV, 60, &dnsmessage.SRVResource{Priority: priority, Weight: weight, Port: port, Target: dnsmessage.MustNewName(target + ".")})
}

// NAPTR writes a record of RFC 3403.
func (s *Server) NAPTR(name string, order, preference uint16, flags, service, to string) {
	b := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, order), preference)
	for _, text := range []string{flags, service, ""} {
		b = append(append(b, byte(len(text))), text...)
	}
	for label := range strings.SplitSeq(to, ".") {
		b = append(append(b, byte(len(label))), label...)
	}
	s.Add(name, NAPTR, 60, &dnsmessage.UnknownResource{Type: NAPTR, Data: append(b, 0)})
}

// Fail has it answer SERVFAIL, or no longer.
func (s *Server) Fail(fail bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = fail
}

// Truncate has no answer fit a datagram.
func (s *Server) Truncate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.short = true
}

// Clear forgets all records.
func (s *Server) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.zone)
}

// Times is how often something was asked for.
func (s *Server) Times(name string, kind dnsmessage.Type) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[question{name, kind}]
}
