package media

import (
	"sync"
	"time"
)

const (
	// firstPacket is how long a party may take until it is first heard.
	firstPacket = 30 * time.Second
	// nextPacket is how long a party may then be silent: its BYE must have been
	// lost, or its network. Who pauses when nobody speaks still sends something
	// every few seconds.
	nextPacket = 15 * time.Second
)

// Watch finds the legs whose parties are gone without a word. One goroutine
// looks at all of them each second.
type Watch struct {
	mu      sync.Mutex
	guards  map[*guard]struct{}
	stopped chan struct{}
	scanner sync.WaitGroup
}

type guard struct {
	leg   Leg
	since time.Time
	gone  func()
}

// NewWatch starts a watch, which Close ends.
func NewWatch() *Watch {
	w := &Watch{guards: map[*guard]struct{}{}, stopped: make(chan struct{})}
	w.scanner.Go(w.run)
	return w
}

// Guard calls gone once when leg's party is not heard for 30 s from now, or for
// 15 s after it was heard, unless stop was called before. A party on hold may
// be silent: stop guarding it, and guard it again when it is back. gone must
// not block.
func (w *Watch) Guard(leg Leg, gone func()) (stop func()) {
	g := &guard{leg: leg, since: time.Now(), gone: gone}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.guards[g] = struct{}{}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.guards, g)
	}
}

// Close ends the watch. Nobody is told anything after it returns.
func (w *Watch) Close() {
	close(w.stopped)
	w.scanner.Wait()
}

func (w *Watch) run() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-w.stopped:
			return
		case now := <-t.C:
			for _, g := range w.lost(now) {
				g.gone()
			}
		}
	}
}

// lost takes away the guards whose legs are silent too long, and returns them.
func (w *Watch) lost(now time.Time) []*guard {
	w.mu.Lock()
	defer w.mu.Unlock()
	var lost []*guard
	for g := range w.guards {
		if g.silent(now) {
			delete(w.guards, g)
			lost = append(lost, g)
		}
	}
	return lost
}

func (g *guard) silent(now time.Time) bool {
	last := g.leg.LastPacket()
	if last.Before(g.since) {
		return now.Sub(g.since) >= firstPacket
	}
	return now.Sub(last) >= nextPacket
}
