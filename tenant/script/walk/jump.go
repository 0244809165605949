package walk

import (
	"slices"
	"strconv"

	"switchboard/tenant/script/graph"
)

// MaxJumps bounds the looks at frequent questions that a walk keeps.
const MaxJumps = 500

// Jump is a look at a frequent question, away from the node where the walk
// waits. It leads nowhere: the walk stands where it stood.
type Jump struct {
	Card string  `json:"card"`
	Node string  `json:"node"` // from which it was opened
	At   Instant `json:"at"`
	Left Instant `json:"left,omitempty"` // 0: it is open
}

// Open returns the walk with a card of the FAQ open, named by its id or by its
// key. Another that was open closes; the same one stays as it is.
func Open(g graph.Graph, w Walk, card string, now Instant) (Walk, error) {
	id, ok := cardOf(g, card)
	if !ok {
		return w, refuse(w.Language, noCard)
	}
	if open, ok := w.Card(); ok && open == id {
		return w, nil
	}
	if len(w.Jumps) >= MaxJumps {
		return w, refuse(w.Language, tooLong)
	}
	w.Jumps = append(closed(w.Jumps, now), Jump{Card: id, Node: w.Node, At: now})
	return w, nil
}

// Close returns the walk with no card open.
func Close(w Walk, now Instant) Walk {
	w.Jumps = closed(w.Jumps, now)
	return w
}

// Card returns the id of the card that is open.
func (w Walk) Card() (id string, ok bool) {
	if n := len(w.Jumps); n > 0 && w.Jumps[n-1].Left == 0 {
		return w.Jumps[n-1].Card, true
	}
	return "", false
}

// closed returns a copy of the jumps of which none is open.
func closed(jumps []Jump, now Instant) []Jump {
	jumps = slices.Clone(jumps)
	if n := len(jumps); n > 0 && jumps[n-1].Left == 0 {
		jumps[n-1].Left = max(jumps[n-1].At, now)
	}
	return jumps
}

func cardOf(g graph.Graph, name string) (id string, ok bool) {
	for i, c := range g.FAQ {
		if name == c.ID || name == strconv.Itoa(i+1) {
			return c.ID, true
		}
	}
	return "", false
}

// Said returns the answer of a visit as a person reads it: the text of a choice,
// the name of an item, a question that was looked up, what was typed. It is
// empty where nothing was asked.
func Said(g graph.Graph, w Walk, v Visit) string {
	n, ok := g.Node(v.Node)
	if !ok || v.Answer.Move != Forward {
		return ""
	}
	switch {
	case v.Answer.Item != nil:
		return v.Answer.Item.Name
	case n.Lookup == graph.FAQ:
		for _, c := range g.FAQ {
			if c.ID == v.Answer.Text {
				return c.Question.In(w.Language)
			}
		}
	case n.Ask == graph.Choice:
		for _, o := range n.Choices {
			if o.ID == v.Answer.Text {
				return scene{g: g, w: w}.sentence(o.Text)
			}
		}
	}
	return v.Answer.Text
}
