// Package calls serves /calls.
package calls

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/orders"
	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/billing/bill"
	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
	"switchboard/tenant/order"
	"switchboard/tenant/page"
	"switchboard/tenant/quality"
	"switchboard/tenant/recording"
)

// Handler serves the calls of a shop.
type Handler struct {
	guard *session.Guard
	tapes recording.Library
	now   func() time.Time
}

// New returns a Handler that finds sound among tapes, and keeps in their spool
// how it looks.
func New(g *session.Guard, tapes recording.Library, now func() time.Time) *Handler {
	return &Handler{g, tapes, now}
}

// readers may look at what happened in a shop.
var readers = []session.Role{session.Owner, session.Manager, session.Specialist, session.Supervisor, session.Finance, session.Admin}

// payers may read how a charge was reckoned: not the operator of the call.
var payers = readers

// withOperators adds the operator who has the call in hand.
var withOperators = append([]session.Role{session.Operator}, readers...)

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("list-calls", "GET /calls", "Calls of the shop, newest first", h.guard.Allow(readers...)), h.list)
	huma.Register(a, web.Op("get-call", "GET /calls/{id}", "A call with all that is known of it", h.guard.Allow(withOperators...),
		web.Says("The call goes by its id, or by the number that the shop's people know it by.")), h.get)
	huma.Register(a, web.Op("get-call-buyer", "GET /calls/{id}/buyer", "Whoever calls, and what there was before", h.guard.Allow(withOperators...)), h.buyer)
	huma.Register(a, web.Op("get-recording", "GET /calls/{id}/recording", "What was said", h.guard.Allow(listeners...),
		web.Streams("audio/wav", "Stereo: the buyer on the left, the operator on the right. Ranges are answered."),
		web.Says("Who listens is written in the audit log.")), h.listen)
	huma.Register(a, web.Op("create-listening", "POST /calls/{id}/listenings", "Ask for an address where a browser may play what was said",
		h.guard.Allow(listeners...), web.Says("Who listens is written in the audit log. The address is signed, lapses, and ends with the session.")), h.ask)
	huma.Register(a, web.Op("play-sound", "GET /sound", "What was said, at an address that create-listening gave", session.Public,
		web.Streams("audio/wav", "Stereo: the buyer on the left, the operator on the right. Ranges are answered.")), h.play)
	huma.Register(a, web.Op("get-peaks", "GET /calls/{id}/peaks", "How loud each stretch of the recording is", h.guard.Allow(listeners...)), h.peaks)
}

type query struct {
	session.Shop
	web.Paging
	From     time.Time `query:"from" doc:"Only calls that started at this instant or later"`
	To       time.Time `query:"to" doc:"Only calls that started before this instant"`
	State    string    `query:"state" enum:"greeting,menu,waiting,talking,held,moving,wrap-up,ended" doc:"Only calls that are there"`
	Outcome  string    `query:"outcome" enum:"answered,abandoned,overflowed,voicemail,refused,failed,served,unreached" doc:"Only calls that ended so"`
	Number   string    `query:"number" maxLength:"40" doc:"Only calls with this buyer's number"`
	Operator uuid.UUID `query:"operator" format:"uuid" doc:"Only calls that this operator took"`
	NumberID uuid.UUID `query:"number_id" format:"uuid" doc:"Only calls to this number of the shop"`
	No       int64     `query:"no" minimum:"1" doc:"Only the call of this number, of the shop's own numbering"`
	Promise  string    `query:"promise" enum:"kept,late" doc:"Only answered calls that their queue's promise was kept to, or not"`
	Live     string    `query:"live" enum:"any,waiting,talking" doc:"Only calls under way: all, those that wait for a person, those that are with one"`
}

