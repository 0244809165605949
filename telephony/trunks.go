package telephony

import (
	"context"

	"switchboard/telephony/gate"
	"switchboard/telephony/trunk"
)

// openTrunks makes the door to the telephone network.
func (n *Node) openTrunks() {
	n.gate = gate.New(n.db, n.book.Now, nil, n.log.With("part", "gate"))
	n.trunks = trunk.New(trunk.Config{Book: n.book.Now, Box: n.cfg.Box, Rules: rules{n.gate}, Log: n.log.With("part", "trunks")})
}

// rules has calls out pass the gate.
type rules struct{ *gate.Gate }

func (r rules) Allow(ctx context.Context, req trunk.Request, cut func(string)) (trunk.Permit, error) {
	return r.Gate.Allow(ctx, gate.Call{
		Shop: req.Shop, ID: req.Call, Operator: req.Operator, Path: req.Path, Dialled: string(req.Number), From: string(req.Caller), Cut: cut,
	})
}
