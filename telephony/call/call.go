// Package call is the life of one telephone call: where it stands, what may
// happen to it next, and how long each part of it took. It is pure;
// telephony/switchd carries the events in from SIP and the consequences out.
package call

import (
	"errors"
	"fmt"
)

type (
	// Instant is a number of milliseconds since a base that the shell chose.
	// Every instant of a call is greater than 0, which means "never".
	Instant int64
	// Millis is a duration in milliseconds.
	Millis = int64
)

// Call is a value: Apply returns the call as it is after the event. The parts
// but WrapUpMs add up to EndedAt - ArrivedAt, exactly.
type Call struct {
	ID    string
	State State
	Alone bool    // held because the operator's connection is lost: a wait, which is ours to pay
	Since Instant // the last event

	ArrivedAt  Instant
	GreetedAt  Instant // the machine answered
	AnsweredAt Instant // a person joined
	EndedAt    Instant // hang-up
	FinishedAt Instant // the after-call work is over too

	RingMs     Millis // until the first answer of anything, machine or person
	GreetingMs Millis // with the machine: greeting and menu
	QueueMs    Millis // waiting for a person, for one whose connection is lost too
	TalkMs     Millis
	HoldMs     Millis // held by the operator, or being moved to another person
	WrapUpMs   Millis // after-call work, on top of the call's own length

	Outcome Outcome // "" until EndedAt
	By      By
	Code    int // SIP, of the hang-up; 0 if there is none
}

// ErrRefused is returned for an event that has no meaning in the call's state.
var ErrRefused = errors.New("event refused")

// New returns the call that arrived at now and rings.
func New(id string, now Instant) Call {
	return Call{ID: id, State: Greeting, Since: now, ArrivedAt: now}
}

// Apply returns c after ev at now, or c unchanged and ErrRefused. Time never
// runs backwards: a now before the last event's counts as the last event's.
func (c Call) Apply(now Instant, ev Event) (Call, error) {
	to, ok := next[c.State][ev.Kind]
	if !ok {
		return c, fmt.Errorf("call %s: %s while %s: %w", c.ID, ev.Kind, c.State, ErrRefused)
	}
	if !ev.As.unanswered() {
		return c, fmt.Errorf("call %s: %s as %q: %w", c.ID, ev.Kind, ev.As, ErrRefused)
	}
	c = c.lastUntil(now)
	switch ev.Kind {
	case Greet:
		c.GreetedAt = earliest(c.GreetedAt, c.Since)
	case Connect:
		c.AnsweredAt = earliest(c.AnsweredAt, c.Since)
	case HangUp:
		c = c.end(ev)
	}
	c.Alone = ev.Kind == Lose
	return c.enter(to), nil
}

// EndAt ends a call whose process died, at now, when the last media was sent
// or received at mediaEnd (0 if never): nothing counts past that instant. Only
// the last event of the log may be later, for it proves that the call lived
// then. Wrap-up, which has no media, counts until its last event.
func (c Call) EndAt(now, mediaEnd Instant) (Call, error) {
	switch c.State {
	case Ended:
		return c, fmt.Errorf("call %s: end by the reaper while %s: %w", c.ID, c.State, ErrRefused)
	case WrapUp:
		return c.enter(Ended), nil
	default:
		return c.lastUntil(min(now, mediaEnd)).end(Event{Kind: HangUp, By: System}).enter(Ended), nil
	}
}

// At returns the call as it is at now if nothing happens before. An ended call
// stays as it is.
func (c Call) At(now Instant) Call {
	if c.EndedAt != 0 {
		return c
	}
	return c.lastUntil(now)
}

// lastUntil counts the time since the last event to the part of the call that
// it was spent in.
func (c Call) lastUntil(now Instant) Call {
	now = max(now, c.Since)
	*c.part() += Millis(now - c.Since)
	c.Since = now
	return c
}

// part returns the part of the call that its present state counts to.
func (c *Call) part() *Millis {
	switch {
	case c.State == Greeting && c.GreetedAt == 0:
		return &c.RingMs
	case c.State == Greeting, c.State == Menu:
		return &c.GreetingMs
	case c.State == Waiting, c.Alone:
		return &c.QueueMs
	case c.State == Talking:
		return &c.TalkMs
	case c.State == WrapUp:
		return &c.WrapUpMs
	default:
		return &c.HoldMs
	}
}

// end records how the call ended by ev, now.
func (c Call) end(ev Event) Call {
	c.EndedAt = c.Since
	c.Code = ev.Code
	c.By = ev.By
	if c.By == "" {
		c.By = System
	}
	c.Outcome = c.outcome(ev.As)
	return c
}

// outcome: whoever spoke to a person was answered, whatever came later. A call
// that the machine ended is what the machine says; else a caller who left has
// given up, a call turned away before any answer was refused, and the rest
// went wrong.
func (c Call) outcome(as Outcome) Outcome {
	switch {
	case c.AnsweredAt != 0:
		return Answered
	case as != "":
		return as
	case c.By == Caller:
		return Abandoned
	case c.State == Greeting && c.GreetedAt == 0 && c.Code >= 400:
		return Refused
	default:
		return Failed
	}
}

func (c Call) enter(s State) Call {
	c.State = s
	if s == Ended {
		c.FinishedAt = c.Since
	}
	return c
}

// earliest returns the instant at which something first happened.
func earliest(was, now Instant) Instant {
	if was != 0 {
		return was
	}
	return now
}
