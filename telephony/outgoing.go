package telephony

import (
	"context"

	"switchboard/telephony/directory"
	"switchboard/telephony/line"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/sipua"
	"switchboard/telephony/trunk"
	"switchboard/tenant/outgoing"
)

// callOut is the way out to the telephone network, for the wires.
func (n *Node) callOut(ctx context.Context, o line.Out) (func(string), error) {
	c, err := n.trunks.Dial(ctx, trunk.Request{
		Shop: o.Shop, Call: o.Call, Operator: o.Operator, Path: outgoing.Transfer, Number: o.Number, Caller: o.Caller, Timeout: o.Timeout,
		Offer:  func(t *directory.Trunk) ([]byte, error) { return o.Offer(lawsOf(t)) },
		Tried:  func(leg *sipua.Leg, _ *directory.Trunk) { o.Tried(leg) },
		Listen: o.Listen,
	})
	if err != nil {
		return nil, err
	}
	return c.Hangup, nil
}

func lawsOf(t *directory.Trunk) []g711.Law {
	known := map[string]g711.Law{"pcma": g711.ALaw, "pcmu": g711.MuLaw}
	laws := make([]g711.Law, 0, len(t.Codecs))
	for _, c := range t.Codecs {
		laws = append(laws, known[c])
	}
	return laws
}
