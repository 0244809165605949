package gen

import (
	"math"
	"time"

	"switchboard/telephony/media/g711"
)

// ear is what a stream hears.
type ear struct {
	heard   Heard
	keep    bool
	samples []byte

	window  uint64 // of the last 64 numbers: which came
	transit time.Duration
	jitter  float64 // microseconds, RFC 3550, 6.4.1
	from    uint32
}

// Heard is what came of another stream's packets.
type Heard struct {
	Packets   int // with a mark: of a stream, each counted once
	Unmarked  int // music and prompts
	Repeated  int
	Reordered int
	Others    int // that another stream's began: once is the most there should be
	First     int // number of the first
	Last      int // highest number
	Jitter    time.Duration
	LastAt    time.Time
}

// hear takes a packet, and returns how long it was under way if it is marked.
func (e *ear) hear(d datagram) (time.Duration, bool) {
	payload := d.body[rtpHeader:]
	if e.keep && d.body[1]&0x7f == pcma {
		e.samples = append(e.samples, payload...)
	}
	e.heard.LastAt = d.at
	m, ok := readMark(payload)
	if !ok {
		e.heard.Unmarked++
		return 0, false
	}
	delay := d.at.Sub(m.at)
	e.number(m)
	e.shake(delay)
	return delay, true
}

// number counts the packet by its number.
func (e *ear) number(m mark) {
	n := int(m.number)
	if m.stream != e.from {
		e.from = m.stream
		e.heard.Others++
		e.heard.First, e.heard.Last, e.heard.Packets, e.window = n, n, 1, 1
		return
	}
	switch ahead := n - e.heard.Last; {
	case ahead > 0:
		e.window = e.window<<min(ahead, 64) | 1
		e.heard.Last = n
	case ahead > -64 && e.window>>-ahead&1 == 0:
		e.window |= 1 << -ahead
		e.heard.Reordered++
	default:
		e.heard.Repeated++
		return
	}
	e.heard.Packets++
}

// shake keeps the interarrival jitter, in which only differences count.
func (e *ear) shake(transit time.Duration) {
	if e.transit != 0 {
		e.jitter += (math.Abs(float64((transit - e.transit).Microseconds())) - e.jitter) / 16
	}
	e.transit = transit
	e.heard.Jitter = time.Duration(e.jitter) * time.Microsecond
}

// Keep has the stream keep every sample that it hears.
func (s *Stream) Keep() {
	s.media.rx.Lock()
	defer s.media.rx.Unlock()
	s.ear.keep = true
}

// Samples returns what was kept.
func (s *Stream) Samples() []int16 {
	s.media.rx.Lock()
	defer s.media.rx.Unlock()
	return g711.ALaw.Decode(s.ear.samples)
}

// Heard returns what came so far.
func (s *Stream) Heard() Heard {
	s.media.rx.Lock()
	defer s.media.rx.Unlock()
	return s.ear.heard
}

// Lost returns how many of sent packets, counted from the first that came, did
// not come.
func (h Heard) Lost(sent int) int {
	if h.Packets == 0 {
		return sent
	}
	return sent - h.First - h.Packets
}
