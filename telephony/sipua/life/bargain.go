package life

// Bargain is how the two sides stand about changing the media of a call that
// is up (RFC 3261, 14; RFC 3311).
type Bargain uint8

// Only one offer can be open at a time.
const (
	Settled   Bargain = iota
	Offering          // ours is out
	Colliding         // ours met theirs; it is sent again after a while
	Offered           // theirs is in and not replied to
	Agreed            // our reply is out, its ACK is not in
	bargains
)

// Move is what happens in a bargain.
type Move uint8

// Moves, by who made them.
const (
	// the peer
	Offer          Move = iota // re-INVITE, or UPDATE or PRACK with an offer
	Retract                    // CANCEL of their re-INVITE
	Accepted                   // 2xx to our re-INVITE, or its retransmission
	AcceptedUpdate             // 2xx to our UPDATE, which has no ACK
	Declined                   // 3xx-6xx to either
	Glare                      // 491 to either, or 500 with a Retry-After (14.1)
	Acked                      // ACK for our reply
	// we
	Reoffer
	Reply       // to a re-INVITE
	ReplyUpdate // to an UPDATE or PRACK, which have no ACK
	Decline
	// time
	Retry  // the wait after a collision is over
	Again  // our reply is due again
	Lapsed // nobody replied to their offer
	Lost   // 64*T1 without ACK
	moves
)

// Deal is what has to be done about a move.
type Deal uint8

// What is sent, and what the leg's owner is told.
const (
	SendOffer       Deal = iota // by re-INVITE, or by UPDATE before the answer
	SendReply                   // 2xx, again if it is out already
	SendAckOffer                // ACK for the 2xx to our re-INVITE
	RefusePending               // 491: ours is open
	RefuseUnsettled             // 500: theirs is open (14.2)
	RefuseOffer                 // 488
	RefuseRetracted             // 487
	TellReoffered
	TellReanswered
	TellBusy // our offer was not made
	GiveUp   // end the call
	deals
)

type turn struct {
	to Bargain
	do []Deal
}

func deal(to Bargain, d ...Deal) turn { return turn{to, d} }

// turns is every bargain. A pair that is not here changes nothing.
var turns = map[Bargain]map[Move]turn{
	Settled: {
		Offer:    deal(Offered, TellReoffered),
		Accepted: deal(Settled, SendAckOffer),
		Reoffer:  deal(Offering, SendOffer),
	},
	Offering: {
		Offer:          deal(Offering, RefusePending),
		Accepted:       deal(Settled, SendAckOffer, TellReanswered),
		AcceptedUpdate: deal(Settled, TellReanswered),
		Declined:       deal(Settled, TellReanswered),
		Glare:          deal(Colliding),
		Reoffer:        deal(Offering, TellBusy),
	},
	Colliding: {
		Offer:   deal(Offered, TellBusy, TellReoffered),
		Retry:   deal(Offering, SendOffer),
		Reoffer: deal(Colliding, TellBusy),
	},
	Offered: {
		Offer:       deal(Offered, RefuseUnsettled),
		Reply:       deal(Agreed, SendReply),
		ReplyUpdate: deal(Settled, SendReply),
		Decline:     deal(Settled, RefuseOffer),
		Lapsed:      deal(Settled, RefuseOffer),
		Retract:     deal(Settled, RefuseRetracted),
		Reoffer:     deal(Offered, TellBusy),
	},
	Agreed: {
		Offer:   deal(Agreed, RefusePending),
		Acked:   deal(Settled),
		Again:   deal(Agreed, SendReply),
		Lost:    deal(Settled, GiveUp),
		Reoffer: deal(Agreed, TellBusy),
	},
}

// Turn returns how a bargain stands after m, and what to do about it, in order.
// It returns false, and b, if m means nothing there.
func Turn(b Bargain, m Move) (Bargain, []Deal, bool) {
	t, ok := turns[b][m]
	if !ok {
		return b, nil, false
	}
	return t.to, t.do, true
}
