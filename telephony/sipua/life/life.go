// Package life is what may happen to a SIP leg, as three tables: its life from
// INVITE to BYE, the bargaining over its media in between, and a REFER on it.
package life

// State is where a leg is.
type State uint8

// Called legs begin as Invited, calling ones as Calling.
const (
	Invited    State = iota // INVITE is in, no final response is out
	Pledged                 // as Invited, and a reliable provisional is out whose PRACK is not in (RFC 3262)
	Due                     // as Pledged, and our answer has to wait for that PRACK
	Answered                // 2xx is out, ACK is not in
	Leaving                 // as Answered, but we want out: BYE must wait for ACK (RFC 3261, 15)
	Calling                 // INVITE is out, nothing has come back
	Ringing                 // a provisional response is in
	Withdrawn               // as Calling, but we want out: CANCEL must wait for a provisional (9.1)
	Cancelling              // CANCEL is out, no final response is in
	Up                      // both sides know that they talk
	Over                    // nothing is owed any more
	states
)

// Event is what happened to a leg.
type Event uint8

// Events, by who made them.
const (
	// the peer
	Trying    Event = iota // 100
	Progress               // 101-199
	Reliable               // 101-199 that wants a PRACK
	Success                // 2xx to our INVITE, or its retransmission
	Fork                   // 2xx from another phone than the one we talk to
	Failure                // 3xx-6xx to our INVITE
	Challenge              // 401, 407 or 422 that a second try may satisfy
	Redirect               // 3xx, or the failure of the last one, and there is somewhere else to try
	Ack                    // for our 2xx
	Cancel                 // of the INVITE
	Prack                  // for the reliable provisional that is out
	Bye
	// we
	Ring   // send a provisional response
	Pledge // send a reliable one
	Answer // send 2xx
	Refuse // send 3xx-6xx
	Hangup // end it, whatever it takes
	// time and the network
	Remind     // a provisional is due again (13.3.1.1)
	Resend     // 2xx is due again (13.3.1.4), or the reliable provisional
	Unacked    // 64*T1 without ACK
	Unanswered // it has rung long enough
	Broken     // no response, or no way to send
	Expired    // the session's timer (RFC 4028), or a peer that knows no such call
	events
)

// Action is what has to be done about an event.
type Action uint8

// What is sent, and what the leg's owner is told. The owner is told the end of
// a leg once, as early as it is certain.
const (
	SendProgress   Action = iota
	SendPledge            // the reliable provisional, again if it is out already
	SendKept              // the provisional response that had to wait for a PRACK
	AcceptPrack           // 200
	SendAnswer            // 2xx, again if it is out already
	SendRefusal           // the final response that was chosen
	SendTerminated        // 487
	SendInvite            // once more, with what was asked for
	SendElsewhere         // the INVITE to the next target of a redirection
	SendPrack
	SendCancel
	SendAck
	SendBye
	DropFork    // ACK and BYE to the other phone
	AcceptBye   // 200
	TellPledged // the PRACK is in
	TellRinging
	TellAnswered
	TellConfirmed
	TellFailed
	TellCancelled
	TellEnded
	actions
)

type step struct {
	to State
	do []Action
}

func do(to State, a ...Action) step { return step{to, a} }

