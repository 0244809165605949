// Package jitter makes an even stream of a party's packets, for whoever has to
// mix them or to encode them anew; what is only passed on needs none.
package jitter

import (
	"sync"

	"switchboard/telephony/media"
)

// Frame is the number of samples of a Pop: 20 ms at 8 kHz. All lengths and
// positions here are in samples.
const Frame = 160

const (
	// firstDelay is how long the first packet waits besides the frame that is due:
	// the second may be late by as much.
	firstDelay = Frame
	// longest is the longest delay: beyond 200 ms people begin to talk into each
	// other, and a hole is the lesser evil.
	longest = 10 * Frame
	// capacity is how much the ring holds, more than anything may be ahead. A
	// power of two.
	capacity = 4096
	// slack is what may always lie ready without anybody calling it too much: the
	// frame that is due and firstDelay.
	slack = Frame + firstDelay
	// span is the Pops between two looks at the delay: a second.
	span = 50
	// hole marks a sample that has not come. No law of G.711 has it.
	hole = -1 << 15
)

// Buffer holds one party's audio until it is due. Its delay grows when packets
// come too late, and shrinks when all of them come too early for a while, which
// also keeps two different clocks together. All methods may be called from any
// goroutine; it never holds more than half a second.
type Buffer struct {
	mu    sync.Mutex
	ring  [capacity]int16 // by position modulo capacity
	known bool
	ssrc  uint32
	stamp uint32 // timestamp of position base
	base  int64
	play  int64 // position of the next Pop
	end   int64 // position after the newest sample
	run   int64 // samples before play that were made up, without a real one

	least int64 // that lay ready in this span
	pops  int
	cover cover
	stats Stats
}

// Stats tells how a party's audio came.
type Stats struct {
	Received  int64 // packets
	Late      int64 // packets that came after their time, and were not used
	Concealed int64 // frames that were made up, wholly or partly, while the party spoke
	Stretched int64 // samples by which the delay grew
	Shortened int64 // samples by which it shrank
	Delay     int64 // samples that lie ready now
}

// New returns an empty buffer.
func New() *Buffer {
	b := &Buffer{least: capacity}
	b.clear()
	return b
}

func (b *Buffer) clear() {
	for i := range b.ring {
		b.ring[i] = hole
	}
}

// Push takes a packet as it came, and doesn't keep it. Keys are left out.
func (b *Buffer) Push(p *media.Packet) {
	n := int64(len(p.Payload))
	if p.Law == 0 || n == 0 || n > capacity/4 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stats.Received++
	at := b.locate(p)
	if late := b.play - at; late > 0 && !b.wait(late) {
		b.stats.Late++
		return
	}
	b.write(at, p)
	b.end = max(b.end, at+n)
	if b.end-b.play > 2*longest { // a stall of the network is over
		b.drop(b.end - b.play - longest)
	}
}

// locate returns the position of p's first sample. Another source, or one that
// jumped, begins anew.
func (b *Buffer) locate(p *media.Packet) int64 {
	at := b.base + int64(int32(p.Timestamp-b.stamp))
	ahead := at - b.play
	// A sender whose clock stood still while nobody spoke seems late for ever.
	stale := ahead < -longest && b.run > longest
	if b.known && p.SSRC == b.ssrc && ahead < capacity/2 && ahead > -capacity && !stale {
		b.base, b.stamp = at, p.Timestamp
		return at
	}
	b.clear()
	b.known, b.ssrc, b.stamp = true, p.SSRC, p.Timestamp
	b.base = b.play + firstDelay
	b.end, b.least, b.pops = b.base, capacity, 0
	return b.base
}

// wait takes the time to hear a packet that is late, and reports whether it is
// of use yet. After samples that were played it is not; but the next packets
// may be as late, so that the delay grows by a frame all the same.
func (b *Buffer) wait(late int64) bool {
	ready := max(b.end-b.play, 0)
	fits := late <= b.run
	if !fits {
		late = min(late, Frame)
	}
	if ready+late > longest {
		return false
	}
	b.play -= late
	b.run = max(b.run-late, 0)
	b.stats.Stretched += late
	b.least, b.pops = capacity, 0
	return fits
}

// write puts p's samples in their places, but those whose time is over.
func (b *Buffer) write(at int64, p *media.Packet) {
	for i, x := range p.Payload {
		if pos := at + int64(i); pos >= b.play {
			b.ring[pos%capacity] = p.Law.Sample(x)
		}
	}
}

// Pop gives the frame that is due into out, and reports false for nothing but
// silence. It must be called every 20 ms.
func (b *Buffer) Pop(out *[Frame]int16) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settle()
	heard, missing := false, 0
	for i := range out {
		cell := &b.ring[(b.play+int64(i))%capacity]
		if *cell == hole {
			missing++
			b.run++
		} else {
			heard, b.run = true, 0
		}
		out[i], *cell = b.cover.next(*cell), hole
	}
	b.play += Frame
	made := b.cover.audible()
	if missing > 0 && (heard || made) {
		b.stats.Concealed++
	}
	return heard || made
}

// settle shortens the delay when more than was needed lay ready at every Pop of
// a span: by half of the excess, at most a frame.
func (b *Buffer) settle() {
	ready := b.end - b.play
	if ready <= 0 { // nobody speaks: says nothing
		b.least, b.pops = capacity, 0
		return
	}
	b.least = min(b.least, ready)
	if b.pops++; b.pops < span {
		return
	}
	const worth = 40 // 5 ms
	if excess := b.least - slack; excess >= worth {
		b.drop(min(max(excess/2, worth), Frame))
	}
	b.least, b.pops = capacity, 0
}

// drop leaves out the next n samples. The cover blends what follows.
func (b *Buffer) drop(n int64) {
	for i := range min(n, capacity) {
		b.ring[(b.play+i)%capacity] = hole
	}
	b.play += n
	b.stats.Shortened += n
	b.cover.seam()
}

// Stats returns what happened so far.
func (b *Buffer) Stats() Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.stats
	s.Delay = max(b.end-b.play, 0)
	return s
}
