package cdr

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/page"
)

// Filter narrows a list of calls. Zero fields narrow nothing.
type Filter struct {
	Direction  string
	State      State
	Outcome    string
	QueueID    *uuid.UUID
	OperatorID *uuid.UUID
	NumberID   *uuid.UUID // of the shop's own number that was called or shown
	No         int64      // the shop's own numbering
	Phone      string     // the buyer's, E.164
	From, To   *time.Time
	Promise    Promise
	Live       Live
}

// Promise is how an answered call stands to what its queue promises.
type Promise string

// Kept calls waited no longer than promised.
const (
	Kept Promise = "kept"
	Late Promise = "late"
)

// Live is which of the calls under way are meant.
type Live string

// The calls under way: all, those that wait for a person, those that are with one.
const (
	Under   Live = "any"
	Waits   Live = "waiting"
	Talks   Live = "talking"
	Settled Live = "" // ended ones too
)

// selectCalls reads calls with what hangs on them. A reversed charge and its
// reversal add up to what is owed.
const selectCalls = `
select c.id, c.shop_id, c.no, c.direction, c.state, coalesce(c.outcome, '') as outcome, coalesce(c.ended_by, '') as ended_by, c.sip_code, c.reason,
  c.queue_id, c.operator_id, c.started_at, c.answered_at, c.ended_at, c.finished_at,
  c.ring_ms, c.greeting_ms, c.queue_ms, c.talk_ms, c.hold_ms, c.wrap_up_ms, c.snapshot_id,
  case c.direction when 'inbound' then b.phone else coalesce(n.e164, '') end as "from",
  case c.direction when 'inbound' then coalesce(n.e164, '') else b.phone end as "to",
  r.id as recording_id, o.id as order_id, m.amount as charge_amount, m.scale as charge_scale, m.currency as charge_currency
from shop.call c
left join shop.number n on n.id = c.number_id
left join shop.recording r on r.call_id = c.id and r.state = 'ready'
left join lateral (select coalesce(max(coalesce(nullif(p.phone, ''), p.phone_raw)), '') as phone from shop.call_party p where p.call_id = c.id) b on true
left join lateral (select o.id from shop."order" o where o.call_id = c.id and o.status <> 'cancelled' order by o.created_at desc, o.id limit 1) o on true
left join lateral (select sum(h.amount)::bigint as amount, max(h.scale) as scale, max(h.currency) as currency
  from shop.charge h where h.call_id = c.id and h.subject = 'shop') m on true
`

const narrow = `
where (@direction = '' or c.direction = @direction)
  and (@state = '' or c.state = @state)
  and (@outcome = '' or c.outcome = @outcome)
  and (cast(@queue as uuid) is null or c.queue_id = @queue)
  and (cast(@operator as uuid) is null or c.operator_id = @operator)
  and (cast(@from as timestamptz) is null or c.started_at >= @from)
  and (cast(@to as timestamptz) is null or c.started_at < @to)
  and (cast(@number as uuid) is null or c.number_id = @number)
  and (@no = 0 or c.no = @no)
  and (@live <> 'any' or c.state <> 'ended')
  and (@live <> 'waiting' or c.state in ('greeting', 'menu', 'waiting'))
  and (@live <> 'talking' or c.state in ('talking', 'held', 'moving'))
  and (@promise = '' or (c.outcome = 'answered' and (@promise = 'late') =
    (c.queue_ms > coalesce((select q.promise_ms from shop.queue q where q.id = c.queue_id), c.queue_ms))))
  and (@phone = '' or exists (select 1 from shop.call_party p where p.call_id = c.id and p.phone = @phone))
  and (cast(@at as timestamptz) is null or (c.started_at <= @at and (c.started_at < @at or c.id > @after)))
order by c.started_at desc, c.id limit @rows`

// List returns the shop's calls, newest first, from after on, and the cursor of
// the next page.
func List(tx tenant.Tx, f Filter, after page.Cursor, limit int) ([]Call, page.Cursor, error) {
	limit = page.Limit(limit)
	args := map[string]any{
		"direction": f.Direction, "state": string(f.State), "outcome": f.Outcome, "queue": f.QueueID, "operator": f.OperatorID,
		"phone": f.Phone, "from": f.From, "to": f.To, "live": string(f.Live), "promise": string(f.Promise),
		"number": f.NumberID, "no": f.No, "at": sql.NullTime{Time: after.At, Valid: !after.At.IsZero()}, "after": after.ID, "rows": limit + 1,
	}
	var rows []row
	if err := tx.Query().Raw(selectCalls+narrow, args).Scan(&rows).Error; err != nil {
		return nil, page.Cursor{}, fmt.Errorf("list calls: %w", err)
	}
	rows, next := page.Cut(rows, limit, func(r row) page.Cursor { return page.Cursor{At: r.StartedAt, ID: r.ID} })
	calls := make([]Call, len(rows))
	for i, r := range rows {
		calls[i] = r.call()
	}
	return calls, next, nil
}

