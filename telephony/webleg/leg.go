package webleg

import (
	"encoding/binary"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"switchboard/telephony/media"
)

// Leg is an operator's side of one call. The connection below it is that of
// the shift: it was there before the call, it may be replaced by another in the
// middle of it, and another Leg comes after it.
type Leg struct {
	*media.RTPLeg
	closed atomic.Bool

	rx    sync.Mutex
	from  *link
	floor floor
	began time.Time // zero once a packet was sent after it
}

// floor is the newest packet of before the leg. What isn't newer belongs to
// the call of before, however late it comes.
type floor struct {
	on       bool
	sequence uint16
}

// passed is how many packets beyond the floor nothing late can come any more:
// 20 s. From there the numbers would start to look late again.
const passed = 1000

// late reports whether a packet is of before.
func (f *floor) late(sequence uint16) bool {
	if !f.on {
		return false
	}
	step := int16(sequence - f.sequence)
	f.on = step < passed
	return step <= 0
}

func newLeg(rtp *media.RTPLeg, from *link) *Leg {
	g := &Leg{RTPLeg: rtp, from: from, began: time.Now()}
	if from != nil {
		newest := from.newest.Load()
		g.floor = floor{on: newest != 0, sequence: uint16(newest)}
	}
	return g
}

// take receives a packet from a connection, which was sent and came at
// instants. Only the session's present connection is heard.
func (g *Leg) take(from *link, b []byte, sent, at time.Time) {
	g.rx.Lock()
	defer g.rx.Unlock()
	if g.closed.Load() || g.from != from || g.floor.late(binary.BigEndian.Uint16(b[2:])) || g.before(sent, at) {
		return
	}
	g.Take(b, at)
}

// report receives RTCP from a connection.
func (g *Leg) report(from *link, b []byte, at time.Time) {
	g.rx.Lock()
	defer g.rx.Unlock()
	if !g.closed.Load() && g.from == from {
		g.Take(b, at)
	}
}

// maxKept is how long a network that stalled may go on bringing what was said
// before the leg. It also bounds what a page with odd timestamps can lose.
const maxKept = 2 * time.Second

// before reports whether a packet was sent before the leg, when the page
// belonged to another call or to none. After one that wasn't, order decides.
func (g *Leg) before(sent, at time.Time) bool {
	if g.began.IsZero() {
		return false
	}
	if sent.Before(g.began) && at.Sub(g.began) < maxKept {
		return true
	}
	g.began = time.Time{}
	return false
}

// move has the leg hear another connection.
func (g *Leg) move(to *link) {
	g.rx.Lock()
	defer g.rx.Unlock()
	if g.from != to {
		g.from, g.floor, g.began = to, floor{}, time.Time{}
	}
}

// dialable reports whether keys are some that a telephone has.
func dialable(keys string) bool {
	return keys != "" && len(keys) <= maxKeys && strings.Trim(keys, "0123456789*#ABCD") == ""
}

// Close implements media.Leg. The page's connection stays.
func (g *Leg) Close() {
	g.closed.Store(true)
	g.RTPLeg.Close()
}

var _ media.Leg = (*Leg)(nil)
