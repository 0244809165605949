// Package hook is whom a shop has told of what happens in it, and how far each
// telling has come.
package hook

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/hook/body"
)

// State is whether a receiver is told.
type State string

// The states. What happens while one is paused waits for it; what happens while
// it is off does not, and can be replayed.
const (
	On     State = "on"
	Paused State = "paused" // by a person
	Off    State = "off"    // by us
)

// Why a receiver is off.
const (
	Dead = "dead" // it took nothing for GiveUp
	Gone = "gone" // it answered 410
)

// Form is how a receiver wants to be told.
type Form string

// Standard is the form of Standard Webhooks, with the JSON of package body.
const Standard Form = "standard"

// Settings are what a shop says of a receiver.
type Settings struct {
	Name     string
	Form     Form
	URL      string
	Events   []body.Event `gorm:"-"`
	Personal bool         // buyers' numbers, names and addresses go to it as they are
}

// Receiver is a shop's system that is told.
type Receiver struct {
	ID uuid.UUID
	Settings
	State        State
	OffReason    string
	Streak       int
	FailingSince *time.Time
	RestUntil    time.Time
	LastDoneAt   *time.Time
	OldUntil     *time.Time // the secret before signs too, until then
	CreatedAt    time.Time
	ChangedAt    time.Time
	Owed         int // deliveries
}

// Bounds of what a shop may have.
const (
	mostReceivers = 20
	longestName   = 100
	longestURL    = 2000
)

// checked returns the settings as they are stored, or what is wrong with them.
func (s Settings) checked() (Settings, error) {
	var p fault.Problems
	s.Name, s.URL = strings.TrimSpace(s.Name), strings.TrimSpace(s.URL)
	if n := len([]rune(s.Name)); n == 0 || n > longestName {
		p = append(p, fault.Invalid{Field: "name", Problem: fmt.Sprintf("must have 1 to %d characters", longestName)})
	}
	if len(s.URL) > longestURL {
		p = append(p, fault.Invalid{Field: "url", Problem: fmt.Sprintf("is longer than %d characters", longestURL)})
	}
	if s.Form != Standard {
		p = append(p, fault.Invalid{Field: "form", Problem: "is none that we know"})
	}
	if len(s.Events) == 0 {
		p = append(p, fault.Invalid{Field: "events", Problem: "is empty: name at least one"})
	}
	s.Events = slices.Clone(s.Events)
	slices.Sort(s.Events)
	s.Events = slices.Compact(s.Events)
	for i, e := range s.Events {
		if !known(e) {
			p = append(p, fault.Invalid{Field: fmt.Sprintf("events[%d]", i), Problem: fmt.Sprintf("%q does not happen", e)})
		}
	}
	return s, p.Err()
}

func known(e body.Event) bool {
	for _, a := range body.About {
		if a.Event == e {
			return true
		}
	}
	return false
}

// mayGivePersonal is whether whoever acts may hand out what is personal: it leaves
// the house, and the shop answers for it.
func mayGivePersonal(tx tenant.Tx) bool { return tx.Scope().Role() == "owner" }

// allow refuses personal data by anybody but the owner: also to change where they go.
func allow(tx tenant.Tx, was, to Settings) error {
	opens := to.Personal && (!was.Personal || was.URL != to.URL)
	if opens && !mayGivePersonal(tx) {
		return fault.Invalid{Field: "personal", Problem: "only the owner of the shop may have buyers' data sent"}
	}
	return nil
}
