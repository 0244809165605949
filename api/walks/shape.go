package walks

import (
	"time"

	"github.com/google/uuid"

	"switchboard/tenant/script"
	"switchboard/tenant/script/walk"
)

// CallWalk is where the script of a call stands.
type CallWalk struct {
	ID              uuid.UUID  `json:"id" format:"uuid"`
	CallID          uuid.UUID  `json:"call_id" format:"uuid"`
	ScriptVersionID uuid.UUID  `json:"script_version_id" format:"uuid"`
	Seen            int        `json:"seen" doc:"Steps that were taken: send it back with the answer"`
	Adherence       *int       `json:"adherence" doc:"Permille of the required steps that were taken; null if none was due"`
	StartedAt       time.Time  `json:"started_at"`
	EndedAt         *time.Time `json:"ended_at"`
	View            WalkView   `json:"view" doc:"What to say, and what may be answered"`
	Cards           []WalkCard `json:"cards" nullable:"false" doc:"Frequent questions, open at every step"`
	Path            []WalkStep `json:"path" nullable:"false" doc:"What was answered so far"`
	ScriptName      string     `json:"script_name"`
	Version         int        `json:"version" doc:"Of the script: the walk stays on it"`
	NewestVersion   int        `json:"newest_version" doc:"That is published now; later calls begin with it"`
	Card            *WalkCard  `json:"card" doc:"The frequent question that is open; null if none"`
	Jumps           []WalkJump `json:"jumps" nullable:"false" doc:"Frequent questions that were opened, in their order"`
}

// WalkJump is a look at a frequent question, away from the step.
type WalkJump struct {
	Card string     `json:"card" doc:"Id of the card"`
	Node string     `json:"node" doc:"The step from which it was opened"`
	At   time.Time  `json:"at"`
	Left *time.Time `json:"left" doc:"When the step was returned to; null while it is open"`
}

// WalkView is what an operator sees of one step.
type WalkView struct {
	Node     string       `json:"node"`
	Kind     string       `json:"kind" doc:"say, ask, lookup, order, transfer, claim, callback, end"`
	Title    string       `json:"title"`
	Sentence string       `json:"sentence" doc:"What to say, word for word"`
	Ask      string       `json:"ask" doc:"What is asked for: choice, text, number, date, phone, address; empty: nothing"`
	Choices  []WalkChoice `json:"choices" nullable:"false"`
	Lookup   string       `json:"lookup" doc:"Where something is looked up: item, faq; empty: nowhere"`
	Query    string       `json:"query" doc:"What the search for an item begins with"`
	Fields   []string     `json:"fields" nullable:"false" doc:"Of the order form"`
	To       string       `json:"to" doc:"Whom the call is transferred to"`
	Email    string       `json:"email" doc:"What is offered where no transfer is possible"`
	Letter   string       `json:"letter" doc:"What is written there"`
	Outcome  string       `json:"outcome" doc:"Of an end"`
	Before   *WalkAnswer  `json:"before" doc:"What was answered here before a step back"`
	Ended    bool         `json:"ended"`
	CanSkip  bool         `json:"can_skip" doc:"move none leads on"`
	CanBack  bool         `json:"can_back" doc:"move back leads back"`
	Barred   bool         `json:"barred" doc:"The shop forbids transfers from here on"`

	Facts []WalkFact    `json:"facts" nullable:"false" doc:"Prices and stock that the sentence is of; what is stale it leaves out, and promises to confirm"`
	Later []WalkWording `json:"later" nullable:"false" doc:"What to say instead of the sentence, as more of them becomes stale while the page is open"`
}

// WalkFact is a price or a stock in a sentence.
type WalkFact struct {
	Field   string    `json:"field" enum:"price,stock,delivery"`
	SKU     string    `json:"sku"`
	Source  string    `json:"source" enum:"feed,voice"`
	AsOf    time.Time `json:"as_of"`
	AgeS    int64     `json:"age_s" doc:"Seconds since then"`
	StaleAt time.Time `json:"stale_at"`
	Stale   bool      `json:"stale"`
}

// WalkWording is a sentence from an instant on.
type WalkWording struct {
	From     time.Time `json:"from"`
	Sentence string    `json:"sentence"`
}

// WalkChoice is one answer that may be given.
type WalkChoice struct {
	ID   string `json:"id"`
	Key  string `json:"key" doc:"On the keypad and the keyboard"`
	Text string `json:"text"`
}

