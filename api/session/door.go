package session

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Shop is the query parameter by which a request names its shop.
type Shop struct {
	Name string `query:"shop" maxLength:"63" doc:"Slug or id of the shop. Members of one shop need not name it, operators are in the shop of the call in hand, staff must name it"`
}

// Door is the way into the one shop that a request is about. It is open to
// whom the operation is for, and has the call that opened it for an operator.
type Door struct {
	Scope tenant.Scope
	Call  uuid.UUID // uuid.Nil: not an operator's
}

// Enter opens the shop that a request names or that goes without saying. To
// whom it is not theirs it is fault.NotFound, whether it exists or not.
func (g *Guard) Enter(ctx context.Context, shop Shop) (Door, error) {
	v := visitorOf(ctx)
	if err := v.admit(); err != nil {
		return Door{}, err
	}
	if v.who.Key != nil {
		return g.enterByKey(v, shop)
	}
	if d, ok, err := g.enterAsMember(ctx, v, shop); ok || err != nil {
		return d, err
	}
	if d, ok, err := g.enterForCall(ctx, v, shop); ok || err != nil {
		return d, err
	}
	if v.who.isStaff(v.staff()) {
		return g.enterAsStaff(ctx, v, shop)
	}
	return Door{}, fmt.Errorf("shop: %w", fault.NotFound)
}

func (v visitor) allows(r Role) bool { return len(v.roles) == 0 || slices.Contains(v.roles, r) }

// staff are the roles of the operation that may name any shop.
func (v visitor) staff() (roles []Role) {
	for _, r := range []Role{Supervisor, Finance, Admin} {
		if v.allows(r) {
			roles = append(roles, r)
		}
	}
	return roles
}

// enterAsMember is not ok where the person is no member of the shop that is
// meant: they may have another way in.
func (g *Guard) enterAsMember(ctx context.Context, v visitor, shop Shop) (Door, bool, error) {
	of := v.who.Memberships
	if shop.Name != "" {
		of = slices.DeleteFunc(slices.Clone(of), func(m Membership) bool { return m.Slug != shop.Name && m.Shop.String() != shop.Name })
	}
	switch {
	case len(of) == 0:
		return Door{}, false, nil
	case len(of) > 1:
		return Door{}, false, nameShop()
	case !v.allows(of[0].Role):
		return Door{}, false, fmt.Errorf("%s of shop %s: %w", of[0].Role, of[0].Shop, fault.Forbidden)
	}
	s, err := g.db.EnterAsMember(ctx, v.who.Account, tenant.ID(of[0].Shop))
	return Door{Scope: s}, true, err
}

// enterForCall is not ok where the person is no operator.
func (g *Guard) enterForCall(ctx context.Context, v visitor, shop Shop) (Door, bool, error) {
	if !v.allows(Operator) || !v.who.isStaff([]Role{Operator}) {
		return Door{}, false, nil
	}
	var calls []held
	err := g.db.Across(ctx, "find the call in hand", func(tx tenant.AcrossTx) error {
		var err error
		calls, err = heldBy(tx, v.who.Account)
		return err
	})
	if err != nil || len(calls) == 0 {
		return Door{}, false, err
	}
	h := calls[0]
	if shop.Name != "" && shop.Name != h.slug && shop.Name != h.shop.String() {
		return Door{}, false, nil
	}
	s, err := g.db.EnterForCall(ctx, v.who.Account, h.shop, h.call)
	return Door{s, h.call}, true, err
}

// EnterCall opens the shop of the call that an operator has in hand, if it is
// that one: also to somebody who is a member of a shop besides.
func (g *Guard) EnterCall(ctx context.Context, call uuid.UUID) (Door, error) {
	v := visitorOf(ctx)
	if err := v.admit(); err != nil {
		return Door{}, err
	}
	d, ok, err := g.enterForCall(ctx, v, Shop{})
	if err != nil {
		return Door{}, err
	}
	if !ok {
		return Door{}, fmt.Errorf("call %s is not in hand: %w", call, fault.NotFound)
	}
	return d, d.Holds(call)
}

func (g *Guard) enterAsStaff(ctx context.Context, v visitor, shop Shop) (Door, error) {
	if shop.Name == "" {
		return Door{}, nameShop()
	}
	var id tenant.ID
	err := g.db.Across(ctx, "find the shop that staff named", func(tx tenant.AcrossTx) error {
		var err error
		id, err = shopByName(tx, shop.Name)
		return err
	})
	if err != nil {
		return Door{}, err
	}
	s, err := g.db.EnterAsStaff(ctx, v.who.Account, id, "api")
	return Door{Scope: s}, err
}

func nameShop() error {
	return web.Coded("shop_required", fault.Invalid{Field: "query.shop", Problem: "name the shop: its slug or id"})
}

// Within runs fn in the shop of the request. What the person may no longer
// enter is fault.NotFound; what fn forbids stays forbidden.
func (g *Guard) Within(ctx context.Context, shop Shop, fn func(tenant.Tx) error) error {
	d, err := g.Enter(ctx, shop)
	if err != nil {
		return err
	}
	return g.Through(ctx, d, fn)
}

// Through is Within for a door that is open already.
func (g *Guard) Through(ctx context.Context, d Door, fn func(tenant.Tx) error) error {
	entered := false
	err := g.db.Within(ctx, d.Scope, func(tx tenant.Tx) error {
		entered = true
		return fn(tx)
	})
	if !entered && errors.Is(err, fault.Forbidden) {
		return fmt.Errorf("shop %s was left meanwhile: %w", d.Scope.Shop(), fault.NotFound)
	}
	return err
}

// Holds refuses an operator any call but the one in hand: fault.NotFound.
func (d Door) Holds(call uuid.UUID) error {
	if d.Call != uuid.Nil && d.Call != call {
		return fmt.Errorf("call %s is not the one in hand: %w", call, fault.NotFound)
	}
	return nil
}
