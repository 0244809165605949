package media

import "sync/atomic"

// Tap hears both sides of a bridge: channel 0 is the buyer, 1 the operator. It
// must not block, nor keep or change the packet.
type Tap interface {
	Hear(channel int, p *Packet)
}

// Bridge is two legs that hear each other.
type Bridge struct {
	detach [2]func()
	hush   hush
}

// Connect has buyer and operator hear each other, and tap, unless it is nil,
// both of them. Packets pass through as they come: nothing is decoded, delayed
// or mixed. Whoever was connected with a leg before is no longer.
func Connect(buyer, operator Leg, tap Tap) *Bridge {
	b := &Bridge{}
	b.detach[0] = operator.SetSink(b.hush.over(relay(buyer, ear{tap, 1})))
	b.detach[1] = buyer.SetSink(relay(operator, ear{tap, 0}))
	return b
}

// Mute has the buyer, and the tap, hear silence instead of the operator, or no
// longer.
func (b *Bridge) Mute(muted bool) { b.hush.on.Store(muted) }

// ear is a tap on one channel.
type ear struct {
	tap     Tap
	channel int
}

// relay returns a sink that gives what it hears to a leg.
func relay(to Leg, e ear) func(*Packet) {
	if e.tap == nil {
		return to.Send
	}
	return func(p *Packet) {
		if p.Law != 0 {
			e.tap.Hear(e.channel, p)
		}
		to.Send(p)
	}
}

// hush makes packets silent while it is on. They go on coming: a carrier hangs
// up on whom it does not hear.
type hush struct {
	on     atomic.Bool
	packet Packet // of the one goroutine that the sink is called on
	frame  [maxDatagram]byte
}

func (h *hush) over(sink func(*Packet)) func(*Packet) {
	return func(p *Packet) {
		switch {
		case !h.on.Load():
			sink(p)
		case p.Law != 0: // keys are muted too
			h.packet = *p
			h.packet.Wide = nil
			h.packet.Payload = h.frame[:min(len(p.Payload), len(h.frame))]
			for i := range h.packet.Payload {
				h.frame[i] = p.Law.Silence()
			}
			sink(&h.packet)
		}
	}
}

// Close has the legs no longer hear each other. A leg that was connected anew
// meanwhile stays so.
func (b *Bridge) Close() {
	for _, detach := range b.detach {
		detach()
	}
}
