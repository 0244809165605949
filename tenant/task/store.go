package task

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/page"
)

// Filter narrows a list of tasks. Zero fields narrow nothing.
type Filter struct {
	State     State
	Unclosed  bool // open or claimed
	ClaimedBy *uuid.UUID
	CallID    *uuid.UUID
}

const phoneOfCall = "(select max(coalesce(nullif(p.phone, ''), p.phone_raw)) from shop.call_party p where p.call_id = t.call_id)"

// List returns the shop's tasks, the soonest due first, from after on, and the
// cursor of the next page.
func List(tx tenant.Tx, f Filter, after page.Cursor, limit int) ([]Task, page.Cursor, error) {
	limit = page.Limit(limit)
	var tasks []Task
	err := tx.Query().Raw(`
		select t.*, coalesce(`+phoneOfCall+`, '') as phone from shop.task t
		 where (@state = '' or t.state = @state)
		   and (not @unclosed or t.closed_at is null)
		   and (cast(@by as uuid) is null or t.claimed_by = @by)
		   and (cast(@call as uuid) is null or t.call_id = @call)
		   and (cast(@at as timestamptz) is null or (t.due_at >= @at and (t.due_at > @at or t.id > @after)))
		 order by t.due_at, t.id limit @rows`,
		map[string]any{"state": string(f.State), "unclosed": f.Unclosed, "by": f.ClaimedBy, "call": f.CallID,
			"at": sql.NullTime{Time: after.At, Valid: !after.At.IsZero()}, "after": after.ID, "rows": limit + 1}).Scan(&tasks).Error
	if err != nil {
		return nil, page.Cursor{}, fmt.Errorf("list tasks: %w", err)
	}
	tasks, more := page.Cut(tasks, limit, func(t Task) page.Cursor { return page.Cursor{At: t.DueAt, ID: t.ID} })
	return tasks, more, nil
}

// Take returns a task, or fault.NotFound.
func Take(tx tenant.Tx, id uuid.UUID) (Task, error) {
	var t Task
	res := tx.Query().Raw("select t.*, coalesce("+phoneOfCall+", '') as phone from shop.task t where t.id = ?", id).Scan(&t)
	if res.Error != nil {
		return Task{}, fmt.Errorf("read task %s: %w", id, res.Error)
	}
	if res.RowsAffected == 0 {
		return Task{}, fmt.Errorf("task %s: %w", id, fault.NotFound)
	}
	return t, nil
}

// lock reads a task for a change and looks where the move leads; a move that
// its state does not allow is fault.Conflict.
func lock(tx tenant.Tx, id uuid.UUID, m move) (Task, error) {
	var t Task
	err := tx.Query().Omit("Phone").Clauses(clause.Locking{Strength: "UPDATE"}).Take(&t, "id = ?", id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Task{}, fmt.Errorf("task %s: %w", id, fault.NotFound)
	}
	if err != nil {
		return Task{}, fmt.Errorf("read task %s: %w", id, err)
	}
	to, allowed := next[t.State][m]
	if !allowed {
		return t, fmt.Errorf("%s task %s, which is %s: %w", m, id, t.State, fault.Conflict)
	}
	t.State = to
	return t, nil
}

// Claim gives a task to the account that will do it. Whoever has it already
// keeps it: one who asks twice is answered alike, another gets fault.Conflict.
func Claim(tx tenant.Tx, id, account uuid.UUID) (Task, error) {
	t, err := lock(tx, id, claim)
	if errors.Is(err, fault.Conflict) && t.State == Claimed && t.ClaimedBy != nil && *t.ClaimedBy == account {
		return t, nil
	}
	if err != nil {
		return Task{}, err
	}
	t.ClaimedBy = &account
	return save(tx, t, claim)
}

// Release gives a task back that the account had taken. One that is not theirs
// is fault.Conflict.
func Release(tx tenant.Tx, id, account uuid.UUID) (Task, error) {
	t, err := lock(tx, id, release)
	if err != nil {
		return Task{}, err
	}
	if t.ClaimedBy == nil || *t.ClaimedBy != account {
		return Task{}, fmt.Errorf("release task %s, which another has: %w", id, fault.Conflict)
	}
	t.ClaimedBy = nil
	return save(tx, t, release)
}

