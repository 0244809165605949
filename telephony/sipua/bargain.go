package sipua

import (
	"context"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/life"
)

// bargain is what a leg knows of the offers made while it is up.
type bargain struct {
	state   life.Bargain
	local   []byte        // our description that is in force
	offer   []byte        // ours that is out, or waits to be
	seq     uint32        // CSeq of our re-INVITE
	heard   *sip.Response // to it
	ack     *sip.Request  // for its 2xx
	refresh bool          // it only refreshes the session
	theirs  *served       // the peer's open offer
	reply   *sip.Response // our 2xx to it
	rival   *served       // a request of the peer that is being judged
}

// turn puts a move to the bargain and does what follows from it.
func (l *Leg) turn(m life.Move) {
	to, acts, ok := life.Turn(l.bargain.state, m)
	if !ok {
		return
	}
	l.bargain.state = to
	for _, d := range acts {
		l.deal(d)
	}
}

func (l *Leg) deal(d life.Deal) {
	b := &l.bargain
	switch d {
	case life.SendOffer:
		l.sendOffer()
	case life.SendReply:
		l.sendReply()
	case life.SendAckOffer:
		l.sendAckOffer()
	case life.RefusePending:
		l.refuse(b.rival, 491, "Request Pending")
	case life.RefuseUnsettled:
		l.refuse(b.rival, 500, "Offer Pending")
	case life.RefuseOffer:
		l.alarms.stop(alarmReply)
		l.refuse(b.theirs, 488, "Not Acceptable Here")
		b.theirs = nil
	case life.TellReoffered:
		b.theirs, b.reply = b.rival, nil
		l.alarms.at(alarmReply, time.Now().Add(l.ua.timing.reply))
		l.tell(Reoffered{SDP: bodyOf(b.theirs.req)})
	case life.TellReanswered:
		if !b.refresh || b.heard.IsSuccess() {
			l.tell(Reanswered{Code: b.heard.StatusCode, SDP: bodyOf(b.heard)})
		}
	case life.TellBusy:
		l.tell(Reanswered{Code: 491})
	case life.GiveUp:
		l.expire("no ACK")
	}
}

// reoffer makes an offer of ours.
func (l *Leg) reoffer(sdp []byte) {
	if l.state != life.Up || len(sdp) == 0 {
		if l.state != life.Over {
			l.tell(Reanswered{Code: 491})
		}
		return
	}
	if l.bargain.state == life.Settled {
		l.bargain.offer, l.bargain.refresh = sdp, false
	}
	l.turn(life.Reoffer)
}

// sendOffer sends our re-INVITE.
func (l *Leg) sendOffer() {
	b := &l.bargain
	b.seq, b.ack, b.heard = l.nextSeq(), nil, nil
	req, err := l.ua.newRequest(&l.dialog, sip.INVITE, b.seq)
	if err != nil {
		l.expire(printable(err.Error()))
		return
	}
	req.AppendHeader(l.ua.contact(l.dialog.Transport))
	req.AppendHeader(allow)
	req.AppendHeader(supported)
	l.session.put(req)
	body(req, b.offer)
	seq := b.seq
	l.ua.background("re-INVITE", l.callID, func() error {
		// A peer that says 100 and then nothing is as good as silent.
		ctx, cancel := context.WithTimeout(context.Background(), l.ua.timing.give())
		defer cancel()
		res, err := l.ua.transact(ctx, req)
		l.post(func() { l.offerConcluded(seq, res, err) })
		return err
	})
}

// offerConcluded is the end of our re-INVITE's transaction; a refusal has its
// ACK by then.
func (l *Leg) offerConcluded(seq uint32, res *sip.Response, err error) {
	b := &l.bargain
	switch {
	case b.state != life.Offering || b.seq != seq:
	case err != nil:
		l.expire("no response to re-INVITE")
	case !res.IsSuccess():
		l.bargainHeard(res)
	}
}

// bargainHeard is a response to our re-INVITE.
func (l *Leg) bargainHeard(res *sip.Response) {
	b := &l.bargain
	if l.state != life.Up || res.CSeq().SeqNo != b.seq || res.IsProvisional() {
		return
	}
	again := b.heard != nil
	b.heard = res
	switch code := res.StatusCode; {
	case res.IsSuccess() && again:
		l.turn(life.Accepted)
	case res.IsSuccess():
		b.local = b.offer
		l.retarget(res.Contact(), res.Source())
		l.session.confirmed(res)
		l.session.start(l, time.Now())
		l.turn(life.Accepted)
	case code == 491:
		l.alarms.at(alarmRetry, time.Now().Add(l.glareWait()))
		l.turn(life.Glare)
	case code == 481 || code == 408:
		l.expire("the peer knows no such call")
	default:
		if b.refresh { // it is alive, and that is all we asked
			l.session.start(l, time.Now())
		}
		l.turn(life.Declined)
	}
}

