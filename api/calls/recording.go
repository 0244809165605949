package calls

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
)

// listeners may hear calls: whoever answers for them, and who settles disputes
// about them.
var listeners = []session.Role{session.Owner, session.Manager, session.Supervisor, session.Finance}

func hexadecimal(b []byte) string { return hex.EncodeToString(b) }

func (h *Handler) listen(ctx context.Context, in *one) (*huma.StreamResponse, error) {
	var rec cdr.Recording
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		var err error
		if rec, err = cdr.RecordingOf(tx, in.ID); err != nil {
			return err
		}
		if rec.State != "ready" {
			return fmt.Errorf("recording of call %s is %s: %w", in.ID, rec.State, fault.NotFound)
		}
		return noteListening(tx, in.ID)
	})
	if err != nil {
		return nil, err
	}
	f, err := h.open(rec)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer f.Close()
		play(c, rec, f)
	}}, nil
}

// sound is a file that can be played from anywhere.
type sound interface {
	io.ReadSeeker
	io.Closer
}

func (h *Handler) open(rec cdr.Recording) (sound, error) {
	f, err := h.recordings.Open(rec.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the sound of call %s is gone: %w", rec.CallID, fault.NotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("open the recording of call %s: %w", rec.CallID, err)
	}
	s, ok := f.(sound)
	if !ok {
		_ = f.Close()
		return nil, fmt.Errorf("the recording of call %s cannot be played from its middle", rec.CallID)
	}
	return s, nil
}

// play answers ranges too: a player jumps to the minute that matters.
func play(c huma.Context, rec cdr.Recording, f io.ReadSeeker) {
	w, r := web.Patient(c)
	h := w.Header()
	h.Set("Content-Type", "audio/wav")
	h.Set("Content-Disposition", `inline; filename="`+rec.CallID.String()+`.wav"`)
	h.Set("Cache-Control", "private, no-store")
	if len(rec.SHA256) > 0 {
		h.Set("ETag", `"`+hexadecimal(rec.SHA256)+`"`)
	}
	http.ServeContent(w, r, "", time.Time{}, f)
}
