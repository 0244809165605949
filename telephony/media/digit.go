package media

import (
	"encoding/binary"
	"strings"
	"time"
)

// keys are the digits of a telephone by their event code (RFC 4733 section 3.2).
const keys = "0123456789*#ABCD"

// Digit is a key that is pressed or, Released, that was.
type Digit struct {
	Key      byte          // one of 0-9 * # A-D
	Released bool          // it comes twice: when pressed, and when released
	Duration time.Duration // so far; the whole when released
}

// Event is the payload of a telephone event (RFC 4733 section 2.3).
type Event struct {
	Code     uint8
	End      bool
	Duration uint16 // samples so far
}

// eventSize is the length of an event's payload.
const eventSize = 4

// volume is that of the digits that we send, in -dBm0: the loudest usual one.
const volume = 10

func parseEvent(b []byte) (Event, bool) {
	if len(b) < eventSize {
		return Event{}, false
	}
	return Event{Code: b[0], End: b[1]&0x80 != 0, Duration: binary.BigEndian.Uint16(b[2:])}, true
}

// Event returns the key that a packet of a telephone event tells of; false for
// any other packet.
func (p *Packet) Event() (Event, bool) {
	if p.Law != 0 {
		return Event{}, false
	}
	return parseEvent(p.Payload)
}

func (e Event) put(b []byte) {
	b[0], b[1] = e.Code, volume
	if e.End {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], e.Duration)
}

// EventOf returns the code of key's event.
func EventOf(key byte) (code uint8, ok bool) {
	i := strings.IndexByte(keys, key)
	return uint8(i), i >= 0
}

// digits recognises keys among received packets by the events' timestamp, which
// all packets of one press share, retransmissions and all; markers and any one
// packet may be lost.
type digits struct {
	known   bool   // an event was received
	began   uint32 // its timestamp
	code    uint8
	length  uint32 // samples so far
	pressed bool
}

// lostEnd is the silence of an event, in samples, after which its end must have
// been lost: senders repeat every 20 to 50 ms.
const lostEnd = rate / 5

// take tells of a received event packet, and appends to got what became of keys.
func (d *digits) take(p *Packet, got []Digit) []Digit {
	e, ok := parseEvent(p.Payload)
	if !ok || int(e.Code) >= len(keys) {
		return got
	}
	switch age := int32(p.Timestamp - d.began); {
	case d.known && age == 0:
	case d.known && age < 0 && age > -2*rate:
		return got // late: a key of before
	case d.pressed && age == 0xFFFF && e.Code == d.code:
		// A press of more than 8 s goes on in a new segment (section 2.5.1.3).
		d.began = p.Timestamp
	default:
		got = d.release(got)
		*d = digits{known: true, began: p.Timestamp, code: e.Code, pressed: true}
		got = append(got, Digit{Key: keys[e.Code]})
	}
	d.length = max(d.length, uint32(e.Duration))
	if e.End {
		got = d.release(got)
	}
	return got
}

// audio tells of an audio packet with timestamp, and appends the release whose
// packets were all lost.
func (d *digits) audio(timestamp uint32, got []Digit) []Digit {
	if d.pressed && int32(timestamp-d.began-d.length) > lostEnd {
		return d.release(got)
	}
	return got
}

func (d *digits) release(got []Digit) []Digit {
	if !d.pressed {
		return got
	}
	d.pressed = false
	length := time.Duration(d.length) * time.Second / rate
	return append(got, Digit{Key: keys[d.code], Released: true, Duration: length})
}

// outgoingEvent is the press that a stream sends, or sent last.
type outgoingEvent struct {
	began uint32
	last  time.Time // when its newest packet was sent
	ended bool
}

// send returns the header of a packet of event e, sent now. All packets of a
// press have the timestamp of its first; what follows begins after its end. A
// packet that is not an end, after one that is, begins a new press.
func (s *stream) send(e Event, now time.Time) header {
	fresh := !s.sending(now) && !(s.event.ended && e.End)
	if fresh {
		s.resume(now)
		s.event = outgoingEvent{began: s.next}
	}
	if !s.event.ended {
		s.next = s.event.began + uint32(e.Duration)
	}
	s.event.last, s.event.ended = now, e.End
	s.own, s.source.followed = false, false
	s.last = now
	s.sequence++
	return header{marker: fresh, ssrc: s.ssrc, sequence: s.sequence, timestamp: s.event.began}
}

// sending reports whether a key is pressed now, so that audio has to wait. A
// press that its sender forgot ends by itself.
func (s *stream) sending(now time.Time) bool {
	const forgotten = 200 * time.Millisecond
	return !s.event.ended && now.Sub(s.event.last) < forgotten
}
