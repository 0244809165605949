// Package mix lets more than two parties of a call hear each other, each of
// them exactly whom it shall.
package mix

import (
	"slices"
	"sync"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/jitter"
)

const (
	// frame is the number of samples that every party is sent at a time.
	frame = jitter.Frame
	// frameLength is how long a frame lasts.
	frameLength = 20 * time.Millisecond
	// phases is how many groups of mixers take turns within a frame.
	phases = 4
	// turn is the time between two groups.
	turn = frameLength / phases
	// maxCatchUp is how many frames follow each other at once after we were held
	// up: what the parties' jitter buffers take. Beyond that, sound is left out.
	maxCatchUp = 3
)

// Board is a shard of mixers: one goroutine and one ticker serve all of them.
type Board struct {
	stopped chan struct{}
	runner  sync.WaitGroup
	ticker  *time.Ticker // stands still while there is no mixer

	mu     sync.Mutex
	groups [phases][]*Mixer
	open   int       // mixers in all groups
	due    time.Time // of the next turn
	whose  int       // group's it is
}

// NewBoard starts a board, which Close ends.
func NewBoard() *Board {
	b := &Board{stopped: make(chan struct{}), ticker: time.NewTicker(turn)}
	b.ticker.Stop()
	b.runner.Go(b.run)
	return b
}

// New returns a mixer without parties, which its Close ends. Unless tap is nil
// it hears the party buyer on channel 0, as it comes, and on channel 1 what that
// party is sent: nothing that the buyer does not hear is ever on it.
func (b *Board) New(buyer ID, tap media.Tap) *Mixer {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := &Mixer{board: b, tape: newTape(buyer, tap), group: b.smallest()}
	if b.open == 0 {
		b.due = time.Now().Add(turn)
		b.ticker.Reset(turn)
	}
	b.open++
	b.groups[m.group] = append(b.groups[m.group], m)
	return m
}

// smallest returns the group that has least to do. The caller holds b.mu.
func (b *Board) smallest() int {
	best := b.whose
	for i := range phases {
		if g := (b.whose + i) % phases; len(b.groups[g]) < len(b.groups[best]) {
			best = g
		}
	}
	return best
}

func (b *Board) remove(m *Mixer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.Index(b.groups[m.group], m)
	if i < 0 {
		return
	}
	b.groups[m.group] = slices.Delete(b.groups[m.group], i, i+1)
	if b.open--; b.open == 0 {
		b.ticker.Stop()
	}
}

// Close ends the board. Its mixers are silent from then on.
func (b *Board) Close() {
	close(b.stopped)
	b.runner.Wait()
}

func (b *Board) run() {
	defer b.ticker.Stop()
	for {
		select {
		case <-b.stopped:
			return
		case <-b.ticker.C:
			b.advance(time.Now())
		}
	}
}

// advance takes the turns that are due, by the clock and not by the ticks that
// came, so that no delay adds up.
func (b *Board) advance(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open == 0 {
		return // a tick of before the last mixer's end
	}
	if late := now.Sub(b.due); late >= maxCatchUp*frameLength {
		b.due = b.due.Add(late.Truncate(frameLength) - (maxCatchUp-1)*frameLength)
	}
	for ; !b.due.After(now); b.due = b.due.Add(turn) {
		for _, m := range b.groups[b.whose] {
			m.tick(b.due)
		}
		b.whose = (b.whose + 1) % phases
	}
}