// next is the whole life. A pair that is not here changes nothing.
var next = map[State]map[Event]step{
	Invited: {
		Ring:   do(Invited, SendProgress),
		Pledge: do(Pledged, SendPledge),
		Remind: do(Invited, SendProgress),
		Answer: do(Answered, SendAnswer),
		Refuse: do(Over, SendRefusal, TellEnded),
		Hangup: do(Over, SendRefusal, TellEnded),
		Cancel: do(Over, SendTerminated, TellCancelled),
		Bye:    do(Over, AcceptBye, SendTerminated, TellCancelled),
		Broken: do(Over, TellCancelled),
		// A caller whose network is gone sends no CANCEL.
		Unanswered: do(Over, SendRefusal, TellEnded),
	},
	Pledged: {
		Prack:  do(Invited, AcceptPrack, TellPledged, SendKept),
		Resend: do(Pledged, SendPledge),
		Answer: do(Due),
		Refuse: do(Over, SendRefusal, TellEnded),
		Hangup: do(Over, SendRefusal, TellEnded),
		Cancel: do(Over, SendTerminated, TellCancelled),
		Bye:    do(Over, AcceptBye, SendTerminated, TellCancelled),
		Broken: do(Over, TellCancelled),
		// RFC 3262, 3: what nobody acknowledges ends in a 5xx.
		Unacked:    do(Over, SendRefusal, TellEnded),
		Unanswered: do(Over, SendRefusal, TellEnded),
	},
	Due: {
		Prack:      do(Answered, AcceptPrack, TellPledged, SendAnswer),
		Resend:     do(Due, SendPledge),
		Refuse:     do(Over, SendRefusal, TellEnded),
		Hangup:     do(Over, SendRefusal, TellEnded),
		Cancel:     do(Over, SendTerminated, TellCancelled),
		Bye:        do(Over, AcceptBye, SendTerminated, TellCancelled),
		Broken:     do(Over, TellCancelled),
		Unacked:    do(Over, SendRefusal, TellEnded),
		Unanswered: do(Over, SendRefusal, TellEnded),
	},
	Answered: {
		Ack:     do(Up, TellConfirmed),
		Resend:  do(Answered, SendAnswer),
		Unacked: do(Over, SendBye, TellEnded),
		Bye:     do(Over, AcceptBye, TellEnded),
		Hangup:  do(Leaving, TellEnded),
	},
	Leaving: {
		Ack:     do(Over, SendBye),
		Resend:  do(Leaving, SendAnswer),
		Unacked: do(Over, SendBye),
		Bye:     do(Over, AcceptBye),
	},
	Calling: {
		Trying:     do(Ringing),
		Progress:   do(Ringing, TellRinging),
		Reliable:   do(Ringing, SendPrack, TellRinging),
		Success:    do(Up, SendAck, TellAnswered),
		Failure:    do(Over, TellFailed),
		Challenge:  do(Calling, SendInvite),
		Redirect:   do(Calling, SendElsewhere),
		Hangup:     do(Withdrawn, TellFailed),
		Unanswered: do(Withdrawn, TellFailed),
		Broken:     do(Over, TellFailed),
	},
	Ringing: {
		Trying:     do(Ringing),
		Progress:   do(Ringing, TellRinging),
		Reliable:   do(Ringing, SendPrack, TellRinging),
		Success:    do(Up, SendAck, TellAnswered),
		Failure:    do(Over, TellFailed),
		Challenge:  do(Calling, SendInvite),
		Redirect:   do(Calling, SendElsewhere),
		Hangup:     do(Cancelling, SendCancel, TellFailed),
		Unanswered: do(Cancelling, SendCancel, TellFailed),
		Broken:     do(Over, TellFailed),
	},
	Withdrawn: {
		Trying:    do(Cancelling, SendCancel),
		Progress:  do(Cancelling, SendCancel),
		Reliable:  do(Cancelling, SendPrack, SendCancel),
		Success:   do(Over, SendAck, SendBye),
		Failure:   do(Over),
		Challenge: do(Over),
		Redirect:  do(Over),
		Broken:    do(Over),
	},
	Cancelling: {
		Trying:    do(Cancelling),
		Progress:  do(Cancelling),
		Reliable:  do(Cancelling, SendPrack),
		Success:   do(Over, SendAck, SendBye),
		Failure:   do(Over),
		Challenge: do(Over),
		Redirect:  do(Over),
		Broken:    do(Over),
	},
	Up: {
		Success: do(Up, SendAck),
		Fork:    do(Up, DropFork),
		Bye:     do(Over, AcceptBye, TellEnded),
		Hangup:  do(Over, SendBye, TellEnded),
		Expired: do(Over, SendBye, TellEnded),
	},
	Over: {},
}

// Step returns where ev takes a leg that is in s, and what to do about it, in
// order. It returns false, and s, if ev means nothing there.
func Step(s State, ev Event) (State, []Action, bool) {
	st, ok := next[s][ev]
	if !ok {
		return s, nil, false
	}
	return st.to, st.do, true
}

// Unanswered tells whether the peer's INVITE has no final response yet.
func (s State) Unanswered() bool { return s == Invited || s == Pledged || s == Due }

// Unsettled tells whether our INVITE has no final response yet.
func (s State) Unsettled() bool {
	return s == Calling || s == Ringing || s == Withdrawn || s == Cancelling
}

// Established tells whether there is a dialog that only BYE ends.
func (s State) Established() bool { return s == Answered || s == Leaving || s == Up }
