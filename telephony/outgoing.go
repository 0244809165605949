package telephony

import (
	"context"

	"github.com/google/uuid"

	"switchboard/telephony/directory"
	"switchboard/telephony/line"
	"switchboard/telephony/sipua"
	"switchboard/telephony/trunk"
	"switchboard/tenant/outgoing"
)

// callOut is the way out to the telephone network, for the wires.
func (n *Node) callOut(ctx context.Context, o line.Out) (func(string), error) {
	path := outgoing.Transfer
	if o.Operator == uuid.Nil { // nobody's wish but the shop's menu
		path = outgoing.Overflow
	}
	c, err := n.trunks.Dial(ctx, trunk.Request{
		Shop: o.Shop, Call: o.Call, Operator: o.Operator, Path: path, Number: o.Number, Caller: o.Caller, Timeout: o.Timeout,
		Offer:  func(t *directory.Trunk) ([]byte, error) { return o.Offer(t.Name) },
		Tried:  func(leg *sipua.Leg, _ *directory.Trunk) { o.Tried(leg) },
		Listen: o.Listen,
	})
	if err != nil {
		return nil, err
	}
	return c.Hangup, nil
}