func (q query) filter() (cdr.Filter, error) {
	f := cdr.Filter{
		Outcome: q.Outcome, State: cdr.State(q.State), From: orNil(q.From), To: orNil(q.To), OperatorID: orNil(q.Operator),
		NumberID: orNil(q.NumberID), No: q.No, Promise: cdr.Promise(q.Promise), Live: cdr.Live(q.Live),
	}
	if f.From != nil && f.To != nil && !f.From.Before(*f.To) {
		return f, fault.Invalid{Field: "query.to", Problem: "must be after from"}
	}
	if q.Number == "" {
		return f, nil
	}
	n, err := e164.Parse(plus(q.Number), home)
	if err != nil {
		return f, fault.Invalid{Field: "query.number", Problem: "is not a telephone number"}
	}
	f.Phone = string(n)
	return f, nil
}

// home is the country of numbers that are given without one.
const home e164.Country = "RU"

// plus brings back the + of a number, which is a space in an address.
func plus(number string) string {
	if rest, cut := strings.CutPrefix(number, " "); cut {
		return "+" + rest
	}
	return number
}

func (h *Handler) list(ctx context.Context, q *query) (*web.List[Call], error) {
	filter, err := q.filter()
	if err != nil {
		return nil, err
	}
	after, err := q.After()
	if err != nil {
		return nil, err
	}
	var found []cdr.Call
	var next page.Cursor
	var role string
	err = h.guard.Within(ctx, q.Shop, func(tx tenant.Tx) error {
		role = tx.Scope().Role()
		found, next, err = cdr.List(tx, filter, after, q.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.Page(found, next, func(c cdr.Call) Call { return show(c.For(role), q.Shop) }), nil
}

type one struct {
	session.Shop
	ID uuid.UUID `path:"id" format:"uuid" doc:"Of the call"`
}

type story struct{ Body Story }

// named is a call by either of its names.
type named struct {
	session.Shop
	ID string `path:"id" maxLength:"36" doc:"Of the call: its id, or its number in the shop" example:"48213"`
}

// find returns the id of a call. What is neither a number nor an id is no call.
func (n named) find(tx tenant.Tx) (uuid.UUID, error) {
	if no, err := strconv.ParseInt(n.ID, 10, 64); err == nil {
		return cdr.ByNo(tx, no)
	}
	id, err := uuid.Parse(n.ID)
	if err != nil {
		return uuid.Nil, fmt.Errorf("call %q: %w", n.ID, fault.NotFound)
	}
	return id, nil
}

func (h *Handler) get(ctx context.Context, in *named) (*story, error) {
	d, err := h.guard.Enter(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	out := &story{}
	err = h.guard.Through(ctx, d, func(tx tenant.Tx) error {
		id, err := in.find(tx)
		if err == nil {
			err = d.Holds(id)
		}
		if err != nil {
			return err
		}
		out.Body, err = told(tx, id, in.Shop)
		return err
	})
	return out, err
}

// narrow leaves what a call needs of its operator: neither what the shop pays
// for it nor its sound is.
func (s *Story) narrow() {
	s.Charge, s.Explanation, s.Recording, s.RecordingURL, s.Transcript = nil, nil, nil, nil, nil
}

// told is all that is known of a call, as the role of tx may see it.
func told(tx tenant.Tx, id uuid.UUID, shop session.Shop) (Story, error) {
	role := tx.Scope().Role()
	s, err := cdr.Take(tx, id)
	if err != nil {
		return Story{}, err
	}
	out, err := tell(s, role, shop)
	if err != nil {
		return Story{}, err
	}
	legs, err := quality.Of(tx, id)
	if err != nil {
		return Story{}, err
	}
	out.Quality = showQuality(legs)
	words, err := cdr.TranscriptOf(tx, id)
	if err != nil {
		return Story{}, err
	}
	out.Transcript = showTranscript(words)
	if role == string(session.Operator) {
		out.narrow()
	}
	if slices.Contains(payers, session.Role(role)) {
		b, ok, err := bill.Of(tx, id)
		if err != nil {
			return Story{}, err
		}
		if ok {
			out.Bill = showBill(b)
		}
	}
	if s.OrderID == nil {
		return out, nil
	}
	o, err := order.Take(tx, *s.OrderID)
	shown := orders.Show(o, role)
	out.Order = &shown
	return out, err
}

// orNil is for parameters whose zero means that they were not given.
func orNil[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
