package sipua

import (
	"crypto/sha256"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"switchboard/telephony/sipua/ban"
	"switchboard/telephony/sipua/digest"
	"switchboard/telephony/sipua/guard"
	"switchboard/telephony/sipua/wire"
)

// registrar knows where the phones are. It answers REGISTER without the stack
// and without keeping anything of a phone that has not shown its password.
type registrar struct {
	ua     *UA
	nonces *digest.Nonces
	locks  *digest.Locks

	mu      sync.Mutex
	phones  map[string][]binding   // by user
	sources map[netip.AddrPort]int // of bindings
	done    map[string]registered  // by nonce: the last answer, for a retransmission
}

// binding is one contact of a phone.
type binding struct {
	uri     string
	source  netip.AddrPort
	hop     netip.AddrPort // where packets for it go: source, or the proxy before us
	stream  bool
	expires time.Time
	callID  string
	seq     uint32
}

// registered is a request that was carried out, and what it was answered with.
type registered struct {
	request [32]byte
	at      time.Time
	lines   []string
}

// Bounds of registrations. Phones that come back often keep their NAT open;
// those that come back too often are a load.
const (
	minExpires  = 60
	maxExpires  = 3600
	usedExpires = 300 // for who names none
	mostEach    = 4   // contacts of a user; the oldest gives way
)

func newRegistrar(ua *UA, realm string) *registrar {
	return &registrar{
		ua: ua, nonces: digest.NewNonces(realm, time.Now), locks: digest.NewLocks(time.Now),
		phones: map[string][]binding{}, sources: map[netip.AddrPort]int{}, done: map[string]registered{},
	}
}

// serve answers a REGISTER.
func (r *registrar) serve(m *guard.Message) {
	if r.ua.fault(m) {
		return
	}
	src := m.Far.Addr()
	if m.Head.Authorization == nil {
		r.challenge(m, false)
		return
	}
	c, err := digest.Parse(string(m.Head.Authorization))
	if err != nil {
		r.ua.answer(m, 400, "Digest With MD5 And qop=auth Is Needed")
		return
	}
	if lines, again := r.again(c.Nonce, m.Raw); again {
		r.ua.answer(m, 200, "OK", lines...)
		return
	}
	if r.locks.Locked(src, c.User) {
		r.ua.offend(src, ban.Locked)
		r.ua.answer(m, 403, "Forbidden")
		return
	}
	ha1, known := r.ua.peers.Secret(c.User)
	switch r.nonces.Check(c, "REGISTER", src, ha1, known) {
	case digest.Right:
		r.bind(m, c)
	case digest.Replayed:
		r.ua.counts.replays.Add(1)
		r.ua.offend(src, ban.Replay)
		r.challenge(m, true)
	case digest.Stale:
		r.challenge(m, true)
	default:
		r.ua.counts.wrong.Add(1)
		r.ua.offend(src, ban.Wrong)
		r.locks.Fail(src, c.User)
		r.ua.answer(m, 403, "Forbidden")
	}
}

func (r *registrar) challenge(m *guard.Message, stale bool) {
	r.ua.answer(m, 401, "Unauthorized", "WWW-Authenticate: "+r.nonces.Challenge(m.Far.Addr(), stale))
}

// again returns the lines of the answer to a request that is a retransmission
// of the last one with its nonce. Its digest has been used, but not by another.
func (r *registrar) again(nonce string, raw []byte) ([]string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d, ok := r.done[nonce]
	if !ok || d.request != sha256.Sum256(raw) {
		return nil, false
	}
	return d.lines, true
}

// mostDone bounds the remembered answers; without one, a lost 200 costs the
// phone one more round.
const mostDone = 20_000

// bind carries out what the phone of an authenticated user wants.
func (r *registrar) bind(m *guard.Message, c digest.Credentials) {
	want, refusal := wishes(m, c.User)
	if refusal.Code != 0 {
		if refusal.Header != "" {
			r.ua.answer(m, refusal.Code, refusal.Reason, refusal.Header)
		} else {
			r.ua.answer(m, refusal.Code, refusal.Reason)
		}
		return
	}
	now := time.Now()
	r.mu.Lock()
	news, ok := r.change(c.User, want, m, now)
	var lines []string
	if ok {
		lines = r.lines(c.User, now)
		if len(r.done) >= mostDone {
			clear(r.done)
		}
		r.done[c.Nonce] = registered{sha256.Sum256(m.Raw), now, lines}
	}
	r.mu.Unlock()
	if !ok {
		r.ua.answer(m, 500, "CSeq Out Of Order")
		return
	}
	r.ua.answer(m, 200, "OK", lines...)
	for _, c := range news {
		r.ua.peers.Registered(c.user, c.Contact)
	}
}

// lines is the Contact lines of a 200.
func (r *registrar) lines(user string, now time.Time) []string {
	var lines []string
	for _, b := range r.phones[user] {
		left := int(b.expires.Sub(now).Round(time.Second) / time.Second)
		lines = append(lines, "Contact: <"+b.uri+">;expires="+strconv.Itoa(max(left, 1)))
	}
	return lines
}

// at tells whether a registered phone sends from source.
func (r *registrar) at(source netip.AddrPort) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sources[source] > 0
}

// from tells whether any phone registered from an address.
func (r *registrar) from(a netip.Addr) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for source := range r.sources {
		if source.Addr() == a {
			return true
		}
	}
	return false
}

// size is the number of contacts.
func (r *registrar) size() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range r.phones {
		n += len(b)
	}
	return n
}

// sweep ends the contacts whose time is over and forgets what has lapsed.
func (r *registrar) sweep(now time.Time) {
	r.nonces.Sweep()
	r.drop(func(b binding) bool { return !b.expires.After(now) })
	r.mu.Lock()
	defer r.mu.Unlock()
	for nonce, d := range r.done {
		if now.Sub(d.at) > r.ua.timing.give() {
			delete(r.done, nonce)
		}
	}
}

// closed ends the contacts that came over a connection that is gone.
func (r *registrar) closed(peer netip.AddrPort) {
	r.drop(func(b binding) bool { return b.stream && b.hop == peer })
}

// drop ends contacts.
func (r *registrar) drop(which func(binding) bool) {
	var news []move
	r.mu.Lock()
	for user, bs := range r.phones {
		var gone []binding
		for _, b := range bs {
			if which(b) {
				gone = append(gone, b)
			}
		}
		for _, b := range gone {
			r.remove(user, b.uri)
		}
		news = append(news, r.news(user, gone, nil)...)
	}
	r.mu.Unlock()
	for _, c := range news {
		r.ua.peers.Registered(c.user, c.Contact)
	}
}

// wire.Fault is also how a REGISTER is refused.
type refusal = wire.Fault
