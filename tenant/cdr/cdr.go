// Package cdr is the calls of a shop as it reads them. telephony/journal writes
// them while they live; what is written once they ended is the Leg.
package cdr

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
)

// State is where a call is.
type State string

// The states, in the order of a life.
const (
	Greeting State = "greeting"
	Menu     State = "menu"
	Waiting  State = "waiting"
	Talking  State = "talking"
	Held     State = "held"
	Moving   State = "moving"
	WrapUp   State = "wrap-up"
	Ended    State = "ended"
)

// Call is a call as lists show it.
type Call struct {
	ID          uuid.UUID
	ShopID      uuid.UUID
	No          int64
	Direction   string
	From        e164.Number // E.164 where it is one, else as it was received
	To          e164.Number
	State       State
	Outcome     string // "" while it lives
	EndedBy     string
	SIPCode     *int
	Reason      string
	QueueID     *uuid.UUID
	OperatorID  *uuid.UUID
	StartedAt   time.Time
	AnsweredAt  *time.Time // a person joined
	EndedAt     *time.Time // the media ended
	FinishedAt  *time.Time // wrap-up ended too
	Parts       `gorm:"embedded"`
	SnapshotID  *uuid.UUID // the catalogue as the operator saw it
	RecordingID *uuid.UUID // of a recording that can be heard
	OrderID     *uuid.UUID
	Charge      *Charge `gorm:"-"`
}

// Charge is what the shop owes for a call: Amount whole 10^-Scale of the
// currency's major unit.
type Charge struct {
	Amount   int64
	Scale    int
	Currency string
}

// seesNumbers are the roles to whom the buyer's number is work. The others
// see it masked.
var seesNumbers = []string{"owner", "manager", "specialist", "operator", "job", "key-personal"}

// For returns the call as the role may see it.
func (c Call) For(role string) Call {
	if slices.Contains(seesNumbers, role) {
		return c
	}
	if c.Direction == "outbound" {
		c.To = e164.Number(c.To.Masked())
	} else {
		c.From = e164.Number(c.From.Masked())
	}
	return c
}

// Phone returns the buyer's number as the role may see it.
func Phone(role string, n e164.Number) e164.Number {
	if slices.Contains(seesNumbers, role) {
		return n
	}
	return e164.Number(n.Masked())
}

// Story is a call with all that is known about it.
type Story struct {
	Call
	Explanation json.RawMessage // why this operator, why that long; null if nobody was chosen
	Events      []Event
	Walk        *Walk
	Recording   *Recording
}

// Event is a line of a call's page.
type Event struct {
	Seq  int64
	AtMS int64
	At   time.Time
	Kind string
	Body json.RawMessage // ids and numbers only
}

// Walk is the path through the script.
type Walk struct {
	ID              uuid.UUID
	ScriptID        uuid.UUID
	ScriptName      string
	ScriptVersionID uuid.UUID
	Version         int
	OperatorID      *uuid.UUID
	Adherence       *int // permille of the required steps
	StartedAt       time.Time
	EndedAt         *time.Time
	Steps           []Step `gorm:"-"`
}

// Step is one step of the path.
type Step struct {
	Seq    int
	Node   string
	Answer json.RawMessage
	At     time.Time
}

// Recording is where the sound of a call is.
type Recording struct {
	ID         uuid.UUID
	CallID     uuid.UUID
	State      string // recording, ready, failed, erased
	Path       string // below the recordings directory
	StartedAt  time.Time
	OffsetMS   int64 // from the call's start
	DurationMS int64
	Bytes      int64
	SHA256     []byte
	Error      string // why it is not there, or not whole

	KeyVersion    *int   // of the shop's key; nil: the file is not sealed
	DataKey       []byte // nil: destroyed
	Place         string // spool, directory, s3, none
	Gaps          []byte // JSON, as Gap
	Held          bool   // for the law: never deleted
	HeldReason    string
	DeletedAt     *time.Time
	DeletedRule   string // request, retention, buyer, keys
	DeletedReason string
}

// Gap is a stretch of a recording in which it stood still. ToMS is nil as long as
// it does.
type Gap struct {
	FromMS int64  `json:"from_ms"`
	ToMS   *int64 `json:"to_ms"`
	Why    string `json:"why"`
}
