package telephony

import (
	"context"

	"switchboard/telephony/gate"
	"switchboard/telephony/trunk"
)

// rules has calls out pass the gate.
type rules struct{ *gate.Gate }

func (r rules) Allow(ctx context.Context, req trunk.Request, cut func(string)) (trunk.Permit, error) {
	return r.Gate.Allow(ctx, gate.Call{
		Shop: req.Shop, ID: req.Call, Operator: req.Operator, Path: req.Path, Dialled: string(req.Number), From: string(req.Caller), Cut: cut,
	})
}
