package switchd

import (
	"encoding/hex"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/command"
	"switchboard/telephony/journal"
	"switchboard/tenant/keyring"
	"switchboard/tenant/sealed"
)

type (
	// TapePaused: the recording stands still while the buyer tells what must not
	// be in it, until the instant at latest. OffsetMS is where, on the recording.
	TapePaused struct {
		Call      uuid.UUID          `json:"-"`
		Recording *journal.Recording `json:"-"` // its row since; nil: nothing is recorded
		OffsetMS  int64              `json:"offset_ms"`
		UntilMS   int64              `json:"until_ms"`
	}
	// TapeResumed: it goes on, by the operator's word, because of the time, or
	// because the operator is gone.
	TapeResumed struct {
		Call      uuid.UUID          `json:"-"`
		Recording *journal.Recording `json:"-"`
		FromMS    int64              `json:"from_ms"`
		ToMS      int64              `json:"to_ms"`
		Why       string             `json:"why"`
	}
	// Objected: the buyer does not want to be recorded. OffsetMS is where the
	// recording ends for it; 0 if none was begun: then none is.
	Objected struct {
		Call     uuid.UUID `json:"-"`
		By       call.By   `json:"by"` // who told us: the buyer's key, or the operator
		OffsetMS int64     `json:"offset_ms"`
	}
)

func (TapePaused) kind() string  { return "tape-paused" }
func (TapeResumed) kind() string { return "tape-resumed" }
func (Objected) kind() string    { return "objected" }

// Sealer returns what a recording of a shop is sealed with, and how its row
// keeps that. It must not block.
type Sealer func(shop, recording uuid.UUID) (sealed.Secret, keyring.Wrapped, error)

// SealWith has recordings sealed; before Run.
func (s *Switch) SealWith(seal Sealer) { s.floor.seal = seal }

// lock gives a recording its key. The row has it before the first sample is
// written: whoever finds the file after a crash can open it.
func (f *floor) lock(r *Recording) error {
	if f.seal == nil {
		return nil
	}
	secret, wrapped, err := f.seal(r.Shop, r.ID)
	if err != nil {
		return err
	}
	key := `\x` + hex.EncodeToString(wrapped.DataKey)
	r.Secret, r.Row.KeyVersion, r.Row.DataKey = &secret, &wrapped.Version, &key
	return nil
}

// tapePaused notes that the recording stands still: it does so already, for it
// waits for nobody.
func (f *floor) tapePaused(ev TapePaused) {
	l := f.live(ev.Call)
	if l == nil {
		return
	}
	f.log(l, ev)
	until := acd.Instant(ev.UntilMS)
	l.secret = &until
	if ev.Recording != nil {
		f.batch.Recorded = append(f.batch.Recorded, *ev.Recording)
	}
	f.show(l.with)
}

func (f *floor) tapeResumed(ev TapeResumed) {
	l := f.live(ev.Call)
	if l == nil {
		return
	}
	f.log(l, ev)
	l.secret = nil
	if ev.Recording != nil {
		f.batch.Recorded = append(f.batch.Recorded, *ev.Recording)
	}
	f.show(l.with)
}

// objected keeps the call from being recorded, or from being recorded any
// further. What was recorded before stays: the buyer had been told.
func (f *floor) objected(ev Objected) {
	l := f.live(ev.Call)
	if l == nil || l.objected {
		return
	}
	f.log(l, ev)
	l.objected = true
	f.show(l.with)
}

// tape tells an operator how it stands with the recording.
func (l *live) tape() command.Tape {
	switch {
	case l.objected, !l.number.Shop.Record:
		return command.Tape{State: "off"}
	case l.secret != nil:
		return command.Tape{State: "paused", Until: ptr(wall(*l.secret))}
	}
	return command.Tape{State: "on"}
}
