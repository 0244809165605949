package media

// Tap hears both sides of a bridge: channel 0 is the buyer, 1 the operator. It
// must not block, nor keep or change the packet.
type Tap interface {
	Hear(channel int, p *Packet)
}

// Bridge is two legs that hear each other.
type Bridge struct{ detach [2]func() }

// Connect has buyer and operator hear each other, and tap, unless it is nil,
// both of them. Packets pass through as they come: nothing is decoded, delayed
// or mixed. Whoever was connected with a leg before is no longer.
func Connect(buyer, operator Leg, tap Tap) *Bridge {
	return &Bridge{[2]func(){relay(buyer, operator, ear{tap, 0}), relay(operator, buyer, ear{tap, 1})}}
}

// ear is a tap on one channel.
type ear struct {
	tap     Tap
	channel int
}

func relay(from, to Leg, e ear) (detach func()) {
	if e.tap == nil {
		return from.SetSink(to.Send)
	}
	return from.SetSink(func(p *Packet) {
		if p.Law != 0 {
			e.tap.Hear(e.channel, p)
		}
		to.Send(p)
	})
}

// Close has the legs no longer hear each other. A leg that was connected anew
// meanwhile stays so.
func (b *Bridge) Close() {
	for _, detach := range b.detach {
		detach()
	}
}
