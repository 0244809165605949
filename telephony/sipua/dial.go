package sipua

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/life"
)

// Target is whom to call, and how.
type Target struct {
	URI         string // "sip:a001@127.0.0.3:6000", with ;transport=tcp for TCP, tls for TLS, or sips:
	Destination string // host:port that the packets go to, if not the URI's: a phone behind a NAT, a proxy
	FromUser    string // the caller as the called side shall see them
	FromDisplay string
	SDP         []byte                    // our offer; nil: the offer is theirs
	Accept      func(offer []byte) []byte // answers it, or returns nil; must not block
	Name        string                    // that the far end of TLS has to prove; empty: the URI's host
	Username    string                    // answers a 401 or 407
	Password    string
	MaxForwards int                   // zero: 70; of a call that is passed on, one less than it came with
	Replaces    string                // "call-id;to-tag=..;from-tag=..": the call that this one is to take the place of
	ReferredBy  string                // URI of who asked for the call
	Follow      func(uri string) bool // may a 3xx send the call there? nil: nowhere
	Listen      func(Event)
	Timeout     time.Duration // until a 2xx; zero: 60 s
	Silence     time.Duration // until anything comes back; zero: 32 s, RFC 3261's timer B
	Withdraw    bool          // after Silence what comes late is still taken back: somebody else is asked meanwhile
	Identity    Identity      // what a carrier is told about the caller
	Unreliable  bool          // 100rel is not offered: the peer says that it can do it, and can't
}

const ringFor = time.Minute

// calling is what a leg knows that we call.
type calling struct {
	target   Target
	uri      sip.Uri
	tries    int
	until    time.Time         // Timeout
	silent   time.Time         // Silence
	heard    *sip.Response     // the last response
	phones   map[string]*phone // who rings, by tag
	current  *phone            // whose reliable response came last
	early    []byte            // the description that the answering one gave before
	agreed   bool              // it is part of a whole bargain
	ack      *sip.Request      // for the 2xx, to be repeated with it
	login    login
	moved    redirection
	stop     context.CancelFunc
	ctx      context.Context
	sent     bool // an INVITE is out
	dropped  bool // it is repeated no more: nobody waits for its answer
	final    bool // it has its final response, or can't have one
	interval int  // session interval that we ask for, in seconds
}

// Dial calls t. The error says that t makes no sense; everything else is told to
// t.Listen.
func (ua *UA) Dial(t Target) (*Leg, error) {
	c, err := ua.newCalling(t)
	if err != nil {
		return nil, err
	}
	l := ua.newLeg(sip.GenerateTagN(24) + "@" + ua.host)
	l.state, l.listen, l.calling, l.bargain.local = life.Calling, t.Listen, c, t.SDP
	l.seen = map[string]uint32{}
	from := t.from(ua.host)
	l.dialog = Dialog{
		CallID: l.callID, LocalURI: from.String(), LocalTag: l.id, RemoteURI: aor(c.uri), RemoteTarget: c.uri.String(),
		Transport: transportOf(&c.uri), Destination: c.target.Destination, Name: cmp.Or(t.Name, c.uri.Host),
		InviteSeq: 1, Branch: sip.GenerateBranchN(16), // for whoever has to take it back in our place
	}
	ua.book.enter(l)
	ua.counts.dialled.Add(1)
	ua.start(l, func() { l.reach() })
	return l, nil
}

func (ua *UA) newCalling(t Target) (*calling, error) {
	clock := ua.timing
	c := &calling{target: t, interval: int(clock.session / time.Second)}
	if strings.ContainsFunc(t.URI, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '<' || r == '>' || r == '"' }) {
		return nil, fmt.Errorf("dial %q: not a URI", t.URI)
	}
	if err := errors.Join(sip.ParseUri(t.URI, &c.uri), ua.callable(&c.uri)); err != nil {
		return nil, fmt.Errorf("dial %q: %w", t.URI, err)
	}
	c.uri.Headers = nil // a URI must not write our header lines
	if len(t.SDP) == 0 && t.Accept == nil {
		return nil, fmt.Errorf("dial %q: with neither an offer nor a way to answer one", t.URI)
	}
	c.login, c.moved.tried = t.login(), []string{c.uri.String()}
	if c.target.Destination == "" {
		c.target.Destination = ua.outbound
	}
	if c.target.Timeout <= 0 {
		c.target.Timeout = ringFor
	}
	if c.target.Silence <= 0 {
		c.target.Silence = clock.give()
	}
	c.ctx, c.stop = context.WithCancel(context.Background())
	return c, nil
}

