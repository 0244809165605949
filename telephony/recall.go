package telephony

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/command"
	"switchboard/telephony/directory"
	"switchboard/telephony/switchd"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/task"
)

// hurdles are how the control API tells why a buyer is not called.
var hurdles = map[task.Hurdle]error{
	task.IsClosed: command.ErrClosed, task.IsTaken: command.ErrTaken, task.IsUnknown: command.ErrNoBuyer, task.IsLate: command.ErrHours,
}

// callBack has an operator call the buyer of a task.
func (s switchboard) callBack(ctx context.Context, o command.Order) error {
	shop, op := s.n.book.Now().Shop(o.Shop), s.n.book.Now().Operator(o.Operator)
	if shop == nil || op == nil || !op.Serves(o.Shop) {
		return fmt.Errorf("callback %s: %w", o.Task, fault.NotFound)
	}
	if !s.n.lines.Reachable(op, time.Now()) {
		return command.ErrNoPhone
	}
	owing, err := s.n.owing(ctx, shop, o)
	if err != nil {
		return err
	}
	if err := hurdles[owing.Hurdle]; err != nil {
		return err
	}
	d := switchd.Dialled{
		Call: uuid.New(), Operator: o.Operator, Task: o.Task, Of: owing.CallID, No: owing.No, Phone: owing.Phone, Rule: owing.Rule,
		Number: s.n.book.Now().NumberOf(shop, owing.NumberID),
	}
	if d.Number == nil {
		return fmt.Errorf("a number of shop %s to call from: %w", shop.Slug, fault.Conflict)
	}
	d.Queue = queueOf(shop, d.Number, owing.QueueID)
	if !acd.Serves(acd.Tier(op.Tier), acd.Tier(d.Queue.Tier)) {
		return fmt.Errorf("callback %s: %w", o.Task, fault.NotFound)
	}
	return s.n.room.Ask(ctx, func(answer chan<- error) switchd.Event {
		d.Answer = answer
		return d
	})
}

// queueOf is the queue that a buyer had waited in, or that of the number that
// they had called.
func queueOf(shop *directory.Shop, n *directory.Number, id *uuid.UUID) *directory.Queue {
	if id != nil {
		if q := shop.Queue(*id); q != nil {
			return q
		}
	}
	return n.Queue
}

func (n *Node) owing(ctx context.Context, shop *directory.Shop, o command.Order) (w task.Owing, err error) {
	scope, err := n.db.EnterAsJob(ctx, "call back", tenant.ID(shop.ID))
	if err != nil {
		return w, err
	}
	err = n.db.Within(ctx, scope, func(tx tenant.Tx) error {
		w, err = task.Call(tx, o.Task, o.Operator, time.Now().In(shop.Zone))
		return err
	})
	return w, err
}
