package media

import (
	"time"

	"switchboard/telephony/media/g711"
)

// SetSink has packets given to sink; nil drops them.
func (l *RTPLeg) SetSink(sink func(*Packet)) (detach func()) {
	if sink == nil {
		l.sink.Store(nil)
		return func() {}
	}
	l.sink.Store(&sink)
	return func() { l.sink.CompareAndSwap(&sink, nil) }
}

// OnDigit has press called with the keys that the party presses.
func (l *RTPLeg) OnDigit(press func(Digit)) {
	if press == nil {
		l.press.Store(nil)
		return
	}
	l.press.Store(&press)
}

// Law returns the law that the party hears.
func (l *RTPLeg) Law() g711.Law {
	if c := l.chosen.Load(); c != nil {
		return c.Law
	}
	return 0
}

// PayloadType returns the RTP payload type of Law.
func (l *RTPLeg) PayloadType() uint8 {
	if c := l.chosen.Load(); c != nil {
		return c.PayloadType
	}
	return 0
}

// EventType returns the payload type of telephone events, or 0.
func (l *RTPLeg) EventType() uint8 {
	if c := l.chosen.Load(); c != nil {
		return c.EventType
	}
	return 0
}

// LastPacket returns when the party was last heard.
func (l *RTPLeg) LastPacket() time.Time {
	d := l.heard.Load()
	if d == 0 {
		return time.Time{}
	}
	return l.opened.Add(time.Duration(d))
}

// Stats returns what went through so far.
func (l *RTPLeg) Stats() Stats {
	return Stats{
		Received: l.count.received.Load(),
		Sent:     l.count.sent.Load(),
		Unsent:   l.count.unsent.Load(),
		Unusable: l.count.unusable.Load(),
		Foreign:  l.count.foreign.Load(),
		Forged:   l.count.forged.Load(),
		Excess:   l.count.excess.Load(),
		Lost:     max(l.count.lost.Load(), 0),
	}
}

// Close says goodbye and gives the ports back, which rest before they are used
// again.
func (l *RTPLeg) Close() {
	l.reports.Lock()
	defer l.reports.Unlock()
	l.sendReport(time.Now(), true)
	l.tx.Lock()
	defer l.tx.Unlock()
	if l.tx.closed {
		return
	}
	l.tx.closed = true
	l.tx.socket.close()
	if l.reports.socket != nil {
		l.reports.socket.close()
	}
}

// losses counts the holes in a source's sequence. A late packet fills its hole.
type losses struct {
	known    bool
	ssrc     uint32
	sequence uint16
}

// take tells of a received packet, and returns by how much the number of lost
// ones grew.
func (s *losses) take(p *Packet) int64 {
	const restart = 500 // 10 s of packets: not a hole, a new beginning
	step := int16(p.Sequence - s.sequence)
	switch {
	case !s.known || s.ssrc != p.SSRC || step > restart || step < -restart:
		*s = losses{known: true, ssrc: p.SSRC, sequence: p.Sequence}
		return 0
	case step > 0:
		s.sequence = p.Sequence
		return int64(step) - 1
	case step == 0:
		return 0
	}
	return -1
}
