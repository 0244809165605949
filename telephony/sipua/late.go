package sipua

import (
	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/life"
)

// unheard is a peer that has sent nothing at all for as long as the leg's owner
// would wait. If somebody else is asked instead, the INVITE is repeated no more,
// but the leg stays: whatever comes late is taken back by CANCEL, or by ACK and
// BYE, so that no two telephones ring for one call.
func (l *Leg) unheard() {
	l.words.failed = Failed{Code: 408, Reason: "no response"}
	if l.state != life.Calling || !l.calling.target.Withdraw || !l.calling.sent {
		l.step(life.Broken)
		return
	}
	l.words.reason = "no response"
	l.calling.dropped = true
	l.calling.stop()
	l.step(life.Hangup)
}

// refusedLate is the refusal of an INVITE whose transaction is gone: its ACK is
// ours to send (RFC 3261, 17.1.1.3).
func (l *Leg) refusedLate(res *sip.Response) {
	ack := sip.NewRequest(sip.ACK, l.request.Recipient)
	ack.AppendHeader(l.request.Via().Clone())
	sip.CopyHeaders("Route", l.request, ack)
	l.ua.address(ack, sip.HeaderClone(l.request.From()).(*sip.FromHeader), sip.HeaderClone(res.To()).(*sip.ToHeader), l.callID, l.request.CSeq().SeqNo)
	ack.SetTransport(l.request.Transport())
	ack.SetDestination(l.request.Destination())
	ack.SetBody(nil)
	l.ua.write(ack)
	l.step(life.Failure)
}
