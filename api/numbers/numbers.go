// Package numbers serves /numbers: what buyers dial.
package numbers

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
)

// Handler serves the numbers of a shop.
type Handler struct{ guard *session.Guard }

// New returns a Handler.
func New(g *session.Guard) *Handler { return &Handler{g} }

// Register adds the operation.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("list-numbers", "GET /numbers", "Numbers of the shop",
		h.guard.Allow(session.Owner, session.Manager, session.Specialist, session.Supervisor, session.Finance, session.Admin)), h.list)
}

// Number is what buyers dial.
type Number struct {
	ID        uuid.UUID `json:"id" format:"uuid"`
	E164      string    `json:"e164" example:"+74950000101"`
	Source    string    `json:"source" doc:"The advertising that shows it"`
	QueueID   uuid.UUID `json:"queue_id" format:"uuid" doc:"Where its calls wait"`
	CreatedAt time.Time `json:"created_at"`
}

func (h *Handler) list(ctx context.Context, in *session.Shop) (*web.List[Number], error) {
	var found []Number
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) error {
		var err error
		found, err = all(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.All(found, func(n Number) Number { return n }), nil
}
