package sipua

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/life"
)

// progress is a provisional response that the owner wants.
type progress struct {
	code   int
	reason string
	sdp    []byte
}

// pledge is what a called leg knows of its reliable provisional responses (RFC
// 3262). One is out at a time.
type pledge struct {
	required  bool          // the peer wants all of them reliable
	possible  bool          // the peer can have them so
	number    uint32        // RSeq of the last one; 0 if there was none
	last      progress      // what it said
	res       *sip.Response // the response itself, to be repeated
	kept      *progress     // what came meanwhile
	prack     *served       // its PRACK
	answer    []byte        // the answer that the PRACK had, where the offer was ours
	agreed    bool          // its SDP and the INVITE's or the PRACK's are a whole bargain
	offeredIn bool          // the INVITE had an offer
}

// asks reads what an INVITE wants.
func (p *pledge) asks(req *sip.Request) {
	p.required = has(req, "100rel", "Require")
	p.possible = p.required || has(req, "100rel", "Supported", "k")
	p.offeredIn = len(req.Body()) > 0
}

// progress sends a provisional response, which is repeated until the final one.
// Early media are worth a reliable one wherever the peer can have it.
func (l *Leg) progress(p progress) {
	if l.pledge.agreed {
		p.sdp = nil
	}
	switch {
	case !l.state.Unanswered():
	case l.state != life.Invited:
		l.pledge.kept = &p
	case l.pledge.required || l.pledge.possible && len(p.sdp) > 0:
		l.pledge.last = p
		l.step(life.Pledge)
	default:
		l.ring = l.provisional(p)
		body(l.ring, p.sdp)
		l.step(life.Ring)
	}
}

func (l *Leg) provisional(p progress) *sip.Response {
	res := l.respond(l.request, p.code, p.reason)
	res.AppendHeader(l.contact(l.request.Transport()))
	res.AppendHeader(allow)
	return res
}

func (l *Leg) sendProgress() {
	if l.ring == nil {
		return
	}
	l.serving.put(l.ring)
	l.alarms.at(alarmRemind, time.Now().Add(l.ua.timing.remind))
}

// remind says again what the caller was told last, for proxies give up on whom
// they hear nothing of (RFC 3261, 13.3.1.1).
func (l *Leg) remind() {
	if l.pledge.number > 0 {
		l.progress(l.pledge.last)
		return
	}
	l.step(life.Remind)
}

// sendPledge sends the reliable response, the same one each time.
func (l *Leg) sendPledge() {
	p := &l.pledge
	if p.res == nil {
		if p.number++; p.number == 1 {
			p.number = 1 + rand.Uint32N(1<<20) //nolint:gosec // G404: nothing to guess
		}
		p.res = l.provisional(p.last)
		p.res.AppendHeader(sip.NewHeader("Require", "100rel"))
		p.res.AppendHeader(sip.NewHeader("RSeq", strconv.FormatUint(uint64(p.number), 10)))
		body(p.res, p.last.sdp)
	}
	l.serving.put(p.res)
}

// pracked is a PRACK of the peer.
func (l *Leg) pracked(s *served) {
	p := &l.pledge
	rack := ""
	if h := s.req.GetHeader("RAck"); h != nil {
		rack = strings.Join(strings.Fields(h.Value()), " ")
	}
	if p.res == nil || rack != strconv.FormatUint(uint64(p.number), 10)+" "+strconv.FormatUint(uint64(l.inviteSeq), 10)+" INVITE" {
		l.refuse(s, 481, "No Such Response")
		return
	}
	p.prack = s
	if !l.step(life.Prack) {
		l.refuse(s, 481, "No Such Response")
	}
}

// acceptPrack answers the PRACK. What it brings is the answer to an offer of
// ours, or, once media were agreed on, an offer (RFC 3262, 5).
func (l *Leg) acceptPrack() {
	p := &l.pledge
	s, sdp, was := p.prack, bodyOf(p.prack.req), p.agreed
	p.prack, p.res = nil, nil
	if len(p.last.sdp) > 0 {
		l.bargain.local = p.last.sdp
		p.agreed = p.offeredIn || len(sdp) > 0
		if !p.offeredIn {
			p.answer, sdp = sdp, nil
		}
	}
	p.last.sdp = nil
	if len(sdp) > 0 && (was || p.agreed) {
		l.bargain.rival = s
		l.turn(life.Offer)
		return
	}
	res := l.respond(s.req, 200, "OK")
	res.SetBody(nil)
	l.finish(s, res)
}

func (l *Leg) tellPledged() {
	if sdp := l.pledge.answer; len(sdp) > 0 {
		l.pledge.answer = nil
		l.tell(EarlyAnswered{SDP: sdp})
	}
}

func (l *Leg) sendKept() {
	if kept := l.pledge.kept; kept != nil {
		l.pledge.kept = nil
		l.progress(*kept)
	}
}
