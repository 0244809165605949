package media

import "switchboard/telephony/media/g722"

// A leg that speaks G.722 gives each packet in both forms: as it came, for
// another leg that speaks it, and in its law, for everybody else - the tape,
// the mixer, a telephone of G.711. A byte is a sample at 8 kHz in both, so that
// numbers and lengths are the same.

// narrow turns what came in G.722 into the leg's law.
type narrow struct {
	decoder g722.Decoder
	buffer  [maxDatagram]byte
}

func (n *narrow) take(p *Packet) {
	p.Payload = n.buffer[:n.decoder.Decode(n.buffer[:], p.Wide, p.Law)]
}

// widen fills payload with p in G.722. The caller holds l.tx.
func (l *RTPLeg) widen(payload []byte, p *Packet) {
	if p.Wide != nil {
		copy(payload, p.Wide)
		return
	}
	l.tx.wide.Encode(payload, p.Payload, p.Law)
}
