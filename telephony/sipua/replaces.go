package sipua

import (
	"net/url"
	"strings"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/guard"
	"switchboard/telephony/sipua/life"
	"switchboard/telephony/sipua/wire"
)

// referred is a REFER of the peer.
func (l *Leg) referred(s *served) {
	switch {
	case l.state != life.Up:
		l.refuse(s, 500, "Not Yet")
	case !l.mayYield():
		l.refuse(s, 403, "Forbidden")
	case len(s.req.GetHeaders("Refer-To"))+len(s.req.GetHeaders("r")) != 1:
		l.refuse(s, 400, "One Refer-To Is Needed")
	default:
		if _, ok := wished(s.req); !ok {
			l.refuse(s, 416, "Unsupported URI Scheme")
			return
		}
		l.referral.rival = s
		l.talk(life.Refer)
	}
}

// tellReferred tells the owner what the peer wants.
func (l *Leg) tellReferred() {
	r := &l.referral
	r.theirs = r.rival
	u, _ := wished(r.theirs.req)
	ev := Referred{User: userOf(&u), By: printable(lineOf(r.theirs.req, "Referred-By", "b"))}
	if value, ok := u.Headers.Get("Replaces"); ok {
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		ev.Leg = l.ua.legNamed(value)
		if ev.Leg == nil {
			ev.Replaces = printable(value)
		}
	}
	u.Headers = nil
	ev.To = u.String()
	if ev.Leg != nil && !ev.Leg.mayYield() {
		ev.Leg, ev.Replaces = nil, ""
		r.code, r.reason = 403, "Forbidden"
		l.talk(life.Deny)
		return
	}
	l.tell(ev)
}

// wished reads whom a REFER wants called. A sips or other URI is nothing that
// we could call.
func wished(req *sip.Request) (sip.Uri, bool) {
	var u sip.Uri
	if _, err := sip.ParseAddressValue(lineOf(req, "Refer-To", "r"), &u, nil); err != nil {
		return u, false
	}
	method, other := u.UriParams.Get("method")
	return u, (u.Scheme == "sip" && u.Host != "" || u.Scheme == "tel") && (!other || strings.EqualFold(method, "INVITE"))
}

// named reads a Replaces value (RFC 3891, 6.1).
func named(value string) (callID, to, from string, early bool) {
	parts := strings.Split(value, ";")
	callID = strings.TrimSpace(parts[0])
	for _, p := range parts[1:] {
		k, v, _ := strings.Cut(p, "=")
		switch strings.ToLower(strings.TrimSpace(k)) {
		case "to-tag":
			to = strings.TrimSpace(v)
		case "from-tag":
			from = strings.TrimSpace(v)
		case "early-only":
			early = true
		}
	}
	return callID, to, from, early
}

// legNamed returns the leg of ours that a Replaces value names, or nil.
func (ua *UA) legNamed(value string) *Leg {
	callID, to, from, _ := named(value)
	l := ua.book.find([]byte(to), []byte(callID))
	if l == nil || from == "" || l.snapshot().RemoteTag != from {
		return nil
	}
	return l
}

// admitReplaces judges an INVITE that wants to take the place of a call (RFC
// 3891, 3): only of one that its owner gives away.
func (ua *UA) admitReplaces(m *guard.Message) bool {
	value := string(m.Head.Replaces)
	callID, to, _, early := named(value)
	l := ua.legNamed(value)
	switch {
	case l == nil && ua.book.grave([]byte(to), []byte(callID)) != nil:
		ua.answer(m, 603, "Decline")
	case l == nil, !l.inbound && l.snapshot().RemoteTag == "":
		ua.answer(m, 481, "No Such Call To Replace")
	case !l.mayYield():
		ua.answer(m, 403, "Forbidden")
	case early:
		ua.answer(m, 486, "Busy Here")
	default:
		return true
	}
	return false
}

// replaced returns the leg whose place an INVITE that was admitted is to take.
func (ua *UA) replaced(req *sip.Request) *Leg {
	value := lineOf(req, "Replaces")
	if value == "" {
		return nil
	}
	return ua.legNamed(value)
}

// replaces is the line that has a new call take the place of another.
func replaces(value string) sip.Header { return sip.NewHeader("Replaces", wire.Phrase(value)) }
