package media

import (
	"net/netip"
	"time"
)

const (
	// convincing is how many packets in a row an unknown source must send to be
	// believed: an attacker who only sprays ports doesn't get there, a phone
	// behind a NAT does in 80 ms.
	convincing = 4
	// farewell is how long the source of before a change is no candidate: it may
	// go on for a moment, as consistently as one could wish.
	farewell = time.Second
)

// latch decides whose packets a leg believes. The address in the SDP is always
// believed. Until it has spoken, another source that sends a few consecutive
// packets - a phone behind a NAT, whose SDP has its private address - is
// believed in its place, once. From then on only a new SDP changes anything,
// so that nobody can inject audio into a call or draw it away.
type latch struct {
	signalled netip.AddrPort // by SDP
	source    netip.AddrPort // believed; not valid before the first packet
	former    netip.AddrPort // believed before the last aim
	aimed     time.Time

	candidate netip.AddrPort
	ssrc      uint32
	sequence  uint16
	run       int
}

// aim tells that SDP has signalled address. The same again changes nothing: a
// hold doesn't move a phone to another side of its NAT.
func (l *latch) aim(address netip.AddrPort, now time.Time) {
	if !address.IsValid() || address == l.signalled {
		return
	}
	*l = latch{signalled: address, former: l.source, aimed: now}
}

// target returns where our packets go.
func (l *latch) target() netip.AddrPort {
	if l.source.IsValid() {
		return l.source
	}
	return l.signalled
}

// admit reports whether p is believed, coming from an address.
func (l *latch) admit(from netip.AddrPort, p *Packet) bool {
	switch {
	case from == l.source:
		return true
	case from == l.signalled:
		l.source = from
		return true
	case l.source.IsValid() || !l.signalled.IsValid():
		return false
	case from == l.former && p.At.Sub(l.aimed) < farewell:
		return false
	}
	return l.convinced(from, p)
}

func (l *latch) convinced(from netip.AddrPort, p *Packet) bool {
	if from != l.candidate || p.SSRC != l.ssrc || p.Sequence != l.sequence+1 {
		l.candidate, l.ssrc, l.run = from, p.SSRC, 0
	}
	l.sequence = p.Sequence
	if l.run++; l.run < convincing {
		return false
	}
	l.source = from
	return true
}

// allowance is the packets that a leg may still receive: two echoing ends,
// bridged, would else double each other's packets without end.
type allowance struct {
	debt time.Duration // of time that received packets have used up
	at   time.Time
}

const (
	// maxPackets is what a leg may send us in a second, four times what 20 ms
	// packets need.
	maxPackets = 200
	// maxBurst is how many of them may come at once, after a stall of the network.
	maxBurst = 100
)

// spend reports whether a packet that comes now is within the allowance.
func (a *allowance) spend(now time.Time) bool {
	const price = time.Second / maxPackets
	a.debt = max(a.debt-now.Sub(a.at), 0)
	a.at = now
	if a.debt >= maxBurst*price {
		return false
	}
	a.debt += price
	return true
}
