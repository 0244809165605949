package media

import (
	"net/netip"
	"time"

	"switchboard/telephony/sdp"
)

// Carrier takes a leg's packets to a party that no UDP port of the leg's own
// reaches: a browser.
type Carrier interface {
	// Carry sends datagram, which it doesn't keep.
	Carry(datagram []byte) error
}

// ControlCarrier is a Carrier that takes reports (RTCP) too. Whose reports come
// back hands them to Take.
type ControlCarrier interface {
	CarryControl(datagram []byte) error
}

// carried is the address that a carried leg believes. Where a packet is from
// was proven by the carrier's own keys.
var carried = netip.MustParseAddrPort("127.0.0.1:9")

// carriage is the socket of a carried leg. The carrier outlives it.
type carriage struct{ Carrier }

func (c carriage) send(datagram []byte, _ netip.AddrPort) error { return c.Carry(datagram) }
func (c carriage) close()                                       {}

// NewCarried returns a leg that sends by way of c and receives what Take is
// given.
func NewCarried(c Carrier, agreed sdp.Chosen) *RTPLeg {
	l := newRTPLeg(time.Now())
	l.carried = true
	l.tx.socket = carriage{c}
	l.Agree(agreed)
	return l
}

// Agree tells a carried leg what it may send and receive from now on.
func (l *RTPLeg) Agree(agreed sdp.Chosen) {
	agreed.Remote = carried
	l.SetRemote(agreed)
}

// Take has a carried leg receive a datagram that came at an instant; one call
// at a time. It doesn't keep datagram.
func (l *RTPLeg) Take(datagram []byte, at time.Time) { l.receive(datagram, carried, at) }

// Next closes l and returns a fresh leg on the same carrier. It knows nothing
// of what l received, and what it sends continues what l sent, as one source
// has to.
func (l *RTPLeg) Next() *RTPLeg {
	n := newRTPLeg(time.Now())
	n.carried = true
	if chosen := l.chosen.Load(); chosen != nil {
		n.SetRemote(*chosen)
	}
	l.tx.Lock()
	defer l.tx.Unlock()
	l.tx.closed = true
	n.tx.socket, n.tx.stream = l.tx.socket, l.tx.stream
	n.tx.stream.source, n.tx.stream.event, n.tx.stream.own = source{}, outgoingEvent{ended: true}, false
	return n
}
