// Package live tells who is looking that something changed. A hint is never the
// truth: it may be lost or come late, and whoever gets it reads the row.
package live

import (
	"encoding/json"
	"strings"

	"github.com/google/uuid"

	"switchboard/tenant"
)

// Kind is the kind of thing that changed.
type Kind string

// The kinds. Resync names no thing: hints were lost, so look at everything anew.
const (
	Call     Kind = "call"
	Order    Kind = "order"
	Task     Kind = "task"
	LostCall Kind = "lost-call"
	Charge   Kind = "charge"
	Snapshot Kind = "snapshot"
	Alert    Kind = "alert" // of the platform: supervisors see it
	Desk     Kind = "desk"  // of an operator, who is its ID; it is of no shop
	Resync   Kind = "resync"
)

// Hint says that a thing of a shop changed: ids and a state, no content.
type Hint struct {
	Shop  tenant.ID `json:"shop"`
	Kind  Kind      `json:"kind"`
	ID    uuid.UUID `json:"id"`
	State string    `json:"state"`
}

const prefix = "live:"

// channel is where the hints of a shop are published.
func channel(shop tenant.ID) string { return prefix + shop.String() }

// parse reads a hint as it was published. The channel says whose it is, and not
// the payload, for the channel is what a reader was admitted to.
func parse(channel, payload string) (Hint, error) {
	var h struct {
		Kind  Kind      `json:"kind"`
		ID    uuid.UUID `json:"id"`
		State string    `json:"state"`
	}
	shop, err := uuid.Parse(strings.TrimPrefix(channel, prefix))
	if err == nil {
		err = json.Unmarshal([]byte(payload), &h)
	}
	return Hint{tenant.ID(shop), h.Kind, h.ID, h.State}, err
}
