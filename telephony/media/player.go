package media

import (
	"slices"
	"sync"
	"time"
)

const (
	// phases is how many groups take turns within a frame, so that not all legs'
	// packets leave in the same instant.
	phases = 4
	// turn is the time between two groups.
	turn = frameLength / phases
	// maxCatchUp is how many frames a leg may get at once after we were held up:
	// what its jitter buffer takes. Beyond that the clip waits instead.
	maxCatchUp = 3
)

// Player feeds prompts, music and keys to legs, a frame each 20 ms. One
// goroutine serves all of them.
type Player struct {
	stopped chan struct{}
	runner  sync.WaitGroup
	ticker  *time.Ticker // stands still while nothing plays

	mu     sync.Mutex
	groups [phases][]*Playback
	on     map[Leg]*Playback
	due    time.Time // of the next turn
	whose  int       // group's it is
}

// Playback is something that plays to one leg.
type Playback struct {
	player *Player
	leg    Leg
	track  track
	group  int
	done   chan struct{}
}

// track is what plays.
type track interface {
	// play sends the next frame to leg, and reports false if there was none left.
	play(leg Leg) bool
}

// NewPlayer starts a player, which Close ends.
func NewPlayer() *Player {
	p := &Player{stopped: make(chan struct{}), ticker: time.NewTicker(turn), on: map[Leg]*Playback{}}
	p.ticker.Stop()
	p.runner.Go(p.run)
	return p
}

// Play plays clips to leg, one after another. It takes the place of what the leg
// was played before, and waits for a leg whose codec is not agreed yet. A leg
// must not be played to while it is connected.
func (p *Player) Play(leg Leg, clips ...*Clip) *Playback {
	return p.start(leg, &reel{clips: clips})
}

// Loop is Play over and over, until it is stopped.
func (p *Player) Loop(leg Leg, clips ...*Clip) *Playback {
	return p.start(leg, &reel{clips: clips, endless: true})
}

// Dial presses keys at leg. What is not a key in them is left out.
func (p *Player) Dial(leg Leg, keys string) *Playback {
	return p.start(leg, &dial{keys: keys})
}

// Done is closed when the last sample is over, or the playback was stopped.
func (b *Playback) Done() <-chan struct{} { return b.done }

// Stop ends the playback. Nothing of it is sent after Stop returns.
func (b *Playback) Stop() {
	b.player.mu.Lock()
	defer b.player.mu.Unlock()
	b.player.remove(b)
}

// Close ends all playbacks and the player.
func (p *Player) Close() {
	close(p.stopped)
	p.runner.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range p.on {
		p.remove(b)
	}
}

func (p *Player) start(leg Leg, what track) *Playback {
	p.mu.Lock()
	defer p.mu.Unlock()
	if before := p.on[leg]; before != nil {
		p.remove(before)
	}
	if len(p.on) == 0 {
		p.due = time.Now().Add(turn)
		p.ticker.Reset(turn)
	}
	b := &Playback{player: p, leg: leg, track: what, group: p.smallest(), done: make(chan struct{})}
	p.groups[b.group] = append(p.groups[b.group], b)
	p.on[leg] = b
	return b
}

// smallest returns the group that has least to do; of equals the one whose turn
// comes first.
func (p *Player) smallest() int {
	best := p.whose
	for i := range phases {
		if g := (p.whose + i) % phases; len(p.groups[g]) < len(p.groups[best]) {
			best = g
		}
	}
	return best
}

// remove takes b away, if it is still there. The caller holds p.mu.
func (p *Player) remove(b *Playback) {
	i := slices.Index(p.groups[b.group], b)
	if i < 0 {
		return
	}
	p.groups[b.group] = slices.Delete(p.groups[b.group], i, i+1)
	delete(p.on, b.leg)
	close(b.done)
	if len(p.on) == 0 {
		p.ticker.Stop()
	}
}

func (p *Player) run() {
	defer p.ticker.Stop()
	for {
		select {
		case <-p.stopped:
			return
		case <-p.ticker.C:
			p.advance(time.Now())
		}
	}
}

// advance takes the turns that are due, by the clock and not by the ticks that
// came, so that no delay adds up.
func (p *Player) advance(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if late := now.Sub(p.due); late >= maxCatchUp*frameLength {
		p.due = p.due.Add(late.Truncate(frameLength) - (maxCatchUp-1)*frameLength)
	}
	for ; !p.due.After(now); p.due = p.due.Add(turn) {
		p.serve(p.whose)
		p.whose = (p.whose + 1) % phases
	}
}

// serve plays a frame to each leg of a group.
func (p *Player) serve(group int) {
	all := p.groups[group]
	for i := len(all) - 1; i >= 0; i-- { // backwards, for remove moves what follows
		if b := all[i]; !b.track.play(b.leg) {
			p.remove(b)
		}
	}
}
