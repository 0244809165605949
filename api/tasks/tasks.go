// Package tasks serves /tasks: what people owe buyers.
package tasks

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/live"
	"switchboard/tenant/page"
	"switchboard/tenant/task"
)

// Handler serves the tasks of a shop.
type Handler struct {
	guard *session.Guard
	tell  func(live.Hint)
	now   func() time.Time
}

// New returns a Handler that tells who is looking what changed.
func New(g *session.Guard, tell func(live.Hint), now func() time.Time) *Handler {
	return &Handler{g, tell, now}
}

// workers may take and close tasks.
var workers = []session.Role{session.Owner, session.Manager, session.Specialist, session.Supervisor}

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("list-tasks", "GET /tasks", "Tasks of the shop, the soonest due first", h.guard.Allow(append(workers, session.Admin)...)), h.list)
	huma.Register(a, web.Op("claim-task", "POST /tasks/{id}/claim", "Take a task on", h.guard.Allow(workers...),
		web.Says("Whoever has it keeps it: a second claim of theirs changes nothing, another's is a conflict.")), h.claim)
	huma.Register(a, web.Op("release-task", "POST /tasks/{id}/release", "Give a task back that one has taken", h.guard.Allow(workers...)), h.release)
	huma.Register(a, web.Op("done-task", "POST /tasks/{id}/done", "Close a task that was done", h.guard.Allow(workers...)), h.done)
	h.registerRule(a)
}

// Task is work for a person.
type Task struct {
	ID           uuid.UUID  `json:"id" format:"uuid"`
	Kind         string     `json:"kind" enum:"callback"`
	State        string     `json:"state" enum:"open,claimed,done,cancelled"`
	CallID       uuid.UUID  `json:"call_id" format:"uuid" doc:"The call that made it"`
	Phone        string     `json:"phone" doc:"The buyer's number, masked for roles that need not know it; empty once erased"`
	QueueID      *uuid.UUID `json:"queue_id" format:"uuid"`
	Owner        string     `json:"owner" doc:"The responsible unit: pool:NAME or member:ID"`
	ClaimedBy    *uuid.UUID `json:"claimed_by" format:"uuid" doc:"Account of who does it"`
	DueAt        time.Time  `json:"due_at"`
	Overdue      bool       `json:"overdue"`
	Subject      string     `json:"subject" doc:"What about, as it was promised; empty for a lost call, and for roles that need not know the buyer"`
	CreatedAt    time.Time  `json:"created_at"`
	ClosedAt     *time.Time `json:"closed_at"`
	ClosedReason string     `json:"closed_reason" doc:"In words"`
	ClosedCallID *uuid.UUID `json:"closed_call_id" format:"uuid" doc:"The call that closed it"`
	Attempts     int        `json:"attempts" doc:"Calls that reached nobody, of those that the shop's rule counts"`
}

func (h *Handler) show(t task.Task, role string) Task {
	phone := string(cdr.Phone(role, e164.Number(t.Phone)))
	if phone != t.Phone {
		t.Subject = ""
	}
	return Task{
		t.ID, t.Kind, string(t.State), t.CallID, phone, t.QueueID, t.Owner, t.ClaimedBy,
		t.DueAt, t.Overdue(h.now()), t.Subject, t.CreatedAt, t.ClosedAt, t.ClosedReason, t.ClosedCallID, t.Attempts,
	}
}

type query struct {
	session.Shop
	web.Paging
	State string `query:"state" enum:"open,claimed,done,cancelled" doc:"Only tasks in this state"`
}

func (h *Handler) list(ctx context.Context, q *query) (*web.List[Task], error) {
	after, err := q.After()
	if err != nil {
		return nil, err
	}
	var found []task.Task
	var next page.Cursor
	var role string
	err = h.guard.Within(ctx, q.Shop, func(tx tenant.Tx) error {
		role = tx.Scope().Role()
		found, next, err = task.List(tx, task.Filter{State: task.State(q.State)}, after, q.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.Page(found, next, func(t task.Task) Task { return h.show(t, role) }), nil
}

type path struct {
	session.Shop
	ID uuid.UUID `path:"id" format:"uuid" doc:"Of the task"`
}

type answer struct{ Body Task }

func (h *Handler) claim(ctx context.Context, in *path) (*answer, error) {
	return h.change(ctx, in, func(tx tenant.Tx) error {
		_, err := task.Claim(tx, in.ID, session.Who(ctx).Account)
		return err
	})
}

func (h *Handler) release(ctx context.Context, in *path) (*answer, error) {
	return h.change(ctx, in, func(tx tenant.Tx) error {
		_, err := task.Release(tx, in.ID, session.Who(ctx).Account)
		return err
	})
}

type done struct {
	session.Shop
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Of the task"`
	Body struct {
		Reason string    `json:"reason,omitempty" maxLength:"300" doc:"What came of it, in words"`
		CallID uuid.UUID `json:"call_id,omitzero" format:"uuid" doc:"The call that did it"`
	}
}

func (h *Handler) done(ctx context.Context, in *done) (*answer, error) {
	c := task.Closing{Now: h.now(), Reason: in.Body.Reason}
	if in.Body.CallID != uuid.Nil {
		c.CallID = &in.Body.CallID
	}
	return h.change(ctx, &path{in.Shop, in.ID}, func(tx tenant.Tx) error {
		if c.CallID != nil {
			if _, err := cdr.Take(tx, *c.CallID); err != nil {
				return err
			}
		}
		_, err := task.Finish(tx, in.ID, c)
		return err
	})
}

// change does something to a task and tells how it is then.
func (h *Handler) change(ctx context.Context, in *path, do func(tenant.Tx) error) (*answer, error) {
	out := &answer{}
	var shop tenant.ID
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		t, err := task.Take(tx, in.ID)
		out.Body, shop = h.show(t, tx.Scope().Role()), tx.Scope().Shop()
		return err
	})
	if err != nil {
		return nil, err
	}
	h.tell(live.Hint{Shop: shop, Kind: live.Task, ID: in.ID, State: out.Body.State})
	return out, nil
}
