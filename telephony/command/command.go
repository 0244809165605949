// Package command is the private control API of a telephony node: the types
// that travel and the client that api and worker use. It carries a bearer
// secret and listens on loopback, or behind TLS.
package command

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant/fault"
)

// Paths of the operations; a GET looks, a POST changes.
const (
	PathDesk  = "/v1/desk"  // GET ?operator=
	PathFloor = "/v1/floor" // GET
	PathDo    = "/v1/do"    // POST Order
	PathDrain = "/v1/drain" // POST, no body: the node takes no new calls, finishes those it has, and ends
)

// Verb is what an operator, or somebody for them, asks of the switch.
type Verb string

// The verbs.
const (
	Ready  Verb = "ready"     // on duty
	Pause  Verb = "pause"     // off duty, with a reason
	Finish Verb = "finish"    // ends wrap-up
	Extend Verb = "extend"    // 30 s more of wrap-up
	Dial   Verb = "call-back" // rings the operator, and then the buyer of Task
	Hangup Verb = "hangup"    // ends the call in hand
	Hold   Verb = "hold"      // music to the buyer
	Resume Verb = "resume"    // talks on
	Mute   Verb = "mute"      // silence to the buyer
	Unmute Verb = "unmute"

	PauseTape  Verb = "pause-recording"  // the buyer tells what must not be in it
	ResumeTape Verb = "resume-recording" // they have
	StopTape   Verb = "stop-recording"   // the buyer does not want to be recorded
)

// Order is one request.
type Order struct {
	Verb     Verb      `json:"verb"`
	Operator uuid.UUID `json:"operator"`
	Call     uuid.UUID `json:"call,omitzero"`
	Reason   string    `json:"reason,omitempty"`
	To       *To       `json:"to,omitempty"`      // of transfer and consult
	Seconds  int       `json:"seconds,omitempty"` // of park; 0: as long as the shop's rule allows
	Task     uuid.UUID `json:"task,omitzero"`     // of call-back: what is owed to the buyer
	Shop     uuid.UUID `json:"shop,omitzero"`     // of call-back: whose it is
}

// Problem is what a refused Order answers.
type Problem struct {
	Kind string `json:"kind"`           // not_found, conflict, unavailable
	Code string `json:"code,omitempty"` // of an error below
	Text string `json:"text"`
}

// Refusals that a page tells apart.
var (
	ErrBarred     = fmt.Errorf("here no transfer, offer the e-mail: %w", fault.Forbidden)
	ErrNobodyFree = fmt.Errorf("who was asked for is not free to take the call: %w", fault.Conflict)
	ErrNotNow     = fmt.Errorf("that makes no sense with the call as it is now: %w", fault.Conflict)
	ErrNoPhone    = fmt.Errorf("no browser or telephone of the operator could ring: %w", fault.Conflict)
	// ErrElsewhere is answered by a node that has nothing to say about it: it does
	// not lead the pool, or the operator is still another's.
	ErrElsewhere = fmt.Errorf("another telephony node has that: %w", fault.Unavailable)
	// Why a buyer is not called back now.
	ErrHours       = fmt.Errorf("buyers are not called at this hour: %w", fault.Conflict)
	ErrTaken       = fmt.Errorf("somebody else has taken that task: %w", fault.Conflict)
	ErrNoBuyer     = fmt.Errorf("the buyer's number is not known any more: %w", fault.Conflict)
	ErrClosed      = fmt.Errorf("that task is closed: %w", fault.Conflict)
	ErrHeldByPhone = fmt.Errorf("the operator's telephone holds the call, and only it can take the buyer back: %w", fault.Conflict)
)

// Codes are how they travel.
var Codes = map[string]error{
	"no_phone": ErrNoPhone, "held_by_phone": ErrHeldByPhone, "elsewhere": ErrElsewhere,
	"not_talking": ErrNotTalking, "crowded": ErrCrowded, "own_call": ErrOwnCall, "not_watching": ErrNotWatching, "in_transfer": ErrInTransfer, "deaf": ErrDeaf,
	"outside_hours": ErrHours, "taken": ErrTaken, "no_buyer": ErrNoBuyer, "task_closed": ErrClosed,
	"no_transfer_here": ErrBarred, "nobody_free": ErrNobodyFree, "not_now": ErrNotNow,
}

