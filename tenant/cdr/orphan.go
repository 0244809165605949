package cdr

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/task"
)

// FirstLeg is the number of the leg to the buyer: the first of a call, and as
// long as a call is not transferred the only one that has a record.
const FirstLeg = 1

// orphan is a call as its dead switch left it.
type orphan struct {
	ShopID     uuid.UUID
	ID         uuid.UUID
	Direction  string
	Outcome    sql.NullString
	Pool       string
	NumberID   *uuid.UUID
	QueueID    *uuid.UUID
	OperatorID *uuid.UUID
	Life
	Language  string
	LastMedia *time.Time // null if it has no dialog
	LastEvent *time.Time
}

// CloseOrphan ends a call whose switch died, and answers whether it did: false
// if the call has ended, so that the reaper and the restarted switch may both
// try. Nothing counts past the last media that its dialogs heard. The call, its
// record, the job that rates it, the end of its grants and, if nobody had
// answered, the callback are one transaction. The dialogs stay: whoever starts
// the switch again has BYE to send to their other ends.
func CloseOrphan(tx tenant.AcrossTx, shop tenant.ID, id uuid.UUID, now time.Time) (bool, error) {
	o, found, err := takeOrphan(tx, shop, id)
	if err != nil || !found {
		return false, err
	}
	for _, step := range []func(tenant.AcrossTx, time.Time) error{o.close, o.record, o.endGrants, o.lose, o.cutShort, o.audit} {
		if err := step(tx, now); err != nil {
			return false, fmt.Errorf("close call %s, whose switch died: %w", id, err)
		}
	}
	return true, nil
}

// takeOrphan locks the call, so that one closes it, and works out how it ended.
func takeOrphan(tx tenant.AcrossTx, shop tenant.ID, id uuid.UUID) (*orphan, bool, error) {
	var o orphan
	res := tx.Query().Raw(`
		select c.*, s.language,
		  (select max(d.media_at) from house.dialog d where d.call_id = c.id) as last_media,
		  (select max(e.at) from shop.call_event e where e.shop_id = c.shop_id and e.call_id = c.id) as last_event
		  from shop.call c join house.shop s on s.id = c.shop_id
		 where c.shop_id = ? and c.id = ? and c.state <> 'ended' for update of c`, shop.UUID(), id).Scan(&o)
	if res.Error != nil {
		return nil, false, fmt.Errorf("lock call %s: %w", id, res.Error)
	}
	if res.RowsAffected == 0 {
		return nil, false, nil
	}
	parts, ended := o.endsAt(o.lastSign())
	o.Parts, o.EndedAt = parts, &ended
	return &o, true, nil
}

// lastSign is the last instant at which the call is known to have lived.
func (o *orphan) lastSign() time.Time {
	switch {
	case o.LastMedia != nil:
		return *o.LastMedia
	case o.LastEvent != nil:
		return *o.LastEvent
	default:
		return o.StartedAt
	}
}

// outcome keeps what a call in wrap-up ended with.
func (o *orphan) outcome() string {
	switch {
	case o.Outcome.Valid:
		return o.Outcome.String
	case o.AnsweredAt != nil:
		return "answered"
	default:
		return "failed"
	}
}

func (o *orphan) words() string {
	if o.Language == "ru" {
		return "Связь оборвалась по нашей вине."
	}
	return "The line broke, and the fault was ours."
}

func (o *orphan) close(tx tenant.AcrossTx, _ time.Time) error {
	finished := o.EndedAt.Add(time.Duration(o.WrapUpMS) * time.Millisecond)
	return tx.Query().Exec(`
		update shop.call set state = 'ended', outcome = ?, ended_by = coalesce(ended_by, 'system'), reason = case when reason = '' then ? else reason end,
		  ended_at = ?, finished_at = ?, ring_ms = ?, greeting_ms = ?, queue_ms = ?, talk_ms = ?, hold_ms = ?
		 where shop_id = ? and id = ?`,
		o.outcome(), o.words(), *o.EndedAt, finished, o.RingMS, o.GreetingMS, o.QueueMS, o.TalkMS, o.HoldMS, o.ShopID, o.ID).Error
}

// record writes the detail record and owes its rating.
func (o *orphan) record(tx tenant.AcrossTx, now time.Time) error {
	leg := Leg{
		ShopID: o.ShopID, CallID: o.ID, Leg: FirstLeg, Version: 1, Source: FromReaper, Direction: o.Direction, Disposition: o.outcome(),
		StartedAt: o.StartedAt, AnsweredAt: o.AnsweredAt, EndedAt: *o.EndedAt, Parts: o.Parts,
		NumberID: o.NumberID, QueueID: o.QueueID, OperatorID: o.OperatorID, ReceivedAt: now,
	}.Sealed()
	return Record(tx, leg)
}

// Record writes a detail record and owes its rating, both once.
func Record(tx tenant.AcrossTx, l Leg) error {
	doc, err := json.Marshal([]Leg{l})
	if err != nil {
		return fmt.Errorf("record call %s: %w", l.CallID, err)
	}
	if _, err := tx.Exec(InsertLegsSQL, string(doc)); err != nil {
		return fmt.Errorf("record call %s: %w", l.CallID, err)
	}
	return Finished.EnqueueAcross(tx, tenant.ID(l.ShopID), l.Finished(), l.ask())
}

func (o *orphan) endGrants(tx tenant.AcrossTx, _ time.Time) error {
	// The database's clock: it is the one that house.enter asks.
	return tx.Query().Exec("update house.operator_grant set lapses_at = now() where subject = ? and lapses_at > now()", o.ID).Error
}

// lose owes a callback to a buyer whom nobody had answered.
func (o *orphan) lose(tx tenant.AcrossTx, now time.Time) error {
	if o.AnsweredAt != nil || o.Outcome.Valid || o.Direction != "inbound" {
		return nil
	}
	waited := o.untilEnd().Milliseconds()
	err := task.Lose(tx, task.Lost{
		ShopID: o.ShopID, ID: uuid.Must(uuid.NewV7()), TaskID: uuid.Must(uuid.NewV7()), CallID: o.ID, QueueID: o.QueueID,
		Reason: task.Failed, Words: task.Words(o.Language, task.Failed, waited, task.Untold), WaitedMS: waited,
		Owner: "pool:" + o.Pool, LostAt: *o.EndedAt, DueAt: now.Add(task.CallBackWithin),
	})
	if err != nil {
		return err
	}
	return task.RangSince(tx, tenant.ID(o.ShopID), o.ID)
}

// cutShort gives a callback back whose call it was.
func (o *orphan) cutShort(tx tenant.AcrossTx, now time.Time) error {
	return task.CutShort(tx, o.ShopID, o.ID, now)
}

func (o *orphan) audit(tx tenant.AcrossTx, _ time.Time) error {
	return tenant.AuditAcross(tx, "job:reap", "call.close", o.ID.String(), map[string]any{
		"shop": o.ShopID, "outcome": o.outcome(), "talk_ms": o.TalkMS, "queue_ms": o.QueueMS,
	})
}
