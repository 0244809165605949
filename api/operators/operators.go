// Package operators serves /operators: who took calls of a shop.
package operators

import (
	"cmp"
	"context"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/account"
	"switchboard/tenant/cdr"
)

// Handler serves the operators of a shop.
type Handler struct {
	db    *tenant.DB
	guard *session.Guard
}

// New returns a Handler.
func New(db *tenant.DB, g *session.Guard) *Handler { return &Handler{db, g} }

// Register adds the operation.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("list-operators", "GET /operators", "Operators who took calls of the shop, by name",
		h.guard.Allow(session.Owner, session.Manager, session.Specialist, session.Supervisor, session.Finance, session.Admin),
		web.Says("Nobody else of the pool is named to a shop.")), h.list)
}

// Voice is an operator: a person who spoke to buyers of the shop.
type Voice struct {
	ID   uuid.UUID `json:"id" format:"uuid"`
	Name string    `json:"name" doc:"As buyers hear it"`
}

func (h *Handler) list(ctx context.Context, in *session.Shop) (*web.List[Voice], error) {
	var ids []uuid.UUID
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) (err error) {
		ids, err = cdr.Operators(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	var names map[uuid.UUID]string
	err = h.db.Across(ctx, "names of operators who took a shop's calls", func(tx tenant.AcrossTx) (err error) {
		names, err = account.Names(tx, ids)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int {
		return cmp.Or(cmp.Compare(names[a], names[b]), cmp.Compare(a.String(), b.String()))
	})
	return web.All(ids, func(id uuid.UUID) Voice { return Voice{id, names[id]} }), nil
}
