package sipua

// Event is what happened on a leg. Each leg has exactly one Failed, Cancelled
// or Ended, and nothing after it.
type Event interface{ event() }

// Ringing is a provisional response to our INVITE, with early media if it has
// an SDP.
type Ringing struct {
	Code int
	SDP  []byte
}

// Answered is the 2xx to our INVITE. SDP is the answer to our offer, be it that
// it came with a provisional response before.
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

// Reoffered is a re-INVITE or UPDATE; AnswerReoffer must follow soon. Without an
// SDP the offer has to be ours.
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

// Ended ends any other leg.
type Ended struct {
	ByPeer bool
	Code   int // of our refusal; 200 after a BYE; 408 when the peer fell silent
	Reason string
}

func (Ringing) event()    {}
func (Answered) event()   {}
func (Confirmed) event()  {}
func (Failed) event()     {}
func (Cancelled) event()  {}
func (Reoffered) event()  {}
func (Reanswered) event() {}
func (Digit) event()      {}
func (Ended) event()      {}
