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
	// pausing is for how long a voice must be silent before another may take its
	// place at the same address, if no SDP said that something changes: longer than
	// a machine that is busy keeps us from reading.
	pausing = time.Second
	// moving is for how long it must be silent before it is believed from another.
	moving = 200 * time.Millisecond
	// mostHole and mostLate are how far a voice's numbers may leap and fall back:
	// 20 s and 2 s.
	mostHole, mostLate = 1000, 100
)

// latch decides whose packets a leg believes. The address in the SDP is always
// believed. Until it has spoken, another source that sends a few consecutive
// packets - a phone behind a NAT, whose SDP has its private address - is
// believed in its place, once. From then on only a new SDP changes anything,
// so that nobody can inject audio into a call or draw it away, and the voice
// itself: it may come from another port, when a NAT forgot the one of before, for
// nobody else knows its SSRC and how far it has counted. By these a voice is also
// told from others that seem to come from its address.
type latch struct {
	signalled netip.AddrPort // by SDP
	source    netip.AddrPort // believed; not valid before the first packet
	former    netip.AddrPort // believed before the last aim
	aimed     time.Time

	voice voice

	candidate netip.AddrPort
	ssrc      uint32
	sequence  uint16
	run       int
}

// voice is the RTP source that is heard.
type voice struct {
	known    bool
	ssrc     uint32
	sequence uint16 // its newest
	at       time.Time
}

// continues reports whether p is of the voice.
func (v voice) continues(p *Packet) bool {
	step := int16(p.Sequence - v.sequence)
	return p.SSRC == v.ssrc && step <= mostHole && step >= -mostLate
}

// hear notes that p is of it.
func (v *voice) hear(p *Packet) bool {
	if !v.known || v.ssrc != p.SSRC || int16(p.Sequence-v.sequence) > 0 {
		v.sequence = p.Sequence
	}
	v.known, v.ssrc, v.at = true, p.SSRC, p.At
	return true
}

// aim tells that SDP has signalled address. The same again may bring another
// voice, but no address: a hold doesn't move a phone to another side of its NAT.
func (l *latch) aim(address netip.AddrPort, now time.Time) {
	if !address.IsValid() || address == l.signalled {
		l.voice = voice{}
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
		return l.speaks(p)
	case from == l.signalled:
		l.source, l.voice = from, voice{}
		return l.voice.hear(p)
	case l.source.IsValid() && l.voice.known && l.voice.continues(p) && p.At.Sub(l.voice.at) >= moving:
		return l.convinced(from, p)
	case l.source.IsValid() || !l.signalled.IsValid():
		return false
	case from == l.former && p.At.Sub(l.aimed) < farewell:
		return false
	}
	return l.convinced(from, p)
}

// speaks reports whether p, which comes from the believed address, is of the
// voice there, or of one that takes its place. Keys have a source of their own at
// some telephones.
func (l *latch) speaks(p *Packet) bool {
	if !l.voice.known || l.voice.continues(p) {
		return l.voice.hear(p)
	}
	return p.Law == 0 || p.At.Sub(l.voice.at) >= pausing && l.convinced(l.source, p)
}

// convinced reports whether a source has sent enough in a row, and believes it.
func (l *latch) convinced(from netip.AddrPort, p *Packet) bool {
	if from != l.candidate || p.SSRC != l.ssrc || p.Sequence != l.sequence+1 {
		l.candidate, l.ssrc, l.run = from, p.SSRC, 0
	}
	l.sequence = p.Sequence
	if l.run++; l.run < convincing {
		return false
	}
	l.source, l.run = from, 0
	return l.voice.hear(p)
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
