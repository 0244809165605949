package webleg

import (
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
)

// Event is what an operator did in the browser, or what became of it. A leg
// that was rung has exactly one Declined, HungUp or Lost, and nothing after it,
// unless StopRinging or Hangup ended it: then it has none.
type Event interface{ event() }

type (
	// Ready: the operator can be rung from now on.
	Ready struct{ Operator uuid.UUID }

	// Gone: the operator has no page any more, and no call either. Why is one of
	// the constants below.
	Gone struct {
		Operator uuid.UUID
		Why      Why
	}

	// Accepted: the operator answered. Join makes it a talk.
	Accepted struct{ Operator, Leg uuid.UUID }

	// Declined: the operator did not take the call.
	Declined struct {
		Operator, Leg uuid.UUID
		Reason        acd.Reason // Refused, Busy or Unreachable
	}

	// HungUp: the operator ended the call, or let go of what they had answered.
	HungUp struct{ Operator, Leg uuid.UUID }

	// Held and Resumed: the operator asks for music for the buyer, and to go on.
	Held    struct{ Operator, Leg uuid.UUID }
	Resumed struct{ Operator, Leg uuid.UUID }

	// Dialled: the operator pressed keys at a page without RFC 4733. They are not
	// in what the leg receives: whoever connects it presses them at the buyer.
	Dialled struct {
		Operator, Leg uuid.UUID
		Keys          string
	}
	// Away: nothing is heard of the page in the middle of a call: its tab was
	// closed, its network is gone. It may be back until an instant: Back follows,
	// or Lost.
	Away struct {
		Operator, Leg uuid.UUID
		Until         time.Time
	}

	// Back: the page is heard again, maybe another one on another device.
	Back struct{ Operator, Leg uuid.UUID }

	// Lost: the page did not come back. The leg is closed.
	Lost struct{ Operator, Leg uuid.UUID }

	// Measured: the page told how well it hears.
	Measured struct {
		Operator, Leg uuid.UUID
		Quality       Quality
	}
)

func (Ready) event()    {}
func (Gone) event()     {}
func (Accepted) event() {}
func (Declined) event() {}
func (HungUp) event()   {}
func (Held) event()     {}
func (Resumed) event()  {}
func (Dialled) event()  {}
func (Away) event()     {}
func (Back) event()     {}
func (Lost) event()     {}
func (Measured) event() {}

// Why says why an operator is gone.
type Why string

const (
	Bye       Why = "bye"       // the shift is over
	Vanished  Why = "vanished"  // the page is closed or cut off
	Dismissed Why = "dismissed" // by Dismiss
)
