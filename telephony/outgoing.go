package telephony

import (
	"context"
	"errors"
	"strings"

	"switchboard/telephony/directory"
	"switchboard/telephony/line"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/sipua"
)

// errNoTrunk is the answer where no carrier takes our calls.
var errNoTrunk = errors.New("no trunk takes calls out")

// callOut is the way out to the telephone network.
func (n *Node) callOut(_ context.Context, o line.Out) (func(string), error) {
	for _, t := range n.book.Now().Trunks() {
		if t.Outbound == "" {
			continue
		}
		leg, err := n.callBy(t, o)
		if err != nil {
			return nil, err
		}
		return leg.Hangup, nil
	}
	return nil, errNoTrunk
}

func (n *Node) callBy(t *directory.Trunk, o line.Out) (*sipua.Leg, error) {
	offer, err := o.Offer(lawsOf(t))
	if err != nil {
		return nil, err
	}
	uri := "sip:" + string(o.Number) + "@" + strings.TrimPrefix(t.Outbound, "sip:")
	leg, err := n.ua.Dial(sipua.Target{URI: uri, FromUser: string(o.Caller), SDP: offer, Timeout: o.Timeout, Listen: o.Listen})
	if err == nil {
		o.Tried(leg)
	}
	return leg, err
}

func lawsOf(t *directory.Trunk) []g711.Law {
	known := map[string]g711.Law{"pcma": g711.ALaw, "pcmu": g711.MuLaw}
	laws := make([]g711.Law, 0, len(t.Codecs))
	for _, c := range t.Codecs {
		laws = append(laws, known[c])
	}
	return laws
}
