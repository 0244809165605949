package sipua

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/life"
	"switchboard/telephony/sipua/wire"
)

// sendInvite sends the INVITE, or sends it again with what a challenge asked
// for.
func (l *Leg) sendInvite() {
	c := l.calling
	l.inviteSeq++
	branch := l.dialog.Branch
	if c.tries > 0 {
		branch = sip.GenerateBranchN(16)
	}
	req, err := l.ua.newRequestAs(&l.dialog, sip.INVITE, l.inviteSeq, branch)
	if err != nil {
		l.words.failed = Failed{Code: 500, Reason: printable(err.Error())}
		l.step(life.Broken)
		return
	}
	req.From().DisplayName = wire.Display(c.target.display())
	req.AppendHeader(l.contact(l.dialog.Transport))
	req.AppendHeader(allow)
	req.AppendHeader(c.target.supported())
	if c.interval > 0 {
		req.AppendHeader(sip.NewHeader("Session-Expires", strconv.Itoa(c.interval)))
	}
	if l.session.least > 0 {
		req.AppendHeader(sip.NewHeader("Min-SE", strconv.Itoa(l.session.least)))
	}
	c.dress(req)
	body(req, c.target.SDP)
	c.tries++
	c.final = false
	c.silent = time.Now().Add(c.target.Silence)
	l.request = req
	l.mu.Lock()
	l.dialog.LocalSeq, l.dialog.InviteSeq, l.dialog.Branch = l.inviteSeq, l.inviteSeq, branch
	l.mu.Unlock()
	if l.state == life.Calling {
		c.clocks(l, time.Now())
	}
	c.sent = true
	l.ua.background("INVITE", l.callID, func() error {
		res, err := l.ua.transact(c.ctx, req)
		l.post(func() { l.concluded(req.CSeq().SeqNo, res, err) })
		return nil
	})
}

// dress puts on an INVITE what its owner and its challengers want.
func (c *calling) dress(req *sip.Request) {
	if n := c.target.MaxForwards; n > 0 {
		left := sip.MaxForwardsHeader(min(n, hops))
		req.ReplaceHeader(&left)
	}
	if c.target.Replaces != "" {
		req.AppendHeader(replaces(c.target.Replaces))
		req.AppendHeader(sip.NewHeader("Require", "replaces"))
	}
	if c.target.ReferredBy != "" {
		req.AppendHeader(sip.NewHeader("Referred-By", wire.Phrase(c.target.ReferredBy)))
	}
	c.target.identify(req, req.From().Address.Host)
	c.login.sign(req)
}

// concluded is the end of the INVITE's transaction. A refusal is taken from
// here, when it has its ACK, and not as it came in: what follows it should
// come second.
func (l *Leg) concluded(seq uint32, res *sip.Response, err error) {
	switch {
	case seq != l.inviteSeq || l.calling.final || l.calling.dropped:
	case err == nil && !res.IsSuccess():
		l.calledBack(res)
	case err != nil:
		l.calling.final = true
		l.words.failed = Failed{Code: 408, Reason: "no response"}
		if !errors.Is(err, sip.ErrTransactionTimeout) {
			l.words.failed = Failed{Code: 503, Reason: "cannot send"}
		}
		l.step(life.Broken)
	}
}

// calledBack is a response to the INVITE.
func (l *Leg) calledBack(res *sip.Response) {
	c := l.calling
	switch {
	case res.StatusCode == 100:
		l.step(life.Trying)
	case res.StatusCode < 200:
		l.rang(res)
	case res.StatusCode < 300:
		l.accepted(res)
	default:
		c.heard, c.final = res, true
		l.words.failed = Failed{Code: res.StatusCode, Reason: printable(res.Reason), RetryAfter: seconds(res, "Retry-After")}
		switch {
		case c.retry(l, res):
			l.step(life.Challenge)
		case c.elsewhere(l.ua, res):
			l.step(life.Redirect)
		default:
			l.step(life.Failure)
		}
	}
}

