// Package task is work that people owe a buyer, and the lost calls it comes
// from.
package task

import (
	"time"

	"github.com/google/uuid"
)

// State of a task.
type State string

// The states. The last two are for good.
const (
	Open      State = "open"
	Claimed   State = "claimed"
	Done      State = "done"
	Cancelled State = "cancelled"
)

// move is what a person does to a task.
type move string

const (
	claim   move = "claim"
	release move = "release"
	finish  move = "finish"
	cancel  move = "cancel"
)

// next is the whole life of a task. A pair that is not here is refused.
var next = map[State]map[move]State{
	Open:    {claim: Claimed, finish: Done, cancel: Cancelled},
	Claimed: {release: Open, finish: Done, cancel: Cancelled},
}

// Task is work for a person.
type Task struct {
	ID           uuid.UUID
	Kind         string // callback
	State        State
	CallID       uuid.UUID // the call that made it
	QueueID      *uuid.UUID
	Owner        string     // the responsible unit: pool:NAME or member:ID
	ClaimedBy    *uuid.UUID // account
	DueAt        time.Time
	CreatedAt    time.Time
	ClosedAt     *time.Time
	ClosedReason string
	ClosedCallID *uuid.UUID // the call that closed it
	Subject      string     // what was promised; "" for a lost call
	Attempts     int        // that count, by the shop's Rule
	Phone        string     `gorm:"->"` // the buyer's; "" once erased
}

// Overdue tells whether the task should have been done by now.
func (t Task) Overdue(now time.Time) bool { return t.ClosedAt == nil && now.After(t.DueAt) }

// LostCall is a call that nobody took, and what became of its callback.
type LostCall struct {
	ID       uuid.UUID
	CallID   uuid.UUID
	CallNo   int64
	Phone    string // the buyer's; "" if withheld or erased
	Reason   Reason
	Words    string
	WaitedMS int64
	Owner    string
	LostAt   time.Time
	QueueID  *uuid.UUID

	TaskID       *uuid.UUID // null if there was no number to call back
	TaskState    State
	DueAt        *time.Time
	ClaimedBy    *uuid.UUID
	ClosedAt     *time.Time
	ClosedReason string
	ClosedCallID *uuid.UUID
}
