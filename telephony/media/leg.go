package media

import (
	"time"

	"switchboard/telephony/media/g711"
)

// Leg is one party's audio in both directions, be it a telephone's RTP or a
// browser's WebRTC. All methods may be called from any goroutine.
type Leg interface {
	// Send relays a packet of another leg. In the party's law or not, from
	// whatever source: what leaves is one continuous stream. It doesn't keep p.
	Send(p *Packet)

	// SendFrame sends audio of our own, in the leg's law, one packet's worth. It is
	// left out while a key is pressed at the party.
	SendFrame(payload []byte)

	// SendEvent sends one packet of a pressed key. A press is several packets
	// with growing Duration, the last ones with End.
	SendEvent(e Event)

	// SetSink has every packet that the party sends given to sink, one after
	// another on the leg's own goroutine, so that sink must not block. It takes
	// the place of the sink before. The detach that is returned takes it away,
	// unless another has taken its place.
	SetSink(sink func(*Packet)) (detach func())

	// OnDigit has press called with the keys that the party presses, on the same
	// goroutine; nil for nobody.
	OnDigit(press func(Digit))

	// Law returns the law that the party hears; zero until it is agreed.
	Law() g711.Law

	// PayloadType returns that law's RTP payload type.
	PayloadType() uint8

	// EventType returns the payload type of telephone events, or 0 for a party
	// that doesn't know them.
	EventType() uint8

	// LastPacket returns when the party was last heard, with its monotonic
	// reading; the zero time if it never was.
	LastPacket() time.Time

	// Stats returns what went through so far.
	Stats() Stats

	// Close ends the leg. What is sent later is dropped.
	Close()
}

// Stats counts a leg's packets.
type Stats struct {
	Received int64 // believed and given on
	Sent     int64
	Unsent   int64 // that the system refused to send
	Unusable int64 // that are not RTP, or of a codec that was not agreed
	Foreign  int64 // from an address that the leg doesn't believe
	Forged   int64 // of SRTP that the party's key does not prove, or that came twice
	Excess   int64 // beyond the allowance of packets a second
	Lost     int64 // that never came, by the gaps in the sequence
}
