// Package menu decides what a caller hears next who speaks with the machine.
//
// A Menu is a small graph of a shop's; a Walk is one caller's way through it.
// It is a pure state machine: the shell tells it keys, ends of prompts and
// instants, and carries out what it answers. It imports nothing of ours, so that
// the page on which a shop tries its menu runs the very code that calls do.
package menu

import "math"

type (
	// Instant is a number of milliseconds since a base that the shell chose.
	Instant int64
	// Millis is a duration in milliseconds.
	Millis = int64
)

// Never is later than every Instant.
const Never Instant = math.MaxInt64

// Menu is one graph. Its JSON is what a published version keeps.
type Menu struct {
	Name   string `json:"name"`
	Start  string `json:"start"`
	Closed string `json:"closed,omitempty"` // where a call begins outside hours; "": it is told so, and ends
	Alone  bool   `json:"alone,omitempty"`  // 0 leads to nobody
	Nodes  []Node `json:"nodes"`
}

// Words are what is said: a text that a voice speaks, or a sound of the shop's.
type Words struct {
	Text  string `json:"text,omitempty"`
	Sound string `json:"sound,omitempty"` // its name
}

// Kind of a node.
type Kind string

// The kinds. The last five end the walk, after their words if they have some.
const (
	Say       Kind = "say"     // words, and on
	Ask       Kind = "ask"     // a key
	Collect   Kind = "collect" // several digits
	Branch    Kind = "branch"  // by the hours, the buyer, an answer
	Status    Kind = "status"  // of an order, by its number and the end of the telephone
	Queue     Kind = "queue"
	Callback  Kind = "callback"  // the buyer keeps the place and is rung
	Voicemail Kind = "voicemail" // a message is recorded
	Overflow  Kind = "overflow"  // to numbers outside, one after the other
	HangUp    Kind = "hangup"
)

// Node is one step. Which fields a kind has is told by Check.
type Node struct {
	ID      string   `json:"id"`
	Kind    Kind     `json:"kind"`
	Words   Words    `json:"words"`
	Firm    bool     `json:"firm,omitempty"`  // say: no key cuts it short
	Keys    []Choice `json:"keys,omitempty"`  // ask
	Wait    Millis   `json:"wait,omitempty"`  // ask, collect: for the first key, once the words are over
	Gap     Millis   `json:"gap,omitempty"`   // collect: between two keys
	Tries   int      `json:"tries,omitempty"` // ask, collect: how often it is asked
	Wrong   Words    `json:"wrong"`           // ask, collect: said before it is asked again
	Min     int      `json:"min,omitempty"`   // collect: digits
	Max     int      `json:"max,omitempty"`
	End     string   `json:"end,omitempty"`    // collect: the key that ends it before Max
	On      string   `json:"on,omitempty"`     // branch: hours, known, or a node that asks
	Cases   []Case   `json:"cases,omitempty"`  // branch
	Order   string   `json:"order,omitempty"`  // status: the node that collects the number
	Phone   string   `json:"phone,omitempty"`  // status: the node that collects the last digits
	Absent  string   `json:"absent,omitempty"` // status: where to if there is no such order; "": a person
	Queue   string   `json:"queue,omitempty"`  // queue: its name; "": the number's own
	Rings   []Ring   `json:"rings,omitempty"`  // overflow: who is rung, in this order; nobody answers: Else
	Next    string   `json:"next,omitempty"`
	Else    string   `json:"else,omitempty"` // ask, collect: after the last try; branch: no case fits. "": a person
	Minutes int      `json:"minutes,omitempty"`
}

// Choice is a key of a question.
type Choice struct {
	Key string `json:"key"`
	To  string `json:"to"`
}

// Ring is a telephone outside that is rung for a while.
type Ring struct {
	Number string `json:"number"` // E.164
	For    Millis `json:"for"`
}

// Case is one way of a branch.
type Case struct {
	Is string `json:"is"`
	To string `json:"to"`
}

// What a branch may ask beside the answers of nodes.
const (
	OnHours = "hours" // open, closed
	OnKnown = "known" // yes, no: has the buyer ordered or rung before
)

// Defaults of a node, and what a person's patience bears.
const (
	DefaultWait  Millis = 7_000
	DefaultGap   Millis = 4_000
	DefaultTries        = 3
	MaxWait      Millis = 60_000
	MaxTries            = 9
	MaxDigits           = 20
	MaxNodes            = 100
	MaxRings            = 6 // then a caller has waited longer than anybody does
	MinRing      Millis = 5_000
	DefaultRing  Millis = 20_000
	MaxMinutes          = 10 // of a message
)

// Node returns the node with the id, or nil.
func (m *Menu) Node(id string) *Node {
	for i := range m.Nodes {
		if m.Nodes[i].ID == id {
			return &m.Nodes[i]
		}
	}
	return nil
}

// Spoken lists all that the menu may say, each once, in the order of the nodes.
func (m *Menu) Spoken() []Words {
	var all []Words
	seen := map[Words]bool{{}: true}
	for _, n := range m.Nodes {
		for _, w := range []Words{n.Words, n.Wrong} {
			if !seen[w] {
				seen[w] = true
				all = append(all, w)
			}
		}
	}
	return all
}

// asks reports whether nodes of the kind wait for keys.
func (k Kind) asks() bool { return k == Ask || k == Collect }

func (n *Node) wait() Instant { return Instant(orElse(n.Wait, DefaultWait)) }
func (n *Node) gap() Instant  { return Instant(orElse(n.Gap, DefaultGap)) }
func (n *Node) tries() int    { return orElse(n.Tries, DefaultTries) }

func orElse[N int | Millis](given, usual N) N {
	if given != 0 {
		return given
	}
	return usual
}
