package command

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant/fault"
)

// PathSupervise takes a POST of a Supervision.
const PathSupervise = "/v1/supervise"

// Supervise is what a supervisor wants of a call.
type Supervise string

// What there is. The first three begin, or change what was begun.
const (
	Listen   Supervise = "listen"    // hears them, is heard by nobody
	Whisper  Supervise = "whisper"   // is heard by the operator alone
	Barge    Supervise = "barge"     // talks with all of them
	TakeOver Supervise = "take-over" // has the call; its operator is let go
	StopIt   Supervise = "stop"
)

// Supervision is one request of a supervisor.
type Supervision struct {
	Do         Supervise `json:"do"`
	Supervisor uuid.UUID `json:"supervisor"`
	Call       uuid.UUID `json:"call"`
	Telephone  bool      `json:"telephone,omitempty"` // rung even if there is a browser
}

// Watcher is a supervisor at a call.
type Watcher struct {
	Supervisor uuid.UUID `json:"supervisor"`
	Mode       Supervise `json:"mode"`
	Up         bool      `json:"up"`        // false while their telephone rings
	Announced  bool      `json:"announced"` // those in the call are told
	Since      time.Time `json:"since"`
}

// Refusals of a Supervision.
var (
	ErrNotTalking  = fmt.Errorf("nobody talks on the call: %w", fault.Conflict)
	ErrCrowded     = fmt.Errorf("as many supervisors as there may be are at the call: %w", fault.Conflict)
	ErrOwnCall     = fmt.Errorf("nobody supervises a call of their own: %w", fault.Conflict)
	ErrNotWatching = fmt.Errorf("the supervisor is not at the call: %w", fault.Conflict)
	ErrInTransfer  = fmt.Errorf("the call is being handed to somebody else: %w", fault.Conflict)
	ErrDeaf        = fmt.Errorf("no browser or telephone of the supervisor could ring: %w", fault.Conflict)
)

// Supervise has a supervisor listen to a call, speak in it, or leave it.
func (c *Client) Supervise(ctx context.Context, s Supervision) error {
	body, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("ask telephony to %s: %w", s.Do, err)
	}
	return c.send(ctx, http.MethodPost, PathSupervise, body, nil)
}

// Why says why a call waits, as of now.
type Why struct {
	Ahead   int `json:"ahead"`   // that wait for the same operators and are before it
	Able    int `json:"able"`    // operators on duty who serve the shop and tier
	Idle    int `json:"idle"`    // of them, who are free
	Refused int `json:"refused"` // of them, who did not take it
}
