package recording

import (
	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
)

const (
	rate     = 8000 // Hz; all positions and lengths here are in samples
	channels = 2

	// patience is how late a packet may come and still find its place.
	patience = rate * 3 / 10
	// lag is how far the file is behind what is heard: patience, and the longest
	// packet that anybody sends.
	lag = patience + rate*6/100
	// capacity is how much a tape holds: lag and more than 3 s in which the disk
	// may stall. A power of two.
	capacity = 1 << 15
)

// tape is both channels on one time line, from the last sample that went to the
// file up to now. What nobody spoke is silence.
type tape struct {
	rings [channels][capacity]byte // A-law, by position modulo capacity
	lanes [channels]lane
	taken int64 // positions before it are in the file
	gaps  []gap // in which nothing is heard; those before taken are forgotten

	hushed bool  // what comes now is left out, wherever it belongs
	strict int64 // up to there what comes too late finds no place
}

// gap is a stretch of the time line that stays silent.
type gap struct{ from, to int64 }

// open is the end of a gap that has none yet.
const open = 1<<63 - 1

func newTape() *tape {
	t := &tape{}
	for c := range t.rings {
		for i := range t.rings[c] {
			t.rings[c][i] = g711.ALaw.Silence()
		}
	}
	return t
}

// put places p, heard at position now, on a channel. What comes too late for its
// place, or finds no room because the disk stalls, is left out.
func (t *tape) put(channel int, p *media.Packet, now int64) {
	lane := &t.lanes[channel]
	lane.strict = now < t.strict
	at, ok := lane.place(p, now)
	if !ok || t.hushed {
		return
	}
	payload := p.Payload
	if skip := t.taken - at; skip > 0 {
		payload, at = payload[min(skip, int64(len(payload))):], t.taken
	}
	if room := t.taken + capacity - at; room < int64(len(payload)) {
		payload = payload[:max(room, 0)]
	}
	table := g711.Table(p.Law, g711.ALaw)
	ring := &t.rings[channel]
	for i, b := range payload {
		if t.silent(at + int64(i)) {
			continue
		}
		if table != nil {
			b = table[b]
		}
		ring[(at+int64(i))%capacity] = b
	}
}

// take moves the samples before position end into b, interleaved, as many as it
// has room for, and returns the bytes that it wrote.
func (t *tape) take(end int64, b []byte) int {
	n := 0
	for ; t.taken < end && n+channels <= len(b); t.taken++ {
		i := t.taken % capacity
		for c := range t.rings {
			b[n] = t.rings[c][i]
			t.rings[c][i] = g711.ALaw.Silence()
			n++
		}
	}
	t.forget()
	return n
}

// lane tells where on the time line a party's packets belong. Within a source
// that is by timestamp, so that jitter is not heard; where the whole source
// belongs, by when its packets come.
type lane struct {
	known     bool
	ssrc      uint32
	timestamp uint32 // of the newest packet that was placed
	position  int64  // where that is
	strays    int    // packets in a row that found no place
	strict    bool   // what is late does not begin anew

	// the least lateness of the packets since the last settling
	least   int64
	packets int
}

const (
	// tooEarly is how far a packet may seem to be from the future before the
	// source is moved back: it was a late packet that it was placed by.
	tooEarly = rate / 100
	// tooLate is how late all packets of a while may be before the source is moved
	// on: its clock is slow, or its way became longer.
	tooLate = rate / 50
	// while is that while in packets: about 5 s.
	while = 250
	// maxStrays is after how many packets without a place the source must have
	// begun anew.
	maxStrays = 3
)

// place returns the position of p's first sample, when p is heard at position
// now, or false for a packet that belongs nowhere.
func (l *lane) place(p *media.Packet, now int64) (int64, bool) {
	natural := now - int64(len(p.Payload)) // its last sample is spoken when it comes
	if !l.known || l.ssrc != p.SSRC {
		return l.anchor(p, natural), true
	}
	position := l.position + int64(int32(p.Timestamp-l.timestamp))
	late := natural - position
	switch {
	case late < -tooEarly:
		return l.anchor(p, natural), true
	case late > patience && l.strict:
		return 0, false
	case late > patience:
		if l.strays++; l.strays < maxStrays && !p.Marker {
			return 0, false
		}
		return l.anchor(p, natural), true
	}
	l.strays = 0
	if position >= l.position {
		l.timestamp, l.position = p.Timestamp, position
	}
	l.settle(late)
	return position, true
}

// anchor places the source anew, with p at position.
func (l *lane) anchor(p *media.Packet, position int64) int64 {
	*l = lane{strict: l.strict, known: true, ssrc: p.SSRC, timestamp: p.Timestamp, position: position, least: patience}
	return position
}

// settle moves the source on when all its packets are late for a while.
func (l *lane) settle(late int64) {
	l.least = min(l.least, late)
	if l.packets++; l.packets < while {
		return
	}
	if l.least > tooLate {
		l.position += l.least
	}
	l.least, l.packets = patience, 0
}

// hush begins a gap at a position, and takes back what is heard from there on
// already. It returns where the gap begins: where it did, if there is one.
func (t *tape) hush(at int64) int64 {
	if n := len(t.gaps); n > 0 && t.gaps[n-1].to == open {
		return t.gaps[n-1].from
	}
	at = max(at, t.taken)
	t.hushed = true
	t.gaps = append(t.gaps, gap{at, open})
	for c := range t.rings {
		for i := at; i < t.taken+capacity; i++ {
			t.rings[c][i%capacity] = g711.ALaw.Silence()
		}
	}
	return at
}

// stalled is how long a network may have kept back what was said in a gap.
const stalled = 3 * rate

// speak ends the gap at a position, and returns that. What was said in it may
// come for a while yet: it finds its place in the gap, or none.
func (t *tape) speak(at int64) int64 {
	t.hushed, t.strict = false, at+stalled
	if n := len(t.gaps); n > 0 && t.gaps[n-1].to == open {
		t.gaps[n-1].to = at
	}
	return at
}

// silent reports whether a position is in a gap.
func (t *tape) silent(at int64) bool {
	for _, g := range t.gaps {
		if at >= g.from && at < g.to {
			return true
		}
	}
	return false
}

// forget drops the gaps that nothing can fall into any more.
func (t *tape) forget() {
	for len(t.gaps) > 0 && t.gaps[0].to <= t.taken {
		t.gaps = t.gaps[1:]
	}
}
