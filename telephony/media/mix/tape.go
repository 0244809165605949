package mix

import (
	"crypto/rand"
	"encoding/binary"
	"math"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
)

// tape is a tap on what one party says and hears.
type tape struct {
	tap    media.Tap // nil for none
	buyer  ID
	packet media.Packet
}

func newTape(buyer ID, tap media.Tap) tape {
	var ssrc [4]byte
	_, _ = rand.Read(ssrc[:]) // never fails
	return tape{tap: tap, buyer: buyer, packet: media.Packet{SSRC: binary.BigEndian.Uint32(ssrc[:])}}
}

// of returns the tap if it hears the party.
func (t *tape) of(id ID) media.Tap {
	if id == t.buyer {
		return t.tap
	}
	return nil
}

// hear gives the tap a frame that the party is sent. Silence is left out: a
// tape is silent by itself.
func (t *tape) hear(law g711.Law, out *[frame]byte, due time.Time, loud bool) {
	p := &t.packet
	p.Sequence++
	p.Timestamp += frame
	if t.tap == nil || !loud {
		return
	}
	p.Law, p.PayloadType, p.Payload, p.At = law, law.PayloadType(), out[:], due
	t.tap.Hear(1, p)
}

// encode writes what is summed up in law. What is too loud is cut off, as a
// telephone would.
func encode(law g711.Law, sum *[frame]int32, out *[frame]byte) {
	for i, s := range sum {
		out[i] = law.Byte(int16(min(max(s, math.MinInt16), math.MaxInt16)))
	}
}