// State of an operator, or of a call in the room.
type State string

// Desk is one operator as the switch knows them.
type Desk struct {
	Operator uuid.UUID  `json:"operator"`
	State    State      `json:"state"`   // away, idle, offered, talking, wrap-up, resting
	OnDuty   bool       `json:"on_duty"` // false with a call in hand: away when it is finished
	Reason   string     `json:"reason,omitempty"`
	Phone    string     `json:"phone"` // browser, fixed, registered, missing
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
	From       string     `json:"from,omitempty"`     // the buyer's number; its row may be a moment behind
	Muted      bool       `json:"muted,omitempty"`    // the operator's voice
	// AwayUntil is there while the operator's browser is not: until then the
	// buyer hears music and the call stays theirs.
	AwayUntil *time.Time `json:"away_until,omitempty"`
	Move      *Move      `json:"move,omitempty"`
	Missed    *Miss      `json:"missed,omitempty"` // the last transfer, if it came to nothing
	Tape      Tape       `json:"tape"`
	Watchers  []Watcher  `json:"watchers,omitempty"` // at a desk only those that its operator is told of
	Since     time.Time  `json:"since"`              // in State
	Why       *Why       `json:"why,omitempty"`      // it waits
	Outgoing  bool       `json:"outgoing,omitempty"` // we call the buyer
	Calling   bool       `json:"calling,omitempty"`  // and their telephone rings; an operator hears it
	// Legs are those of buyer and operator, with how they sound; on a floor only.
	Legs []LegQuality `json:"legs,omitempty"`
}

// Tape is how it stands with the recording of a call.
type Tape struct {
	State State      `json:"state"`           // on, paused, off
	Until *time.Time `json:"until,omitempty"` // when it goes on by itself, if it is paused
}

// Card is what an operator's browser shows of a call that rings: no more than
// they may know before they answer.
type Card struct {
	ID       uuid.UUID `json:"id"`
	From     string    `json:"from"` // masked; empty if withheld
	Queue    string    `json:"queue"`
	Source   string    `json:"source"` // the advertising that showed the number
	WaitedMS int64     `json:"waited_ms"`
	Greeting string    `json:"greeting"` // what to say first
	SpokeOn  *string   `json:"spoke_on"` // the day on which this operator last talked to this buyer, by the shop's clock
	Shop     CardShop  `json:"shop"`
	Move     *Handed   `json:"move"`     // of a call that another operator hands over; else null
	Outgoing bool      `json:"outgoing"` // to the buyer, who is rung once it is taken
}

// Handed is what is known of a call before it is taken over.
type Handed struct {
	By     string `json:"by"`     // the operator's name
	Note   string `json:"note"`   // why, in their words
	Step   string `json:"step"`   // where the script is
	Said   string `json:"said"`   // what the buyer said last
	Items  int    `json:"items"`  // in the order so far
	Total  string `json:"total"`  // in words of money; empty if there is none
	Asking bool   `json:"asking"` // the operator speaks first, before the call is theirs
}

// CardShop is a shop as its operator speaks for it.
type CardShop struct {
	ID       uuid.UUID `json:"id"`
	Slug     string    `json:"slug"`
	NameRu   string    `json:"name_ru"`
	NameEn   string    `json:"name_en"`
	SpokenRu string    `json:"spoken_ru"`
	SpokenEn string    `json:"spoken_en"`
	Timezone string    `json:"timezone"`
	Language string    `json:"language"`
	Colour   string    `json:"colour"`
}

// Floor is all of a room.
type Floor struct {
	At        time.Time `json:"at"`
	Pool      string    `json:"pool"`
	Epoch     int64     `json:"epoch"`
	Calls     []Call    `json:"calls"` // those that wait first, in their order
	Operators []Desk    `json:"operators"`
}
