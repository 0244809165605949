// Package lostcalls serves /lost-calls: who rang in vain, and who rings back.
package lostcalls

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/apikey"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
	"switchboard/tenant/page"
	"switchboard/tenant/task"
)

// Handler serves the lost calls of a shop.
type Handler struct{ guard *session.Guard }

// New returns a Handler.
func New(g *session.Guard) *Handler { return &Handler{g} }

// Register adds the operation.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("list-lost-calls", "GET /lost-calls", "Calls that nobody took, newest first, with what became of the callback",
		h.guard.Allow(session.Owner, session.Manager, session.Specialist, session.Supervisor, session.Finance, session.Admin), session.Keys(apikey.CallsRead)), h.list)
}

// LostCall is a call that nobody took.
type LostCall struct {
	ID       uuid.UUID  `json:"id" format:"uuid"`
	CallID   uuid.UUID  `json:"call_id" format:"uuid"`
	CallNo   int64      `json:"call_no" doc:"Of the call, in the shop's own numbering"`
	From     string     `json:"from" doc:"The buyer's number, masked for roles that need not know it; empty if withheld or erased"`
	Reason   string     `json:"reason" enum:"abandoned,busy,failed,closed,voicemail"`
	Words    string     `json:"words" doc:"The same for people, in the shop's language"`
	WaitedS  float64    `json:"waited_s" doc:"Seconds that the buyer waited"`
	Owner    string     `json:"owner" doc:"The responsible unit: pool:NAME or member:ID"`
	LostAt   time.Time  `json:"lost_at"`
	QueueID  *uuid.UUID `json:"queue_id" format:"uuid"`
	TaskID   *uuid.UUID `json:"task_id" format:"uuid" doc:"The callback; null if there is no number to call back"`
	Callback *Callback  `json:"callback" doc:"What became of it"`
}

// Callback is the task of a lost call.
type Callback struct {
	State        string     `json:"state" enum:"open,claimed,done,cancelled"`
	DueAt        *time.Time `json:"due_at"`
	ClaimedBy    *uuid.UUID `json:"claimed_by" format:"uuid" doc:"Account of who does it"`
	ClosedAt     *time.Time `json:"closed_at"`
	ClosedReason string     `json:"closed_reason"`
	ClosedCallID *uuid.UUID `json:"closed_call_id" format:"uuid"`
}

func show(l task.LostCall, role string) LostCall {
	out := LostCall{
		ID: l.ID, CallID: l.CallID, CallNo: l.CallNo, From: string(cdr.Phone(role, e164.Number(l.Phone))), Reason: string(l.Reason), Words: l.Words,
		WaitedS: float64(l.WaitedMS) / 1000, Owner: l.Owner, LostAt: l.LostAt, QueueID: l.QueueID, TaskID: l.TaskID,
	}
	if l.TaskID != nil {
		out.Callback = &Callback{string(l.TaskState), l.DueAt, l.ClaimedBy, l.ClosedAt, l.ClosedReason, l.ClosedCallID}
	}
	return out
}

type query struct {
	session.Shop
	web.Paging
	From     time.Time `query:"from" doc:"Only calls lost at this instant or later"`
	To       time.Time `query:"to" doc:"Only calls lost before this instant"`
	Reason   string    `query:"reason" enum:"abandoned,busy,failed,closed,voicemail" doc:"Only calls lost for this reason"`
	Owner    string    `query:"owner" maxLength:"100" doc:"Only calls that this unit answers for: pool:NAME or member:ID"`
	Callback string    `query:"callback" enum:"owed,open,claimed,done,cancelled" doc:"Only calls whose callback is so; owed: open or claimed"`
	CallID   uuid.UUID `query:"call_id" format:"uuid" doc:"Only this call"`
}

func (q query) filter() (task.LostFilter, error) {
	f := task.LostFilter{
		From: orNil(q.From), To: orNil(q.To), Reason: task.Reason(q.Reason), Owner: q.Owner,
		Callback: task.State(q.Callback), CallID: orNil(q.CallID),
	}
	if q.Callback == "owed" {
		f.Callback, f.Unclosed = "", true
	}
	if f.From != nil && f.To != nil && !f.From.Before(*f.To) {
		return f, fault.Invalid{Field: "query.to", Problem: "must be after from"}
	}
	return f, nil
}

// orNil is for parameters whose zero means that they were not given.
func orNil[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func (h *Handler) list(ctx context.Context, q *query) (*web.List[LostCall], error) {
	after, err := q.After()
	if err != nil {
		return nil, err
	}
	filter, err := q.filter()
	if err != nil {
		return nil, err
	}
	var found []task.LostCall
	var next page.Cursor
	var role string
	err = h.guard.Within(ctx, q.Shop, func(tx tenant.Tx) error {
		role = tx.Scope().Role()
		if filter.CallID != nil {
			if err := cdr.Known(tx, *filter.CallID); err != nil {
				return err
			}
		}
		found, next, err = task.ListLost(tx, filter, after, q.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.Page(found, next, func(l task.LostCall) LostCall { return show(l, role) }), nil
}