// glareWait is how long to wait after a collision: whoever made the call waits
// longer, so that the two don't meet again (RFC 3261, 14.1).
func (l *Leg) glareWait() time.Duration {
	unit := 10 * time.Millisecond
	if l.inbound {
		return time.Duration(rand.IntN(200)) * unit //nolint:gosec // G404: nothing to guess
	}
	return time.Duration(210+rand.IntN(190)) * unit //nolint:gosec // G404: as above
}

func (l *Leg) sendAckOffer() {
	b := &l.bargain
	if b.ack == nil {
		ack, err := l.ua.newRequest(&l.dialog, sip.ACK, b.seq)
		if err != nil {
			return
		}
		ack.SetBody(nil)
		b.ack = ack
	}
	l.ua.write(b.ack)
}

// renegotiated is a re-INVITE or an UPDATE of the peer.
func (l *Leg) renegotiated(s *served) {
	if s.req.Method == sip.UPDATE && len(s.req.Body()) == 0 && l.state != life.Leaving {
		l.retarget(s.req.Contact(), s.req.Source())
		res := l.respond(s.req, 200, "OK")
		l.accept(res, s.req)
		res.SetBody(nil)
		l.finish(s, res)
		return
	}
	switch l.state {
	case life.Up:
		l.bargain.rival = s
		l.turn(life.Offer)
	case life.Answered, life.Leaving:
		l.refuse(s, 491, "Request Pending")
	default:
		l.refuse(s, 500, "Not Yet")
	}
}

// accept puts on a 2xx what it says about us and the session.
func (l *Leg) accept(res *sip.Response, req *sip.Request) {
	res.AppendHeader(l.ua.contact(req.Transport()))
	res.AppendHeader(allow)
	for _, h := range l.session.refreshed(req) {
		res.AppendHeader(h)
	}
	if l.state == life.Up {
		l.session.start(l, time.Now())
	}
}

// answerReoffer is the owner's answer to the peer's offer.
func (l *Leg) answerReoffer(sdp []byte) {
	b := &l.bargain
	switch {
	case b.theirs == nil || b.state != life.Offered:
	case len(sdp) == 0:
		l.turn(life.Decline)
	case b.theirs.req.IsInvite():
		b.local = sdp
		l.turn(life.Reply)
	default:
		b.local = sdp
		l.turn(life.ReplyUpdate)
	}
}

// sendReply sends the 2xx to the peer's offer, the same one each time.
func (l *Leg) sendReply() {
	b := &l.bargain
	if b.reply != nil {
		b.theirs.put(b.reply)
		return
	}
	now := time.Now()
	l.alarms.stop(alarmReply)
	l.retarget(b.theirs.req.Contact(), b.theirs.req.Source())
	b.reply = l.respond(b.theirs.req, 200, "OK")
	l.accept(b.reply, b.theirs.req)
	body(b.reply, b.local)
	if !b.theirs.req.IsInvite() {
		l.finish(b.theirs, b.reply)
		b.theirs = nil
		return
	}
	l.mu.Lock()
	l.last.accepted = true
	l.mu.Unlock()
	b.theirs.put(b.reply)
	l.alarms.again = l.ua.timing.t1
	l.alarms.at(alarmAgain, now.Add(l.alarms.again))
	l.alarms.at(alarmLost, now.Add(l.ua.timing.give()))
}

// bargainAcked is the peer's ACK for our 2xx to its re-INVITE.
func (l *Leg) bargainAcked(seq uint32, sdp []byte) {
	b := &l.bargain
	if b.state != life.Agreed || b.theirs.req.CSeq().SeqNo != seq {
		return
	}
	l.alarms.stop(alarmAgain, alarmLost)
	l.release(b.theirs)
	ours := len(b.theirs.req.Body()) == 0
	b.theirs = nil
	l.turn(life.Acked)
	if ours && len(sdp) > 0 {
		l.tell(Reanswered{Code: 200, SDP: sdp})
	}
}

func (l *Leg) bargainAlarm(which alarm, now time.Time) {
	switch which {
	case alarmRetry:
		l.turn(life.Retry)
	case alarmReply:
		l.turn(life.Lapsed)
	case alarmAgain:
		l.alarms.again = min(2*l.alarms.again, l.ua.timing.t2)
		l.alarms.at(alarmAgain, now.Add(l.alarms.again))
		l.turn(life.Again)
	case alarmLost:
		l.turn(life.Lost)
	}
}

// put asks for the session to go on as it was agreed.
func (s *session) put(req *sip.Request) {
	if s.interval == 0 {
		return
	}
	who := ";refresher=uas"
	if s.ours {
		who = ";refresher=uac"
	}
	req.AppendHeader(sip.NewHeader("Session-Expires", strconv.Itoa(int(s.interval/time.Second))+who))
}
