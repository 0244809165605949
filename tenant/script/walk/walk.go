// Package walk decides what a script says next. It is the same for the
// operator's screen, the robot with its keypad and the test run.
package walk

import (
	"errors"
	"fmt"

	"switchboard/tenant/fault"
	"switchboard/tenant/fresh"
	"switchboard/tenant/script/graph"
)

// Instant is a time in milliseconds since 1970, made by the shell.
type Instant int64

// MaxVisits bounds a path. The longest sensible call visits some sixty nodes;
// at the bound only stepping back is left, so that a robot cannot run for ever.
const MaxVisits = 1000

// ErrVersion says that a walk was to go on in another version of its script.
var ErrVersion = errors.New("the walk began in another version of the script")

// Walk is how far a call has come through a script. It is JSON, kept with the
// call, and stays on the version in which it began.
type Walk struct {
	Version  string         `json:"version"`
	Language graph.Language `json:"language"`
	Node     string         `json:"node"`  // where it is now
	Since    Instant        `json:"since"` // when it came there
	Ended    bool           `json:"ended"` // it is at an end
	Path     []Visit        `json:"path"`
	Jumps    []Jump         `json:"jumps,omitempty"` // looks at frequent questions
}

// Visit is a node that was left, with the answer that led on. The path only
// grows: a step back is a visit too.
type Visit struct {
	Node   string  `json:"node"`
	At     Instant `json:"at"`
	Left   Instant `json:"left"`
	Answer Answer  `json:"answer"`
	To     string  `json:"to,omitempty"` // where it led; empty at an end
}

// Move is the way that an answer takes.
type Move string

const (
	Forward Move = ""     // with the answer, if the node asks for one
	None    Move = "none" // there is no answer: the node's else
	Back    Move = "back" // to the step before
	passed  Move = "pass" // a branch, or an end: nobody answered
)

// Answer is what was said at a node. Text is the id of a choice (or its digit
// on the keypad), the id of a card, or what was typed; the path keeps it in
// its normal form. Item is what was found in the catalogue.
type Answer struct {
	Move Move   `json:"move,omitempty"`
	Text string `json:"text,omitempty"`
	Item *Item  `json:"item,omitempty"`
}

// Item is a catalogue item as it stood when it was chosen.
type Item struct {
	SKU        string  `json:"sku"`
	Name       string  `json:"name"`
	Vendor     string  `json:"vendor,omitempty"`
	PriceMinor int64   `json:"price_minor"`
	Currency   string  `json:"currency"`
	Available  bool    `json:"available"`
	Stock      *int64  `json:"stock,omitempty"` // nil: the feed does not say
	AsOf       Instant `json:"as_of"`           // of its snapshot

	Told map[fresh.Field]fresh.Fact `json:"told,omitempty"` // what is not as old as that
}

// fact returns when what is said of a field was true.
func (i Item) fact(f fresh.Field) fresh.Fact {
	if told, ok := i.Told[f]; ok {
		return told
	}
	return fresh.Fact{AsOf: fresh.Instant(i.AsOf), Source: fresh.Feed}
}

// Start begins a walk through g.
func Start(g graph.Graph, f Facts) (Walk, error) {
	w := Walk{Version: g.Version, Language: f.Language}
	if w.Language == "" && len(g.Languages) > 0 {
		w.Language = g.Languages[0]
	}
	if err := w.arrive(g, g.Start, f); err != nil {
		return Walk{}, err
	}
	return w, nil
}

// Step answers the node at which w waits and returns the walk at the next
// one; w itself stays as it was. A bad answer is a fault.Invalid, in the
// walk's language, and the same walk.
func Step(g graph.Graph, w Walk, a Answer, f Facts) (Walk, error) {
	if w.Version != g.Version {
		return w, fmt.Errorf("step in version %s of walk in version %s: %w (%w)", g.Version, w.Version, ErrVersion, fault.Conflict)
	}
	next := w
	next.Path = append([]Visit(nil), w.Path...)
	next.Jumps = closed(w.Jumps, f.Now)
	n, ok := g.Node(w.Node)
	if !ok {
		return w, fmt.Errorf("step from node %q, which the script lacks: %w", w.Node, fault.NotFound)
	}
	if a.Move == Back {
		return next.back(g, w, f)
	}
	if len(w.Path) >= MaxVisits {
		return w, refuse(w.Language, tooLong)
	}
	a, to, problem := answer(n, a, scene{g, w, f})
	if problem != nil {
		return w, *problem
	}
	next.leave(a, to, f.Now)
	if err := next.arrive(g, to, f); err != nil {
		return w, err
	}
	return next, nil
}

// leave closes the visit of the node where w is.
func (w *Walk) leave(a Answer, to string, now Instant) {
	w.Path = append(w.Path, Visit{Node: w.Node, At: w.Since, Left: max(w.Since, now), Answer: a, To: to})
}

// arrive goes to a node, and on through branches to one that waits or ends.
func (w *Walk) arrive(g graph.Graph, id string, f Facts) error {
	for range len(g.Nodes) + 1 {
		n, ok := g.Node(id)
		if !ok {
			return fmt.Errorf("go to node %q, which the script lacks: %w", id, fault.NotFound)
		}
		w.Node, w.Since, w.Ended = id, max(w.Since, f.Now), n.Kind == graph.End
		switch {
		case n.Waits():
			return nil
		case w.Ended:
			w.leave(Answer{Move: passed}, "", f.Now)
			return nil
		}
		id = choose(n, scene{g, *w, f})
		w.leave(Answer{Move: passed}, id, f.Now)
	}
	return fmt.Errorf("node %q turns in a ring of branches: %w", id, fault.Conflict)
}

// back returns to the last node that waited for an answer.
func (w Walk) back(g graph.Graph, before Walk, f Facts) (Walk, error) {
	trail := before.Trail()
	for i := len(trail) - 1; i >= 0; i-- {
		v := trail[i]
		if v.Answer.Move == passed {
			continue
		}
		w.leave(Answer{Move: Back}, v.Node, f.Now)
		return w, w.arrive(g, v.Node, f)
	}
	return before, refuse(before.Language, firstStep)
}

// Trail returns the visits that still hold: those that no step back undid.
func (w Walk) Trail() []Visit {
	var trail []Visit
	for i, holds := range w.Holding() {
		if holds {
			trail = append(trail, w.Path[i])
		}
	}
	return trail
}

// Holding tells of each visit whether it still holds: a step back undoes the
// last that waited for an answer, with what was passed since.
func (w Walk) Holding() []bool {
	holds := make([]bool, len(w.Path))
	var trail []int
	for i, v := range w.Path {
		if v.Answer.Move != Back {
			holds[i], trail = true, append(trail, i)
			continue
		}
		for len(trail) > 0 {
			undone := trail[len(trail)-1]
			trail, holds[undone] = trail[:len(trail)-1], false
			if w.Path[undone].Answer.Move != passed {
				break
			}
		}
	}
	return holds
}

// Barred reports whether the walk has come by the rule that forbids transfers.
func (w Walk) Barred(g graph.Graph) bool {
	at := append(w.Trail(), Visit{Node: w.Node})
	for _, v := range at {
		if n, ok := g.Node(v.Node); ok && n.Kind == graph.Transfer && n.To == graph.Forbidden {
			return true
		}
	}
	return false
}