// WalkCard is a frequent question.
type WalkCard struct {
	ID       string `json:"id"`
	Key      string `json:"key" doc:"On the keyboard"`
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

// WalkStep is a step that was left.
type WalkStep struct {
	Node   string     `json:"node"`
	Title  string     `json:"title" doc:"Its name on the list of steps"`
	Said   string     `json:"said" doc:"The answer as a person reads it; empty if nothing was asked"`
	Holds  bool       `json:"holds" doc:"No step back undid it"`
	At     time.Time  `json:"at" doc:"When it was reached"`
	Left   time.Time  `json:"left" doc:"When it was left"`
	Answer WalkAnswer `json:"answer"`
	To     string     `json:"to" doc:"Where it led; empty at an end"`
}

func show(s script.Stand, f walk.Facts) CallWalk {
	out := CallWalk{
		ScriptName: s.Script, Version: s.Version, NewestVersion: s.Newest,
		ID: s.ID, CallID: s.CallID, ScriptVersionID: s.ScriptVersionID, Seen: len(s.Walk.Path), Adherence: s.Adherence,
		StartedAt: s.StartedAt, EndedAt: s.EndedAt, View: view(walk.Show(s.Graph, s.Walk, f)), Cards: []WalkCard{}, Path: []WalkStep{}, Jumps: []WalkJump{},
	}
	for _, c := range walk.Cards(s.Graph, s.Walk.Language) {
		out.Cards = append(out.Cards, WalkCard{c.ID, c.Key, c.Question, c.Answer})
	}
	out.Path = steps(s)
	out.Card, out.Jumps = jumps(s.Walk, out.Cards)
	return out
}

// steps tells the path, and which of it no step back undid.
func steps(s script.Stand) []WalkStep {
	out := []WalkStep{}
	holds := s.Walk.Holding()
	for i, v := range s.Walk.Path {
		n, _ := s.Graph.Node(v.Node)
		out = append(out, WalkStep{
			Node: v.Node, Title: n.Title.In(s.Walk.Language), Said: walk.Said(s.Graph, s.Walk, v), Holds: holds[i],
			At: at(v.At), Left: at(v.Left), Answer: said(v.Answer), To: v.To,
		})
	}
	return out
}

// jumps tells the looks at frequent questions, and which one is open.
func jumps(w walk.Walk, cards []WalkCard) (open *WalkCard, all []WalkJump) {
	all = []WalkJump{}
	for _, j := range w.Jumps {
		out := WalkJump{Card: j.Card, Node: j.Node, At: at(j.At)}
		if j.Left != 0 {
			left := at(j.Left)
			out.Left = &left
		}
		all = append(all, out)
	}
	id, _ := w.Card()
	for i := range cards {
		if cards[i].ID == id {
			open = &cards[i]
		}
	}
	return open, all
}

func view(v walk.View) WalkView {
	out := WalkView{
		Node: v.Node, Kind: string(v.Kind), Title: v.Title, Sentence: v.Sentence, Ask: v.Ask, Choices: []WalkChoice{}, Lookup: v.Lookup, Query: v.Query,
		Fields: append([]string{}, v.Fields...), To: v.To, Email: v.Email, Letter: v.Letter, Outcome: v.Outcome,
		Ended: v.Ended, CanSkip: v.CanSkip, CanBack: v.CanBack, Barred: v.Barred,
		Facts: []WalkFact{}, Later: []WalkWording{},
	}
	for _, f := range v.Facts {
		out.Facts = append(out.Facts, WalkFact{string(f.Field), f.SKU, string(f.Source), at(f.AsOf), f.Age / 1000, at(f.StaleAt), f.Stale})
	}
	for _, l := range v.Later {
		out.Later = append(out.Later, WalkWording{at(l.From), l.Sentence})
	}
	for _, c := range v.Choices {
		out.Choices = append(out.Choices, WalkChoice{c.ID, c.Key, c.Text})
	}
	if v.Before != nil {
		before := said(*v.Before)
		out.Before = &before
	}
	return out
}

func said(a walk.Answer) WalkAnswer {
	out := WalkAnswer{Move: string(a.Move), Text: a.Text}
	if a.Item != nil {
		out.SKU = a.Item.SKU
	}
	return out
}

func at(i walk.Instant) time.Time { return time.UnixMilli(int64(i)).UTC() }
