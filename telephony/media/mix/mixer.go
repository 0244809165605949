package mix

import (
	"sync"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/jitter"
)

// ID names a party within its mixer.
type ID string

// MaxParties is how many parties a mixer takes: a conference of three, and who
// listens to it.
const MaxParties = 8

// mask is a set of places at a mixer, a bit each.
type mask uint8

// Mixer is parties who hear each other by a matrix. All methods may be called
// from any goroutine; what they change is heard from the next frame on, faded
// over it, so that it doesn't click.
type Mixer struct {
	board *Board
	group int

	mu      sync.Mutex
	places  [MaxParties]*party
	leaving [MaxParties]*party // heard for one frame more, while it fades
	tape    tape
	sum     [frame]int32
	out     [frame]byte
}

// party is one leg, with whom it hears and whom it heard up to now.
type party struct {
	id     ID
	leg    media.Leg
	detach func()
	in     *jitter.Buffer
	said   [frame]int16 // in this frame
	spoke  bool         // there is something in said
	hears  mask
	heard  mask
	cue    []int16 // what is left of a sound that is played to it alone
}

// Join adds a party that hears nobody and that nobody hears yet. Whoever was
// connected with its leg before is no longer. It reports false if all places are
// taken. A party that joins twice is moved to the new leg.
func (m *Mixer) Join(id ID, leg media.Leg) bool {
	m.Leave(id)
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.places {
		if m.places[i] != nil || m.leaving[i] != nil {
			continue
		}
		p := &party{id: id, leg: leg, in: jitter.New()}
		m.places[i] = p
		p.detach = leg.SetSink(m.sink(p, i))
		return true
	}
	return false
}

// sink returns what takes the packets of the party at place i.
func (m *Mixer) sink(p *party, i int) func(*media.Packet) {
	taped := m.tape.of(p.id)
	return func(pkt *media.Packet) {
		if pkt.Law == 0 {
			m.press(p, i, pkt)
			return
		}
		if taped != nil {
			taped.Hear(0, pkt)
		}
		p.in.Push(pkt)
	}
}

// press passes a key on to whoever hears the party.
func (m *Mixer) press(p *party, i int, pkt *media.Packet) {
	e, ok := pkt.Event()
	if !ok {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.places[i] != p {
		return
	}
	for _, to := range m.places {
		if to != nil && to.hears&(1<<i) != 0 {
			to.leg.SendEvent(e)
		}
	}
}

// Leave takes a party away. Nothing is sent to its leg after Leave returns.
func (m *Mixer) Leave(id ID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.place(id)
	if i < 0 {
		return
	}
	m.places[i].detach()
	m.leaving[i], m.places[i] = m.places[i], nil
	for _, p := range m.places {
		if p != nil {
			p.hears &^= 1 << i
		}
	}
}

// Hears tells whether listener hears speaker from now on.
func (m *Mixer) Hears(listener, speaker ID, hears bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, s := m.place(listener), m.place(speaker)
	switch {
	case l < 0 || s < 0 || l == s:
	case hears:
		m.places[l].hears |= 1 << s
	default:
		m.places[l].hears &^= 1 << s
	}
}

// Play has one party hear a sound besides whom it hears, once. The sound takes
// the place of one that is not over. It doesn't change while it plays.
func (m *Mixer) Play(listener ID, pcm []int16) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.place(listener); i >= 0 {
		m.places[i].cue = pcm
	}
}

// place returns where a party is, or -1. The caller holds m.mu.
func (m *Mixer) place(id ID) int {
	for i, p := range m.places {
		if p != nil && p.id == id {
			return i
		}
	}
	return -1
}

// Close takes all parties away and ends the mixer. A leg that was connected
// anew meanwhile stays so.
func (m *Mixer) Close() {
	m.board.remove(m)
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, p := range m.places {
		if p != nil {
			p.detach()
			m.places[i] = nil
		}
	}
}

// tick sends every party the frame that is due at an instant.
func (m *Mixer) tick(due time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.places {
		for _, p := range [2]*party{m.places[i], m.leaving[i]} {
			if p != nil {
				p.spoke = p.in.Pop(&p.said)
			}
		}
	}
	for _, p := range m.places {
		if p != nil {
			m.serve(p, due)
		}
	}
	m.leaving = [MaxParties]*party{}
}

// serve sends p what it hears.
func (m *Mixer) serve(p *party, due time.Time) {
	clear(m.sum[:])
	loud := m.add(p)
	loud = m.addCue(p) || loud
	law := p.leg.Law()
	if law == 0 {
		return
	}
	encode(law, &m.sum, &m.out)
	p.leg.SendFrame(m.out[:])
	if p.id == m.tape.buyer {
		m.tape.hear(law, &m.out, due, loud)
	}
}

// add sums up those whom p hears, and reports whether anybody spoke.
func (m *Mixer) add(p *party) (loud bool) {
	for i := range m.places {
		s := m.places[i]
		if s == nil {
			s = m.leaving[i]
		}
		bit := mask(1) << i
		if s == nil || !s.spoke || (p.heard|p.hears)&bit == 0 {
			continue
		}
		loud = true
		switch {
		case p.heard&bit == 0:
			fade(&m.sum, &s.said, 0, 1)
		case p.hears&bit == 0:
			fade(&m.sum, &s.said, frame, -1)
		default:
			for n, x := range s.said {
				m.sum[n] += int32(x)
			}
		}
	}
	p.heard = p.hears
	return loud
}

// fade adds said with a weight that goes from that of the first sample up or
// down by one frame-th a sample.
func fade(sum *[frame]int32, said *[frame]int16, first, step int32) {
	for n, x := range said {
		sum[n] += int32(x) * (first + step*int32(n)) / frame
	}
}

func (m *Mixer) addCue(p *party) bool {
	n := min(len(p.cue), frame)
	for i, x := range p.cue[:n] {
		m.sum[i] += int32(x)
	}
	p.cue = p.cue[n:]
	return n > 0
}
