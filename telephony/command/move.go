package command

import (
	"time"

	"github.com/google/uuid"
)

// Verbs of a call that goes to somebody else.
const (
	Transfer   Verb = "transfer"   // to To, who has it as soon as they answer
	Consult    Verb = "consult"    // asks To first
	Complete   Verb = "complete"   // who was asked has it
	Conference Verb = "conference" // all three hear each other
	Back       Verb = "back"       // without who was asked
	Swap       Verb = "swap"       // between the buyer and who was asked
	Park       Verb = "park"       // music for Seconds; Resume ends it
)

// PathTargets tells to whom a call may go.
const PathTargets = "/v1/targets" // GET ?operator=

// To is whom an operator asks for.
type To struct {
	Kind  string    `json:"kind"` // operator, tier, queue, specialist, outside
	ID    uuid.UUID `json:"id,omitzero"`
	Tier  string    `json:"tier,omitempty"`
	Phone string    `json:"phone,omitempty"`
	Note  string    `json:"note,omitempty"` // why, for who is asked
}

// Move is a call on its way to somebody else.
type Move struct {
	Kind  string     `json:"kind"`
	Name  string     `json:"name"`            // of who is asked
	By    uuid.UUID  `json:"by,omitzero"`     // the operator who asks
	Note  string     `json:"note,omitempty"`  // why
	State string     `json:"state"`           // ringing, aside (with the operator), waits (the operator is with the buyer), all, parked, queued
	Blind bool       `json:"blind,omitempty"` // it is theirs as soon as they answer
	Own   bool       `json:"own,omitempty"`   // by the operator's own telephone, which has the keys
	Since time.Time  `json:"since"`
	Until *time.Time `json:"until,omitempty"` // when it comes back
	Guest *uuid.UUID `json:"guest,omitempty"` // the operator who is asked
}

// Miss is a transfer that came to nothing.
type Miss struct {
	Kind    string    `json:"kind"`
	Name    string    `json:"name"`
	Why     string    `json:"why"` // lapsed, busy, refused, unreachable, operator away, departed, connection lost
	SIPCode int       `json:"sip_code,omitempty"`
	At      time.Time `json:"at"`
}

// Targets are to whom a call may go now, by the rule of its shop.
type Targets struct {
	Barred bool     `json:"barred"` // nobody: offer Email
	Email  string   `json:"email"`
	Number bool     `json:"number"` // some numbers outside are allowed
	ParkS  int      `json:"park_s"`
	Items  []Target `json:"items"`
}

// Target is one of them.
type Target struct {
	Kind    string    `json:"kind"`
	ID      uuid.UUID `json:"id,omitzero"`
	Tier    string    `json:"tier,omitempty"`
	Name    string    `json:"name"`
	State   State     `json:"state,omitempty"` // of an operator
	Free    bool      `json:"free"`            // could be rung now
	Waiting int       `json:"waiting"`         // calls, of a queue
}
