// Package recall reminds of callbacks whose time has come.
package recall

import (
	"context"
	"errors"
	"time"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/live"
	"switchboard/tenant/task"
)

// Overdue is the state that a hint tells of a task that nobody did in time. In
// its row it follows from due_at.
const Overdue = "overdue"

// Reminder tells who is looking that a callback is overdue.
type Reminder struct {
	db   *tenant.DB
	tell func(live.Hint)
	now  func() time.Time
}

// New returns a Reminder.
func New(db *tenant.DB, tell func(live.Hint), now func() time.Time) *Reminder {
	return &Reminder{db, tell, now}
}

// Remind tells of the task if it is still not done. A task that was erased
// needs no reminder.
func (r *Reminder) Remind(ctx context.Context, d task.DueTask) error {
	shop := tenant.ID(d.ShopID)
	scope, err := r.db.EnterAsJob(ctx, "recall", shop)
	if err != nil {
		return err
	}
	var t task.Task
	err = r.db.Within(ctx, scope, func(tx tenant.Tx) error {
		t, err = task.Take(tx, d.TaskID)
		return err
	})
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	if err == nil && t.Overdue(r.now()) {
		r.tell(live.Hint{Shop: shop, Kind: live.Task, ID: t.ID, State: Overdue})
	}
	return err
}
