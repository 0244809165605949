package sipua

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/guard"
)

// bindStreams opens the listeners of TCP and, if it is served, TLS.
func (ua *UA) bindStreams(cfg Config, l Limits) error {
	at := net.TCPAddrFromAddrPort(ua.addr)
	var err error
	if cfg.TCPAddr != "" {
		if at, err = net.ResolveTCPAddr("tcp", cfg.TCPAddr); err != nil {
			return fmt.Errorf("TCP at %q: %w", cfg.TCPAddr, err)
		}
	}
	rules := guard.Rules{
		Admit: ua.admit, Welcome: ua.welcome, InUse: ua.inUse, Closed: ua.streamClosed, Sent: ua.sentOn("tcp"),
		Most: l.Streams, MostEach: l.StreamsEach, Idle: ua.timing.idle, Hello: ua.timing.hello,
	}
	if ua.streams, err = guard.ListenStreams(at, &ua.counts.guard, rules); err != nil || cfg.TLSAddr == "" {
		return err
	}
	if cfg.Certificate == nil {
		err = errors.New("TLS needs a certificate")
	} else if at, err = net.ResolveTCPAddr("tcp", cfg.TLSAddr); err == nil {
		rules.Seal = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: cfg.Certificate}
		ua.sealed, err = guard.ListenStreams(at, &ua.counts.guard, rules)
	}
	if err != nil {
		_ = ua.streams.Close()
		return fmt.Errorf("TLS at %q: %w", cfg.TLSAddr, err)
	}
	return nil
}

func portOf(s *guard.Streams) int { return s.Addr().(*net.TCPAddr).Port }

func (ua *UA) closeSealed() error {
	if ua.sealed == nil {
		return nil
	}
	return ua.sealed.Close()
}

// TLSAddr is the address that is served over TLS; not valid if none is.
func (ua *UA) TLSAddr() netip.AddrPort {
	if ua.sealed == nil {
		return netip.AddrPort{}
	}
	a := ua.sealed.Addr().(*net.TCPAddr).AddrPort()
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// streamsOf returns the connections of a transport, or nil where messages are
// datagrams, or the transport is not served.
func (ua *UA) streamsOf(transport string) *guard.Streams {
	switch transport {
	case "TCP":
		return ua.streams
	case "TLS":
		return ua.sealed
	}
	return nil
}

// streamed reports whether a transport is one of connections.
func streamed(transport string) bool { return transport == "TCP" || transport == "TLS" }

// transportOf is what a URI is reached by. A sips URI says no less than TLS (RFC
// 3261, 26.2.2).
func transportOf(u *sip.Uri) string {
	if strings.EqualFold(u.Scheme, "sips") {
		return "TLS"
	}
	for _, p := range u.UriParams {
		if strings.EqualFold(p.K, "transport") {
			return strings.ToUpper(p.V)
		}
	}
	return "UDP"
}

// portFor is where a transport is spoken if nobody says another port.
func portFor(transport string) int {
	if transport == "TLS" {
		return 5061
	}
	return 5060
}

// served tells whether a response over m's transport names us in its Via.
func (ua *UA) served(m *guard.Message) bool {
	transport := "UDP"
	switch {
	case m.Secure:
		transport = "TLS"
	case m.Stream:
		transport = "TCP"
	}
	return strings.Trim(string(m.Head.SentHost), "[]") == ua.host && m.Head.SentPort == ua.ports[transport]
}

// contact is where peers reach us within a dialog.
func (ua *UA) contact(transport string) *sip.ContactHeader {
	u := sip.Uri{Scheme: "sip", User: "switchboard", Host: ua.host, Port: ua.ports[transport]}
	if streamed(transport) {
		u.UriParams = sip.HeaderParams{{K: "transport", V: strings.ToLower(transport)}}
	}
	return &sip.ContactHeader{Address: u}
}

// contact is ua.contact, which in a dialog of sips URIs has to be one, too
// (RFC 3261, 8.1.1.8 and 12.1.1).
func (l *Leg) contact(transport string) *sip.ContactHeader {
	c, d := l.ua.contact(transport), l.snapshot()
	if transport == "TLS" && (secured(d.RemoteTarget) || l.inbound && secured(d.LocalURI)) {
		c.Address.Scheme, c.Address.UriParams = "sips", nil
	}
	return c
}

func secured(uri string) bool { return len(uri) > 5 && strings.EqualFold(uri[:5], "sips:") }

// names is by which name the far ends of TLS connections have to prove who they
// are: when a connection must be opened anew, only the address is at hand.
type names struct {
	mu sync.Mutex
	of map[netip.AddrPort]string
}

// mostNames bounds them: far more than anybody has carriers.
const mostNames = 10_000

func (n *names) note(peer netip.AddrPort, name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.of == nil || len(n.of) >= mostNames {
		n.of = map[netip.AddrPort]string{}
	}
	n.of[peer] = name
}

func (n *names) get(peer netip.AddrPort) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.of[peer]
}

// trust is whom the peer at an address has to prove to be.
func (ua *UA) trust(peer netip.AddrPort) guard.Trust {
	t := guard.Trust{Name: cmp.Or(ua.names.get(peer), peer.Addr().String())}
	if ua.roots != nil {
		t.Roots = ua.roots(t.Name)
	}
	return t
}

// connected tells whether there is a connection with peer.
func (ua *UA) connected(transport string, peer netip.AddrPort) bool {
	s := ua.streamsOf(transport)
	return s != nil && s.Has(peer)
}

// join makes sure that there is a connection with peer.
func (ua *UA) join(ctx context.Context, transport string, peer netip.AddrPort) error {
	s := ua.streamsOf(transport)
	if s == nil {
		return fmt.Errorf("transport %s is not served", transport)
	}
	return s.Connect(ctx, peer, ua.trust(peer))
}

// HostOf is the host that peers reach us by; empty if cfg doesn't say.
func HostOf(cfg Config) string {
	if cfg.Advertise != "" {
		return cfg.Advertise
	}
	at, err := net.ResolveUDPAddr("udp", cfg.Addr)
	if err != nil || at.IP == nil || at.IP.IsUnspecified() {
		return ""
	}
	return at.IP.String()
}
