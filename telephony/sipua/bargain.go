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
	local   []byte  // our description that is in force
	offer   []byte  // ours that is out, or waits to be
	seq     uint32  // CSeq of our re-INVITE or UPDATE
	dialog  *Dialog // in which it went out
	login   login
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
	case life.RefuseRetracted:
		l.alarms.stop(alarmReply)
		l.refuse(b.theirs, 487, "Request Terminated")
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
	if !l.mayOffer() || len(sdp) == 0 {
		if l.state != life.Over {
			l.tell(Reanswered{Code: 491})
		}
		return
	}
	if l.bargain.state == life.Settled {
		l.bargain.offer, l.bargain.refresh = sdp, false
		if l.calling != nil {
			l.bargain.login = l.calling.target.login()
		}
	}
	l.turn(life.Reoffer)
}

// mayOffer tells whether an offer can go out: by re-INVITE while the leg is up,
// by UPDATE before that, if the peer takes one (RFC 3311, 5.1).
func (l *Leg) mayOffer() bool {
	switch {
	case l.state == life.Up:
		return true
	case l.state == life.Invited:
		return l.pledge.agreed && l.session.updates
	case l.state == life.Ringing:
		e := l.calling.current
		return e != nil && e.agreed && e.updates
	}
	return false
}

// sendOffer sends our offer.
func (l *Leg) sendOffer() {
	b := &l.bargain
	b.ack, b.heard, b.dialog = nil, nil, l.current()
	if l.state != life.Up {
		b.seq = l.send(errand{method: sip.UPDATE, dialog: b.dialog, done: l.updateConcluded, dress: func(req *sip.Request) {
			req.AppendHeader(l.contact(req.Transport()))
			req.AppendHeader(supported)
			body(req, b.offer)
		}})
		return
	}
	b.seq = l.nextSeq(b.dialog)
	req, err := l.ua.newRequest(&l.dialog, sip.INVITE, b.seq)
	if err != nil {
		l.expire(printable(err.Error()))
		return
	}
	req.AppendHeader(l.contact(l.dialog.Transport))
	req.AppendHeader(allow)
	req.AppendHeader(supported)
	l.session.put(req)
	b.login.sign(req)
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
	case b.login.challenged(res, sip.INVITE, l.dialog.RemoteTarget), res.StatusCode == 422 && l.session.lengthen(res):
		l.sendOffer()
	case !res.IsSuccess():
		l.bargainHeard(res)
	}
}

// updateConcluded is what became of an offer by UPDATE. The call goes on
// whatever it is: its INVITE has no answer yet.
func (l *Leg) updateConcluded(res *sip.Response, err error) {
	b := &l.bargain
	if b.state != life.Offering || l.state == life.Over {
		return
	}
	if err != nil {
		res = sip.NewResponse(408, "no response")
	}
	b.heard = res
	switch {
	case res.IsSuccess():
		b.local = b.offer
		l.retarget(b.dialog, res.Contact(), res.Source())
		if l.calling != nil && l.calling.current != nil {
			l.calling.current.sdp = res.Body()
		} else if l.calling != nil {
			l.calling.early = res.Body()
		}
		l.turn(life.AcceptedUpdate)
	case again(res):
		l.alarms.at(alarmRetry, time.Now().Add(l.glareWait()))
		l.turn(life.Glare)
	default:
		l.turn(life.Declined)
	}
}

// again tells whether a refusal means that another offer was under way: 491, or
// the 500 with a Retry-After of RFC 3261, 14.2.
func again(res *sip.Response) bool {
	return res.StatusCode == 491 || res.StatusCode == 500 && res.GetHeader("Retry-After") != nil && seconds(res, "Retry-After") <= 10
}

// bargainHeard is a response to our re-INVITE.
func (l *Leg) bargainHeard(res *sip.Response) {
	b := &l.bargain
	if l.state != life.Up || res.CSeq().SeqNo != b.seq || res.IsProvisional() || string(tagOf(res.To().Params)) != l.dialog.RemoteTag {
		return
	}
	repeated := b.heard != nil
	b.heard = res
	switch code := res.StatusCode; {
	case res.IsSuccess() && repeated:
		l.turn(life.Accepted)
	case res.IsSuccess():
		b.local = b.offer
		l.retarget(&l.dialog, res.Contact(), res.Source())
		l.session.confirmed(res, l.ua.timing.minSession)
		l.session.start(l, time.Now())
		l.turn(life.Accepted)
	case again(res):
		l.alarms.at(alarmRetry, time.Now().Add(l.glareWait()+time.Duration(seconds(res, "Retry-After"))*time.Second))
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
	unit := l.ua.timing.collide
	if l.inbound {
		return time.Duration(1+rand.IntN(200)) * unit //nolint:gosec // G404: nothing to guess
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
		b.login.sign(ack)
		b.ack = ack
	}
	l.ua.write(b.ack)
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
	if s.least > 0 {
		req.AppendHeader(sip.NewHeader("Min-SE", strconv.Itoa(s.least)))
	}
}