// callable tells why a URI can't be called.
func (ua *UA) callable(u *sip.Uri) error {
	if u.Scheme != "sip" && u.Scheme != "sips" || u.Host == "" || u.Wildcard {
		return fmt.Errorf("not a sip URI (%w)", errors.ErrUnsupported)
	}
	if tp := transportOf(u); ua.ports[tp] == 0 {
		return fmt.Errorf("transport %s is not served", tp)
	}
	return nil
}

func (t *Target) login() login { return login{username: t.Username, password: t.Password} }

// answer is the owner's answer to an offer of the called side.
func (t *Target) answer(offer []byte) []byte {
	if t.Accept == nil {
		return nil
	}
	return t.Accept(offer)
}

// aor is a URI without what belongs to the way there.
func aor(u sip.Uri) string {
	u.UriParams, u.Headers = nil, nil
	return u.String()
}

// reach finds the way to the target: at once for an address over UDP, else on a
// goroutine of its own, because names and connections take time.
func (l *Leg) reach() {
	l.calling.until = time.Now().Add(l.calling.target.Timeout)
	l.find()
}

// find is reach for each target that a call is sent to.
func (l *Leg) find() {
	now := time.Now()
	l.calling.silent = now.Add(l.calling.target.Silence)
	l.calling.clocks(l, now)
	_, next, err := l.dialog.route(&l.calling.uri)
	if err != nil {
		l.reached(netip.AddrPort{}, err)
		return
	}
	if peer, err := netip.ParseAddrPort(next); err == nil && l.dialog.Transport == "UDP" {
		l.reached(peer, nil)
		return
	}
	way := way{l.dialog.Transport, l.dialog.Name}
	l.ua.crew.Go(func() {
		peer, err := l.ua.findAs(l.calling.ctx, next, way)
		l.post(func() { l.reached(peer, err) })
	})
}

// way is how a peer is reached, and who it has to be.
type way struct{ transport, name string }

// find is findAs for a peer that has to be who its host says.
func (ua *UA) find(ctx context.Context, next, transport string) (netip.AddrPort, error) {
	host, _, _ := net.SplitHostPort(next)
	return ua.findAs(ctx, next, way{transport, host})
}

// findAs resolves host:port and, for TCP and TLS, connects to it.
func (ua *UA) findAs(ctx context.Context, next string, w way) (netip.AddrPort, error) {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	host, port, err := net.SplitHostPort(next)
	if err != nil {
		return netip.AddrPort{}, err
	}
	number, err := net.DefaultResolver.LookupPort(ctx, "udp", port)
	if err != nil {
		return netip.AddrPort{}, err
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	peer := netip.AddrPortFrom(addrs[0].Unmap(), uint16(number))
	for _, a := range addrs {
		if a.Unmap().Is4() == ua.addr.Addr().Is4() {
			peer = netip.AddrPortFrom(a.Unmap(), uint16(number))
			break
		}
	}
	if w.transport == "TLS" {
		ua.names.note(peer, w.name)
	}
	if streamed(w.transport) {
		return peer, ua.join(ctx, w.transport, peer)
	}
	return peer, nil
}

// reached sends the INVITE now that the way is known.
func (l *Leg) reached(peer netip.AddrPort, err error) {
	if err != nil {
		l.words.failed = Failed{Code: 503, Reason: printable(err.Error())}
		l.step(life.Broken)
		return
	}
	l.ua.book.onto(l, peer)
	l.mu.Lock()
	l.dialog.Destination = peer.String()
	l.mu.Unlock()
	if l.state == life.Withdrawn { // nothing was sent, so nothing will come
		l.step(life.Broken)
		return
	}
	l.sendInvite()
}

// clocks sets the alarms of a leg that has no answer yet.
func (c *calling) clocks(l *Leg, now time.Time) {
	switch l.state {
	case life.Calling:
		l.alarms.at(alarmSilent, c.silent)
		l.alarms.at(alarmUnanswered, c.until)
	case life.Ringing:
		l.alarms.at(alarmUnanswered, c.until)
	case life.Withdrawn:
		l.alarms.at(alarmSilent, now.Add(l.ua.timing.give()))
	}
}

// answer is the SDP that answers our offer: that of the 2xx, or the one that
// the same telephone sent ahead of it.
func (c *calling) answer() []byte {
	if b := bodyOf(c.heard); b != nil {
		return b
	}
	return c.early
}
