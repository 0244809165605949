package switchd

import (
	"encoding/json"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/directory"
	"switchboard/telephony/journal"
)

// An Event is something that happened outside the switch. Its kind and its
// JSON are what the journal keeps: ids and numbers only.
type Event interface{ kind() string }

type (
	// Arrived: a trunk brought a call. What it brought that can be erased does
	// not go into the journal.
	Arrived struct {
		Call    uuid.UUID         `json:"-"`
		Number  *directory.Number `json:"-"` // whom it is for; nil: nobody of ours
		Open    bool              `json:"open"`
		Menu    *directory.Menu   `json:"-"` // that it meets before a person; nil: none
		Trunk   string            `json:"trunk"`
		Dialled string            `json:"dialled"` // one of our numbers, or what was asked for
		Party   journal.Party     `json:"-"`
		Dialog  json.RawMessage   `json:"-"`
		Leg     uuid.UUID         `json:"leg"`
		at      acd.Instant       // when it was handed in
	}
	// Greeted: the greeting and the notice of recording have been heard.
	Greeted struct {
		Call uuid.UUID `json:"-"`
	}
	// Rung: the operator's telephone is being invited. Should this process die,
	// its successor must take the invitation back. Up: it has answered since, and
	// hears what the call has come to before it takes it: then it must be hung up.
	Rung struct {
		Call   uuid.UUID       `json:"-"`
		Leg    uuid.UUID       `json:"leg"`
		Up     bool            `json:"-"`
		Dialog json.RawMessage `json:"-"`
	}
	// Accepted: the operator's telephone answered. Leg is that of the attempt.
	Accepted struct {
		Call     uuid.UUID       `json:"-"`
		Operator uuid.UUID       `json:"operator"`
		Leg      uuid.UUID       `json:"leg"`
		Dialog   json.RawMessage `json:"-"`
	}
	// Declined: the operator's telephone did not take the call.
	Declined struct {
		Call     uuid.UUID  `json:"-"`
		Operator uuid.UUID  `json:"operator"`
		Leg      uuid.UUID  `json:"leg"`
		Reason   acd.Reason `json:"reason"`
		SIPCode  int        `json:"sip_code,omitempty"`
	}
	// HungUp: one side left, or we ended the call. Quiet is for how long nothing
	// had been heard from the side that went silent: not billed.
	HungUp struct {
		Call    uuid.UUID `json:"-"`
		By      call.By   `json:"by"`
		SIPCode int       `json:"sip_code,omitempty"`
		Reason  string    `json:"reason,omitempty"`
		QuietMS int64     `json:"quiet_ms,omitempty"`
	}
	// Held and Resumed: the operator put the buyer on hold, and took them back.
	Held struct {
		Call uuid.UUID `json:"-"`
	}
	Resumed struct {
		Call uuid.UUID `json:"-"`
	}
	// Muted: the operator's voice reaches the buyer no more, or again.
	Muted struct {
		Call  uuid.UUID `json:"-"`
		Muted bool      `json:"muted"`
	}
	// Cut: the operator's browser is not heard in the middle of the call. The
	// buyer hears music until it is Back, or Gone: until the instant at latest.
	Cut struct {
		Call    uuid.UUID `json:"-"`
		Leg     uuid.UUID `json:"leg"`
		UntilMS int64     `json:"until_ms"`
	}
	// Back: it is heard again, maybe from another device.
	Back struct {
		Call uuid.UUID `json:"-"`
		Leg  uuid.UUID `json:"leg"`
	}
	// Gone: it did not come back.
	Gone struct {
		Call uuid.UUID `json:"-"`
		Leg  uuid.UUID `json:"leg"`
	}
	// Ready: the operator is on duty.
	Ready struct {
		Operator  uuid.UUID   `json:"operator"`
		Tier      acd.Tier    `json:"tier"`
		Shops     []uuid.UUID `json:"shops"`
		WrapUpMS  int64       `json:"wrap_up_ms"`
		KeepReady bool        `json:"keep_ready,omitempty"`
	}
	// Away: the operator takes no more calls.
	Away struct {
		Operator uuid.UUID `json:"operator"`
		Reason   string    `json:"reason"`
	}
	// Finished and Extended: the operator ends the wrap-up, or needs longer.
	Finished struct {
		Operator uuid.UUID `json:"operator"`
	}
	Extended struct {
		Operator uuid.UUID `json:"operator"`
		ByMS     int64     `json:"by_ms"`
	}
	// Recorded: a recording was closed; its row is complete.
	Recorded struct {
		Recording journal.Recording `json:"-"`
		State     string            `json:"state"`
		Bytes     int64             `json:"bytes"`
		MS        int64             `json:"duration_ms"`
	}
	// Measured: a call's sound is over; how it came through is known.
	Measured struct {
		Call uuid.UUID         `json:"-"`
		Shop uuid.UUID         `json:"-"`
		Legs []journal.Quality `json:"-"`
		Many int               `json:"legs"`
	}
	// Tick: nothing happened, but the room asked to be woken.
	Tick struct{}
)

func (Arrived) kind() string  { return "arrived" }
func (Greeted) kind() string  { return "greeted" }
func (Rung) kind() string     { return "rung" }
func (Accepted) kind() string { return "accepted" }
func (Declined) kind() string { return "declined" }
func (HungUp) kind() string   { return "hung-up" }
func (Held) kind() string     { return "held" }
func (Resumed) kind() string  { return "resumed" }
func (Muted) kind() string    { return "muted" }
func (Cut) kind() string      { return "cut" }
func (Back) kind() string     { return "back" }
func (Gone) kind() string     { return "gone" }
func (Ready) kind() string    { return "ready" }
func (Away) kind() string     { return "away" }
func (Finished) kind() string { return "finished" }
func (Extended) kind() string { return "extended" }
func (Recorded) kind() string { return "recorded" }
func (Measured) kind() string { return "measured" }
func (Tick) kind() string     { return "tick" }
