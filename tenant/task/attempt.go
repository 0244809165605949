package task

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Owing is what must be known of a task before its buyer is called.
type Owing struct {
	CallID   uuid.UUID // in which the buyer was missed, or was promised a call
	Phone    e164.Number
	NumberID *uuid.UUID // that they had called
	QueueID  *uuid.UUID
	No       int // of the attempt that it would be, 1 is the first
	Rule     Rule
	Hurdle   Hurdle
}

// Hurdle is why a task's buyer is not called now; "" is none.
type Hurdle string

// The hurdles.
const (
	IsClosed  Hurdle = "closed"   // the task
	IsTaken   Hurdle = "taken"    // by somebody else
	IsUnknown Hurdle = "no buyer" // their number was erased
	IsLate    Hurdle = "hours"    // or early, by the shop's rule
)

// Call returns what an operator needs to call a task's buyer, or the Hurdle in
// its way. now is in the shop's zone.
func Call(tx tenant.Tx, id, operator uuid.UUID, now time.Time) (Owing, error) {
	t, err := Take(tx, id)
	if err != nil {
		return Owing{}, err
	}
	phone, parsed := e164.Parse(t.Phone, e164.Russia)
	o := Owing{CallID: t.CallID, Phone: phone, QueueID: t.QueueID}
	if o.Rule, err = TakeRule(tx); err != nil {
		return o, err
	}
	switch {
	case t.ClosedAt != nil:
		o.Hurdle = IsClosed
	case t.State == Claimed && (t.ClaimedBy == nil || *t.ClaimedBy != operator):
		o.Hurdle = IsTaken
	case parsed != nil:
		o.Hurdle = IsUnknown
	case !o.Rule.Hours.Open(now):
		o.Hurdle = IsLate
	}
	err = tx.Query().Raw("select c.number_id, 1 + (select count(*) from shop.callback_attempt a where a.task_id = ?) as no from shop.call c where c.id = ?", id, t.CallID).Row().Scan(&o.NumberID, &o.No)
	if err != nil {
		return o, fmt.Errorf("read the attempts of task %s: %w", id, err)
	}
	return o, nil
}

// Attempt is a call to a task's buyer that begins. Its JSON is what AttemptSQL
// takes an array of.
type Attempt struct {
	ShopID     uuid.UUID       `json:"shop_id"`
	CallID     uuid.UUID       `json:"call_id"`
	TaskID     uuid.UUID       `json:"task_id"`
	OperatorID uuid.UUID       `json:"operator_id"`
	No         int             `json:"no"`
	Rule       json.RawMessage `json:"rule"`
	BeganAt    time.Time       `json:"began_at"`
}

// Allowed is the rule as an attempt keeps it.
func (r Rule) Allowed() json.RawMessage {
	doc, err := json.Marshal(map[string]any{
		"attempts": r.Attempts, "busy_s": seconds(r.Busy), "silent_s": seconds(r.Silent), "ring_s": seconds(r.Ring), "hours": json.RawMessage(r.Source),
	})
	if err != nil {
		panic("write a rule: " + err.Error()) // numbers, and JSON that was read
	}
	return doc
}

// AttemptSQL writes the attempts of the JSON array $1, whose tasks are their
// operators' as long as they last.
const AttemptSQL = `
with n as (
  select * from json_to_recordset($1) as n(shop_id uuid, call_id uuid, task_id uuid, operator_id uuid, no int, rule jsonb, began_at timestamptz)),
taken as (
  update shop.task t set state = 'claimed', claimed_by = n.operator_id from n
   where t.shop_id = n.shop_id and t.id = n.task_id and t.state in ('open', 'claimed'))
insert into shop.callback_attempt (shop_id, call_id, task_id, no, operator_id, rule, began_at)
select shop_id, call_id, task_id, no, operator_id, rule, began_at from n
on conflict (shop_id, call_id) do nothing`

// Tried is an attempt that is over. Its JSON is what TriedSQL takes an array of.
type Tried struct {
	ShopID  uuid.UUID  `json:"shop_id"`
	CallID  uuid.UUID  `json:"call_id"`
	TaskID  uuid.UUID  `json:"task_id"`
	Result  Result     `json:"result"`
	Counts  bool       `json:"counts"`
	SIPCode *int       `json:"sip_code"`
	At      time.Time  `json:"at"`
	NextAt  *time.Time `json:"next_at"` // null: the buyer is not called again
	Most    int        `json:"most"`    // attempts that count
	Words   string     `json:"words"`   // why the task is closed after the last, for the shop
}