// row is what selectCalls answers.
type row struct {
	Call
	ChargeAmount   *int64
	ChargeScale    *int
	ChargeCurrency *string
}

// call puts the columns of the charge together.
func (r row) call() Call {
	c := r.Call
	if r.ChargeAmount != nil && r.ChargeScale != nil && r.ChargeCurrency != nil {
		c.Charge = &Charge{*r.ChargeAmount, *r.ChargeScale, *r.ChargeCurrency}
	}
	return c
}

// Take returns a call with its events, walk and recording, or fault.NotFound.
func Take(tx tenant.Tx, id uuid.UUID) (Story, error) {
	var r row
	res := tx.Query().Raw(selectCalls+"where c.id = ?", id).Scan(&r)
	if res.Error != nil {
		return Story{}, fmt.Errorf("read call %s: %w", id, res.Error)
	}
	if res.RowsAffected == 0 {
		return Story{}, fmt.Errorf("call %s: %w", id, fault.NotFound)
	}
	s := Story{Call: r.call()}
	for _, read := range []func(tenant.Tx, *Story) error{readExplanation, readEvents, readWalk, readRecording} {
		if err := read(tx, &s); err != nil {
			return Story{}, fmt.Errorf("read call %s: %w", id, err)
		}
	}
	return s, nil
}

// Known answers fault.NotFound for what is no call of the shop.
func Known(tx tenant.Tx, id uuid.UUID) error {
	var there bool
	if err := tx.Query().Raw("select exists (select 1 from shop.call where id = ?)", id).Row().Scan(&there); err != nil {
		return fmt.Errorf("look for call %s: %w", id, err)
	}
	if !there {
		return fmt.Errorf("call %s: %w", id, fault.NotFound)
	}
	return nil
}

// ByNo returns the id of the shop's call of that number, or fault.NotFound.
func ByNo(tx tenant.Tx, no int64) (uuid.UUID, error) {
	var id uuid.UUID
	err := tx.Query().Raw("select id from shop.call where no = ?", no).Row().Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return id, fmt.Errorf("call no %d: %w", no, fault.NotFound)
	}
	if err != nil {
		return id, fmt.Errorf("find call no %d: %w", no, err)
	}
	return id, nil
}

// Operators returns the operators who took calls of the shop.
func Operators(tx tenant.Tx) ([]uuid.UUID, error) {
	rows, err := tx.Rows(`
		with recursive o as (
		  (select operator_id as id from shop.call where operator_id is not null order by operator_id limit 1)
		  union all
		  select (select c.operator_id from shop.call c where c.operator_id > o.id order by c.operator_id limit 1) from o where o.id is not null)
		select id from o where id is not null`)
	if err != nil {
		return nil, fmt.Errorf("list operators: %w", err)
	}
	defer rows.Close()
	var ids []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("list operators: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

func readExplanation(tx tenant.Tx, s *Story) error {
	return tx.Query().Raw("select explanation from shop.call where id = ?", s.ID).Row().Scan((*[]byte)(&s.Explanation))
}

func readEvents(tx tenant.Tx, s *Story) error {
	return tx.Query().Raw("select seq, at_ms, at, kind, body from shop.call_event where call_id = ? order by at_ms, seq", s.ID).Scan(&s.Events).Error
}

func readWalk(tx tenant.Tx, s *Story) error {
	var w Walk
	res := tx.Query().Raw(`
		select w.id, v.script_id, s.name as script_name, w.script_version_id, v.version, w.operator_id, w.adherence, w.started_at, w.ended_at
		  from shop.walk w join shop.script_version v on v.id = w.script_version_id join shop.script s on s.id = v.script_id
		 where w.call_id = ?`, s.ID).Scan(&w)
	if res.Error != nil || res.RowsAffected == 0 {
		return res.Error
	}
	s.Walk = &w
	return tx.Query().Raw("select seq, node, answer, at from shop.walk_step where walk_id = ? order by seq", w.ID).Scan(&s.Walk.Steps).Error
}

func readRecording(tx tenant.Tx, s *Story) error {
	r, found, err := recording(tx, s.ID)
	if err == nil && found {
		s.Recording = &r
	}
	return err
}

// RecordingOf returns the recording of a call, whatever its state, or
// fault.NotFound if there is none.
func RecordingOf(tx tenant.Tx, call uuid.UUID) (Recording, error) {
	r, found, err := recording(tx, call)
	if err != nil {
		return Recording{}, fmt.Errorf("read the recording of call %s: %w", call, err)
	}
	if !found {
		return Recording{}, fmt.Errorf("recording of call %s: %w", call, fault.NotFound)
	}
	return r, nil
}

func recording(tx tenant.Tx, call uuid.UUID) (r Recording, found bool, err error) {
	res := tx.Query().Raw(`
		select id, call_id, state, path, started_at, offset_ms, duration_ms, bytes, sha256, error, key_version, data_key, place, gaps, held, held_reason,
		  deleted_at, deleted_rule, deleted_reason from shop.recording where call_id = ?`, call).Scan(&r)
	return r, res.RowsAffected > 0, res.Error
}