// accepted is a 2xx: the answer, its retransmission, or that of another phone.
func (l *Leg) accepted(res *sip.Response) {
	c := l.calling
	tag := string(tagOf(res.To().Params))
	c.heard, c.final = res, true
	if c.ack != nil {
		if tag != l.dialog.RemoteTag {
			l.step(life.Fork)
			return
		}
		l.step(life.Success)
		return
	}
	l.words.ended = Ended{Code: 200}
	l.settle(res, tag)
	l.session.agreed(res, l.ua.timing.minSession)
	l.step(life.Success)
	if l.state == life.Up && len(c.target.SDP) == 0 && l.bargain.local == nil {
		l.hangup("no media that both have")
	}
}

// establish completes the dialog that our INVITE began (RFC 3261, 12.1.2).
func establish(d *Dialog, res *sip.Response, tag string) {
	d.RemoteTag, d.Branch = tag, ""
	d.RouteSet = routes(res, true)
	contact := res.Contact()
	if contact == nil || contact.Address.Host == "" || contact.Address.Wildcard {
		d.Destination = res.Source()
		return
	}
	d.RemoteTarget = contact.Address.String()
	if d.Transport == "UDP" {
		d.Destination = behindNAT(&contact.Address, res.Source())
	}
}

// sendAck sends the ACK for the 2xx, the same one each time.
func (l *Leg) sendAck() {
	c := l.calling
	if c.ack == nil {
		ack, err := l.ua.newRequest(&l.dialog, sip.ACK, l.inviteSeq)
		if err != nil {
			l.ua.log.Warn("ACK cannot be built", "call", l.callID, "err", err)
			return
		}
		body(ack, l.late())
		c.login.sign(ack)
		c.ack = ack
	}
	l.ua.write(c.ack)
}

// late is our answer to the offer of the 2xx, where the INVITE had none and no
// PRACK took it.
func (l *Leg) late() []byte {
	c := l.calling
	theirs := bodyOf(c.heard)
	if len(c.target.SDP) > 0 || c.agreed || theirs == nil {
		return nil
	}
	l.bargain.local = c.target.answer(theirs)
	return l.bargain.local
}

// sendCancel takes the INVITE back. It repeats its branch, which is what the
// peer knows it by (9.1).
func (l *Leg) sendCancel() {
	req := l.ua.cancelOf(l.request, l.words.reason)
	l.ua.background("CANCEL", l.callID, func() error {
		_, err := l.ua.transact(context.Background(), req)
		return err
	})
}

func (ua *UA) cancelOf(invite *sip.Request, reason string) *sip.Request {
	req := sip.NewRequest(sip.CANCEL, invite.Recipient)
	req.AppendHeader(invite.Via().Clone())
	sip.CopyHeaders("Route", invite, req)
	ua.address(req, sip.HeaderClone(invite.From()).(*sip.FromHeader), sip.HeaderClone(invite.To()).(*sip.ToHeader), invite.CallID().Value(), invite.CSeq().SeqNo)
	addReason(req, reason)
	req.SetTransport(invite.Transport())
	req.SetDestination(invite.Destination())
	req.SetBody(nil)
	return req
}

// addReason tells the peer why it ends (RFC 3326).
func addReason(req *sip.Request, reason string) {
	if reason != "" {
		req.AppendHeader(sip.NewHeader("Reason", `SIP;text="`+wire.Display(reason)+`"`))
	}
}

// sendBye ends the dialog. A trunk that wants to know who hangs up is told.
func (l *Leg) sendBye() {
	reason := l.words.reason
	l.send(errand{method: sip.BYE, dialog: &l.dialog, dress: func(req *sip.Request) { addReason(req, reason) }})
}

// retry tells whether a refusal asks for something that we have, and prepares
// the next INVITE.
func (c *calling) retry(l *Leg, res *sip.Response) bool {
	if res.StatusCode != 422 {
		return c.login.challenged(res, sip.INVITE, c.uri.String())
	}
	least := seconds(res, "Min-SE")
	if least <= c.interval {
		return false
	}
	c.interval, l.session.least = least, least
	return true
}

// seconds reads a header that begins with a number of seconds, or returns 0.
func seconds(m interface{ GetHeader(string) sip.Header }, name string) int {
	h := m.GetHeader(name)
	if h == nil {
		return 0
	}
	return leadingNumber(h.Value())
}

// leadingNumber is the number that a text begins with, or 0.
func leadingNumber(text string) int {
	text = strings.TrimSpace(text)
	if end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		text = text[:end]
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}
