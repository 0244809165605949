// Package directory is what the switch routes by: whose a number is, who may
// send us calls, who answers them and where their telephones are.
//
// A Directory is a value that nobody changes; a new one replaces it when the
// database says that something is not what it was.
package directory

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
	"switchboard/tenant/hours"
	"switchboard/tenant/move"
)

// Directory is the whole of it at one instant.
type Directory struct {
	numbers   map[e164.Number]*Number
	shops     map[uuid.UUID]*Shop
	operators map[uuid.UUID]*Operator
	phones    map[string]*Operator
	trunks    []*Trunk

	supervisors map[uuid.UUID]*Operator
	voices      map[uuid.UUID]*Voice // of shops
}

// Shop is as much of a shop as the switch needs.
type Shop struct {
	ID       uuid.UUID
	Pool     string // that serves it
	Slug     string
	Language string // of its prompts: ru or en
	Zone     *time.Location
	Status   string // open, suspended, closed
	Greeting string // standard, none
	Greets   string // the greeting in the shop's own words; empty: the stock one
	Record   bool
	Refusal  byte          // the key by which a buyer says that they do not want that; 0: none
	Secret   time.Duration // how long a recording may stand still for a payment
	Away     time.Duration // how long a buyer hears music while the operator's browser is gone
	Face

	Announces   bool      // tells those in a call that a supervisor listens
	Moves       move.Rule // to whom its calls may be handed
	Queues      []*Queue
	Specialists []Specialist
}

// Specialist is a member of a shop who has a telephone.
type Specialist struct {
	ID    uuid.UUID
	Name  string
	Phone e164.Number
}

// Queue returns the shop's queue of that id, or nil.
func (s *Shop) Queue(id uuid.UUID) *Queue {
	for _, q := range s.Queues {
		if q.ID == id {
			return q
		}
	}
	return nil
}

// Face is a shop as its operator sees it and speaks for it.
type Face struct{ NameRu, NameEn, SpokenRu, SpokenEn, Colour string }

// Queue is where the calls of a number wait.
type Queue struct {
	ID           uuid.UUID
	Name         string
	Tier         string // order, consultant
	PromiseShare int    // permille answered within PromiseMS
	PromiseMS    int64
	Hours        hours.Week
}

// Number is one that a shop owns.
type Number struct {
	ID     uuid.UUID
	E164   e164.Number
	Shop   *Shop
	Queue  *Queue
	Source string // the advertising that shows it
}

// Operator is one of the pool, with the telephone that rings for them.
type Operator struct {
	ID       uuid.UUID
	Pool     string // that they work in
	Name     string
	Tier     string
	Shops    []uuid.UUID // sorted
	SIPUser  string      // of a phone that registers; else empty
	HA1      string
	SIPURI   string // of a phone at a fixed address; else empty
	AlwaysOn bool   // on duty without a desk
	WrapUpMS int64
}

// Called reports whether user is how other telephones call the operator's: by
// the name it registers as, or that of its address.
func (o *Operator) Called(user string) bool {
	if user == "" {
		return false
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(o.SIPURI, "sip:"), "@")
	return o.SIPUser == user || name == user
}

// Serves reports whether the operator answers for the shop.
func (o *Operator) Serves(shop uuid.UUID) bool { return slices.Contains(o.Shops, shop) }

// Number returns whose the dialled number is, or nil.
func (d *Directory) Number(n e164.Number) *Number { return d.numbers[n] }

// Shop returns the shop with the id, or nil.
func (d *Directory) Shop(id uuid.UUID) *Shop { return d.shops[id] }

// Operator returns the operator with the id, or nil.
func (d *Directory) Operator(id uuid.UUID) *Operator { return d.operators[id] }

// Operators returns all of them by id.
func (d *Directory) Operators() map[uuid.UUID]*Operator { return d.operators }

// Phone returns the operator whose telephone registers as user, or nil.
func (d *Directory) Phone(user string) *Operator { return d.phones[user] }

// Shops calls visit with each shop that has a number, once a number.
func (d *Directory) Shops(visit func(*Shop)) {
	for _, n := range d.numbers {
		visit(n.Shop)
	}
}

// NumberOf returns the shop's number with the id, or, if it has none such any
// more, the first that it has; nil if it has none.
func (d *Directory) NumberOf(s *Shop, id *uuid.UUID) *Number {
	var first *Number
	for _, n := range d.numbers {
		if n.Shop.ID != s.ID {
			continue
		}
		if id != nil && n.ID == *id {
			return n
		}
		if first == nil || n.E164 < first.E164 {
			first = n
		}
	}
	return first
}
