package calls

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
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
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		if rec, err = ready(tx, in.ID); err != nil {
			return err
		}
		return noteListening(tx, in.ID)
	})
	if err != nil {
		return nil, err
	}
	return h.stream(rec)
}

func (h *Handler) stream(rec cdr.Recording) (*huma.StreamResponse, error) {
	f, err := h.open(rec)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer f.Close()
		answer(c, rec, f)
	}}, nil
}

func (h *Handler) open(rec cdr.Recording) (*os.File, error) {
	f, err := h.recordings.Open(rec.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the sound of call %s is gone: %w", rec.CallID, fault.NotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("open the recording of call %s: %w", rec.CallID, err)
	}
	return f, nil
}

// answer answers ranges too: a player jumps to the minute that matters.
func answer(c huma.Context, rec cdr.Recording, f io.ReadSeeker) {
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
