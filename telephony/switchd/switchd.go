// Package switchd is the live room: it carries events into the pure cores,
// writes them and what was decided to the journal, and only then lets the
// effects out to the telephones.
package switchd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/journal"
	"switchboard/tenant/sealed"
)

// Phones is what the switch needs of the telephones. No method may block, and
// none is called before what caused it is committed.
type Phones interface {
	Refuse(call uuid.UUID, code int, reason string)
	Announce(call uuid.UUID, c Clip)          // answer, play, and report HungUp by the system
	Greet(call uuid.UUID, record bool)        // answer, play the greeting, report Greeted
	Ring(call uuid.UUID)                      // let the buyer hear that it rings
	Offer(o Offer)                            // ring the operator, report Accepted or Declined
	Withdraw(call, leg uuid.UUID)             // stop ringing, or drop who answered too late
	Join(call, leg uuid.UUID, rec *Recording) // let buyer and operator talk; record unless nil
	Hold(call uuid.UUID)                      // music to the buyer
	Resume(call uuid.UUID)
	Lose(call uuid.UUID, lost bool) // the operator's connection: music to the buyer until it is back
	Mute(call uuid.UUID, muted bool)
	Queued(call, queue uuid.UUID)  // it shall wait in another queue
	Third(t Third)                 // ring who is called in, report Accepted or Declined
	Shape(call uuid.UUID, s Shape) // who talks to whom
	Hand(call, leg uuid.UUID)      // the third has the call, its operator is let go
	Requeue(call, leg uuid.UUID)   // the operator is gone: music until another joins
	Watch(w Watch)                 // a supervisor hears the call, or does what its Mode is now
	Unwatch(call, leg, supervisor uuid.UUID)
	Seize(call, leg uuid.UUID)         // the supervisor on leg has the call, its operator is let go
	End(call uuid.UUID, reason string) // hang up whatever is left of the call
	Machines
}

// Clip names what a caller who is turned away hears.
type Clip string

// The clips.
const (
	ClipClosed      Clip = "closed"      // outside hours
	ClipUnavailable Clip = "unavailable" // the shop is suspended, or gone
)

// Offer is one attempt to reach one operator.
type Offer struct {
	Call     uuid.UUID
	Leg      uuid.UUID
	Operator uuid.UUID
	For      time.Duration // after this the room takes it back
}

// Recording is where a call's recording goes.
type Recording struct {
	ID   uuid.UUID
	Shop uuid.UUID
	Path string // below the recordings directory
	Row  journal.Recording

	Secret *sealed.Secret // that the file is sealed with; nil: it is not
}

// Journal is where the switch writes: what is committed survives, and is soon
// to be read. It has an implementation on PostgreSQL and one in memory, for
// simulations.
type Journal interface {
	Commit(context.Context, *journal.Batch) error
	Pool() string
	Epoch() int64
	Node() string
}

// Bounds of the switch's queue. At the bound a new call is refused with 503,
// and whoever brings another event waits: nothing that happened is dropped.
const (
	inbox    = 8192
	maxBatch = 256 // events to a commit: keeps one under some 10 ms
)

// A call that would wait longer for its first decision than tooLate is refused
// instead: its carrier has other ways, and a caller on a dead line has none.
// What was measured longer than probe ago says nothing: then one call tries.
const (
	tooLate = 700 * time.Millisecond
	probe   = 200 * time.Millisecond
)

// commitRetry is how soon a commit is tried again while the database is away.
// Nothing leaves meanwhile; calls that are up go on.
const commitRetry = 200 * time.Millisecond

// Switch is one live room.
type Switch struct {
	journal Journal
	phones  Phones
	log     *slog.Logger
	hints   func([]Hint)
	inputs  chan Event
	asks    chan func(*floor)
	begun   time.Time // monotonic origin of all instants
	base    int64     // its wall clock, Unix ms: what instants count from
	floor   *floor
	delay   atomic.Int64 // of the last new call until its step, ms
	tried   atomic.Int64 // when that was, or when a call was let in to try, as an Instant
}

// Hint says that a call of a shop, or an operator's desk, is not what it was:
// whoever shows it reads it again.
type Hint struct {
	Shop     uuid.UUID
	Call     uuid.UUID
	State    string
	Operator uuid.UUID // whose desk it is; then nothing else is set
}

