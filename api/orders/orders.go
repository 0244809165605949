// Package orders serves /orders.
package orders

import (
	"context"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/once"
	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/apikey"
	"switchboard/tenant/fault"
	"switchboard/tenant/live"
	"switchboard/tenant/order"
	"switchboard/tenant/page"
)

// Handler serves the orders of a shop.
type Handler struct {
	guard *session.Guard
	tell  func(live.Hint)
	now   func() time.Time
}

// New returns a Handler that tells who is looking what changed.
func New(g *session.Guard, tell func(live.Hint), now func() time.Time) *Handler {
	return &Handler{g, tell, now}
}

// Whoever takes orders may read them; so may who answers for the numbers.
var (
	takers  = []session.Role{session.Owner, session.Manager, session.Specialist, session.Operator}
	readers = append([]session.Role{session.Supervisor, session.Finance, session.Admin}, takers...)
)

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("list-orders", "GET /orders", "Orders of the shop, newest first", h.guard.Allow(readers...), session.Keys(apikey.OrdersRead),
		web.Says("An operator sees those of the call in hand.")), h.list)
	huma.Register(a, web.Op("create-order", "POST /orders", "Write a draft order", h.guard.Allow(takers...), session.Keys(apikey.OrdersWrite),
		web.Says("Items are priced by the catalogue that the call was answered with, else by the newest. An operator's order is of the call in hand.")), h.create)
	huma.Register(a, web.Op("get-order", "GET /orders/{id}", "An order", h.guard.Allow(readers...), session.Keys(apikey.OrdersRead)), h.get)
	huma.Register(a, web.Op("confirm-order", "POST /orders/{id}/confirm", "Settle a draft", h.guard.Allow(takers...), session.Keys(apikey.OrdersWrite)), h.change(order.Confirm))
	huma.Register(a, web.Op("cancel-order", "POST /orders/{id}/cancel", "End an order that is not to be delivered", h.guard.Allow(takers...), session.Keys(apikey.OrdersWrite)), h.change(order.Cancel))
}

type query struct {
	session.Shop
	web.Paging
	From   time.Time `query:"from" doc:"Only orders written at this instant or later"`
	To     time.Time `query:"to" doc:"Only orders written before this instant"`
	No     int64     `query:"no" minimum:"1" doc:"Only the order of this number, of the shop's own numbering"`
	Status string    `query:"status" enum:"draft,confirmed,cancelled" doc:"Only orders that are so"`
	CallID uuid.UUID `query:"call_id" format:"uuid" doc:"Only orders of this call"`
}

func (q query) filter(d session.Door) (order.Filter, error) {
	f := order.Filter{No: q.No, Status: order.Status(q.Status)}
	if !q.From.IsZero() {
		f.From = &q.From
	}
	if !q.To.IsZero() {
		f.To = &q.To
	}
	if f.From != nil && f.To != nil && !q.From.Before(q.To) {
		return f, fault.Invalid{Field: "query.to", Problem: "must be after from"}
	}
	if d.Call != uuid.Nil && q.CallID == uuid.Nil {
		q.CallID = d.Call
	}
	if q.CallID != uuid.Nil {
		f.CallID = &q.CallID
	}
	return f, d.Holds(q.CallID)
}

