// Package trunks serves /trunks: where calls come from and go to.
package trunks

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
)

// Handler serves trunks.
type Handler struct {
	db    *tenant.DB
	guard *session.Guard
}

// New returns a Handler.
func New(db *tenant.DB, g *session.Guard) *Handler { return &Handler{db, g} }

// Register adds the operation.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("list-trunks", "GET /trunks", "Trunks to carriers", h.guard.Allow(session.Admin)), h.list)
}

// Trunk is a carrier's way in and out.
type Trunk struct {
	ID        uuid.UUID `json:"id" format:"uuid"`
	Name      string    `json:"name"`
	From      []string  `json:"from" nullable:"false" doc:"Networks that its requests come from; others get no answer" example:"[\"127.0.0.1/32\"]"`
	Outbound  string    `json:"outbound" doc:"SIP URI that takes our calls" example:"sip:127.0.0.1:5090"`
	Transport string    `json:"transport" enum:"udp,tcp"`
	Codecs    []string  `json:"codecs" nullable:"false" doc:"In the order of preference" example:"[\"pcma\",\"pcmu\"]"`
	Enabled   bool      `json:"enabled"`
	CreatedAt time.Time `json:"created_at"`
}

func (h *Handler) list(ctx context.Context, _ *struct{}) (*web.List[Trunk], error) {
	var found []Trunk
	err := h.db.Across(ctx, "list trunks for an admin", func(tx tenant.AcrossTx) error {
		var err error
		found, err = all(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.All(found, func(t Trunk) Trunk { return t }), nil
}
