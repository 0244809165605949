package call

// State is where a call stands now. It never says why: that is the Outcome's.
type State string

const (
	Greeting State = "greeting" // it rings, then the machine speaks: greeting, notice
	Menu     State = "menu"     // the machine asks and the caller chooses
	Waiting  State = "waiting"  // in the room, for a person
	Talking  State = "talking"
	Held     State = "held"
	Moving   State = "moving"  // being handed to another person; nobody is dropped until they answer
	WrapUp   State = "wrap-up" // the call has ended, its operator writes it up
	Ended    State = "ended"
)

// Kind is what can happen to a call.
type Kind string

const (
	Greet    Kind = "greet"   // the machine answers
	Ask      Kind = "ask"     // the machine opens a menu
	Enqueue  Kind = "enqueue" // to the room; at once where a queue has no greeting, again when its operator is lost
	Connect  Kind = "connect" // a person joins
	Hold     Kind = "hold"
	Resume   Kind = "resume"
	Transfer Kind = "transfer" // to another person
	Recall   Kind = "recall"   // back to the operator: the transfer came to nothing, or they look in between
	Lose     Kind = "lose"     // the operator's connection is lost: the buyer hears music, and waits for a person
	Regain   Kind = "regain"   // it is back, and the operator had put them on hold
	HangUp   Kind = "hang-up"  // by either side, or by us
	Finish   Kind = "finish"   // the after-call work is over
)

// Event is something that happens to a call. By, Code and As belong to HangUp.
type Event struct {
	Kind Kind
	By   By
	Code int     // SIP
	As   Outcome // how we ended a call that no person answered; "" to be told by By, Code and state
}

// next is the whole life of a call. A pair that is not here is refused.
var next = map[State]map[Kind]State{
	Greeting: {Greet: Greeting, Ask: Menu, Enqueue: Waiting, Connect: Talking, HangUp: Ended},
	Menu:     {Enqueue: Waiting, Connect: Talking, HangUp: Ended},
	Waiting:  {Connect: Talking, HangUp: Ended},
	Talking:  {Hold: Held, Lose: Held, Transfer: Moving, Enqueue: Waiting, HangUp: WrapUp},
	Held:     {Resume: Talking, Lose: Held, Regain: Held, Transfer: Moving, Enqueue: Waiting, HangUp: WrapUp},
	Moving:   {Connect: Talking, Recall: Talking, Lose: Moving, Regain: Moving, Enqueue: Waiting, HangUp: WrapUp},
	WrapUp:   {Finish: Ended},
	Ended:    {},
}

// Outcome says how a call ended. Every ended call has exactly one.
type Outcome string

const (
	Answered   Outcome = "answered"   // a person spoke to the caller
	Abandoned  Outcome = "abandoned"  // the caller gave up: owed a call back
	Overflowed Outcome = "overflowed" // sent to the shop's own number
	Voicemail  Outcome = "voicemail"  // a message was left
	Refused    Outcome = "refused"    // turned away: no such number, closed, suspended, too many
	Failed     Outcome = "failed"     // something of ours or the carrier's went wrong
	Served     Outcome = "served"     // the machine was enough
	Unreached  Outcome = "unreached"  // we called, and the buyer did not answer
)

// unanswered reports whether o may be told of a call that no person answered.
func (o Outcome) unanswered() bool {
	switch o {
	case "", Abandoned, Overflowed, Voicemail, Refused, Failed, Served, Unreached:
		return true
	}
	return false
}

// By says who ended a call.
type By string

const (
	Caller   By = "caller"
	Operator By = "operator"
	System   By = "system"
)
