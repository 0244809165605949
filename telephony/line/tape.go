package line

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/call"
	"switchboard/telephony/journal"
	"switchboard/telephony/media/recording"
	"switchboard/telephony/switchd"
)

// tape is a recording under way.
type tape struct {
	*recording.Recorder
	row switchd.Recording
}

// secret is a stretch of the call in which the buyer tells what must not be
// kept: the number of a card (PCI DSS 3.3.1).
type secret struct {
	on    bool
	from  int64 // on the tape, ms
	timer *time.Timer
}

// maskedKey is shown for a key that was pressed in a secret.
const maskedKey = '*'

// record starts the tape. A tape that cannot be started, or breaks, ends
// nothing but itself.
func (w *wire) record(rec switchd.Recording) {
	r, err := w.start(rec)
	if err != nil {
		w.lines.cfg.Log.Error("call is not recorded", "call", w.id, "err", err)
		rec.Row.State, rec.Row.Error = "failed", "the file could not be made"
		w.tell(switchd.Recorded{Recording: rec.Row, State: rec.Row.State})
		w.lines.trouble(err)
		return
	}
	w.tape = &tape{r, rec}
	r.OnFailure(func(err error) {
		w.lines.trouble(err)
		w.post(w.endTape) // now, so that its row says so while the call goes on
	})
}

func (w *wire) start(rec switchd.Recording) (*recording.Recorder, error) {
	path := filepath.Join(w.lines.cfg.Recordings, filepath.FromSlash(rec.Path))
	if rec.Secret == nil {
		return recording.Start(path)
	}
	return recording.StartSealed(path, *rec.Secret)
}

// trouble reports that recordings cannot be written, unless it is this one's own.
func (l *Lines) trouble(err error) {
	if l.cfg.Trouble != nil && !errors.Is(err, fs.ErrExist) {
		l.cfg.Trouble(err)
	}
}

// endTape closes the recording and reports what it came to.
func (w *wire) endTape() {
	if w.tape == nil {
		return
	}
	facts, err := w.tape.Close()
	row := w.tape.row.Row
	row.State, row.Bytes, row.DurationMS = "ready", facts.Bytes, facts.DurationMS
	row.SHA256, row.StoredBytes, row.StoredSHA256 = bytea(facts.SHA256), facts.Stored.Bytes, bytea(facts.Stored.SHA256)
	if n := len(row.Gaps); n > 0 && row.Gaps[n-1].ToMS == nil {
		row.Gaps[n-1].ToMS = &facts.DurationMS
	}
	if err != nil {
		w.lines.cfg.Log.Error("recording is not whole", "call", w.id, "err", err)
		row.Error = "the disk did not take all of it"
		if facts.DurationMS == 0 {
			row.State = "failed"
		}
	}
	w.tape = nil
	w.tell(switchd.Recorded{Recording: row, State: row.State, Bytes: row.Bytes, MS: row.DurationMS})
}

// bytea is a digest as a column takes it; nil for none.
func bytea(hexadecimal string) *string {
	if hexadecimal == "" {
		return nil
	}
	s := `\x` + hexadecimal
	return &s
}

// PauseTape has the recording of a call stand still at once, and shows no key
// that the buyer presses, until ResumeTape or for as long as the shop says. Asked
// again, it stands still for that long from now.
func (l *Lines) PauseTape(id uuid.UUID) { l.on(id, (*wire).pauseTape) }

// ResumeTape has it go on.
func (l *Lines) ResumeTape(id uuid.UUID) {
	l.on(id, func(w *wire) { w.resumeTape("operator") })
}

// StopTape ends the recording of a call, and none is begun later, since the
// buyer does not want to be recorded.
func (l *Lines) StopTape(id uuid.UUID, by call.By) { l.on(id, func(w *wire) { w.stopTape(by) }) }

// pauseTape acts before the switch is told: silence cannot be taken back later.
func (w *wire) pauseTape() {
	now := time.Now()
	until := now.Add(w.number.Shop.Secret)
	w.secret.arm(w.number.Shop.Secret, func() { w.post(func() { w.resumeTape("time") }) })
	ev := switchd.TapePaused{Call: w.id, UntilMS: until.UnixMilli()}
	if w.tape != nil {
		w.secret.from = w.tape.Pause(now)
		if !w.secret.on {
			w.tape.mark(journal.Gap{FromMS: w.secret.from, Why: "payment"})
		}
		ev.OffsetMS, ev.Recording = w.secret.from, w.tape.now()
	}
	w.secret.on = true
	w.tell(ev)
}

// arm has do called after a while, and not what was armed before.
func (s *secret) arm(after time.Duration, do func()) {
	if s.timer != nil {
		s.timer.Stop()
	}
	s.timer = time.AfterFunc(after, do)
}

func (w *wire) resumeTape(why string) {
	if !w.secret.on {
		return
	}
	w.secret.timer.Stop()
	ev := switchd.TapeResumed{Call: w.id, FromMS: w.secret.from, Why: why}
	if w.tape != nil {
		ev.ToMS = w.tape.Resume(time.Now())
		w.tape.end(ev.ToMS)
		ev.Recording = w.tape.now()
	}
	w.secret = secret{}
	w.tell(ev)
}

// refuses reports whether the buyer says by the shop's key that they do not want
// to be recorded. While a machine listens for keys, they are its own.
func (w *wire) refuses(key byte) bool {
	return w.number != nil && w.number.Shop.Record && w.number.Shop.Refusal == key && !w.secret.on && !(w.waits() && w.queued.Callback && key == '1')
}

// stopTape tells where on the recording the buyer objected: that and the event's
// instant are the proof.
func (w *wire) stopTape(by call.By) {
	ev := switchd.Objected{Call: w.id, By: by}
	if w.tape != nil {
		ev.OffsetMS = w.tape.Pause(time.Now())
	}
	w.tell(ev)
	w.endTape()
}

// mark notes a gap in the row.
func (t *tape) mark(g journal.Gap) { t.row.Row.Gaps = append(t.row.Row.Gaps, g) }

// end ends the last gap.
func (t *tape) end(ms int64) {
	if n := len(t.row.Row.Gaps); n > 0 {
		t.row.Row.Gaps[n-1].ToMS = &ms
	}
}

// now is the row as it is, for another goroutine to keep.
func (t *tape) now() *journal.Recording {
	row := t.row.Row
	row.Gaps = slices.Clone(row.Gaps)
	return &row
}
