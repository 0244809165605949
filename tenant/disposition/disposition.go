// Package disposition is what came of a call, by its operator's word.
package disposition

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"switchboard/tenant/fault"
	"switchboard/tenant/script/graph"
	"switchboard/tenant/task"
)

// callback is the outcome that needs a promise.
const callback = "callback"

// Disposition is what was said of a call, and what may be.
type Disposition struct {
	CallID   uuid.UUID
	Outcome  string // of graph.Outcomes; "" while nothing was said
	Note     string // for the shop
	TaskID   *uuid.UUID
	SaidBy   string // actor
	SaidAt   time.Time
	Callback *task.Task `gorm:"-"` // what was promised; nil: nothing

	Options  []string `gorm:"-"` // what may be said: the ends of the call's script first
	Proposed string   `gorm:"-"` // by the order and the script; "" if neither tells
}

// TableName is the table of Disposition.
func (Disposition) TableName() string { return "shop.disposition" }

// Word is what an operator says of a call.
type Word struct {
	Outcome string
	Note    string
	Promise *Promise // nil: nobody rings back
}

// Promise is a callback.
type Promise struct {
	DueAt   time.Time
	Subject string
}

// Bounds of what is said, in characters, and of a promise.
const (
	longestNote    = 20_000
	longestSubject = 2_000
	furthest       = 90 * 24 * time.Hour // beyond it is a slip of the calendar
	slack          = time.Minute         // between "now" on a page and here
)

// check returns all that is wrong with a word, as fault.Problems.
func (w Word) check(now time.Time) error {
	var p fault.Problems
	if !slices.Contains(graph.Outcomes, w.Outcome) {
		p = append(p, fault.Invalid{Field: "outcome", Problem: "is none of the options"})
	}
	if w.Outcome == callback && w.Promise == nil {
		p = append(p, fault.Invalid{Field: "callback", Problem: "is missing: say when the buyer is rung back"})
	}
	p = append(p, text("note", w.Note, longestNote)...)
	if w.Promise != nil {
		p = append(p, w.Promise.problems(now)...)
	}
	return p.Err()
}

func (p Promise) problems(now time.Time) fault.Problems {
	wrong := text("callback.subject", p.Subject, longestSubject)
	switch {
	case p.DueAt.Before(now.Add(-slack)):
		wrong = append(wrong, fault.Invalid{Field: "callback.due_at", Problem: "is past"})
	case p.DueAt.After(now.Add(furthest)):
		wrong = append(wrong, fault.Invalid{Field: "callback.due_at", Problem: "is more than 90 days away"})
	}
	return wrong
}

func text(field, value string, most int) fault.Problems {
	switch {
	case utf8.RuneCountInString(value) > most:
		return fault.Problems{{Field: field, Problem: fmt.Sprintf("is longer than %d characters", most)}}
	case slices.Contains([]byte(value), 0):
		return fault.Problems{{Field: field, Problem: "has characters that no text has"}}
	}
	return nil
}

// options returns every outcome, the ends of the script first, in its order.
func options(ends []string) []string {
	all := make([]string, 0, len(graph.Outcomes))
	for _, o := range append(slices.Clone(ends), graph.Outcomes...) {
		if !slices.Contains(all, o) {
			all = append(all, o)
		}
	}
	return all
}