func (h *Handler) list(ctx context.Context, q *query) (*web.List[Order], error) {
	after, err := q.After()
	if err != nil {
		return nil, err
	}
	d, err := h.guard.Enter(ctx, q.Shop)
	if err != nil {
		return nil, err
	}
	filter, err := q.filter(d)
	if err != nil {
		return nil, err
	}
	var found []order.Order
	var next page.Cursor
	err = h.guard.Through(ctx, d, func(tx tenant.Tx) error {
		if filter.CallID != nil {
			if err := known(tx, *filter.CallID); err != nil {
				return err
			}
		}
		found, next, err = order.List(tx, filter, after, q.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.Page(found, next, func(o order.Order) Order { return Show(o, d.Scope.Role()) }), nil
}

// NewOrder is an order as it is asked for.
type NewOrder struct {
	CallID        uuid.UUID  `json:"call_id,omitzero" format:"uuid" doc:"The call that it was agreed in"`
	SnapshotID    uuid.UUID  `json:"snapshot_id,omitzero" format:"uuid" doc:"The catalogue that prices it; absent: the call's, else the newest"`
	Items         []OrderAsk `json:"items" nullable:"false" maxItems:"100" doc:"What was bought; problems name all of them"`
	Contact       *Contact   `json:"contact,omitempty" doc:"Whom and where to; without a phone it is the call's"`
	DeliveryMinor int64      `json:"delivery_minor,omitempty" doc:"Price of the delivery in minor units"`
}

// OrderAsk names an item by its id or its SKU.
type OrderAsk struct {
	ItemID   uuid.UUID `json:"item_id,omitzero" format:"uuid"`
	SKU      string    `json:"sku,omitempty" maxLength:"200"`
	Quantity int       `json:"quantity"`
}

type create struct {
	session.Shop
	once.Key
	Body NewOrder
}

func (c NewOrder) order() order.New {
	n := order.New{CallID: orNil(c.CallID), SnapshotID: orNil(c.SnapshotID), DeliveryMinor: c.DeliveryMinor}
	for _, a := range c.Items {
		n.Items = append(n.Items, order.Ask{ItemID: orNil(a.ItemID), SKU: a.SKU, Quantity: a.Quantity})
	}
	if c.Contact != nil {
		n.Contact = c.Contact.order()
	}
	return n
}

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

type answer struct{ Body Order }

func (h *Handler) create(ctx context.Context, in *create) (*answer, error) {
	d, err := h.guard.Enter(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	if in.Body.CallID == uuid.Nil {
		in.Body.CallID = d.Call
	}
	if err := d.Holds(in.Body.CallID); err != nil {
		return nil, err
	}
	out, err := once.Do(ctx, h.guard, d, once.Request{Key: in.Key, Operation: "create-order", Body: in.Body}, func(tx tenant.Tx) (*answer, error) {
		if in.Body.CallID != uuid.Nil {
			if err := known(tx, in.Body.CallID); err != nil {
				return nil, err
			}
		}
		o, err := order.Create(tx, in.Body.order(), h.now())
		if err != nil {
			return nil, err
		}
		return &answer{Show(o, d.Scope.Role())}, nil
	})
	if err != nil {
		return nil, err
	}
	h.changed(d, out.Body)
	return out, nil
}

func (h *Handler) changed(d session.Door, o Order) {
	h.tell(live.Hint{Shop: d.Scope.Shop(), Kind: live.Order, ID: o.ID, State: o.Status})
}

type path struct {
	session.Shop
	ID uuid.UUID `path:"id" format:"uuid" doc:"Of the order"`
}

func (h *Handler) get(ctx context.Context, in *path) (*answer, error) {
	return h.with(ctx, in, order.Take)
}

// change makes an operation of a change to one order.
func (h *Handler) change(to func(tenant.Tx, uuid.UUID, time.Time) (order.Order, error)) func(context.Context, *path) (*answer, error) {
	return func(ctx context.Context, in *path) (*answer, error) {
		return h.with(ctx, in, func(tx tenant.Tx, id uuid.UUID) (order.Order, error) { return to(tx, id, h.now()) })
	}
}

// with does something with one order. To an operator there are only those of
// the call in hand.
func (h *Handler) with(ctx context.Context, in *path, do func(tenant.Tx, uuid.UUID) (order.Order, error)) (*answer, error) {
	d, err := h.guard.Enter(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	var before, o order.Order
	err = h.guard.Through(ctx, d, func(tx tenant.Tx) error {
		if before, err = order.Take(tx, in.ID); err != nil {
			return err
		}
		if d.Call != uuid.Nil && (before.CallID == nil || *before.CallID != d.Call) {
			return fmt.Errorf("order %s is not of the call in hand: %w", in.ID, fault.NotFound)
		}
		o, err = do(tx, in.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := Show(o, d.Scope.Role())
	if o.Status != before.Status {
		h.changed(d, out)
	}
	return &answer{out}, nil
}
