package sipua

import (
	"time"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/life"
)

// renegotiated is a re-INVITE or an UPDATE of the peer.
func (l *Leg) renegotiated(s *served) {
	tag := string(tagOf(s.req.From().Params))
	if s.req.Method == sip.UPDATE && len(s.req.Body()) == 0 && l.state != life.Leaving {
		l.retarget(l.with(tag), s.req.Contact(), s.req.Source())
		res := l.respond(s.req, 200, "OK")
		l.accept(res, s.req)
		res.SetBody(nil)
		l.finish(s, res)
		return
	}
	switch {
	case l.state == life.Up, s.req.Method == sip.UPDATE && l.negotiable(tag):
		l.bargain.rival = s
		l.turn(life.Offer)
	case l.state == life.Answered, l.state == life.Leaving:
		l.refuse(s, 491, "Request Pending")
	default:
		l.refuse(s, 500, "Not Yet")
	}
}

// retracted is the peer's CANCEL of a re-INVITE, which has its 200.
func (l *Leg) retracted(branch string) {
	s := l.bargain.theirs
	if s == nil || !s.req.IsInvite() {
		return
	}
	if b, _ := s.req.Via().Params.Get("branch"); b == branch {
		l.turn(life.Retract)
	}
}

// accept puts on a 2xx what it says about us and the session.
func (l *Leg) accept(res *sip.Response, req *sip.Request) {
	res.AppendHeader(l.contact(req.Transport()))
	res.AppendHeader(allow)
	if req.Method == sip.PRACK {
		return
	}
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
	tag := string(tagOf(b.theirs.req.From().Params))
	l.retarget(l.with(tag), b.theirs.req.Contact(), b.theirs.req.Source())
	l.remember(tag, bodyOf(b.theirs.req))
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

// remember keeps the description of one who rings: the 2xx may come without.
func (l *Leg) remember(tag string, sdp []byte) {
	if l.calling == nil || sdp == nil {
		return
	}
	if e := l.calling.phones[tag]; e != nil {
		e.sdp = sdp
	}
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
