// Package summary serves /summary: what a shop's days add up to.
package summary

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/summary"
)

// Handler serves summaries.
type Handler struct{ guard *session.Guard }

// New returns a Handler.
func New(g *session.Guard) *Handler { return &Handler{g} }

// Register adds the operation.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("get-summary", "GET /summary", "What a span of the shop's days adds up to",
		h.guard.Allow(session.Owner, session.Manager, session.Specialist, session.Supervisor, session.Finance, session.Admin),
		web.Says("Each figure is the length of a list: of list-calls, list-lost-calls or list-orders with the same span and the filter that its field names.")), h.get)
}

type span struct {
	session.Shop
	From time.Time `query:"from" required:"true" doc:"What happened at this instant or later"`
	To   time.Time `query:"to" required:"true" doc:"What happened before this instant"`
}

// Summary is what a span adds up to.
type Summary struct {
	Calls   int           `json:"calls" doc:"Calls that started"`
	Kept    int           `json:"kept" doc:"promise=kept: answered within what their queue promises"`
	Late    int           `json:"late" doc:"promise=late: answered after that"`
	Lost    int           `json:"lost" doc:"Lost calls"`
	GaveUp  int           `json:"gave_up" doc:"Lost calls with reason=abandoned: who hung up while they waited"`
	Orders  int           `json:"orders" doc:"Orders with status=confirmed"`
	Turned  []Sum         `json:"turnover" nullable:"false" doc:"The same in money"`
	Spent   []Sum         `json:"spent" nullable:"false" doc:"Charges for these calls, without VAT"`
	Hours   []HourCalls   `json:"hours" nullable:"false" doc:"The hours of the day by the shop's clocks, from 0 to 23"`
	Sources []NumberCalls `json:"sources" nullable:"false" doc:"The shop's numbers, the most called first"`
	Waiting int           `json:"waiting" doc:"live=waiting, at this moment"`
	Talking int           `json:"talking" doc:"live=talking, at this moment"`
	WrapUp  int           `json:"wrap_up" doc:"state=wrap-up, at this moment"`
}

// Sum is an amount: whole 10^-scale of the currency.
type Sum struct {
	Amount   int64  `json:"amount" doc:"In minor units: kopecks, cents"`
	Scale    int    `json:"scale"`
	Currency string `json:"currency" example:"RUB"`
}

// HourCalls is the calls of one hour of the day.
type HourCalls struct {
	Hour  int `json:"hour"`
	Calls int `json:"calls"`
	Kept  int `json:"kept"`
	Late  int `json:"late"`
	Lost  int `json:"lost"`
}

// NumberCalls is the calls to one number.
type NumberCalls struct {
	NumberID uuid.UUID `json:"number_id" format:"uuid"`
	Calls    int       `json:"calls" doc:"number_id: calls to it"`
	Lost     int       `json:"lost"`
	Orders   int       `json:"orders" doc:"Confirmed ones that came of its calls"`
}

type answer struct{ Body Summary }

func (h *Handler) get(ctx context.Context, in *span) (*answer, error) {
	if !in.From.Before(in.To) {
		return nil, fault.Invalid{Field: "query.to", Problem: "must be after from"}
	}
	var s summary.Summary
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		s, err = summary.Of(tx, summary.Span{From: in.From, To: in.To})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &answer{show(s)}, nil
}

func show(s summary.Summary) Summary {
	return Summary{
		Calls: s.Calls, Kept: s.Kept, Late: s.Late, Lost: s.Lost, GaveUp: s.GaveUp, Orders: s.Orders,
		Waiting: s.Waiting, Talking: s.Talking, WrapUp: s.WrapUp,
		Turned:  each(s.Turned, func(m summary.Money) Sum { return Sum(m) }),
		Spent:   each(s.Spent, func(m summary.Money) Sum { return Sum(m) }),
		Hours:   each(s.Hours, func(h summary.Hour) HourCalls { return HourCalls(h) }),
		Sources: each(s.Sources, func(s summary.Source) NumberCalls { return NumberCalls(s) }),
	}
}

func each[F, T any](of []F, to func(F) T) []T {
	out := make([]T, len(of))
	for i, v := range of {
		out[i] = to(v)
	}
	return out
}
