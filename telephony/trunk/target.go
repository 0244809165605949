package trunk

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/directory"
	"switchboard/telephony/sipua"
	"switchboard/telephony/trunk/pick"
)

// Bounds of a call's tries. Silence is counted from the INVITE on: the next
// trunk rings within 4 s of the first one's, so that nobody hangs up meanwhile.
const (
	mostTries  = 6
	mostPlaces = 2                       // of one trunk
	silence    = 2500 * time.Millisecond // three INVITEs; that a trunk may keep, over all its places
)

// place is an address of a trunk. The zero place is wherever its URI leads.
type place struct {
	addr      netip.AddrPort
	transport string // udp, tcp, tls; empty: the trunk's
}

// tries are the trunks for a request, best first, each at its best addresses.
func (d *Dialler) tries(r Request) []try {
	var list []try
	for _, t := range d.order(r) {
		places := d.board.places(t.Name, mostPlaces)
		if len(places) == 0 {
			places = []place{{}}
		}
		for _, p := range places {
			list = append(list, try{trunk: t, target: p, quiet: silence / time.Duration(len(places))})
		}
	}
	return list[:min(len(list), mostTries)]
}

// order is which trunks may carry the request, best first.
func (d *Dialler) order(r Request) []*directory.Trunk {
	book := d.cfg.Book()
	var all []pick.Candidate
	for _, t := range book.Trunks() {
		if t.Draining || t.Shop != uuid.Nil && t.Shop != r.Shop {
			continue
		}
		c := pick.Candidate{Name: t.Name, Own: t.Shop == r.Shop, Health: d.board.health(t), Priority: t.Priority, Full: d.board.full(t)}
		for _, rate := range t.Rates {
			c.Rates = append(c.Rates, pick.Rate(rate))
		}
		all = append(all, c)
	}
	var found []*directory.Trunk
	for _, name := range pick.Order(all, string(r.Number)) {
		found = append(found, book.Named(name))
	}
	return found
}

// target is how a try's trunk is called.
func (d *Dialler) target(r Request, t *try) (sipua.Target, error) {
	out, err := parseOutbound(t.trunk.Outbound)
	if err != nil {
		return sipua.Target{}, err
	}
	offer, err := r.Offer(t.trunk)
	if err != nil {
		return sipua.Target{}, fmt.Errorf("make an offer to trunk %s: %w", t.trunk.Name, err)
	}
	s := sipua.Target{
		URI: out.uri(t.trunk.Out.Write(string(r.Number)), t.transport()), SDP: offer, FromDisplay: r.Display, MaxForwards: r.MaxForwards,
		Silence: t.quiet, Withdraw: true, Unreliable: !t.trunk.Reliable, Follow: followTo(t.trunk, out, r.Number),
	}
	if t.target.addr.IsValid() {
		s.Destination = t.target.addr.String()
	}
	identify(&s, r, t.trunk, out.host)
	if t.trunk.Auth != "ip" {
		s.Username = t.trunk.Login.User
		if s.Password, err = d.password(t.trunk); err != nil {
			return sipua.Target{}, err
		}
	}
	return s, nil
}

// password is what a carrier knows us by.
func (d *Dialler) password(t *directory.Trunk) (string, error) {
	text, err := d.cfg.Box.Open(t.Login.Sealed, t.ID.String())
	if err != nil {
		return "", fmt.Errorf("log in to trunk %s: %w", t.Name, err)
	}
	return text, nil
}

func (t *try) transport() string {
	if t.target.transport != "" {
		return t.target.transport
	}
	return t.trunk.Transport
}

// identify says who calls, where the carrier looks for it.
func identify(s *sipua.Target, r Request, t *directory.Trunk, host string) {
	caller := t.Out.Write(string(r.Caller))
	s.FromUser = caller
	s.Identity = sipua.Identity{Host: t.Login.Domain, Private: r.Private}
	if t.Auth != "ip" && s.Identity.Host == "" {
		s.Identity.Host = host
	}
	switch {
	case t.CallerOut == "remote_party":
		s.Identity.RemoteParty = caller
	case t.CallerOut == "asserted", r.Private: // who is anonymous to the called side is not to the carrier
		s.Identity.Asserted = caller
	}
	if t.CallerOut != "from" && t.Auth != "ip" {
		s.FromUser = t.Login.User
	}
}

// outbound is the URI of a trunk, taken apart.
type outbound struct{ host, port string }

// parseOutbound reads "sip:host[:port][;params]"; the parameters are the
// trunk's own columns.
func parseOutbound(uri string) (outbound, error) {
	rest, ok := strings.CutPrefix(uri, "sip:")
	if !ok {
		return outbound{}, fmt.Errorf("read %q: not a sip URI", uri)
	}
	rest, _, _ = strings.Cut(rest, ";")
	if _, after, user := strings.Cut(rest, "@"); user {
		rest = after
	}
	host, port := rest, ""
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, ']') {
		host, port = rest[:i], rest[i+1:]
	}
	if host == "" {
		return outbound{}, fmt.Errorf("read %q: no host", uri)
	}
	return outbound{host, port}, nil
}

// uri is the number at this trunk.
func (o outbound) uri(number, transport string) string {
	s := "sip:" + strings.ReplaceAll(number, "#", "%23") + "@" + o.host
	if number == "" {
		s = "sip:" + o.host
	}
	if o.port != "" {
		s += ":" + o.port
	}
	if transport == "tcp" || transport == "tls" {
		s += ";transport=" + transport
	}
	return s
}

// follow tells where a 3xx may send a call: to another machine of the same
// carrier, and nowhere else, for it is we who pay.
func follow(t *directory.Trunk, own outbound) func(uri string) bool {
	return func(uri string) bool {
		to, err := parseOutbound(uri)
		if err != nil {
			return false
		}
		if to.host == own.host {
			return true
		}
		addr, err := netip.ParseAddr(strings.Trim(to.host, "[]"))
		if err != nil {
			return false
		}
		for _, p := range t.Sources {
			if p.Contains(addr.Unmap()) {
				return true
			}
		}
		return false
	}
}
