package life

import "fmt"

var stateNames = [states]string{"invited", "answered", "leaving", "calling", "ringing", "withdrawn", "cancelling", "up", "over"}

var eventNames = [events]string{
	"trying", "progress", "success", "fork", "failure", "challenge", "ack", "cancel", "bye",
	"ring", "answer", "refuse", "hangup",
	"remind", "resend", "unacked", "unanswered", "broken", "expired",
}

var actionNames = [actions]string{
	"send progress", "send answer", "send refusal", "send 487", "send INVITE", "send CANCEL", "send ACK", "send BYE", "drop fork", "accept BYE",
	"tell ringing", "tell answered", "tell confirmed", "tell failed", "tell cancelled", "tell ended",
}

var bargainNames = [bargains]string{"settled", "offering", "colliding", "offered", "agreed"}

var moveNames = [moves]string{
	"offer", "accepted", "declined", "glare", "acked", "reoffer", "reply", "reply to UPDATE", "decline", "retry", "again", "lapsed", "lost",
}

var dealNames = [deals]string{
	"send offer", "send reply", "send ACK", "refuse 491", "refuse 500", "refuse 488", "tell reoffered", "tell reanswered", "tell busy", "give up",
}

func name(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("#%d", i)
}

func (s State) String() string   { return name(stateNames[:], int(s)) }
func (e Event) String() string   { return name(eventNames[:], int(e)) }
func (a Action) String() string  { return name(actionNames[:], int(a)) }
func (b Bargain) String() string { return name(bargainNames[:], int(b)) }
func (m Move) String() string    { return name(moveNames[:], int(m)) }
func (d Deal) String() string    { return name(dealNames[:], int(d)) }
