package trunk

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"switchboard/telephony/directory"
	"switchboard/telephony/sipua"
	"switchboard/telephony/trunk/pick"
)

// board is what this process knows of the trunks: their calls, their health.
// What belongs to a trunk that is no more is forgotten by keep.
type board struct {
	base time.Time

	mu         sync.Mutex
	trunks     map[string]*state
	registrars map[string]bool // names of the trunks that we register with

	sources atomic.Pointer[map[netip.Addr]string] // where those are: read for each packet of a stranger
}

// state is one trunk's.
type state struct {
	meter  pick.Meter
	places []spot // none: not known (yet)
	bare   pick.Pulse
	reg    registration
	trouble
}

// spot is a place with its share of the calls and its health.
type spot struct {
	place
	pick.Share
	pulse pick.Pulse
}

// trouble is the last failure, for people.
type trouble struct {
	What string
	At   time.Time
}

// registration is how we stand with the trunk's registrar.
type registration struct {
	State string    // "", trying, registered, refused
	Until time.Time // what it granted
}

func newBoard() *board {
	return &board{base: time.Now(), trunks: map[string]*state{}, registrars: map[string]bool{}}
}

func (b *board) now() pick.Instant { return pick.Instant(time.Since(b.base).Milliseconds()) }

// of returns a trunk's state; b.mu is held.
func (b *board) of(trunk string) *state {
	s := b.trunks[trunk]
	if s == nil {
		s = &state{}
		b.trunks[trunk] = s
	}
	return s
}

func capOf(t *directory.Trunk) pick.Cap { return pick.Cap{Calls: t.MaxCalls, PerSecond: t.MaxCPS} }

// begin counts a call, unless the trunk has no room for it.
func (b *board) begin(t *directory.Trunk) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.of(t.Name).meter.Begin(capOf(t), b.now())
}

func (b *board) end(trunk string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of(trunk).meter.End()
}

func (b *board) full(t *directory.Trunk) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.of(t.Name).meter.Full(capOf(t), b.now())
}

// health is that of a trunk's best place.
func (b *board) health(t *directory.Trunk) pick.Health {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.of(t.Name).health(b.now())
}

func (s *state) health(now pick.Instant) pick.Health {
	if len(s.places) == 0 {
		return s.bare.At(now)
	}
	best := pick.Down
	for _, p := range s.places {
		best = min(best, p.pulse.At(now))
	}
	return best
}

// places are a trunk's best ones for one call: by priority and weight, but those
// that are down last.
func (b *board) places(trunk string, most int) []place {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	spots := b.of(trunk).spread()
	down := func(s spot) int {
		if s.pulse.At(now) == pick.Down {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(spots, func(x, y spot) int { return cmp.Compare(down(x), down(y)) })
	list := make([]place, 0, most)
	for _, s := range spots[:min(most, len(spots))] {
		list = append(list, s.place)
	}
	return list
}

// spread returns the places in the order of one call.
func (s *state) spread() []spot {
	shares := make([]pick.Share, len(s.places))
	for i, p := range s.places {
		shares[i] = p.Share
	}
	spots := make([]spot, 0, len(shares))
	for _, i := range pick.Spread(shares, rand.IntN) {
		spots = append(spots, s.places[i])
	}
	return spots
}

// pulse changes that of one place.
func (s *state) pulse(at place, change func(pick.Pulse) pick.Pulse) {
	for i := range s.places {
		if s.places[i].place == at {
			s.places[i].pulse = change(s.places[i].pulse)
			return
		}
	}
	s.bare = change(s.bare)
}

// well is a sign of life of a try's place.
func (b *board) well(t *try) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of(t.trunk.Name).pulse(t.target, func(p pick.Pulse) pick.Pulse {
		if p.Health == pick.Unknown {
			return p // nobody pings it: that it is well now says nothing of later
		}
		return p.Heard(p.RTT, 200)
	})
}

// failed notes what a try came to, as far as it is the trunk's own doing.
func (b *board) failed(t *try, ev sipua.Failed) {
	if t.rang || !pick.Again(ev.Code, false) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	s, now := b.of(t.trunk.Name), b.now()
	s.trouble = trouble{fmt.Sprintf("a call was refused: %d %s", ev.Code, ev.Reason), time.Now()}
	switch {
	case ev.RetryAfter > 0:
		s.pulse(t.target, func(p pick.Pulse) pick.Pulse { return p.Rest(now, ev.RetryAfter) })
	case ev.Code == 408 && t.trunk.Ping:
		s.pulse(t.target, pick.Pulse.Missed)
	}
}
