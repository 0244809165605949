package sipua

import (
	"net/netip"
	"strconv"
	"time"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/life"
	"switchboard/telephony/sipua/wire"
)

// born makes a leg of an INVITE that was admitted.
func (ua *UA) born(req *sip.Request) {
	source, err := netip.ParseAddrPort(req.Source())
	if err != nil {
		return
	}
	trunk, _ := ua.peers.Trunk(ua.sender(req, source).Addr())
	from, fromTag := req.From(), string(tagOf(req.From().Params))
	l := ua.newLeg(req.CallID().Value())
	l.inbound, l.invite, l.inviteSeq, l.source = true, inviteID{l.callID, fromTag}, req.CSeq().SeqNo, source
	l.branch, _ = req.Via().Params.Get("branch")
	l.request, l.seen = req, map[string]uint32{fromTag: l.inviteSeq}
	l.pledge.asks(req)
	l.last = invitation{branch: l.branch, seq: l.inviteSeq}
	l.dialog = ua.dialogOf(l, req)
	l.serving = newServed(req, l, func() { l.post(func() { l.step(life.Broken) }) })
	l.open = []*served{l.serving}
	if !ua.book.enter(l) {
		return
	}
	ua.counts.invites.Add(1)
	ua.serving.Store(transactionOf(req), l.serving)
	l.session.ask(req)
	in := Invite{
		Trunk: trunk, To: userOf(&req.Recipient), From: userOf(&from.Address), FromDisplay: wire.Unquote(from.DisplayName),
		CallID: l.callID, SDP: bodyOf(req), Source: source, MaxForwards: hops, Replaces: ua.replaced(req),
		Called: userOf(&req.To().Address), Claims: claims(req),
	}
	in.Desk, _ = ua.desk(source)
	if h := req.MaxForwards(); h != nil {
		in.MaxForwards = int(h.Val())
	}
	ua.start(l, func() {
		l.until = time.Now().Add(ua.timing.wait)
		l.alarms.at(alarmUnanswered, l.until)
		ua.invited(l, in)
	})
}

// userOf is the part of an address that names the person: a tel URI is all
// that.
func userOf(u *sip.Uri) string {
	if raw := u.Raw(); raw != "" {
		return raw
	}
	return u.User
}

// bodyOf returns a message's body, or nil if it has none.
func bodyOf(m sip.Message) []byte {
	if len(m.Body()) == 0 {
		return nil
	}
	return m.Body()
}

// respond builds a response to a request of the peer.
func (l *Leg) respond(req *sip.Request, code int, reason string) *sip.Response {
	res := sip.NewResponse(code, wire.Phrase(reason))
	if code > 100 && code < 300 {
		sip.CopyHeaders("Record-Route", req, res)
	}
	for i, h := range req.GetHeaders("Via") {
		h = sip.HeaderClone(h)
		if via, ok := h.(*sip.ViaHeader); ok && i == 0 {
			l.ua.returnTo(via, req, res)
		}
		res.AppendHeader(h)
	}
	to := sip.HeaderClone(req.To()).(*sip.ToHeader)
	to.Params.Add("tag", l.id)
	res.AppendHeader(sip.HeaderClone(req.From()))
	res.AppendHeader(to)
	res.AppendHeader(sip.HeaderClone(req.CallID()))
	res.AppendHeader(sip.HeaderClone(req.CSeq()))
	res.SetTransport(req.Transport())
	return res
}

// returnTo addresses a response by the request's top Via (RFC 3581; RFC 3261,
// 18.2.2).
func (ua *UA) returnTo(via *sip.ViaHeader, req *sip.Request, res *sip.Response) {
	source, err := netip.ParseAddrPort(req.Source())
	if err != nil {
		return
	}
	port := source.Port()
	if rport, asked := via.Params.Get("rport"); asked && rport == "" {
		via.Params.Add("rport", strconv.Itoa(int(port)))
		via.Params.Add("received", source.Addr().String())
	} else if !sip.IsReliable(req.Transport()) {
		port = 5060
		if via.Port > 0 && via.Port < 1<<16 {
			port = uint16(via.Port)
		}
	}
	res.SetDestination(netip.AddrPortFrom(source.Addr(), port).String())
}

// body gives a message its SDP, or none.
func body(m sip.Message, sdp []byte) {
	if len(sdp) > 0 {
		ct := sip.ContentTypeHeader("application/sdp")
		m.AppendHeader(&ct)
	}
	m.SetBody(sdp)
}

// sendAnswer sends the 2xx, the same one each time.
func (l *Leg) sendAnswer() {
	if l.final == nil {
		l.final = l.respond(l.request, 200, "OK")
		l.final.AppendHeader(l.contact(l.request.Transport()))
		l.final.AppendHeader(allow)
		for _, h := range l.session.accept(l.ua.timing.session) {
			l.final.AppendHeader(h)
		}
		if l.pledge.agreed {
			l.words.sdp = nil
		} else {
			l.bargain.local = l.words.sdp
		}
		body(l.final, l.words.sdp)
		l.mu.Lock()
		l.last.accepted = true
		l.mu.Unlock()
	}
	l.serving.put(l.final)
}

func (l *Leg) sendRefusal() { l.refuse(l.serving, l.words.code, l.words.reason) }

// refuse sends a final response of 300 or more. The stack repeats it until its
// ACK.
func (l *Leg) refuse(s *served, code int, reason string, headers ...sip.Header) {
	res := l.respond(s.req, code, reason)
	if code == 503 || code == 500 {
		res.AppendHeader(sip.NewHeader("Retry-After", strconv.Itoa(retryAfter)))
	}
	for _, h := range headers {
		res.AppendHeader(h)
	}
	res.SetBody(nil)
	if s == l.serving {
		l.final = res
	}
	l.finish(s, res)
}

// finish sends the final response to a request.
func (l *Leg) finish(s *served, res *sip.Response) {
	s.put(res)
	l.release(s)
}

// release lets go of a request that needs nothing more.
func (l *Leg) release(s *served) {
	s.close()
	for i, o := range l.open {
		if o == s {
			l.open = append(l.open[:i], l.open[i+1:]...)
			return
		}
	}
}

// cancelled is the peer's CANCEL, which has its 200.
func (l *Leg) cancelled() {
	l.words.reason = "cancelled by the caller"
	l.step(life.Cancel)
}

// admitAck takes an ACK for a 2xx of ours to the leg. It returns true for one
// that belongs to the stack: for a refusal, which has the INVITE's own branch.
func (l *Leg) admitAck(h *wire.Head, sdp []byte) (pass bool) {
	l.mu.Lock()
	last := l.last
	l.mu.Unlock()
	if h.CSeq != last.seq {
		return false
	}
	if !last.accepted {
		return string(h.Branch) == last.branch
	}
	answer := append([]byte(nil), sdp...)
	l.post(func() { l.acked(last.seq, answer) })
	return false
}

// acked is the peer's ACK for a 2xx of ours.
func (l *Leg) acked(seq uint32, sdp []byte) {
	if seq != l.inviteSeq || !l.inbound {
		l.bargainAcked(seq, sdp)
		return
	}
	if l.state == life.Answered || l.state == life.Leaving {
		l.release(l.serving)
		l.words.sdp = sdp
	}
	l.step(life.Ack)
}

// acceptBye answers the peer's BYE.
func (l *Leg) acceptBye() {
	for _, s := range l.open {
		if s.req.Method == sip.BYE {
			res := l.respond(s.req, 200, "OK")
			res.SetBody(nil)
			l.finish(s, res)
			return
		}
	}
}
