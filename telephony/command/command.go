// Package command is the private control API of a telephony node: the types
// that travel and the client that api and worker use. It carries a bearer
// secret and listens on loopback, or behind TLS.
package command

import (
	"time"

	"github.com/google/uuid"
)

// Paths of the operations; all are POST with a JSON body but the two that look.
const (
	PathDesk  = "/v1/desk"  // GET ?operator=
	PathFloor = "/v1/floor" // GET
	PathDo    = "/v1/do"    // POST Order
)

// Verb is what an operator, or somebody for them, asks of the switch.
type Verb string

// The verbs.
const (
	Ready  Verb = "ready"  // on duty
	Pause  Verb = "pause"  // off duty, with a reason
	Finish Verb = "finish" // ends wrap-up
	Extend Verb = "extend" // 30 s more of wrap-up
	Hangup Verb = "hangup" // ends the call in hand
	Hold   Verb = "hold"   // music to the buyer
	Resume Verb = "resume" // talks on
)

// Order is one request.
type Order struct {
	Verb     Verb      `json:"verb"`
	Operator uuid.UUID `json:"operator"`
	Call     uuid.UUID `json:"call,omitzero"`
	Reason   string    `json:"reason,omitempty"`
}

// Problem is what a refused Order answers.
type Problem struct {
	Kind string `json:"kind"` // not_found, conflict, unavailable
	Text string `json:"text"`
}

// State of an operator, or of a call in the room.
type State string

// Desk is one operator as the switch knows them.
type Desk struct {
	Operator uuid.UUID  `json:"operator"`
	State    State      `json:"state"`   // away, idle, offered, talking, wrap-up, resting
	OnDuty   bool       `json:"on_duty"` // false with a call in hand: away when it is finished
	Reason   string     `json:"reason,omitempty"`
	Phone    string     `json:"phone"` // fixed, registered, missing
	Since    time.Time  `json:"since"`
	Until    *time.Time `json:"until,omitempty"` // when the offer lapses or wrap-up ends
	Call     *Call      `json:"call,omitempty"`
}

// Call is one that is up.
type Call struct {
	ID         uuid.UUID  `json:"id"`
	ShopID     uuid.UUID  `json:"shop_id"`
	QueueID    uuid.UUID  `json:"queue_id"`
	NumberID   uuid.UUID  `json:"number_id"`
	State      State      `json:"state"`
	StartedAt  time.Time  `json:"started_at"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	Position   int        `json:"position,omitempty"` // among those that wait; 1 is the first
	Due        *time.Time `json:"due,omitempty"`      // when the promise breaks
	Operator   *uuid.UUID `json:"operator,omitempty"` // offered to, or talking
	Muted      bool       `json:"muted,omitempty"`    // the operator's voice
	// AwayUntil is there while the operator's browser is not: until then the
	// buyer hears music and the call stays theirs.
	AwayUntil *time.Time `json:"away_until,omitempty"`
}

// Floor is all of a room.
type Floor struct {
	At        time.Time `json:"at"`
	Pool      string    `json:"pool"`
	Epoch     int64     `json:"epoch"`
	Calls     []Call    `json:"calls"` // those that wait first, in their order
	Operators []Desk    `json:"operators"`
}
