package media

import (
	"crypto/rand"
	"encoding/binary"
	"time"
)

const (
	// rate is the sampling rate of all audio here, in Hz.
	rate = 8000
	// frame is the number of samples that we send in a packet: 20 ms.
	frame = rate / 50
	// frameLength is how long a frame lasts.
	frameLength = 20 * time.Millisecond
)

// samples returns how many samples d lasts.
func samples(d time.Duration) int64 { return int64(d) * rate / int64(time.Second) }

// stream numbers what one leg sends, whatever feeds it - relayed packets of one
// source after another, prompts, music, digits - so that the receiver hears one
// source whose sequence has no hole of our making and whose timestamps follow
// the clock.
type stream struct {
	ssrc     uint32
	sequence uint16 // of the newest packet
	next     uint32 // timestamp after the newest sample
	last     time.Time
	late     time.Duration // by how much our own frames are behind the clock
	own      bool          // the newest packet was a frame of our own

	source source
	event  outgoingEvent
}

// source is the relayed source that the stream follows now.
type source struct {
	followed  bool
	ssrc      uint32
	sequence  uint16 // of its newest packet
	end       uint32 // timestamp after its newest sample
	sequences uint16 // what to add to its sequence
	stamps    uint32 // what to add to its timestamps
}

// newStream returns a stream that begins where nobody can guess (RFC 3550
// section 5.1).
func newStream(now time.Time) stream {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails
	return stream{
		ssrc: binary.BigEndian.Uint32(b[:]), sequence: binary.BigEndian.Uint16(b[4:]) >> 1, // RFC 3711, 3.3.1: far from the turn
		next: binary.BigEndian.Uint32(b[6:]), last: now,
	}
}

// resume moves the timestamp on over a pause in which nothing was sent, in
// whole frames. Up to 100 ms it is jitter, and no pause; but short stalls that
// nobody made up for add up to one, or what is played would come later and later
// by its own clock, and be dropped for it.
func (s *stream) resume(now time.Time) (paused bool) {
	const jitter = 100 * time.Millisecond
	s.late = max(s.late+now.Sub(s.last)-frameLength, 0)
	s.last = now
	if s.late < jitter {
		return false
	}
	pause := samples(s.late) / frame
	s.next += uint32(pause * frame)
	s.late -= time.Duration(pause) * frameLength
	return true
}

// relay returns the header of a relayed packet. Order and distance within a
// source stay as they came, so that its losses stay visible and late packets
// keep their place.
func (s *stream) relay(p *Packet) header {
	marker := p.Marker
	s.own, s.late = false, 0
	if !s.source.continues(p, p.At.Sub(s.last)) {
		s.resume(p.At)
		s.source = source{
			followed: true, ssrc: p.SSRC, sequence: p.Sequence, end: p.Timestamp,
			sequences: s.sequence + 1 - p.Sequence, stamps: s.next - p.Timestamp,
		}
		marker = p.Law != 0 || marker
	}
	h := header{
		marker: marker, ssrc: s.ssrc,
		sequence: p.Sequence + s.source.sequences, timestamp: p.Timestamp + s.source.stamps,
	}
	if s.isNewer(h.sequence) {
		s.sequence, s.next = h.sequence, h.timestamp+p.length()
		s.source.sequence, s.source.end = p.Sequence, p.Timestamp+p.length()
	}
	s.last = p.At
	return h
}

func (s *stream) isNewer(sequence uint16) bool { return int16(sequence-s.sequence) >= 0 }

// length returns how many samples p lasts; an event says so itself.
func (p *Packet) length() uint32 {
	if p.Law != 0 {
		return uint32(len(p.Payload))
	}
	if e, ok := parseEvent(p.Payload); ok {
		return uint32(e.Duration)
	}
	return 0
}

// continues reports whether p belongs to the source that is followed, idle
// after its last packet. A jump of more than 2 s in sequence, or in timestamps
// against the clock, is a sender that began anew without saying so.
func (s source) continues(p *Packet, idle time.Duration) bool {
	const jump = 2 * time.Second
	if !s.followed || s.ssrc != p.SSRC {
		return false
	}
	position := p.Timestamp
	if p.Law == 0 {
		position += p.length() // the timestamp of a press stands still
	}
	steps := time.Duration(int16(p.Sequence - s.sequence))
	drift := time.Duration(int32(position-s.end))*time.Second/rate - idle
	return steps.Abs() <= jump/frameLength && drift.Abs() <= jump
}

// frame returns the header of a packet of n samples of our own, sent now.
func (s *stream) frame(n int, now time.Time) header {
	marker := s.resume(now) || !s.own
	s.own, s.source.followed = true, false
	s.sequence++
	h := header{marker: marker, ssrc: s.ssrc, sequence: s.sequence, timestamp: s.next}
	s.next += uint32(n)
	return h
}
