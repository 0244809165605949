package acd

// An Event is something that happened outside the room.
type Event interface{ event() }

type (
	// Arrived: a caller has been greeted and waits for a person.
	Arrived struct {
		Call    CallID
		Shop    ShopID
		Queue   QueueID
		Tier    Tier
		Promise Promise
		Since   Instant    // who keeps the place of a call that came before: when it came; 0: now
		For     OperatorID // who alone is offered it, having asked for it; "": anybody
	}
	// HungUp: the caller or the operator has hung up, at whatever point.
	HungUp struct{ Call CallID }
	// Ready: the operator comes on duty or says again what they can do. An
	// operator serves the shops named and no other. It ends a pause and a rest,
	// but neither a call in hand nor a wrap-up.
	Ready struct {
		Operator OperatorID
		Tier     Tier
		Shops    []ShopID
		WrapUp   Millis // quiet time after each call
		// KeepReady is for a telephone that is on duty without a desk: nobody
		// could press "ready" again, so a lapsed offer does not pause it; it
		// rests, and is passed over for that call.
		KeepReady bool
	}
	// Away: the operator takes no more calls. A call in hand goes on and has its
	// wrap-up; a wrap-up under way ends.
	Away struct {
		Operator OperatorID
		Reason   string
	}
	// Accepted: the operator took the offered call.
	Accepted struct {
		Operator OperatorID
		Call     CallID
	}
	// Declined: the operator refused the offer, or their telephone could not
	// ring. They are not offered this call again while somebody else on duty
	// could take it.
	Declined struct {
		Operator OperatorID
		Call     CallID
		Reason   Reason // Refused, Busy or Unreachable
	}
	// Gone: the telephone of an operator in a call is gone, and did not come back
	// in time. The call waits again, as of its first arrival; the operator is
	// away until they say Ready.
	Gone struct {
		Operator OperatorID
		Call     CallID
	}
	// Finished: the operator ends the wrap-up early.
	Finished struct{ Operator OperatorID }
	// Extended: the operator needs the wrap-up to be By longer; View says until
	// when it now is.
	Extended struct {
		Operator OperatorID
		By       Millis
	}
	// Called: somebody else is called in to a call that an operator has in hand:
	// Operator, or, if that is empty, whoever of the tier is free. They are not
	// offered the call: they are its guest.
	Called struct {
		Call     CallID
		Operator OperatorID
		Tier     Tier
	}
	// Excused: the guest is not needed any more, rung or talking.
	Excused struct{ Call CallID }
	// Handed: the guest has the call from now on, and who had it writes it up.
	Handed struct{ Call CallID }
	// Left: the operator leaves the call to somebody who is not of the room, or to
	// be asked for again, and writes it up.
	Left struct{ Call CallID }
	// Sent: the call waits again, as of its first arrival, in the queue and for the
	// tier named. Who had it writes it up, and gets it back only if nobody else on
	// duty would take it; but if For is free, or writes up this very call, it is
	// offered to them first.
	Sent struct {
		Call    CallID
		Queue   QueueID
		Tier    Tier
		Promise Promise
		For     OperatorID
	}
	// Tick: nothing happened, but a Deadline came.
	Tick struct{}
)

func (Arrived) event()  {}
func (HungUp) event()   {}
func (Ready) event()    {}
func (Away) event()     {}
func (Accepted) event() {}
func (Declined) event() {}
func (Gone) event()     {}
func (Finished) event() {}
func (Extended) event() {}
func (Called) event()   {}
func (Excused) event()  {}
func (Handed) event()   {}
func (Left) event()     {}
func (Sent) event()     {}
func (Tick) event()     {}
