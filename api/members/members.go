// Package members serves /members: a shop's own people.
package members

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/account"
	"switchboard/tenant/member"
)

// Handler serves the members of a shop.
type Handler struct {
	db    *tenant.DB
	guard *session.Guard
}

// New returns a Handler.
func New(db *tenant.DB, g *session.Guard) *Handler { return &Handler{db, g} }

// Register adds the operation.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("list-members", "GET /members", "People of the shop, the first to come first",
		h.guard.Allow(session.Owner, session.Manager, session.Admin)), h.list)
}

// Member is a person of the shop.
type Member struct {
	ID        uuid.UUID `json:"id" format:"uuid"`
	AccountID uuid.UUID `json:"account_id" format:"uuid"`
	Name      string    `json:"name"`
	Role      string    `json:"role" enum:"owner,manager,specialist"`
	CreatedAt time.Time `json:"created_at"`
}

func (h *Handler) list(ctx context.Context, in *session.Shop) (*web.List[Member], error) {
	var found []member.Member
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) error {
		var err error
		found, err = member.List(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	names, err := h.names(ctx, found)
	if err != nil {
		return nil, err
	}
	return web.All(found, func(m member.Member) Member {
		return Member{m.ID, m.AccountID, names[m.AccountID], string(m.Role), m.CreatedAt}
	}), nil
}

// names asks for the members' names: accounts are the platform's.
func (h *Handler) names(ctx context.Context, of []member.Member) (names map[uuid.UUID]string, err error) {
	ids := make([]uuid.UUID, len(of))
	for i, m := range of {
		ids[i] = m.AccountID
	}
	err = h.db.Across(ctx, "names of a shop's members", func(tx tenant.AcrossTx) error {
		names, err = account.Names(tx, ids)
		return err
	})
	return names, err
}
