package trace

import (
	"encoding/binary"
	"net/netip"
)

// PCAP writes messages as a capture file (libpcap's classic format, nanosecond
// resolution, link type Ethernet): what tshark opens. The packets are made up:
// of the wire we know who sent what to whom, and when. ours is the address that
// we serve.
func PCAP(messages []Message, ours netip.AddrPort) []byte {
	out := binary.LittleEndian.AppendUint32(nil, 0xa1b23c4d)
	out = binary.LittleEndian.AppendUint16(out, 2)
	out = binary.LittleEndian.AppendUint16(out, 4)
	out = append(out, 0, 0, 0, 0, 0, 0, 0, 0)
	out = binary.LittleEndian.AppendUint32(out, 1<<18)
	out = binary.LittleEndian.AppendUint32(out, 1) // Ethernet
	for i, m := range messages {
		from, to := m.Peer, ours
		if m.Out {
			from, to = ours, m.Peer
		}
		frame := ethernet(packet{from, to, m.Raw, uint16(i + 1), m.Out})
		out = binary.LittleEndian.AppendUint32(out, uint32(m.At.Unix()))
		out = binary.LittleEndian.AppendUint32(out, uint32(m.At.Nanosecond()))
		out = binary.LittleEndian.AppendUint32(out, uint32(len(frame)))
		out = binary.LittleEndian.AppendUint32(out, uint32(len(frame)))
		out = append(out, frame...)
	}
	return out
}

// packet is a message on its way. All go as UDP: TCP's sequence numbers would
// be lies.
type packet struct {
	from, to netip.AddrPort
	payload  []byte
	id       uint16
	out      bool
}

func ethernet(p packet) []byte {
	a, b := byte(1), byte(2)
	if p.out {
		a, b = 2, 1
	}
	frame := []byte{2, 0, 0, 0, 0, b, 2, 0, 0, 0, 0, a} // locally administered
	if p.from.Addr().Is4() && p.to.Addr().Is4() {
		return append(append(frame, 0x08, 0x00), ip4(p)...)
	}
	return append(append(frame, 0x86, 0xdd), ip6(p)...)
}

// ip4 is RFC 791's header and the rest. A message longer than a packet may be is
// cut, which its Content-Length then tells.
func ip4(p packet) []byte {
	u := udp(p)
	h := make([]byte, 20, 20+len(u))
	h[0], h[8], h[9] = 0x45, 64, 17
	binary.BigEndian.PutUint16(h[2:], uint16(20+len(u)))
	binary.BigEndian.PutUint16(h[4:], p.id)
	copy(h[12:], p.from.Addr().AsSlice())
	copy(h[16:], p.to.Addr().AsSlice())
	binary.BigEndian.PutUint16(h[10:], ^fold(sum(0, h)))
	return append(h, u...)
}

func ip6(p packet) []byte {
	u := udp(p)
	h := make([]byte, 40, 40+len(u))
	h[0], h[6], h[7] = 0x60, 17, 64
	binary.BigEndian.PutUint16(h[4:], uint16(len(u)))
	from, to := p.from.Addr().As16(), p.to.Addr().As16()
	copy(h[8:], from[:])
	copy(h[24:], to[:])
	return append(h, u...)
}

// mostPayload keeps a packet within what its length can say.
const mostPayload = 65_000

func udp(p packet) []byte {
	body := p.payload[:min(len(p.payload), mostPayload)]
	u := make([]byte, 8, 8+len(body))
	binary.BigEndian.PutUint16(u, p.from.Port())
	binary.BigEndian.PutUint16(u[2:], p.to.Port())
	binary.BigEndian.PutUint16(u[4:], uint16(8+len(body)))
	u = append(u, body...)
	check := ^fold(sum(sum(uint32(17)+uint32(len(u)), hosts(p)), u))
	if check == 0 {
		check = 0xffff // zero says that there is none (RFC 768)
	}
	binary.BigEndian.PutUint16(u[6:], check)
	return u
}

// hosts is the part of the pseudo header that both versions of IP have.
func hosts(p packet) []byte {
	if p.from.Addr().Is4() && p.to.Addr().Is4() {
		return append(p.from.Addr().AsSlice(), p.to.Addr().AsSlice()...)
	}
	from, to := p.from.Addr().As16(), p.to.Addr().As16()
	return append(from[:], to[:]...)
}

func sum(s uint32, b []byte) uint32 {
	for i := 0; i+1 < len(b); i += 2 {
		s += uint32(b[i])<<8 | uint32(b[i+1])
	}
	if len(b)%2 == 1 {
		s += uint32(b[len(b)-1]) << 8
	}
	return s
}

func fold(s uint32) uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}
