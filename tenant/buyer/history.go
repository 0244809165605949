package buyer

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
	"switchboard/tenant"
)

// recent is how much of what was before is shown: more is not read in a call.
const recent = 20

// History is what there was between the shop and whoever has a number.
type History struct {
	Calls  []PastCall // newest first, but for the one in hand
	Orders []PastOrder
	Tasks  []Owed // the soonest due first
}

// PastCall is an earlier call.
type PastCall struct {
	ID          uuid.UUID
	No          int64
	Direction   string
	StartedAt   time.Time
	TalkMS      int64
	Outcome     *string
	Disposition *string
	OperatorID  *uuid.UUID
}

// PastOrder is an order of theirs.
type PastOrder struct {
	ID         uuid.UUID
	No         int64
	CallID     *uuid.UUID
	Status     string
	TotalMinor int64
	Currency   string
	CreatedAt  time.Time
}

// Owed is a task that is not done.
type Owed struct {
	ID      uuid.UUID
	Kind    string
	State   string
	DueAt   time.Time
	Subject string
}

// numbersOf are all numbers of whoever has @phone, itself too.
const numbersOf = `select @phone union select m.phone from shop.buyer_phone m where m.buyer_id = (select n.buyer_id from shop.buyer_phone n where n.phone = @phone)`

// HistoryOf returns what there was with the number before a call.
func HistoryOf(tx tenant.Tx, n e164.Number, call uuid.UUID) (History, error) {
	var h History
	if n == "" {
		return h, nil
	}
	args := map[string]any{"phone": n, "call": call, "recent": recent}
	for _, q := range []struct {
		into any
		sql  string
	}{
		{&h.Calls, `select c.id, c.no, c.direction, c.started_at, c.talk_ms, c.outcome, d.outcome as disposition, c.operator_id
			from shop.call_party p join shop.call c on c.id = p.call_id left join shop.disposition d on d.call_id = c.id
			where p.phone in (` + numbersOf + `) and c.id <> @call order by c.started_at desc, c.id limit @recent`},
		{&h.Orders, `select o.id, o.no, o.call_id, o.status, o.total_minor, o.currency, o.created_at
			from shop."order" o join shop.buyer_phone b on b.buyer_id = o.buyer_id where b.phone = @phone order by o.created_at desc, o.id limit @recent`},
		{&h.Tasks, `select t.id, t.kind, t.state, t.due_at, t.subject from shop.task t join shop.call_party p on p.call_id = t.call_id
			where p.phone in (` + numbersOf + `) and t.closed_at is null order by t.due_at, t.id limit @recent`},
	} {
		if err := tx.Query().Raw(q.sql, args).Scan(q.into).Error; err != nil {
			return h, fmt.Errorf("read what there was with %s: %w", n.Masked(), err)
		}
	}
	return h, nil
}