// New returns a Switch; Run starts it. numbers are the last call numbers of
// the shops. hints is called once what changed can be read, from a goroutine of
// the journal's, and must not block.
func New(j Journal, p Phones, numbers map[uuid.UUID]int64, policy acd.Policy, hints func([]Hint), log *slog.Logger) *Switch {
	now := time.Now()
	return &Switch{
		journal: j, phones: p, log: log, hints: hints,
		inputs: make(chan Event, inbox), asks: make(chan func(*floor)),
		begun: now, base: now.UnixMilli(),
		floor: newFloor(j.Pool(), j.Epoch(), j.Node(), numbers, policy),
	}
}

// Now is the switch's instant: wall clock at its start plus monotonic time, so
// that a clock that is set back moves no call.
func (s *Switch) Now() acd.Instant {
	return acd.Instant(s.base + time.Since(s.begun).Milliseconds())
}

// Arrive hands in a new call. It answers false when the switch is behind: the
// caller must be refused with 503.
func (s *Switch) Arrive(a Arrived) bool {
	if len(s.inputs) > inbox*3/4 || s.behind() { // the last quarter is kept for calls that are up
		return false
	}
	a.at = s.Now()
	select {
	case s.inputs <- a:
		return true
	default:
		return false
	}
}

// behind reports whether a new call would wait too long.
func (s *Switch) behind() bool {
	if s.delay.Load() < tooLate.Milliseconds() {
		return false
	}
	now, tried := int64(s.Now()), s.tried.Load()
	return now-tried < probe.Milliseconds() || !s.tried.CompareAndSwap(tried, now)
}

// measure notes how long a new call waited for its step.
func (s *Switch) measure(ev Event) {
	if a, is := ev.(Arrived); is {
		now := s.Now()
		s.delay.Store(int64(now - a.at))
		s.tried.Store(int64(now))
	}
}

// Tell hands in any other event, from any goroutine. It waits while the switch
// is behind.
func (s *Switch) Tell(ctx context.Context, ev Event) {
	select {
	case s.inputs <- ev:
	case <-ctx.Done():
	}
}

// Run is the only goroutine that touches the room. It returns when ctx ends,
// or when another node leads the pool.
func (s *Switch) Run(ctx context.Context) error {
	alarm := time.NewTimer(0)
	defer alarm.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case ask := <-s.asks:
			ask(s.floor)
			continue
		case ev := <-s.inputs:
			s.gather(ev)
		case <-alarm.C:
			s.gather(Tick{})
		}
		if s.floor.due() <= s.Now() {
			if err := s.settle(ctx); err != nil {
				return err
			}
		}
		wake, _ := s.floor.room.Deadline() // Never without one
		if wake = min(wake, s.floor.due(), s.floor.wakes(), s.floor.deadline()); wake != acd.Never {
			alarm.Reset(max(0, time.Duration(wake-s.Now())*time.Millisecond))
		}
	}
}

// gather steps the room by ev and by whatever else waits, up to a batch.
func (s *Switch) gather(ev Event) {
	s.measure(ev)
	s.floor.step(s.Now(), ev)
	for range maxBatch - 1 {
		select {
		case ev := <-s.inputs:
			s.measure(ev)
			s.floor.step(s.Now(), ev)
		default:
			return
		}
	}
}

// settle commits what the steps wrote, and then lets their effects out.
func (s *Switch) settle(ctx context.Context) error {
	batch, effects, hints := s.floor.take()
	if batch != nil {
		if len(hints) > 0 {
			batch.Then = func() { s.hints(hints) }
		}
		if err := s.commit(ctx, batch); err != nil {
			return err
		}
	}
	for _, e := range effects {
		e(s.phones)
	}
	return nil
}

// commit writes the batch, however long the database is away.
func (s *Switch) commit(ctx context.Context, b *journal.Batch) error {
	for {
		err := s.journal.Commit(ctx, b)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, journal.ErrSucceeded):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case journal.Refused(err):
			return fmt.Errorf("the journal refused %d events: %w", len(b.Events), err)
		}
		s.log.Error("journal is not written; no call is assigned until it is", "err", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(commitRetry):
		}
	}
}

// ask runs look in the switch's goroutine.
func (s *Switch) ask(ctx context.Context, look func(*floor)) error {
	done := make(chan struct{})
	wrapped := func(f *floor) {
		defer close(done)
		look(f)
	}
	select {
	case s.asks <- wrapped:
	case <-ctx.Done():
		return ctx.Err()
	}
	<-done
	return nil
}
