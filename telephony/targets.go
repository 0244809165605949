package telephony

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/command"
	"switchboard/telephony/directory"
	"switchboard/tenant/move"
)

// Targets tells to whom an operator's call may go now.
func (s switchboard) Targets(ctx context.Context, operator uuid.UUID) (command.Targets, error) {
	out := command.Targets{Items: []command.Target{}}
	d, err := s.n.room.Desk(ctx, operator)
	if err != nil {
		return out, err
	}
	if d.Call == nil {
		return out, command.ErrNotNow
	}
	shop := s.n.book.Now().Shop(d.Call.ShopID)
	if shop == nil {
		return out, command.ErrNotNow
	}
	rule := shop.Moves
	out.Email, out.Number, out.ParkS = rule.Email, len(rule.Outside) > 0, rule.ParkS
	if out.Barred = rule.Nobody(); !out.Barred {
		g, err := s.n.gist(ctx, shop, d.Call.ID)
		if err != nil {
			return out, err
		}
		out.Barred = g.Barred
	}
	if out.Barred {
		out.Number = false
		return out, nil
	}
	f, err := s.n.room.Floor(ctx)
	if err != nil {
		return out, err
	}
	if rule.Operators {
		out.Items = append(out.Items, s.n.colleagues(shop, operator, f)...)
	}
	if rule.Specialists {
		for _, p := range shop.Specialists {
			out.Items = append(out.Items, command.Target{Kind: string(move.Specialist), ID: p.ID, Name: p.Name, Free: true})
		}
	}
	if rule.Queues {
		out.Items = append(out.Items, queues(shop, f)...)
	}
	return out, nil
}

// colleagues are the other operators of the shop who are on duty, the free ones
// first, and anybody of a tier where one is free.
func (n *Node) colleagues(shop *directory.Shop, me uuid.UUID, f command.Floor) []command.Target {
	var all []command.Target
	free := map[string]bool{}
	for _, o := range f.Operators {
		op := n.book.Now().Operator(o.Operator)
		if op == nil || o.Operator == me || !o.OnDuty || !op.Serves(shop.ID) {
			continue
		}
		idle := o.State == command.State(acd.StateIdle)
		free[op.Tier] = free[op.Tier] || idle
		all = append(all, command.Target{Kind: string(move.Operator), ID: op.ID, Tier: op.Tier, Name: op.Name, State: o.State, Free: idle})
	}
	slices.SortStableFunc(all, func(a, b command.Target) int {
		if a.Free != b.Free {
			return map[bool]int{true: -1, false: 1}[a.Free]
		}
		return cmp.Compare(a.Name, b.Name)
	})
	anybody := command.Target{Kind: string(move.Tier), Tier: string(acd.Consult), Free: free[string(acd.Consult)]}
	return append([]command.Target{anybody}, all...)
}

// queues are those of the shop, with how many wait there.
func queues(shop *directory.Shop, f command.Floor) []command.Target {
	waiting := map[uuid.UUID]int{}
	for _, c := range f.Calls {
		if c.Position > 0 {
			waiting[c.QueueID]++
		}
	}
	all := make([]command.Target, 0, len(shop.Queues))
	for _, q := range shop.Queues {
		all = append(all, command.Target{Kind: string(move.Queue), ID: q.ID, Tier: q.Tier, Name: q.Name, Free: true, Waiting: waiting[q.ID]})
	}
	return all
}
