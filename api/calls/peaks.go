package calls

import (
	"context"
	"encoding/json"
	"fmt"

	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/recording"
	"switchboard/tenant/wave"
)

// Peaks are how loud each stretch of a recording is, of 255.
type Peaks struct {
	DurationS float64 `json:"duration_s" doc:"Seconds of sound"`
	Buyer     []int   `json:"buyer" nullable:"false" doc:"The left channel, in stretches of equal length"`
	Operator  []int   `json:"operator" nullable:"false" doc:"The right channel, likewise"`
}

type peaks struct{ Body Peaks }

// bars is how many stretches a recording is drawn in: four a second, so that
// silence can be told from speech, but no fewer than a player shows and no more
// than a browser draws.
func bars(rec cdr.Recording) int { return int(min(7200, max(320, rec.DurationMS/250))) }

func (h *Handler) peaks(ctx context.Context, in *one) (*peaks, error) {
	var t tape
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		t, err = h.ready(tx, in.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	w, kept := h.kept(t.rec)
	if !kept {
		if w, err = h.draw(ctx, t); err != nil {
			return nil, err
		}
	}
	return &peaks{Peaks{seconds(w.DurationMS), ints(w.Buyer), ints(w.Operator)}}, nil
}

// drawn is a wave as it is kept beside its recording, with what it was drawn of.
type drawn struct {
	SHA256 string    `json:"sha256"`
	Wave   wave.Wave `json:"wave"`
}

// kept returns the wave that was drawn before, unless it was of other content.
func (h *Handler) kept(rec cdr.Recording) (wave.Wave, bool) {
	b, err := h.tapes.Spool.ReadFile(recording.Peaks(rec.Path))
	if err != nil {
		return wave.Wave{}, false
	}
	var d drawn
	if json.Unmarshal(b, &d) != nil || d.SHA256 != hexadecimal(rec.SHA256) || len(d.Wave.Buyer) != bars(rec) {
		return wave.Wave{}, false
	}
	return d.Wave, true
}

// draw reads the recording and keeps what it drew. A directory that cannot be
// written to costs the drawing again each time.
func (h *Handler) draw(ctx context.Context, t tape) (wave.Wave, error) {
	sound, err := h.tapes.Open(ctx, t.reader)
	if err != nil {
		return wave.Wave{}, err
	}
	defer sound.Close()
	w, err := wave.Draw(sound, sound.Size(), bars(t.rec))
	if err != nil {
		return wave.Wave{}, fmt.Errorf("recording of call %s: %w", t.rec.CallID, err)
	}
	b, err := json.Marshal(drawn{hexadecimal(t.rec.SHA256), w})
	if err != nil {
		return wave.Wave{}, fmt.Errorf("recording of call %s: %w", t.rec.CallID, err)
	}
	_ = h.tapes.Spool.WriteFile(recording.Peaks(t.rec.Path), b, 0o640)
	return w, nil
}

func ints(of []uint8) []int {
	out := make([]int, len(of))
	for i, v := range of {
		out[i] = int(v)
	}
	return out
}
