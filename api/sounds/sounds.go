// Package sounds serves /sounds: what a shop plays to its callers.
package sounds

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/clip"
)

// Handler serves the sounds of a shop.
type Handler struct {
	guard *session.Guard
	dir   string // MEDIA_DIR
}

// New returns a Handler that keeps files in dir.
func New(g *session.Guard, dir string) *Handler { return &Handler{g, dir} }

var (
	writers = []session.Role{session.Owner, session.Manager}
	readers = []session.Role{session.Owner, session.Manager, session.Supervisor, session.Admin}
)

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("list-sounds", "GET /sounds", "Sounds of the shop by name", h.guard.Allow(readers...)), h.list)
	create := web.Op("create-sound", "POST /sounds", "Upload a sound", h.guard.Allow(writers...), web.Says(
		"WAV, MP3, OGG Vorbis, FLAC, AIFF or AU, at most 20 MB and 10 minutes. What it is is told from its content. It becomes one channel of 8 kHz, "+
			"as loud as every other prompt."))
	create.MaxBodyBytes = clip.MaxBytes + 1<<10
	huma.Register(a, create, h.create)
	huma.Register(a, web.Op("get-sound-audio", "GET /sounds/{id}/audio", "The sound, as callers hear it", h.guard.Allow(readers...),
		web.Streams("audio/wav", "A-law of 8 kHz")), h.play)
	huma.Register(a, web.Op("delete-sound", "DELETE /sounds/{id}", "Remove a sound", h.guard.Allow(writers...), web.Says(
		"confirm is its name, once more. One that is played somewhere stays: 409 says where.")), h.remove)
}

// Sound is a sound of the shop.
type Sound struct {
	ID         uuid.UUID `json:"id" format:"uuid"`
	Name       string    `json:"name" doc:"By which menus play it"`
	Bytes      int64     `json:"bytes"`
	DurationMS int64     `json:"duration_ms" doc:"Length, ms"`
	Source     string    `json:"source" doc:"The format that it was uploaded in"`
	CreatedAt  time.Time `json:"created_at"`
}

func show(s clip.Sound) Sound {
	return Sound{s.ID, s.Name, s.Bytes, s.DurationMS, s.Source, s.CreatedAt}
}

func (h *Handler) list(ctx context.Context, in *session.Shop) (*web.List[Sound], error) {
	var found []clip.Sound
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) (err error) {
		found, err = clip.List(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.All(found, show), nil
}

type uploadSound struct {
	session.Shop
	Name    string `query:"name" required:"true" maxLength:"60" doc:"By which menus play it"`
	RawBody []byte `contentType:"application/octet-stream" doc:"The file"`
}

type one struct{ Body Sound }

// create reads the file outside the transaction: that takes seconds.
func (h *Handler) create(ctx context.Context, in *uploadSound) (*one, error) {
	d, err := h.guard.Enter(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	p, err := clip.Prepare(ctx, in.RawBody)
	if err != nil {
		return nil, err
	}
	out := &one{}
	err = h.guard.Through(ctx, d, func(tx tenant.Tx) error {
		s, err := clip.Add(tx, h.dir, in.Name, p)
		out.Body = show(s)
		return err
	})
	return out, err
}

type path struct {
	session.Shop
	ID uuid.UUID `path:"id" format:"uuid" doc:"Of the sound"`
}

func (h *Handler) play(ctx context.Context, in *path) (*huma.StreamResponse, error) {
	var s clip.Sound
	var shop tenant.ID
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		shop = tx.Scope().Shop()
		s, err = clip.Take(tx, in.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join(h.dir, s.Path(shop)))
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer f.Close()
		w, r := web.Patient(c)
		w.Header().Set("Content-Type", "audio/wav")
		w.Header().Set("Cache-Control", "private, no-store")
		http.ServeContent(w, r, "", time.Time{}, f)
	}}, nil
}

type remove struct {
	session.Shop
	ID      uuid.UUID `path:"id" format:"uuid" doc:"Of the sound"`
	Confirm string    `query:"confirm" required:"true" maxLength:"60" doc:"Its name"`
}

func (h *Handler) remove(ctx context.Context, in *remove) (*struct{}, error) {
	return nil, h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error { return clip.Remove(tx, h.dir, in.ID, in.Confirm) })
}
