package sipua

import (
	"net/netip"
	"strconv"
	"time"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/ban"
	"switchboard/telephony/sipua/guard"
	"switchboard/telephony/sipua/wire"
)

// judge judges a message before the SIP stack sees it. It answers whatever can
// be answered without keeping anything; what passes belongs to a leg, or begins
// one.
func (ua *UA) judge(m *guard.Message) (pass bool) {
	defer ua.recovered("admission", string(m.Head.CallID))
	if !m.Head.Request() {
		return ua.admitResponse(m)
	}
	if l := ua.book.find(m.Head.ToTag, m.Head.CallID); l != nil {
		return ua.admitInDialog(m, l)
	}
	m.Far = ua.far(m.Source, m.Head.Far)
	src := m.Far.Addr()
	trunk, isTrunk := ua.peers.Trunk(src)
	isPhone := ua.peers.PhoneAllowed(src)
	registered := isPhone && ua.registrar.at(m.Far)
	if m.Head.Method == "OPTIONS" && ua.proxied(m.Source.Addr()) && len(m.Head.Far) == 0 {
		ua.probed(m)
		return false
	}
	if !registered && !ua.bearable(m, trunk) {
		return false
	}
	if !isTrunk && !isPhone {
		ua.counts.strangers.Add(1)
		ua.offend(src, ban.Stranger)
		return false
	}
	bucket := ua.phonePackets
	if isTrunk {
		bucket = ua.trunkPackets
	}
	if !bucket.Take(src, time.Now()) {
		ua.counts.throttled.Add(1)
		ua.offend(src, ban.Rate)
		return false
	}
	if m.Head.Method == "REGISTER" && isPhone {
		if !ua.turnedAway(m) {
			ua.registrar.serve(m)
		}
		return false
	}
	if m.Head.Method == "INVITE" || m.Head.Method == "ACK" || m.Head.Method == "CANCEL" {
		if _, calls := ua.desk(m.Source); calls {
			return ua.admitTrunk(m)
		}
	}
	if registered || !isTrunk {
		return ua.admitPhone(m, registered)
	}
	return ua.admitTrunk(m)
}

// admitResponse lets in what answers a request of ours. From peers we know, a
// 2xx to an INVITE that nobody remembers comes in too: it was sent by a process
// before us, and somebody must hang up.
func (ua *UA) admitResponse(m *guard.Message) bool {
	h := m.Head
	ours := ua.served(m)
	if ours && ua.book.known(h.FromTag) {
		return true
	}
	if ours && h.Status >= 200 && h.Status < 300 && string(h.CSeqMethod) == "INVITE" && len(h.ToTag) > 0 && ua.welcome(m.Source.Addr()) {
		return true
	}
	ua.counts.strangers.Add(1)
	return false
}

// answer replies to m without keeping anything; the tag is the same for each
// retransmission.
func (ua *UA) answer(m *guard.Message, code int, reason string, headers ...string) {
	m.Reply(wire.Answer{Code: code, Reason: reason, Tag: ua.tagFor(m.Head), Headers: headers})
}

// fault answers a request for what is wrong with it.
func (ua *UA) fault(m *guard.Message) bool {
	f := m.Head.Fault()
	if f.Code == 0 {
		return false
	}
	ua.counts.malformed.Add(1)
	ua.offend(ua.far(m.Source, m.Head.Far).Addr(), ban.Malformed)
	if f.Header != "" {
		ua.answer(m, f.Code, f.Reason, f.Header)
	} else {
		ua.answer(m, f.Code, f.Reason)
	}
	return true
}

// admitInDialog judges what comes within a dialog of ours. Its tags can't be
// guessed, so where it comes from does not matter: a phone's address may have
// changed.
func (ua *UA) admitInDialog(m *guard.Message, l *Leg) bool {
	h := m.Head
	if ua.fault(m) {
		return false
	}
	if !l.knows(string(h.FromTag)) { // another telephone that rang for the same INVITE
		ua.answer(m, 481, "Call Does Not Exist")
		return false
	}
	switch h.Method {
	case "ACK":
		return l.admitAck(h, m.Raw[h.BodyAt:])
	case "INVITE", "UPDATE":
		if h.SessionExpires > 0 && h.Timer && h.SessionExpires < ua.minSession() {
			ua.tooBrief(m)
			return false
		}
		return true
	case "BYE", "INFO", "PRACK", "REFER", "NOTIFY":
		return true
	case "OPTIONS":
		ua.answer(m, 200, "OK", capabilities...)
	case "CANCEL": // of a re-INVITE
		ua.answer(m, 200, "OK")
		branch := string(h.Branch)
		l.post(func() { l.retracted(branch) })
	default:
		ua.answer(m, 405, "Method Not Allowed", "Allow: "+wire.Allow)
	}
	return false
}

// desk returns whose telephone at src may call us. The address of a proxy is
// that of everybody behind it, and so nobody's.
func (ua *UA) desk(src netip.AddrPort) (string, bool) {
	d, is := ua.peers.(Desks)
	if !is || ua.proxied(src.Addr()) {
		return "", false
	}
	return d.Desk(src)
}

// capabilities is what an OPTIONS asks for.
var capabilities = []string{"Allow: " + wire.Allow, "Accept: application/sdp, application/dtmf-relay, application/dtmf", "Supported: " + wire.Options}

