package task

import (
	"time"

	"github.com/google/uuid"
)

// Kept is a callback that was promised to a buyer who hung up and keeps their
// place in the queue. Its JSON is what KeepSQL takes an array of.
type Kept struct {
	ShopID  uuid.UUID  `json:"shop_id"`
	TaskID  uuid.UUID  `json:"task_id"`
	CallID  uuid.UUID  `json:"call_id"`
	QueueID *uuid.UUID `json:"queue_id"`
	Owner   string     `json:"owner"`
	Subject string     `json:"subject"`
	At      time.Time  `json:"at"`
	DueAt   time.Time  `json:"due_at"`
}

// KeepSQL writes the callbacks of the JSON array $1 as open tasks, with the job
// that watches over their due time: should the room forget them, people do not.
const KeepSQL = `
with n as (
  select * from json_to_recordset($1) as n(shop_id uuid, task_id uuid, call_id uuid, queue_id uuid, owner text, subject text, at timestamptz, due_at timestamptz)),
owed as (
  insert into shop.task (shop_id, id, kind, state, call_id, queue_id, owner, subject, due_at, created_at)
  select shop_id, task_id, 'callback', 'open', call_id, queue_id, owner, subject, due_at, at from n
  on conflict (shop_id, kind, call_id) do nothing
  returning shop_id, id, created_at, due_at)
insert into house.outbox (id, shop_id, kind, queue, payload, dedupe_key, created_at, due_at)
select gen_random_uuid(), o.shop_id, 'task.due', 'prompt', jsonb_build_object('shop_id', o.shop_id, 'task_id', o.id),
       'task.due:' || o.shop_id || ':' || o.id, o.created_at, o.due_at from owed o
on conflict (dedupe_key) do nothing`

// Redeemed is a kept callback whose buyer was reached. Its JSON is what
// RedeemSQL takes an array of.
type Redeemed struct {
	ShopID uuid.UUID `json:"shop_id"`
	TaskID uuid.UUID `json:"task_id"`
	CallID uuid.UUID `json:"call_id"` // that reached them
	At     time.Time `json:"at"`
}

// RedeemSQL closes the tasks of the JSON array $1.
const RedeemSQL = `
update shop.task t set state = 'done', closed_at = n.at, closed_reason = 'called back', closed_call_id = n.call_id
from json_to_recordset($1) as n(shop_id uuid, task_id uuid, call_id uuid, at timestamptz)
where t.shop_id = n.shop_id and t.id = n.task_id and t.state in ('open', 'claimed')`

// KeptSubject says in the shop's language what was promised.
func KeptSubject(language string) string {
	if language == "ru" {
		return "Попросил перезвонить и сохранил место в очереди."
	}
	return "Asked to be called back, and keeps a place in the queue."
}
