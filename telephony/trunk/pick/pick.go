// Package pick decides which trunk carries a call out.
package pick

import (
	"cmp"
	"slices"
	"strings"
)

// Instant is milliseconds since some base.
type Instant int64

// Candidate is a trunk as far as the choice goes.
type Candidate struct {
	Name     string
	Own      bool // of the shop that calls; of no other shop is one ever a candidate
	Health   Health
	Priority int // lower goes first, whatever it costs
	Rates    []Rate
	Full     bool // it has as many calls as it may, or as many a second
}

// Rate is what a minute to the numbers that begin with Prefix costs: any unit
// that all trunks share.
type Rate struct {
	Prefix string // "+7495"; "" is all the world
	Cost   int
}

// Health is how well a trunk can be reached.
type Health uint8

// The healths, best first. Unknown is a trunk that is not pinged: no worse than
// one that is well.
const (
	Unknown Health = iota
	Up
	Degraded
	Down
)

// String returns the health's name.
func (h Health) String() string { return [...]string{"unknown", "up", "degraded", "down"}[h] }

// class is what the order knows of a health.
func (h Health) class() Health { return max(h, Up) }

// Cost is what a minute to number costs by the longest prefix that fits it, and
// whether any does.
func Cost(rates []Rate, number string) (cost int, ok bool) {
	longest := -1
	for _, r := range rates {
		if len(r.Prefix) > longest && strings.HasPrefix(number, r.Prefix) {
			longest, cost = len(r.Prefix), r.Cost
		}
	}
	return cost, longest >= 0
}

// Order returns the trunks that may carry a call to number, the one to try
// first first: the shop's own, those that are well, by priority, by cost, by
// name. One that is down is the last resort, for pings may be wrong. A trunk
// that has rates and none for the number does not go there.
func Order(all []Candidate, number string) []string {
	type ranked struct {
		Candidate
		cost int
	}
	var fit []ranked
	for _, c := range all {
		cost, ok := Cost(c.Rates, number)
		if c.Full || !ok && len(c.Rates) > 0 {
			continue
		}
		fit = append(fit, ranked{c, cost})
	}
	slices.SortFunc(fit, func(a, b ranked) int {
		return cmp.Or(
			cmp.Compare(no(a.Health == Down), no(b.Health == Down)),
			cmp.Compare(no(!a.Own), no(!b.Own)),
			cmp.Compare(a.Health.class(), b.Health.class()),
			cmp.Compare(a.Priority, b.Priority),
			cmp.Compare(a.cost, b.cost),
			cmp.Compare(a.Name, b.Name),
		)
	})
	names := make([]string, len(fit))
	for i, f := range fit {
		names[i] = f.Name
	}
	return names
}

// no ranks what is true behind what is not.
func no(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Again tells whether another trunk may be asked after a final answer. Nobody is
// rung twice: once a telephone rang, its answer is everybody's. Neither is what
// the called person, or the world's numbering, has said of itself: busy, no such
// number, declined.
func Again(code int, rang bool) bool {
	if rang {
		return false
	}
	switch code {
	case 401, 402, 403, 407: // what the carrier has against us
		return true
	case 408, 420, 421, 488: // it does not answer, or we have no common language
		return true
	}
	return code >= 500 && code < 600
}
