package sipua

// Event is what happened on a leg. Each leg has exactly one Failed, Cancelled
// or Ended, and nothing after it.
type Event interface{ event() }

// Ringing is a provisional response to our INVITE, with early media if it has
// an SDP.
// Several telephones may ring for one INVITE: whose early media came last is
// heard.
type Ringing struct {
	Code  int
	SDP   []byte
	Phone string // tells them apart
}

// EarlyAnswered is the PRACK for a Progress of ours that made the offer; SDP is
// its answer.
type EarlyAnswered struct{ SDP []byte }

// Answered is the 2xx to our INVITE. SDP is the answer to our offer, be it that
// it came with a provisional response before, or the offer if the INVITE had
// none.
type Answered struct{ SDP []byte }

// Confirmed is the ACK for our 2xx. SDP is the answer if the offer was ours.
type Confirmed struct{ SDP []byte }

// Failed ends a leg that we called and that did not answer.
type Failed struct {
	Code       int // of the response; 408 if none came, 487 if we took it back
	Reason     string
	RetryAfter int // seconds; 0 if the peer named none
}

// Cancelled ends a leg that the peer called and took back before our answer.
type Cancelled struct{ Reason string }

// Reoffered is a re-INVITE, UPDATE or PRACK with an offer; AnswerReoffer must
// follow soon. Without an SDP the offer has to be ours. It comes before the
// answer too, where media were agreed on by a reliable provisional response.
type Reoffered struct{ SDP []byte }

// Reanswered is what became of our Reoffer, or the answer to an offer that we
// made on a re-INVITE without one. A Code of 300 or more means that the media
// stay as they were; 491 that another offer was under way.
type Reanswered struct {
	Code int
	SDP  []byte
}

// Digit is a key pressed, sent by INFO.
type Digit struct {
	Digit        byte // 0-9, *, #, A-D
	Milliseconds int
}

// Referred is the peer's wish that we call somebody in its place (REFER, RFC
// 3515). It is told only of a leg whose AllowRefer was called, and AnswerRefer
// must follow soon.
type Referred struct {
	To       string // URI, for Target.URI
	User     string // its user part: the number
	By       string // who says to have asked for it (RFC 3892), unproven
	Leg      *Leg   // the call of ours that the new one is to take the place of
	Replaces string // the same for a call that is not ours, for Target.Replaces
}

// ReferReport is what became of our Refer.
type ReferReport struct {
	Code   int // what the call that was asked for has come to; 202 while nothing is known
	Reason string
	Last   bool // no more follow
}

// Ended ends any other leg.
type Ended struct {
	ByPeer bool
	Code   int // of our refusal; 200 after a BYE; 408 when the peer fell silent
	Reason string
}

func (Ringing) event()       {}
func (EarlyAnswered) event() {}
func (Referred) event()      {}
func (ReferReport) event()   {}
func (Answered) event()      {}
func (Confirmed) event()     {}
func (Failed) event()        {}
func (Cancelled) event()     {}
func (Reoffered) event()     {}
func (Reanswered) event()    {}
func (Digit) event()         {}
func (Ended) event()         {}
