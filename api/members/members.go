// Package members serves /members: a shop's own people.
package members

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/account"
	"switchboard/tenant/fault"
	"switchboard/tenant/member"
	"switchboard/tenant/move"
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
	huma.Register(a, web.Op("set-member-phone", "PUT /members/{id}/phone", "Where calls are handed to a person of the shop",
		h.guard.Allow(session.Owner, session.Admin)), h.setPhone)
}

// Member is a person of the shop.
type Member struct {
	ID        uuid.UUID `json:"id" format:"uuid"`
	AccountID uuid.UUID `json:"account_id" format:"uuid"`
	Name      string    `json:"name"`
	Role      string    `json:"role" enum:"owner,manager,specialist"`
	Phone     string    `json:"phone" doc:"Where calls are handed to, E.164; empty: nowhere"`
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
		return Member{m.ID, m.AccountID, names[m.AccountID], string(m.Role), m.Phone, m.CreatedAt}
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

type setPhone struct {
	session.Shop
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		Phone string `json:"phone" maxLength:"40" doc:"As people write it; empty: nowhere"`
	}
}

type memberAnswer struct{ Body Member }

func (h *Handler) setPhone(ctx context.Context, in *setPhone) (*memberAnswer, error) {
	var phone e164.Number
	if in.Body.Phone != "" {
		n, err := e164.Parse(in.Body.Phone, e164.Russia)
		if err != nil {
			return nil, fault.Invalid{Field: "phone", Problem: "is not a telephone number"}
		}
		phone = n
	}
	var m member.Member
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		if err := move.SetPhone(tx, in.ID, phone); err != nil {
			return err
		}
		m, err = member.Take(tx, in.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	names, err := h.names(ctx, []member.Member{m})
	if err != nil {
		return nil, err
	}
	return &memberAnswer{Member{m.ID, m.AccountID, names[m.AccountID], string(m.Role), m.Phone, m.CreatedAt}}, nil
}
