package media

import (
	"sync"
	"time"
)

// reception is how a party's packets come in (RFC 3550, A.1, A.3 and A.8). The
// reader writes it, and whoever reports reads it.
type reception struct {
	mu       sync.Mutex
	known    bool
	ssrc     uint32
	first    uint32 // sequence, extended by the turns
	highest  uint32
	received uint32 // of this source
	transit  int64  // samples between a packet's stamp and its coming
	timed    bool
	jitter   int64 // 1/16 sample

	reported reckoning // as of the last report
	judged   reckoning // as of the last span
	past     reckoning // of sources before this one
}

// reckoning is how many packets there should have been, and how many came.
type reckoning struct{ expected, received uint32 }

// take tells of a packet that was believed; at is in samples on any clock.
func (r *reception) take(p *Packet, at int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	const restart = 500 // as in losses
	step := int16(p.Sequence - uint16(r.highest))
	if !r.known || r.ssrc != p.SSRC || step > restart || step < -restart {
		r.begin(p)
		step = 0
	}
	r.received++
	if step > 0 {
		r.highest += uint32(step)
	}
	if p.Law != 0 { // the stamp of a pressed key stands still
		r.time(p, at)
	}
}

func (r *reception) begin(p *Packet) {
	now := r.reckon()
	r.past.expected += now.expected
	r.past.received += now.received
	r.reported, r.judged = reckoning{}, reckoning{}
	r.known, r.ssrc, r.timed = true, p.SSRC, false
	r.first = 1<<16 | uint32(p.Sequence) // one turn ahead: what is late does not come before zero
	r.highest, r.received = r.first, 0
}

func (r *reception) time(p *Packet, at int64) {
	transit := at - int64(p.Timestamp)
	d := int64(int32(transit - r.transit))
	r.transit = transit
	if !r.timed {
		r.timed = true
		return
	}
	if d < 0 {
		d = -d
	}
	if d > 2*rate { // a pause whose stamps stood still: not the network's doing
		return
	}
	r.jitter += d - (r.jitter+8)>>4
}

func (r *reception) reckon() reckoning {
	if !r.known {
		return reckoning{}
	}
	return reckoning{r.highest - r.first + 1, r.received}
}

// tally is what a report says of the packets so far.
type tally struct {
	ssrc     uint32
	highest  uint32
	expected uint32 // since the mark
	lost     int32  // since then; negative where some came twice
	total    int64  // expected from the beginning
	missing  int64  // of them
	jitter   uint32 // samples
}

// report returns what came since the last report, and begins the next.
func (r *reception) report() (tally, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.since(&r.reported)
}

// judge returns what came since the last span, if that is so many packets, and
// begins the next.
func (r *reception) judge(least uint32) (tally, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.reckon().expected-r.judged.expected < least {
		return tally{}, false
	}
	return r.since(&r.judged)
}

func (r *reception) since(mark *reckoning) (tally, bool) {
	if !r.known {
		return tally{}, false
	}
	now := r.reckon()
	t := tally{ssrc: r.ssrc, highest: r.highest, jitter: uint32(r.jitter >> 4)}
	t.expected = now.expected - mark.expected
	t.lost = int32(t.expected) - int32(now.received-mark.received)
	t.total = int64(r.past.expected) + int64(now.expected)
	t.missing = max(t.total-int64(r.past.received)-int64(now.received), 0)
	*mark = now
	return t, true
}

// span returns what a number of samples lasts.
func span(samples uint32) time.Duration { return time.Duration(samples) * time.Second / rate }
