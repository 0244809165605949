package task

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/outbox"
)

// Promised is a callback that an operator agreed upon with a buyer.
type Promised struct {
	CallID  uuid.UUID
	DueAt   time.Time
	Subject string // what about
}

// Promise owes the callback of a call, once: promised again, it is moved or
// taken up again. The pool that took the call owns it. One that is done cannot
// be promised once more: fault.Conflict. Its record in the audit log is that of
// the change that it is a part of.
func Promise(tx tenant.Tx, p Promised, now time.Time) (uuid.UUID, error) {
	var id uuid.UUID
	err := tx.Query().Raw(`
		insert into shop.task as t (id, kind, state, call_id, queue_id, owner, due_at, created_at, subject)
		select @id, 'callback', 'open', c.id, c.queue_id, 'pool:' || c.pool, @due, @now, @subject from shop.call c where c.id = @call
		on conflict (shop_id, kind, call_id) do update set due_at = excluded.due_at, subject = excluded.subject,
		  state = case t.state when 'cancelled' then 'open' else t.state end, closed_at = null, closed_reason = '', closed_call_id = null
		  where t.state <> 'done'
		returning id`, map[string]any{"id": uuid.Must(uuid.NewV7()), "call": p.CallID, "due": p.DueAt.UTC(), "now": now.UTC(), "subject": p.Subject}).Row().Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return id, fmt.Errorf("promise a callback for call %s, whose callback is done: %w", p.CallID, fault.Conflict)
	}
	if err != nil {
		return id, fmt.Errorf("promise a callback for call %s: %w", p.CallID, err)
	}
	bell := outbox.Ask{Now: now, Due: p.DueAt, Key: fmt.Sprintf("%s:%d", id, p.DueAt.UnixMilli())}
	return id, Due.Enqueue(tx, DueTask{ShopID: tx.Scope().Shop().UUID(), TaskID: id}, bell)
}

// Withdraw takes a promised callback back that is not done.
func Withdraw(tx tenant.Tx, id uuid.UUID, now time.Time) error {
	_, err := tx.Exec(`update shop.task set state = 'cancelled', closed_at = $2, closed_reason = 'no longer promised'
		where id = $1 and closed_at is null`, id, now.UTC())
	if err != nil {
		return fmt.Errorf("withdraw callback %s: %w", id, err)
	}
	return nil
}
