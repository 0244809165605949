package sipua

import (
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/guard"
)

// wish is a contact that a phone wants for so many seconds; 0 takes it away,
// and everything away if it names none.
type wish struct {
	uri     string
	seconds int
}

// wishes reads what a REGISTER wants (RFC 3261, 10.3).
func wishes(m *guard.Message, user string) ([]wish, refusal) {
	msg, err := sip.ParseMessage(m.Raw)
	req, ok := msg.(*sip.Request)
	if err != nil || !ok || req.To() == nil {
		return nil, refusal{Code: 400, Reason: "Malformed Header Line"}
	}
	if req.To().Address.User != user {
		return nil, refusal{Code: 403, Reason: "Forbidden"} // somebody else's address
	}
	general, ok := expiresOf(req)
	if !ok {
		return nil, refusal{Code: 400, Reason: "Malformed Expires"}
	}
	var all []wish
	contacts := req.GetHeaders("Contact")
	for _, h := range contacts {
		c, ok := h.(*sip.ContactHeader)
		if !ok {
			return nil, refusal{Code: 400, Reason: "Malformed Contact"}
		}
		if c.Address.Wildcard {
			if len(contacts) != 1 || general != 0 {
				return nil, refusal{Code: 400, Reason: "Contact * Needs Expires 0 And No Other"}
			}
			return []wish{{}}, refusal{}
		}
		w, bad := wishOf(c, general, m)
		if bad.Code != 0 {
			return nil, bad
		}
		all = append(all, w)
	}
	return all, refusal{}
}

// expiresOf reads the Expires line, which speaks for all contacts that don't
// speak for themselves.
func expiresOf(req *sip.Request) (seconds int, ok bool) {
	h := req.GetHeader("Expires")
	if h == nil {
		return usedExpires, true
	}
	n, err := strconv.ParseUint(strings.TrimSpace(h.Value()), 10, 32)
	return int(n), err == nil
}

func wishOf(c *sip.ContactHeader, general int, m *guard.Message) (wish, refusal) {
	u := *c.Address.Clone()
	if u.Scheme != "sip" && (u.Scheme != "sips" || !m.Secure) || u.Host == "" || u.Headers.Length() > 0 {
		return wish{}, refusal{Code: 400, Reason: "Malformed Contact"}
	}
	carry(&u, m)
	w := wish{uri: u.String(), seconds: general}
	for _, p := range c.Params {
		if strings.EqualFold(strings.TrimSpace(p.K), "expires") {
			n, err := strconv.ParseUint(strings.TrimSpace(p.V), 10, 32)
			if err != nil {
				return wish{}, refusal{Code: 400, Reason: "Malformed Expires"}
			}
			w.seconds = int(n)
		}
	}
	if w.seconds > 0 && w.seconds < minExpires {
		return wish{}, refusal{Code: 423, Reason: "Interval Too Brief", Header: "Min-Expires: " + strconv.Itoa(minExpires)}
	}
	w.seconds = min(w.seconds, maxExpires)
	return w, refusal{}
}

// carry has a contact reached by the connection that it was registered over.
func carry(u *sip.Uri, m *guard.Message) {
	transport := "tcp"
	if m.Secure {
		transport = "tls"
	}
	if m.Stream && !strings.EqualFold(transportOf(u), transport) {
		u.UriParams.Remove("transport")
		u.UriParams.Add("transport", transport)
	}
}

// move is one thing to tell about a phone.
type move struct {
	user string
	Contact
}

// change carries out the wishes, all or none. It fails if a request that is
// newer has been carried out already.
func (r *registrar) change(user string, want []wish, m *guard.Message, now time.Time) ([]move, bool) {
	callID, seq := string(m.Head.CallID), m.Head.CSeq
	for _, b := range r.phones[user] {
		if b.callID == callID && b.seq >= seq {
			return nil, false
		}
	}
	var gone, come []binding
	for _, w := range want {
		switch {
		case w.uri == "":
			gone = append(gone, r.phones[user]...)
		case w.seconds == 0:
			if b, ok := r.has(user, w.uri); ok {
				gone = append(gone, b)
			}
		default:
			come = append(come, binding{
				uri: w.uri, source: m.Far, hop: m.Source, stream: m.Stream, callID: callID, seq: seq,
				expires: now.Add(time.Duration(w.seconds) * time.Second),
			})
		}
	}
	for _, b := range gone {
		r.remove(user, b.uri)
	}
	for _, b := range come {
		r.remove(user, b.uri)
		for len(r.phones[user]) >= mostEach {
			oldest := r.phones[user][0]
			gone = append(gone, oldest)
			r.remove(user, oldest.uri)
		}
		r.phones[user] = append(r.phones[user], b)
		r.sources[b.source]++
	}
	return r.news(user, gone, come), true
}

// news is what to tell of contacts that went and came. If one went and another
// stays, the one that stays is told again: who keeps one place of a phone keeps
// the right one.
func (r *registrar) news(user string, gone, come []binding) []move {
	var out []move
	for _, b := range gone {
		out = append(out, move{user, Contact{URI: b.uri, Source: b.hop.String()}})
	}
	if bs := r.phones[user]; len(gone) > 0 && len(come) == 0 && len(bs) > 0 {
		come = bs[len(bs)-1:]
	}
	for _, b := range come {
		out = append(out, move{user, Contact{URI: b.uri, Source: b.hop.String(), Expires: b.expires}})
	}
	return out
}

func (r *registrar) has(user, uri string) (binding, bool) {
	for _, b := range r.phones[user] {
		if b.uri == uri {
			return b, true
		}
	}
	return binding{}, false
}

func (r *registrar) remove(user, uri string) {
	bs := r.phones[user]
	for i, b := range bs {
		if b.uri == uri {
			dec(r.sources, b.source)
			r.phones[user] = append(bs[:i:i], bs[i+1:]...)
			break
		}
	}
	if len(r.phones[user]) == 0 {
		delete(r.phones, user)
	}
}
