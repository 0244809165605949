package lite

import (
	"net/netip"
	"strings"
	"time"

	"github.com/pion/stun/v4"
)

// maxRoutes bounds the addresses that one browser may prove.
const maxRoutes = 16

// check answers a connectivity check of a browser (RFC 8445, 7.3). Who does not
// know the password gets nothing, not even an error.
func (p *Port) check(b []byte, from netip.AddrPort, now time.Time) {
	m := &p.request
	m.Raw = append(m.Raw[:0], b...)
	if m.Decode() != nil || m.Type != stun.BindingRequest {
		return
	}
	e := p.asked(m)
	if e == nil || stun.NewShortTermIntegrity(e.password).Check(m) != nil {
		return
	}
	if m.Contains(stun.AttrICEControlled) { // two who are, and it is us (RFC 8445, 7.3.1.1)
		p.answer(e, from, stun.BindingError, stun.CodeRoleConflict)
		return
	}
	e.proven(from, m.Contains(stun.AttrUseCandidate), now)
	p.answer(e, from, stun.BindingSuccess, &stun.XORMappedAddress{IP: from.Addr().AsSlice(), Port: int(from.Port())})
}

// asked returns the peer that a check is for, or nil.
func (p *Port) asked(m *stun.Message) *Peer {
	var name stun.Username
	if name.GetFrom(m) != nil {
		return nil
	}
	ours, _, _ := strings.Cut(string(name), ":")
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.names[ours]
}

// answer sends what a check comes to. A browser asks again if it is lost.
func (p *Port) answer(e *Peer, to netip.AddrPort, kind stun.MessageType, say stun.Setter) {
	res, err := stun.Build(stun.NewTransactionIDSetter(p.request.TransactionID), kind, say, stun.NewShortTermIntegrity(e.password), stun.Fingerprint)
	if err != nil {
		p.log.Error("check of a browser is not answered", "err", err)
		return
	}
	_, _ = p.conn.WriteToUDPAddrPort(res.Raw, to)
}

// proven notes that the browser can be reached at an address, and that it chose
// it, if it did. The first one will do until it chooses.
func (e *Peer) proven(at netip.AddrPort, chosen bool, now time.Time) {
	e.lastHeard.Store(now.UnixNano())
	e.port.route(at, e)
	if old := e.remote.Load(); old == nil || chosen && *old != at {
		e.remote.Store(&at)
	}
	e.begin.Do(func() { e.port.busy.Go(e.secure) })
}

// route has what comes from an address belong to a peer.
func (p *Port) route(from netip.AddrPort, e *Peer) {
	p.mu.RLock()
	known := p.routes[from] == e
	p.mu.RUnlock()
	if known {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.closed.Load() {
		return
	}
	if len(e.routes) == maxRoutes {
		p.unroute(e, e.routes[0])
		e.routes = e.routes[1:]
	}
	p.routes[from] = e
	e.routes = append(e.routes, from)
}

// unroute forgets an address, unless it is another's by now.
func (p *Port) unroute(e *Peer, from netip.AddrPort) {
	if p.routes[from] == e {
		delete(p.routes, from)
	}
}
