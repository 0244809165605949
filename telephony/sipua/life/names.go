package life

import "fmt"

var stateNames = [states]string{"invited", "pledged", "due", "answered", "leaving", "calling", "ringing", "withdrawn", "cancelling", "up", "over"}

var eventNames = [events]string{
	"trying", "progress", "reliable", "success", "fork", "failure", "challenge", "redirect", "ack", "cancel", "PRACK", "bye",
	"ring", "pledge", "answer", "refuse", "hangup",
	"remind", "resend", "unacked", "unanswered", "broken", "expired",
}

var actionNames = [actions]string{
	"send progress", "send pledge", "send kept", "accept PRACK", "send answer", "send refusal", "send 487", "send INVITE", "send elsewhere", "send PRACK", "send CANCEL", "send ACK", "send BYE", "drop fork", "accept BYE",
	"tell pledged", "tell ringing", "tell answered", "tell confirmed", "tell failed", "tell cancelled", "tell ended",
}

var bargainNames = [bargains]string{"settled", "offering", "colliding", "offered", "agreed"}

var moveNames = [moves]string{
	"offer", "retract", "accepted", "UPDATE accepted", "declined", "glare", "acked", "reoffer", "reply", "reply to UPDATE", "decline", "retry", "again", "lapsed", "lost",
}

var dealNames = [deals]string{
	"send offer", "send reply", "send ACK", "refuse 491", "refuse 500", "refuse 488", "refuse 487", "tell reoffered", "tell reanswered", "tell busy", "give up",
}

var referralNames = [referrals]string{"unreferred", "asking", "following", "asked", "reporting"}

var wordNames = [words]string{
	"REFER", "agree", "disagree", "NOTIFY", "last NOTIFY", "ask", "consent", "deny", "report", "last report", "hushed",
}

var deedNames = [deeds]string{
	"send REFER", "send 202", "send NOTIFY", "send last NOTIFY", "accept NOTIFY", "refuse REFER", "refuse 491", "refuse 480",
	"tell referred", "tell reported", "tell no referral", "tell lapsed",
}

func name(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("#%d", i)
}

func (s State) String() string    { return name(stateNames[:], int(s)) }
func (e Event) String() string    { return name(eventNames[:], int(e)) }
func (a Action) String() string   { return name(actionNames[:], int(a)) }
func (b Bargain) String() string  { return name(bargainNames[:], int(b)) }
func (m Move) String() string     { return name(moveNames[:], int(m)) }
func (d Deal) String() string     { return name(dealNames[:], int(d)) }
func (r Referral) String() string { return name(referralNames[:], int(r)) }
func (w Word) String() string     { return name(wordNames[:], int(w)) }
func (d Deed) String() string     { return name(deedNames[:], int(d)) }
