package editions

import (
	"context"

	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/tenant"
	"switchboard/tenant/edition"
)

type publish struct {
	session.Shop
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Of the text"`
	Body *struct {
		Note string `json:"note,omitempty" maxLength:"500" doc:"What changed, for who works with it"`
	}
}

func (h *Handler) publish(ctx context.Context, in *publish) (*published, error) {
	note := ""
	if in.Body != nil {
		note = in.Body.Note
	}
	return h.renew(ctx, in.Shop, func(tx tenant.Tx) (edition.Version, error) {
		return h.kind.Shelf.Publish(tx, in.ID, note, h.now())
	})
}

type restore struct {
	session.Shop
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Of the text"`
	Body struct {
		Version int `json:"version" minimum:"1" doc:"Which"`
	}
}

func (h *Handler) restore(ctx context.Context, in *restore) (*published, error) {
	return h.renew(ctx, in.Shop, func(tx tenant.Tx) (edition.Version, error) {
		return h.kind.Shelf.Restore(tx, in.ID, in.Body.Version, h.now())
	})
}

type published struct{ Body TextVersion }

// renew makes a version, and says what is wrong with the draft if it can't.
func (h *Handler) renew(ctx context.Context, shop session.Shop, do func(tenant.Tx) (edition.Version, error)) (*published, error) {
	out := &published{}
	err := h.guard.Within(ctx, shop, func(tx tenant.Tx) error {
		v, err := do(tx)
		out.Body = version(v)
		return at("path.id", err) // the request only names the text
	})
	return out, err
}
