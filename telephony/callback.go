package telephony

import (
	"context"
	"slices"

	"switchboard/telephony/directory"
	"switchboard/telephony/line"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/sipua"
	"switchboard/telephony/trunk"
	"switchboard/tenant/outgoing"
)

// ringBuyer rings a buyer who is to be called back, through the one door.
func (n *Node) ringBuyer(ctx context.Context, b line.Buyer) (func(string), error) {
	c, err := n.trunks.Dial(ctx, trunk.Request{
		Shop: b.Shop, Call: b.Call, Operator: b.Operator, Path: outgoing.Callback, Number: b.Number, Caller: b.Caller, Timeout: b.Timeout,
		Offer:  func(t *directory.Trunk) ([]byte, error) { return b.Offer(termsOf(t)) },
		Tried:  func(leg *sipua.Leg, _ *directory.Trunk) { b.Tried(leg) },
		Listen: b.Listen,
	})
	if err != nil {
		return nil, err
	}
	return c.Hangup, nil
}

// termsOf are a trunk's, on which audio is offered.
func termsOf(t *directory.Trunk) line.Terms {
	return line.Terms{Trunk: t.Name, Laws: spokenBy(t), SRTP: line.Offered(t), Wide: slices.Contains(t.Codecs, "g722")}
}

// spokenBy are the laws of a trunk, in its order.
func spokenBy(t *directory.Trunk) []g711.Law {
	known := map[string]g711.Law{"pcma": g711.ALaw, "pcmu": g711.MuLaw}
	laws := make([]g711.Law, 0, len(t.Codecs))
	for _, c := range t.Codecs {
		if law, is := known[c]; is {
			laws = append(laws, law)
		}
	}
	return laws
}
