// Package graph is what a script is made of: nodes, their texts and the ways
// between them.
package graph

// Graph is one script. Its JSON is also YAML that package script reads, so
// that an editor, a file and the database hold the same words.
type Graph struct {
	Name      Text       `json:"name"`
	Languages []Language `json:"languages"`
	Start     string     `json:"start"`
	FAQ       []Card     `json:"faq,omitempty"`
	Nodes     []Node     `json:"nodes"`

	// Version names the published version that this graph was read from. It
	// is not part of the content; a draft has none.
	Version string `json:"-"`
}

// Language of a script's texts.
type Language string

const (
	RU Language = "ru"
	EN Language = "en"
)

// Text is one text in the languages of the script.
type Text struct {
	RU string `json:"ru,omitempty"`
	EN string `json:"en,omitempty"`
}

// In returns the text in language l, or in the other one if that is all there is.
func (t Text) In(l Language) string {
	if l == EN && t.EN != "" || t.RU == "" {
		return t.EN
	}
	return t.RU
}

// Card answers one frequent question. It can be opened at any step.
type Card struct {
	ID       string `json:"id"`
	Question Text   `json:"question"`
	Answer   Text   `json:"answer"`
}

// Kind of a node.
type Kind string

const (
	Say      Kind = "say"      // a sentence
	Ask      Kind = "ask"      // a question, whose answer is kept under the node's id
	Branch   Kind = "branch"   // the first case that holds, passed without waiting
	Lookup   Kind = "lookup"   // an item of the catalogue, or a card of the FAQ
	Order    Kind = "order"    // the order form
	Transfer Kind = "transfer" // to somebody else, or the rule that nobody may
	Claim    Kind = "claim"    // a claim is taken down and its procedure sent
	Callback Kind = "callback" // a promise to ring back
	End      Kind = "end"
)

// Kinds lists every kind of node.
var Kinds = []string{
	string(Say), string(Ask), string(Branch), string(Lookup), string(Order),
	string(Transfer), string(Claim), string(Callback), string(End),
}

// What an ask node asks for.
const (
	Choice     = "choice"
	FreeText   = "text"
	WholeCount = "number"
	Date       = "date"
	Phone      = "phone"
	Address    = "address"
	Payment    = "payment" // the number of a card and the like: the recording stands still, the answer is not kept
)

// Asks lists what an ask node may ask for.
var Asks = []string{Choice, FreeText, WholeCount, Date, Phone, Address, Payment}

// What a lookup node looks up.
const (
	Item = "item"
	FAQ  = "faq"
)

// Lookups lists what a lookup node may look up.
var Lookups = []string{Item, FAQ}

// Where a transfer node goes. Forbidden goes nowhere, and from there on no
// transfer is possible on this call, however much the caller begs (R10, R58).
const (
	Specialist = "specialist"
	Shop       = "shop"
	Email      = "e-mail"
	Forbidden  = "forbidden"
)

// Transfers lists where a transfer node may go.
var Transfers = []string{Specialist, Shop, Email, Forbidden}

// Fields lists what an order form can ask for.
var Fields = []string{"items", "name", "phone", "address", "entrance", "deliver", "comment"}

// Outcomes lists what an end node may propose as the call's disposition.
var Outcomes = []string{
	"order", "consultation", "callback", "claim", "transferred", "refused", "wrong_number", "other",
}

// Node is one step. Which fields are used depends on Kind; Schema lists them.
type Node struct {
	ID       string `json:"id"`
	Kind     Kind   `json:"kind"`
	Title    Text   `json:"title,omitzero"`     // its name on the list of walked steps
	Text     Text   `json:"text,omitzero"`      // what is said
	Required bool   `json:"required,omitempty"` // counts for adherence

	Ask     string   `json:"ask,omitempty"`
	Choices []Option `json:"choices,omitempty"`
	Min     *int64   `json:"min,omitempty"` // of a number; of a date in days from today
	Max     *int64   `json:"max,omitempty"`

	Cases []Case `json:"cases,omitempty"`

	Lookup string `json:"lookup,omitempty"`
	Query  Text   `json:"query,omitzero"` // what the item search starts with

	Fields  []string `json:"fields,omitempty"`  // of the order form
	To      string   `json:"to,omitempty"`      // of a transfer
	Email   string   `json:"email,omitempty"`   // of a transfer by e-mail, or a claim
	Letter  Text     `json:"letter,omitzero"`   // the procedure that a claim sends
	Outcome string   `json:"outcome,omitempty"` // of an end

	Next string `json:"next,omitempty"`
	// Else is the way when there is no answer: no case holds, nothing suits,
	// the buyer declines, will not say, or nobody takes the transfer.
	Else string `json:"else,omitempty"`
}

// Option is one answer of a choice. On a keypad it is the digit of its place.
type Option struct {
	ID   string `json:"id"`
	Text Text   `json:"text"`
	Next string `json:"next"`
}

// Case is one way out of a branch: taken if every test in If holds.
type Case struct {
	If   map[string]Test `json:"if"`
	Next string          `json:"next"`
}

// Test of one variable. All that is given must hold.
type Test struct {
	Is  []string `json:"is,omitempty"` // any of these
	Min *int64   `json:"min,omitempty"`
	Max *int64   `json:"max,omitempty"`
}

// Schema lists, for each kind, the fields that it uses beyond id, kind, title
// and required. An exclamation mark says that the field must be there.
var Schema = map[Kind][]string{
	Say:      {"text!", "next!"},
	Ask:      {"text!", "ask!", "choices", "min", "max", "next", "else"},
	Branch:   {"cases!", "else!"},
	Lookup:   {"text!", "lookup!", "query", "next!", "else!"},
	Order:    {"text!", "fields!", "next!", "else!"},
	Transfer: {"text!", "to!", "email", "next!", "else"},
	Claim:    {"text!", "letter!", "email", "next!"},
	Callback: {"text!", "next!", "else"},
	End:      {"text!", "outcome!"},
}

// Exit is one way out of a node. Field is its path below the node.
type Exit struct{ Field, To string }

// Exits returns the ways out of n, in the order in which they are written.
func (n Node) Exits() []Exit {
	var exits []Exit
	for i, o := range n.Choices {
		exits = append(exits, Exit{place("choices", i) + ".next", o.Next})
	}
	for i, c := range n.Cases {
		exits = append(exits, Exit{place("cases", i) + ".next", c.Next})
	}
	if n.Next != "" {
		exits = append(exits, Exit{"next", n.Next})
	}
	if n.Else != "" {
		exits = append(exits, Exit{"else", n.Else})
	}
	return exits
}

// Node returns the node with that id.
func (g Graph) Node(id string) (Node, bool) {
	for _, n := range g.Nodes {
		if n.ID == id {
			return n, true
		}
	}
	return Node{}, false
}

// Waits reports whether n waits for an answer. A branch is passed at once.
func (n Node) Waits() bool { return n.Kind != Branch && n.Kind != End }
