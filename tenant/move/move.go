// Package move is by what rule the calls of a shop may be handed to somebody
// else.
package move

import (
	"strings"

	"switchboard/telephony/e164"
)

// Kind is what a call can be handed to.
type Kind string

// The kinds.
const (
	Operator   Kind = "operator"   // one of the pool
	Tier       Kind = "tier"       // anybody of the pool with a skill
	Queue      Kind = "queue"      // of the same shop
	Specialist Kind = "specialist" // a member of the shop with a telephone
	Outside    Kind = "outside"    // any other number
)

// Kinds are all of them.
var Kinds = []Kind{Operator, Tier, Queue, Specialist, Outside}

// Rule is what a shop allows. It holds whatever the device asks.
type Rule struct {
	Operators   bool     // others of the pool
	Queues      bool     // of the same shop
	Specialists bool     // members who have a telephone
	Outside     []string // beginnings of E.164 numbers
	Email       string   // offered to a buyer who begs in vain
	RingS       int      // how long an outside telephone rings
	QueueS      int      // after this in a queue, who had the call is asked again
	ParkS       int      // the longest parking
	ParkFree    bool     // who parks a call is free for others meanwhile
}

// Default is the rule of a shop that has said nothing: nobody outside.
func Default() Rule {
	return Rule{Operators: true, Queues: true, Specialists: true, RingS: 20, QueueS: 60, ParkS: 120}
}

// Allows reports whether a call may be handed to somebody of the kind; n is the
// number of who is outside.
func (r Rule) Allows(k Kind, n e164.Number) bool {
	switch k {
	case Operator, Tier:
		return r.Operators
	case Queue:
		return r.Queues
	case Specialist:
		return r.Specialists
	case Outside:
		return r.reaches(n)
	}
	return false
}

func (r Rule) reaches(n e164.Number) bool {
	for _, beginning := range r.Outside {
		if strings.HasPrefix(string(n), beginning) {
			return true
		}
	}
	return false
}

// Nobody reports whether the rule allows no transfer at all.
func (r Rule) Nobody() bool {
	return !r.Operators && !r.Queues && !r.Specialists && len(r.Outside) == 0
}