// Closing says how a task ended.
type Closing struct {
	Now    time.Time
	Reason string     // in words, for the shop
	CallID *uuid.UUID // the call that did it, if one did
}

// longest is the longest reason: a sentence.
const longest = 300

// Finish closes a task that was done.
func Finish(tx tenant.Tx, id uuid.UUID, c Closing) (Task, error) { return closeAs(tx, id, finish, c) }

// Cancel closes a task that need not be done.
func Cancel(tx tenant.Tx, id uuid.UUID, c Closing) (Task, error) { return closeAs(tx, id, cancel, c) }

func closeAs(tx tenant.Tx, id uuid.UUID, m move, c Closing) (Task, error) {
	if len([]rune(c.Reason)) > longest {
		return Task{}, fault.Invalid{Field: "reason", Problem: fmt.Sprintf("is longer than %d characters", longest)}
	}
	t, err := lock(tx, id, m)
	if err != nil {
		return Task{}, err
	}
	now := c.Now.UTC()
	t.ClosedAt, t.ClosedReason, t.ClosedCallID = &now, c.Reason, c.CallID
	return save(tx, t, m)
}

func save(tx tenant.Tx, t Task, m move) (Task, error) {
	err := tx.Query().Model(&t).Select("State", "ClaimedBy", "ClosedAt", "ClosedReason", "ClosedCallID").Updates(&t).Error
	if err != nil {
		return Task{}, fmt.Errorf("%s task %s: %w", m, t.ID, err)
	}
	return t, tenant.Audit(tx, "task."+string(m), t.ID.String(), map[string]any{"call": t.CallID})
}

// LostFilter narrows a list of lost calls. Zero fields narrow nothing.
type LostFilter struct {
	From, To *time.Time
	Reason   Reason
	Owner    string // pool:NAME or member:ID
	Callback State
	Unclosed bool // a callback is owed: open or claimed
	CallID   *uuid.UUID
}

// ListLost returns the shop's lost calls, newest first, from after on, and the
// cursor of the next page.
func ListLost(tx tenant.Tx, f LostFilter, after page.Cursor, limit int) ([]LostCall, page.Cursor, error) {
	limit = page.Limit(limit)
	var lost []LostCall
	err := tx.Query().Raw(`
		select l.id, l.call_id, c.no as call_no, l.reason, l.words, l.waited_ms, l.owner, l.lost_at, c.queue_id, l.task_id,
		  coalesce(b.phone, '') as phone, coalesce(t.state, '') as task_state, t.due_at, t.claimed_by, t.closed_at,
		  coalesce(t.closed_reason, '') as closed_reason, t.closed_call_id
		  from shop.lost_call l join shop.call c on c.id = l.call_id left join shop.task t on t.id = l.task_id
		  left join lateral (select max(p.phone) as phone from shop.call_party p where p.call_id = l.call_id) b on true
		 where (cast(@from as timestamptz) is null or l.lost_at >= @from)
		   and (cast(@to as timestamptz) is null or l.lost_at < @to)
		   and (@reason = '' or l.reason = @reason)
		   and (@owner = '' or l.owner = @owner)
		   and (@callback = '' or t.state = @callback)
		   and (not @unclosed or (t.id is not null and t.closed_at is null))
		   and (cast(@call as uuid) is null or l.call_id = @call)
		   and (cast(@at as timestamptz) is null or (l.lost_at <= @at and (l.lost_at < @at or l.id > @after)))
		 order by l.lost_at desc, l.id limit @rows`,
		map[string]any{"from": f.From, "to": f.To, "reason": string(f.Reason), "owner": f.Owner, "callback": string(f.Callback),
			"unclosed": f.Unclosed, "call": f.CallID, "at": sql.NullTime{Time: after.At, Valid: !after.At.IsZero()}, "after": after.ID, "rows": limit + 1}).Scan(&lost).Error
	if err != nil {
		return nil, page.Cursor{}, fmt.Errorf("list lost calls: %w", err)
	}
	lost, more := page.Cut(lost, limit, func(l LostCall) page.Cursor { return page.Cursor{At: l.LostAt, ID: l.ID} })
	return lost, more, nil
}
