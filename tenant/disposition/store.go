package disposition

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/script"
	"switchboard/tenant/script/graph"
	"switchboard/tenant/task"
)

// Take returns what was said of a call, and what may be; or fault.NotFound if
// there is no such call.
func Take(tx tenant.Tx, call uuid.UUID) (Disposition, error) {
	d := Disposition{CallID: call}
	err := tx.Query().Take(&d, "call_id = ?", call).Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return d, fmt.Errorf("read what came of call %s: %w", call, err)
	}
	if d.TaskID != nil {
		t, err := task.Take(tx, *d.TaskID)
		if err != nil {
			return d, err
		}
		d.Callback = &t
	}
	return d, d.propose(tx)
}

// propose fills in what may be said: by the script that was walked, or by the
// order that the call has made.
func (d *Disposition) propose(tx tenant.Tx) error {
	ordered, err := ordered(tx, d.CallID)
	if err != nil {
		return err
	}
	s, err := script.Where(tx, d.CallID)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return err
	}
	var ends []string
	for _, n := range s.Graph.Nodes {
		if n.Kind == graph.End {
			ends = append(ends, n.Outcome)
		}
	}
	d.Options = options(ends)
	if at, ok := s.Graph.Node(s.Walk.Node); ok && s.Walk.Ended {
		d.Proposed = at.Outcome
	}
	if ordered {
		d.Proposed = "order"
	}
	return nil
}

// ordered tells whether the call has made an order that holds. A call that is
// not there is fault.NotFound.
func ordered(tx tenant.Tx, call uuid.UUID) (bool, error) {
	var orders *int
	err := tx.Query().Raw(`select (select count(*) from shop."order" o where o.call_id = c.id and o.status = 'confirmed')
		from shop.call c where c.id = ?`, call).Scan(&orders).Error
	if err != nil {
		return false, fmt.Errorf("look for orders of call %s: %w", call, err)
	}
	if orders == nil {
		return false, fmt.Errorf("call %s: %w", call, fault.NotFound)
	}
	return *orders > 0, nil
}

// Say keeps what came of a call; said again, the last word counts. A promise
// owes the buyer a callback, and a word without one takes it back.
func Say(tx tenant.Tx, call uuid.UUID, w Word, now time.Time) (Disposition, error) {
	if err := w.check(now); err != nil {
		return Disposition{}, err
	}
	before, err := Take(tx, call)
	if err != nil {
		return Disposition{}, err
	}
	owed, err := before.owe(tx, w.Promise, now)
	if err != nil {
		return Disposition{}, err
	}
	_, err = tx.Exec(`insert into shop.disposition (call_id, outcome, note, task_id, said_by, said_at) values ($1, $2, $3, $4, $5, $6)
		on conflict (shop_id, call_id) do update set outcome = excluded.outcome, note = excluded.note, task_id = excluded.task_id,
		  said_by = excluded.said_by, said_at = excluded.said_at`, call, w.Outcome, w.Note, owed, tx.Scope().Actor(), now.UTC())
	if err != nil {
		return Disposition{}, fmt.Errorf("keep what came of call %s: %w", call, err)
	}
	if err := tenant.Audit(tx, "call.dispose", "call:"+call.String(), map[string]any{"outcome": w.Outcome, "task_id": owed}); err != nil {
		return Disposition{}, err
	}
	return Take(tx, call)
}

// owe brings the callback in line with what is promised now, and returns its
// task.
func (d Disposition) owe(tx tenant.Tx, p *Promise, now time.Time) (*uuid.UUID, error) {
	if p == nil && d.TaskID == nil {
		return nil, nil //nolint:nilnil // nothing was promised, and nothing is
	}
	if p == nil {
		return nil, task.Withdraw(tx, *d.TaskID, now)
	}
	t, err := task.Promise(tx, task.Promised{CallID: d.CallID, DueAt: p.DueAt, Subject: p.Subject}, now)
	return &t, err
}
