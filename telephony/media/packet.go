// Package media moves telephone audio: between legs, from prompts to a leg, and
// past a tap that records it.
package media

import (
	"encoding/binary"
	"time"

	"switchboard/telephony/media/g711"
)

// Packet is one received RTP packet (RFC 3550). It and its payload are the
// leg's and valid until the sink returns; nobody may change them.
type Packet struct {
	PayloadType uint8
	Law         g711.Law // of the payload; zero for a telephone event
	Marker      bool
	Sequence    uint16
	Timestamp   uint32 // 1/8000 s
	SSRC        uint32
	Payload     []byte
	Wide        []byte    // the same as it came in G.722, for who speaks that too; else nil
	At          time.Time // when it came
}

// headerSize is the length of an RTP header without extras, which is what we send.
const headerSize = 12

// isRTP tells RTP from what is no such thing, and from RTCP (RFC 5761, 4).
func isRTP(datagram []byte) bool {
	return len(datagram) >= headerSize && datagram[0]>>6 == 2 && (datagram[1] < 192 || datagram[1] > 223)
}

// parse reads datagram into p, past contributing sources, extension and
// padding, and reports whether it is RTP. RTCP, which comes here from those who
// multiplex (RFC 5761), is not.
func (p *Packet) parse(datagram []byte) bool {
	if !isRTP(datagram) {
		return false
	}
	first, second := datagram[0], datagram[1]
	start, end := headerSize+int(first&0x0F)*4, len(datagram)
	if first&0x10 != 0 { // extension
		if end < start+4 {
			return false
		}
		start += 4 + 4*int(binary.BigEndian.Uint16(datagram[start+2:]))
	}
	if first&0x20 != 0 { // padding, whose last byte is its length
		padding := int(datagram[end-1])
		if padding == 0 {
			return false
		}
		end -= padding
	}
	if end < start {
		return false
	}
	p.PayloadType, p.Marker = second&0x7F, second&0x80 != 0
	p.Sequence = binary.BigEndian.Uint16(datagram[2:])
	p.Timestamp = binary.BigEndian.Uint32(datagram[4:])
	p.SSRC = binary.BigEndian.Uint32(datagram[8:])
	p.Payload, p.Wide = datagram[start:end], nil
	return true
}

// header is what we say of a packet that we send.
type header struct {
	payloadType uint8
	marker      bool
	sequence    uint16
	timestamp   uint32
	ssrc        uint32
}

// put writes h into the first headerSize bytes of b.
func (h header) put(b []byte) {
	b[0], b[1] = 0x80, h.payloadType
	if h.marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], h.sequence)
	binary.BigEndian.PutUint32(b[4:], h.timestamp)
	binary.BigEndian.PutUint32(b[8:], h.ssrc)
}
