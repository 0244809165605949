package acd

import "fmt"

// An Action is something the room wants done outside it.
type Action interface{ action() }

// Reason says why an offer came to nothing.
type Reason string

const (
	Refused       Reason = "refused"        // the operator pressed a key
	Busy          Reason = "busy"           // their telephone was in use
	Unreachable   Reason = "unreachable"    // their telephone did not ring
	Lapsed        Reason = "lapsed"         // it rang until the offer's end
	CallerGone    Reason = "caller gone"    // the caller hung up meanwhile
	OperatorAway  Reason = "operator away"  // the operator took a pause meanwhile
	SkillsChanged Reason = "skills changed" // the operator no longer serves that shop or tier

	Forbidden      Reason = "forbidden"       // a number that is not called
	Departed       Reason = "departed"        // they were there, and hung up
	NotNeeded      Reason = "not needed"      // who had called them in did without
	ConnectionLost Reason = "connection lost" // the operator's telephone was gone in the middle of a call
)

type (
	// Offer: ring the operator for the call, until the instant given.
	Offer struct {
		Call     CallID
		Operator OperatorID
		Until    Instant
	}
	// Withdraw: stop ringing the operator for the call.
	Withdraw struct {
		Call     CallID
		Operator OperatorID
		Why      Reason
	}
	// Connect: join the caller and the operator. Waited leaves out what the
	// caller talked to another before.
	Connect struct {
		Call     CallID
		Operator OperatorID
		Waited   Millis
		Why      Explanation
	}
	// Lose: the caller left unanswered. Someone must call them back.
	Lose struct {
		Call   CallID
		Waited Millis
		Why    Explanation
	}
	// Wrap: the call has ended and its operator's after-call work began.
	Wrap struct {
		Operator OperatorID
		Call     CallID
		Until    Instant
	}
	// Summon: ring the operator as the call's guest, until the instant given.
	Summon struct {
		Call     CallID
		Operator OperatorID
		Until    Instant
	}
	// Meet: the guest answered.
	Meet struct {
		Call     CallID
		Operator OperatorID
	}
	// Excuse: the guest is one no more, rung or talking. It ends what a Summon
	// began; a Take does too.
	Excuse struct {
		Call     CallID
		Operator OperatorID
		Why      Reason
	}
	// Take: the guest has the call. A Leave or a Return says who had it before.
	Take struct {
		Call     CallID
		Operator OperatorID
	}
	// Leave: the operator writes up a call that goes on without them. A Release
	// ends it, at once if they have no wrap-up.
	Leave struct {
		Operator OperatorID
		Call     CallID
		Until    Instant
	}
	// Return: the operator is gone, and the caller waits again. It ends what a
	// Connect began.
	Return struct {
		Operator OperatorID
		Call     CallID
	}
	// Release: the after-call work is over. There is exactly one for each Connect
	// or Take that no Return has ended.
	Release struct {
		Operator OperatorID
		Call     CallID
	}
	// Pause: the room has set the operator away.
	Pause struct {
		Operator OperatorID
		Why      Reason
	}
	// Ignore: the event came too late or made no sense; worth counting.
	Ignore struct{ Why string }
)

func (Offer) action()    {}
func (Withdraw) action() {}
func (Connect) action()  {}
func (Lose) action()     {}
func (Wrap) action()     {}
func (Summon) action()   {}
func (Meet) action()     {}
func (Excuse) action()   {}
func (Take) action()     {}
func (Leave) action()    {}
func (Return) action()   {}
func (Release) action()  {}
func (Pause) action()    {}
func (Ignore) action()   {}

// Explanation says why a call waited as long as it did. Counts are of the
// instant of its arrival, but for what came to pass while it waited: Came, Ahead
// and Offers.
type Explanation struct {
	Rule     string `json:"rule"`     // the order of waiting: "promise" or "arrival"
	Position int    `json:"position"` // among the calls waiting for the same shop and tier; 1 is the first
	Waiting  int    `json:"waiting"`  // calls waiting in the whole room, this one not counted
	OnDuty   int    `json:"on_duty"`  // operators on duty
	Able     int    `json:"able"`     // of them, who serve this shop and tier
	Idle     int    `json:"idle"`     // of those, who were free
	Came     int    `json:"came"`     // who serve this shop and tier and came on duty meanwhile; who comes twice counts twice
	Ahead    int    `json:"ahead"`    // calls that able operators answered meanwhile
	Offers   int    `json:"offers"`   // operators rung for it
}

// String is the explanation as a supervisor reads it.
func (e Explanation) String() string {
	s := fmt.Sprintf("%d of %d able operators busy", e.Able-e.Idle, e.Able)
	if e.Able == 0 {
		s = fmt.Sprintf("none of %d operators able", e.OnDuty)
	}
	if e.Came > 0 {
		s += fmt.Sprintf("; %d came on duty", e.Came)
	}
	if e.Ahead > 0 {
		s += fmt.Sprintf("; %d answered before", e.Ahead)
	}
	if e.Offers > 1 {
		s += fmt.Sprintf("; offered %d times", e.Offers)
	}
	return s
}

var rules = map[Queueing]string{ByPromise: "promise", ByArrival: "arrival"}
