package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/api/orders"
	"switchboard/api/session"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/draft"
	"switchboard/tenant/fault"
	"switchboard/tenant/order"
	"switchboard/tenant/page"
	"switchboard/tenant/script"
	"switchboard/tenant/script/walk"
)

func (h *Handler) summary(ctx context.Context, in *CallPath) (*summaryAnswer, error) {
	d, err := h.guard.EnterCall(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &summaryAnswer{CallSummary{CallID: in.ID, Before: []Predecessor{}, Path: []SummaryStep{}, Orders: []orders.Order{}}}
	err = h.db.Across(ctx, "who had a call before", func(tx tenant.AcrossTx) error {
		return out.Body.readBefore(tx, session.Who(ctx).Account)
	})
	if err != nil {
		return nil, err
	}
	err = h.guard.Through(ctx, d, out.Body.readWork)
	return out, err
}

// holding is one operator's time with a call.
type holding struct {
	OperatorID uuid.UUID
	Name       string
	Joined     time.Time
	Lapses     time.Time
	Over       bool
}

// readBefore tells who had the call, and for how long nobody did: by the grants
// that the switch gave for it.
func (c *CallSummary) readBefore(tx tenant.AcrossTx, me uuid.UUID) error {
	var all []holding
	err := tx.Query().Raw(`
		select g.operator_id, a.name, g.granted_at as joined, g.lapses_at as lapses, g.lapses_at <= now() as over
		  from house.operator_grant g join house.account a on a.id = g.operator_id
		 where g.subject = ? and g.reason = 'call' order by g.granted_at, g.id`, c.CallID).Scan(&all).Error
	if err != nil {
		return fmt.Errorf("read who had call %s: %w", c.CallID, err)
	}
	for _, g := range all {
		if g.OperatorID == me {
			c.waitedUntil(g.Joined)
			continue
		}
		p := Predecessor{Name: g.Name, Joined: g.Joined}
		if g.Over {
			p.Left = &g.Lapses
		}
		c.Before, c.Handed = append(c.Before, p), true
	}
	return nil
}

// waitedUntil counts from the last operator's end to a join.
func (c *CallSummary) waitedUntil(joined time.Time) {
	if n := len(c.Before); n > 0 && c.Before[n-1].Left != nil {
		c.WaitedS = max(0, int64(joined.Sub(*c.Before[n-1].Left).Seconds()))
	}
}

// readWork tells what was done in the call so far.
func (c *CallSummary) readWork(tx tenant.Tx) error {
	call, err := cdr.Take(tx, c.CallID)
	if err != nil {
		return err
	}
	c.ArrivedAt = call.StartedAt
	d, err := draft.Take(tx, c.CallID)
	if err != nil {
		return err
	}
	if d.Revision > 0 {
		shown, err := showDraft(d, tx.Scope().Actor())
		if err != nil {
			return err
		}
		c.Draft = &shown
	}
	made, _, err := order.List(tx, order.Filter{CallID: &c.CallID}, page.Cursor{}, 0)
	if err != nil {
		return err
	}
	for _, o := range made {
		c.Orders = append(c.Orders, orders.Show(o, tx.Scope().Role()))
	}
	return c.readWalk(tx)
}

func (c *CallSummary) readWalk(tx tenant.Tx) error {
	s, err := script.Where(tx, c.CallID)
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	c.Step = titled(s, s.Walk.Node)
	for _, v := range s.Walk.Trail() {
		if said := walk.Said(s.Graph, s.Walk, v); said != "" {
			c.Path = append(c.Path, SummaryStep{titled(s, v.Node), said, time.UnixMilli(int64(v.Left)).UTC()})
		}
	}
	return nil
}

// titled returns the name of a step, or its id if it has none.
func titled(s script.Stand, node string) string {
	n, _ := s.Graph.Node(node)
	if title := n.Title.In(s.Walk.Language); title != "" {
		return title
	}
	return node
}
