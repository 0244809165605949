package walk

import (
	"slices"
	"strconv"

	"switchboard/tenant/script/graph"
)

// View is what a walk shows at its node: to the operator on a screen, to a
// robot as what it says and which keys it takes.
type View struct {
	Node     string     `json:"node"`
	Kind     graph.Kind `json:"kind"`
	Title    string     `json:"title"`
	Sentence string     `json:"sentence"` // what to say, with the variables filled in
	Ask      string     `json:"ask,omitempty"`
	Choices  []Choice   `json:"choices,omitempty"`
	Lookup   string     `json:"lookup,omitempty"`
	Query    string     `json:"query,omitempty"` // what the item search starts with
	Cards    []Card     `json:"cards,omitempty"` // of the FAQ, for a lookup there
	Fields   []string   `json:"fields,omitempty"`
	To       string     `json:"to,omitempty"`
	Email    string     `json:"email,omitempty"`
	Letter   string     `json:"letter,omitempty"`
	Outcome  string     `json:"outcome,omitempty"`
	Before   *Answer    `json:"before,omitempty"` // what was answered here before a step back
	Ended    bool       `json:"ended"`
	CanSkip  bool       `json:"can_skip"` // Move None leads on
	CanBack  bool       `json:"can_back"`
	Barred   bool       `json:"barred"` // the shop forbids every transfer from here on

	Facts []Fact    `json:"facts,omitempty"` // that the sentence is of
	Later []Wording `json:"later,omitempty"` // what to say instead as they become stale
}

// Choice is one answer that may be given.
type Choice struct {
	ID   string `json:"id"`
	Key  string `json:"key"` // on the keypad and the keyboard
	Text string `json:"text"`
}

// Show returns what the walk shows where it is. A node that the script lacks
// shows nothing.
func Show(g graph.Graph, w Walk, f Facts) View {
	s := scene{g, w, f}
	n, ok := g.Node(w.Node)
	if !ok {
		return View{Node: w.Node, Ended: true}
	}
	v := View{
		Node: n.ID, Kind: n.Kind, Title: n.Title.In(w.Language),
		Ask: n.Ask, Lookup: n.Lookup, Query: s.query(n.Query), Fields: n.Fields,
		To: n.To, Email: n.Email, Letter: s.sentence(n.Letter), Outcome: n.Outcome,
		Before: before(w), Ended: w.Ended, CanSkip: n.Waits() && n.Else != "", Barred: w.Barred(g),
		CanBack: slices.ContainsFunc(w.Trail(), func(v Visit) bool { return v.Answer.Move != passed }),
	}
	v.Sentence, v.Facts = s.spoken(n.Text)
	v.Later = s.later(n.Text, v.Facts)
	for i, o := range n.Choices {
		v.Choices = append(v.Choices, Choice{o.ID, strconv.Itoa(i + 1), s.sentence(o.Text)})
	}
	if n.Lookup == graph.FAQ {
		v.Cards = Cards(g, w.Language)
	}
	return v
}

// Card is a frequent question and what to answer.
type Card struct {
	ID       string `json:"id"`
	Key      string `json:"key"`
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

// Cards returns the FAQ of a script, which may be opened at any step.
func Cards(g graph.Graph, l graph.Language) []Card {
	all := make([]Card, 0, len(g.FAQ))
	for i, c := range g.FAQ {
		all = append(all, Card{c.ID, strconv.Itoa(i + 1), c.Question.In(l), c.Answer.In(l)})
	}
	return all
}

// before returns the last answer that was given at the node where w is.
func before(w Walk) *Answer {
	for _, v := range slices.Backward(w.Path) {
		if v.Node == w.Node && v.Answer != (Answer{}) && v.Answer.Move != Back && v.Answer.Move != passed {
			return &v.Answer
		}
	}
	return nil
}
