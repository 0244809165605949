package calls

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
	"switchboard/tenant/recording"
)

// listeners may hear calls: whoever answers for them, and who settles disputes
// about them.
var listeners = []session.Role{session.Owner, session.Manager, session.Supervisor, session.Finance}

func hexadecimal(b []byte) string { return hex.EncodeToString(b) }

// Form is how a recording is wanted. It is exported because huma reads no parameters of an embedded type that is not.
type Form struct {
	Format   string `query:"format" enum:"wav,mp3,opus" default:"wav" doc:"wav: as it was recorded, and ranges are answered; mp3, opus: a tenth of that, made while it is sent"`
	Download bool   `query:"download" doc:"To be saved under a name, not played"`
}

type wanted struct {
	session.Shop
	Form
	ID uuid.UUID `path:"id" format:"uuid" doc:"Of the call"`
}

func (h *Handler) listen(ctx context.Context, in *wanted) (*huma.StreamResponse, error) {
	var t tape
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		if t, err = h.ready(tx, in.ID); err != nil {
			return err
		}
		return noteListening(tx, in.ID)
	})
	if err != nil {
		return nil, err
	}
	return h.stream(ctx, t, in.Form)
}

// tape is a recording that can be heard.
type tape struct {
	rec    cdr.Recording
	reader recording.Reader
}

// ready returns the recording of a call that can be heard. Of one that was
// deleted it tells when, and by which rule.
func (h *Handler) ready(tx tenant.Tx, call uuid.UUID) (tape, error) {
	rec, err := cdr.RecordingOf(tx, call)
	switch {
	case err != nil:
		return tape{}, err
	case rec.State == "erased":
		return tape{}, web.Gone(fmt.Sprintf("The recording of call %s was deleted on %s by rule %s.", call, rec.DeletedAt.UTC().Format(time.RFC3339), rec.DeletedRule))
	case rec.State != "ready":
		return tape{}, fmt.Errorf("recording of call %s is %s: %w", call, rec.State, fault.NotFound)
	}
	r, err := h.tapes.Reader(tx, rec)
	return tape{rec, r}, err
}

func (h *Handler) stream(ctx context.Context, t tape, f Form) (*huma.StreamResponse, error) {
	sound, err := h.tapes.Open(ctx, t.reader)
	if err != nil {
		return nil, err
	}
	if f.Format == "" || f.Format == wav {
		return &huma.StreamResponse{Body: func(c huma.Context) {
			defer sound.Close()
			answer(c, t.rec, f, sound)
		}}, nil
	}
	made, err := encode(ctx, codecs[f.Format], sound.Samples)
	if err != nil {
		_ = sound.Close()
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer sound.Close()
		h.send(c, t.rec, f, made)
	}}, nil
}

// answer answers ranges too: a player jumps to the minute that matters.
func answer(c huma.Context, rec cdr.Recording, f Form, sound *recording.Sound) {
	w, r := web.Patient(c)
	head(w.Header(), rec, f)
	if len(rec.SHA256) > 0 {
		w.Header().Set("ETag", `"`+hexadecimal(rec.SHA256)+`"`)
	}
	http.ServeContent(w, r, "", time.Time{}, sound)
}

// head says what is sent, and under which name it is saved.
func head(h http.Header, rec cdr.Recording, f Form) {
	kind, ends, shown := "audio/wav", wav, "inline"
	if c, is := codecs[f.Format]; is {
		kind, ends = c.kind, c.ends
	}
	if f.Download {
		shown = "attachment"
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", fmt.Sprintf(`%s; filename="call-%s-%s.%s"`, shown, rec.StartedAt.UTC().Format("20060102-150405"), rec.CallID.String()[:8], ends))
	h.Set("Cache-Control", "private, no-store")
}
