package switchd

import (
	"slices"

	"switchboard/telephony/acd"
	"switchboard/telephony/command"
)

// lineOf is what operators are able to take: a shop's calls of a tier.
type lineOf struct {
	shop acd.ShopID
	tier acd.Tier
}

// reasons tells why calls wait, given all operators. Calls are asked about in
// the order in which they wait.
type reasons struct {
	operators []acd.OperatorView
	lines     map[lineOf]*command.Why // what the next call of a line meets
}

func (r reasons) of(c acd.CallView) *command.Why {
	key := lineOf{c.Shop, c.Tier}
	line := r.lines[key]
	if line == nil {
		line = r.count(key)
		r.lines[key] = line
	}
	why := *line
	why.Refused = len(c.RefusedBy)
	line.Ahead++
	return &why
}

// count looks who could take the calls of a line. A consultant takes orders too.
func (r reasons) count(key lineOf) *command.Why {
	w := &command.Why{}
	for _, o := range r.operators {
		if !o.OnDuty || o.Tier != key.tier && o.Tier != acd.Consult || !slices.Contains(o.Shops, key.shop) {
			continue
		}
		w.Able++
		if o.State == acd.StateIdle {
			w.Idle++
		}
	}
	return w
}
