package sipua

import (
	"net/netip"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/life"
)

// onMessage sees every message that was admitted, in the order it came in on
// its connection. The stack starts a goroutine for each and loses the order.
func (ua *UA) onMessage(msg sip.Message) {
	callID := msg.CallID()
	if callID == nil || msg.CSeq() == nil || msg.From() == nil || msg.To() == nil {
		return
	}
	defer ua.recovered("message", callID.Value())
	switch m := msg.(type) {
	case *sip.Request:
		ua.onRequest(m)
	case *sip.Response:
		ua.onResponse(m)
	}
}

func (ua *UA) onRequest(req *sip.Request) {
	tag := tagOf(req.To().Params)
	if len(tag) == 0 {
		if req.IsInvite() && len(tagOf(req.From().Params)) > 0 && req.Contact() != nil && req.Via() != nil {
			ua.born(req)
		}
		return
	}
	if l := ua.book.find(tag, []byte(req.CallID().Value())); l != nil {
		l.incoming(req)
	}
}

func (ua *UA) onResponse(res *sip.Response) {
	if l := ua.book.find(tagOf(res.From().Params), []byte(res.CallID().Value())); l != nil {
		if tag := tagOf(res.To().Params); len(tag) > 0 && res.StatusCode < 300 && res.CSeq().MethodName == sip.INVITE {
			l.learn(string(tag))
		}
		l.post(func() { l.heard(res) })
		return
	}
	if res.IsSuccess() && res.CSeq().MethodName == sip.INVITE {
		ua.ghost(res)
	}
}

// incoming takes a request within the dialog. What has no higher CSeq than the
// one before is a retransmission, which the stack answers, or out of order.
func (l *Leg) incoming(req *sip.Request) {
	if req.IsAck() || req.IsCancel() {
		return
	}
	seq, tag := req.CSeq().SeqNo, string(tagOf(req.From().Params))
	s := newServed(req, l, func() {})
	l.mu.Lock()
	fresh := seq > l.seen[tag]
	if fresh {
		l.seen[tag] = seq
		l.dialog.RemoteSeq = seq
		l.dialog.follow(req)
		if req.IsInvite() {
			branch, _ := req.Via().Params.Get("branch")
			l.last = invitation{branch: branch, seq: seq}
		}
	}
	l.mu.Unlock()
	if fresh {
		l.ua.serving.Store(transactionOf(req), s)
		l.post(func() { l.requested(s) })
	}
}

// requested is a request of the peer within the dialog.
func (l *Leg) requested(s *served) {
	l.open = append(l.open, s)
	switch s.req.Method {
	case sip.BYE:
		l.words.ended = Ended{ByPeer: true, Code: 200, Reason: reasonOf(s.req)}
		l.words.reason = "cancelled by the caller"
		switch {
		case l.step(life.Bye):
		case l.state == life.Over: // both hang up at once
			l.acceptBye()
		default:
			l.refuse(s, 481, "Call Does Not Exist")
		}
	case sip.INFO:
		l.info(s)
	case sip.INVITE, sip.UPDATE:
		l.renegotiated(s)
	case sip.PRACK:
		l.pracked(s)
	case sip.REFER:
		l.referred(s)
	case sip.NOTIFY:
		l.notified(s)
	default:
		l.refuse(s, 405, "Method Not Allowed", allow)
	}
}

// heard is a response to a request of ours.
func (l *Leg) heard(res *sip.Response) {
	seq := res.CSeq()
	switch {
	case l.calling != nil && l.calling.dropped && seq.MethodName == sip.INVITE && res.StatusCode >= 300:
		l.refusedLate(res)
	case seq.MethodName != sip.INVITE || res.StatusCode >= 300: // its transaction reports it
	case l.calling != nil && seq.SeqNo == l.inviteSeq && (l.state.Unsettled() || res.IsSuccess()):
		l.calledBack(res)
	default:
		l.bargainHeard(res)
	}
}

// follow notes where the packets of a peer come from now, if that is where we
// send ours: a NAT may have given it another port.
func (d *Dialog) follow(req *sip.Request) {
	if d.Destination == "" || d.Transport != "UDP" || len(d.RouteSet) > 0 || d.RemoteTag == "" {
		return
	}
	if _, err := netip.ParseAddrPort(req.Source()); err == nil {
		d.Destination = req.Source()
	}
}

// reasonOf is why the peer says it hangs up (RFC 3326).
func reasonOf(req *sip.Request) string {
	if h := req.GetHeader("Reason"); h != nil {
		return printable(h.Value())
	}
	return ""
}
