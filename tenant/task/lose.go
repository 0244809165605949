package task

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/outbox"
)

// CallBackWithin is how soon a lost buyer is to be called back: while they may
// still be choosing, and before they have rung three others.
const CallBackWithin = 15 * time.Minute

// Lost is a call that nobody took, and the callback that is owed for it. Its
// JSON is what LoseSQL takes an array of.
type Lost struct {
	ShopID   uuid.UUID  `json:"shop_id"`
	ID       uuid.UUID  `json:"id"`
	TaskID   uuid.UUID  `json:"task_id"`
	CallID   uuid.UUID  `json:"call_id"`
	QueueID  *uuid.UUID `json:"queue_id"`
	Reason   Reason     `json:"reason"`
	Words    string     `json:"words"`
	WaitedMS int64      `json:"waited_ms"`
	Owner    string     `json:"owner"` // pool:NAME or member:ID
	LostAt   time.Time  `json:"lost_at"`
	DueAt    time.Time  `json:"due_at"`
}

// LoseSQL writes the lost calls of the JSON array $1, each with a callback task
// and the job that watches over its due time; a caller who withheld their
// number gets no task, for there is nothing to dial. The rows of the call and
// of its party must be there. A call that is lost already stays as it is.
const LoseSQL = `
with n as (
  select * from json_to_recordset($1) as n(shop_id uuid, id uuid, task_id uuid, call_id uuid, queue_id uuid, reason text, words text,
    waited_ms bigint, owner text, lost_at timestamptz, due_at timestamptz)),
owed as (
  insert into shop.task (shop_id, id, kind, state, call_id, queue_id, owner, due_at, created_at)
  select n.shop_id, n.task_id, 'callback', 'open', n.call_id, n.queue_id, n.owner, n.due_at, n.lost_at
    from n join shop.call_party p on p.shop_id = n.shop_id and p.call_id = n.call_id and p.phone <> ''
  on conflict (shop_id, kind, call_id) do nothing
  returning shop_id, id, call_id, created_at, due_at),
bell as (
  insert into house.outbox (id, shop_id, kind, queue, payload, dedupe_key, created_at, due_at)
  select gen_random_uuid(), o.shop_id, 'task.due', 'prompt', jsonb_build_object('shop_id', o.shop_id, 'task_id', o.id),
         'task.due:' || o.shop_id || ':' || o.id, o.created_at, o.due_at from owed o
  on conflict (dedupe_key) do nothing)
insert into shop.lost_call (shop_id, id, call_id, reason, words, waited_ms, owner, task_id, lost_at)
select n.shop_id, n.id, n.call_id, n.reason, n.words, n.waited_ms, n.owner, o.id, n.lost_at
  from n left join owed o on o.shop_id = n.shop_id and o.call_id = n.call_id
on conflict (shop_id, call_id) do nothing`

// RangAgain is a buyer who calls: whatever callback they were owed is moot.
type RangAgain struct {
	ShopID uuid.UUID `json:"shop_id"`
	CallID uuid.UUID `json:"call_id"` // the new call
	Phone  string    `json:"phone"`   // E.164; "" if withheld
	At     time.Time `json:"at"`
}

// RangAgainSQL cancels the callback tasks, open or claimed, of the phones of
// the JSON array $1. A task of the call itself is not touched, so that a batch
// may be sent twice.
const RangAgainSQL = `
update shop.task t set state = 'cancelled', closed_at = n.at, closed_reason = 'rang again', closed_call_id = n.call_id
from json_to_recordset($1) as n(shop_id uuid, call_id uuid, phone text, at timestamptz)
join shop.call_party p on p.shop_id = n.shop_id and p.phone = n.phone and n.phone <> ''
where t.shop_id = p.shop_id and t.call_id = p.call_id and t.kind = 'callback' and t.state in ('open', 'claimed') and t.call_id <> n.call_id`

// DueTask names a task whose time has come.
type DueTask struct {
	ShopID uuid.UUID `json:"shop_id"`
	TaskID uuid.UUID `json:"task_id"`
}

// Due is owed for every callback task, at its due time. LoseSQL writes it.
var Due = outbox.Kind[DueTask]{Name: "task.due", Queue: outbox.Prompt, MaxAttempts: 5, Timeout: 10 * time.Second}

// Lose writes a lost call and its callback task across shops.
func Lose(tx tenant.AcrossTx, l Lost) error {
	if err := exec(tx, LoseSQL, []Lost{l}); err != nil {
		return fmt.Errorf("lose call %s: %w", l.CallID, err)
	}
	return nil
}

// RangSince cancels the callback that a call is owed if its buyer has rung
// since: their call came before the task was there to cancel.
func RangSince(tx tenant.AcrossTx, shop tenant.ID, call uuid.UUID) error {
	var since []RangAgain
	err := tx.Query().Raw(`
		select c.shop_id, c.id as call_id, p.phone, c.started_at as at
		  from shop.call_party p join shop.call_party mine on mine.shop_id = p.shop_id and mine.phone = p.phone and mine.phone <> ''
		  join shop.call c on c.shop_id = p.shop_id and c.id = p.call_id and c.direction = 'inbound'
		  join shop.call lost on lost.shop_id = mine.shop_id and lost.id = mine.call_id
		 where mine.shop_id = ? and mine.call_id = ? and c.started_at > lost.started_at
		 order by c.started_at desc limit 1`, shop.UUID(), call).Scan(&since).Error
	if err == nil && len(since) > 0 {
		err = exec(tx, RangAgainSQL, since)
	}
	if err != nil {
		return fmt.Errorf("look whether the buyer of call %s rang since: %w", call, err)
	}
	return nil
}

func exec[R any](tx tenant.AcrossTx, query string, rows []R) error {
	doc, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	_, err = tx.Exec(query, string(doc))
	return err
}