// TriedSQL writes what came of the attempts of the JSON array $1: their tasks are
// anybody's again, at the next instant that the rule allows, or closed after the
// last. Who was reached is RedeemSQL's.
const TriedSQL = `
with n as (
  select * from json_to_recordset($1) as n(shop_id uuid, call_id uuid, task_id uuid, result text, counts boolean, sip_code int, at timestamptz,
    next_at timestamptz, most int, words text)),
ended as (
  update shop.callback_attempt a set outcome = n.result, sip_code = n.sip_code, ended_at = n.at, next_at = n.next_at from n
   where a.shop_id = n.shop_id and a.call_id = n.call_id and a.outcome = '' returning a.shop_id, a.call_id),
owed as (
  update shop.task t set claimed_by = null, attempts = t.attempts + n.counts::int, due_at = case when n.counts then greatest(t.due_at, n.next_at) else t.due_at end,
      state = case when n.next_at is null or n.counts and t.attempts + 1 >= n.most then 'cancelled' else 'open' end,
      closed_at = case when n.next_at is null or n.counts and t.attempts + 1 >= n.most then n.at end,
      closed_reason = case when n.next_at is null or n.counts and t.attempts + 1 >= n.most then n.words else '' end
    from n join ended using (shop_id, call_id)
   where t.shop_id = n.shop_id and t.id = n.task_id and t.state in ('open', 'claimed') and n.result <> 'answered'
  returning t.shop_id, t.id, t.due_at, t.closed_at, n.at, n.counts)
insert into house.outbox (id, shop_id, kind, queue, payload, dedupe_key, created_at, due_at)
select gen_random_uuid(), o.shop_id, 'task.due', 'prompt', jsonb_build_object('shop_id', o.shop_id, 'task_id', o.id),
       'task.due:' || o.shop_id || ':' || o.id || ':' || (extract(epoch from o.due_at) * 1000)::bigint, o.at, o.due_at from owed o where o.closed_at is null and o.counts
on conflict (dedupe_key) do nothing`

// Unreached says in the shop's language why a task is closed whose buyer never
// answered.
func Unreached(language string, attempts int) string {
	if language == "ru" {
		return fmt.Sprintf("Не дозвонились, попыток: %d.", attempts)
	}
	return fmt.Sprintf("Not reached, attempts: %d.", attempts)
}

// CutShort ends the attempt of a call whose node died, if it was one: its task
// is anybody's again. A buyer who had answered was reached.
func CutShort(tx tenant.AcrossTx, shop, call uuid.UUID, now time.Time) error {
	_, err := tx.Exec(`
		with cut as (
		  update shop.callback_attempt set outcome = 'cut', ended_at = $3 where shop_id = $1 and call_id = $2 and outcome = '' returning shop_id, task_id)
		update shop.task t set state = 'open', claimed_by = null from cut
		 where t.shop_id = cut.shop_id and t.id = cut.task_id and t.state = 'claimed'`, shop, call, now.UTC())
	if err != nil {
		return fmt.Errorf("end the attempt of call %s: %w", call, err)
	}
	return nil
}

// Owed is a callback as an operator sees it who has not called yet: no more of
// the buyer than the card of an offer tells.
type Owed struct {
	ID        uuid.UUID
	ShopID    uuid.UUID
	State     State
	Mine      bool // claimed by the operator
	Phone     e164.Number
	Queue     string
	Subject   string // what was promised; "" for a lost call
	Reason    Reason // of a lost call; "" for a promise
	LostAt    time.Time
	DueAt     time.Time
	Attempts  int    // that counted
	Last      Result // of the last one; "" for none
	Hours     json.RawMessage
	MostTries int
}

// mostOwed is how many callbacks a desk shows: what one person may ever do in a
// shift.
const mostOwed = 50

// OwedTo returns the callbacks that an operator may make now or soon, the soonest
// due first: those of the shops and the skill that they serve, which nobody else
// has taken.
func OwedTo(tx tenant.AcrossTx, operator uuid.UUID) ([]Owed, error) {
	var all []Owed
	err := tx.Query().Raw(`
		select t.id, t.shop_id, t.state, t.state = 'claimed' as mine, p.phone, coalesce(q.name, '') as queue, t.subject, coalesce(l.reason, '') as reason,
		  coalesce(l.lost_at, t.created_at) as lost_at, t.due_at, t.attempts, coalesce(r.hours, cast(@usual as jsonb)) as hours, coalesce(r.attempts, @most) as most_tries,
		  coalesce((select a.outcome from shop.callback_attempt a where a.shop_id = t.shop_id and a.task_id = t.id order by a.began_at desc limit 1), '') as last
		  from house.operator o
		  join house.operator_shop s on s.operator_id = o.id
		  join shop.task t on t.shop_id = s.shop_id and t.kind = 'callback' and t.closed_at is null
		  join shop.call_party p on p.shop_id = t.shop_id and p.call_id = t.call_id and p.phone <> ''
		  left join shop.queue q on q.shop_id = t.shop_id and q.id = t.queue_id
		  left join shop.lost_call l on l.shop_id = t.shop_id and l.task_id = t.id
		  left join shop.callback_rule r on r.shop_id = t.shop_id
		 where o.id = @operator and (t.state = 'open' or t.claimed_by = o.id) and (o.tier = 'consultant' or coalesce(q.tier, 'order') = 'order')
		 order by t.due_at, t.id limit @rows`,
		map[string]any{"operator": operator, "usual": usualSource, "most": Usual().Attempts, "rows": mostOwed}).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list callbacks for operator %s: %w", operator, err)
	}
	return all, nil
}

// ShopOf returns whose a task is that the operator may call back, or
// fault.NotFound.
func ShopOf(tx tenant.AcrossTx, id, operator uuid.UUID) (tenant.ID, error) {
	all, err := OwedTo(tx, operator)
	if err != nil {
		return tenant.ID{}, err
	}
	for _, o := range all {
		if o.ID == id {
			return tenant.ID(o.ShopID), nil
		}
	}
	return tenant.ID{}, fmt.Errorf("callback %s: %w", id, fault.NotFound)
}