// admitPhone judges what a phone sends outside a dialog. It can't dial out by
// itself, and only once it has registered is it told so.
func (ua *UA) admitPhone(m *guard.Message, registered bool) bool {
	switch {
	case m.Head.Method == "BYE" && ua.book.grave(m.Head.ToTag, m.Head.CallID) != nil:
		ua.answer(m, 200, "OK")
	case !registered:
		ua.counts.strangers.Add(1)
	case m.Head.Method == "ACK":
		return ua.admitLate(m)
	case ua.fault(m):
	case m.Head.Method == "INVITE":
		ua.offend(m.Far.Addr(), ban.Method)
		ua.answer(m, 403, "A Telephone Does Not Dial Out By Itself")
	case m.Head.Method == "OPTIONS":
		ua.answer(m, 200, "OK", capabilities...)
	default:
		ua.answer(m, 481, "Call Does Not Exist")
	}
	return false
}

// admitTrunk judges what a trunk sends outside the dialogs we know.
func (ua *UA) admitTrunk(m *guard.Message) bool {
	h := m.Head
	if ua.fault(m) {
		return false
	}
	if len(h.ToTag) > 0 {
		return ua.admitLate(m)
	}
	switch h.Method {
	case "INVITE":
		return ua.admitInvite(m)
	case "CANCEL":
		ua.cancel(m)
	case "OPTIONS":
		ua.probed(m)
	case "ACK":
	case "REFER":
		ua.answer(m, 403, "No REFER Outside A Call")
	case "BYE", "INFO", "UPDATE", "PRACK", "NOTIFY":
		ua.answer(m, 481, "Call Does Not Exist")
	default:
		ua.answer(m, 405, "Method Not Allowed", "Allow: "+wire.Allow)
	}
	return false
}

// admitLate judges what belongs to a dialog that is over, or never was ours.
func (ua *UA) admitLate(m *guard.Message) bool {
	h := m.Head
	g := ua.book.grave(h.ToTag, h.CallID)
	switch {
	case h.Method == "ACK": // the stack waits for that of a refusal
		return g != nil && g.branch != "" && g.branch == string(h.Branch)
	case h.Method == "BYE" && g != nil:
		ua.answer(m, 200, "OK")
	default:
		ua.answer(m, 481, "Call Does Not Exist")
	}
	return false
}

// admitInvite judges an INVITE that may begin a leg.
func (ua *UA) admitInvite(m *guard.Message) bool {
	h := m.Head
	l, g := ua.book.invited(h)
	switch {
	case l != nil && l.branch == string(h.Branch): // retransmission: the stack repeats its answer
		return true
	case l != nil:
		ua.answer(m, 482, "Merged Request")
	case g != nil && g.seq >= h.CSeq:
		return g.branch != "" && g.branch == string(h.Branch)
	case ua.book.find(h.FromTag, h.CallID) != nil: // an INVITE of our own
		ua.answer(m, 482, "Loop Detected")
	case h.MaxForwards == 0:
		ua.answer(m, 483, "Too Many Hops")
	case h.SessionExpires > 0 && h.Timer && h.SessionExpires < ua.minSession():
		ua.tooBrief(m)
	case ua.turnedAway(m):
	case !ua.proven(m):
	case !ua.roomFor(m.Far.Addr()):
		ua.counts.overload.Add(1)
		ua.answer(m, 503, "Overloaded", "Retry-After: "+strconv.Itoa(retryAfter))
	case !parses(m.Raw):
		ua.counts.malformed.Add(1)
		ua.answer(m, 400, "Malformed Header Line")
	case h.Replaces != nil:
		return ua.admitReplaces(m)
	default:
		return true
	}
	return false
}

// retryAfter is when a refused caller may try again, in seconds: by then a
// burst is over.
const retryAfter = 2

// roomFor tells whether one more call of src can be taken.
func (ua *UA) roomFor(src netip.Addr) bool {
	now := time.Now()
	return !ua.closing.Load() && ua.book.room(src) && ua.callsEach.Take(src, now) && ua.calls.Take(netip.Addr{}, now)
}

// parses tells whether the stack will understand an INVITE, which it drops
// without a word if not.
func parses(raw []byte) bool {
	msg, err := sip.ParseMessage(raw)
	if err != nil {
		return false
	}
	r, ok := msg.(*sip.Request)
	if !ok || r.From() == nil || r.To() == nil || r.Contact() == nil || r.Contact().Address.Host == "" {
		return false
	}
	tag, _ := r.From().Params.Get("tag")
	return tag != "" && r.CallID() != nil && r.Via() != nil
}

// tooBrief refuses a session timer that would have us refresh all the time.
func (ua *UA) tooBrief(m *guard.Message) {
	ua.answer(m, 422, "Session Interval Too Small", "Min-SE: "+strconv.Itoa(ua.minSession()))
}

func (ua *UA) minSession() int { return int(ua.timing.minSession / time.Second) }

// cancel takes a CANCEL to its leg. The stack must not see it: it would send
// the 487 itself and, if our 200 crosses it, repeat the wrong one of the two.
func (ua *UA) cancel(m *guard.Message) {
	l, g := ua.book.invited(m.Head)
	switch {
	case l != nil && l.branch == string(m.Head.Branch):
		m.Reply(wire.Answer{Code: 200, Reason: "OK", Tag: l.id})
		l.post(l.cancelled)
	case g != nil && g.seq == m.Head.CSeq:
		m.Reply(wire.Answer{Code: 200, Reason: "OK", Tag: g.tag})
	default:
		ua.answer(m, 481, "Call Does Not Exist")
	}
}
