// Package sipua is the SIP side of the telephone switch: legs that are called
// and that call, registered phones, and nothing about who talks to whom.
package sipua

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/netip"
	"time"
)

// Config is what a UA works with.
type Config struct {
	Addr      string         // UDP of it is served, and TCP; port 0 takes any
	TCPAddr   string         // TCP of it is served instead; empty: that of Addr
	TLSAddr   string         // TLS of it is served; empty: none, neither in nor out
	Advertise string         // host that peers reach us by; empty: that of Addr
	Realm     string         // of the phones' passwords; empty: "switchboard"
	Proxies   []netip.Prefix // before us, which say by FarHeader who really sent what they pass on
	Outbound  string         // host:port of the proxy that calls of ours leave by, where nothing else is said; empty: none
	Logger    *slog.Logger
	Alarm     func(Alarm) // told what somebody should look at; must not block; may be nil
	Limits    Limits

	// Certificate is what TLS shows of us: tls.Config.GetCertificate.
	Certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	// Roots returns who may sign the certificate of a peer whom we call over TLS
	// by a name; nil: whom the system trusts. It must not block.
	Roots func(name string) *x509.CertPool
}

// Limits bounds what peers may cause. A zero field has the default that its
// comment names; above a limit calls are refused with 503 and a Retry-After.
type Limits struct {
	Calls        int // legs at once that peers began: 2,000
	CallsEach    int // of them from one address: three quarters, so that no trunk shuts another out
	Rate         int // new calls a second: 1,000
	RateEach     int // of them from one address: three quarters
	Packets      int // a second from a trunk's address, outside known calls: 20,000
	PhonePackets int // a second from any other address, outside known calls: 200
	Streams      int // TCP connections, and as many of TLS: 1,000
	StreamsEach  int // of them from one address: 100
}

func (l Limits) withDefaults() Limits {
	or := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	or(&l.Calls, 2000)
	or(&l.CallsEach, (3*l.Calls+3)/4)
	or(&l.Rate, 1000)
	or(&l.RateEach, (3*l.Rate+3)/4)
	or(&l.Packets, 20_000)
	or(&l.PhonePackets, 200)
	or(&l.Streams, 1000)
	or(&l.StreamsEach, 100)
	return l
}

// Peers is what the UA must know about who may talk to it. No method may block.
type Peers interface {
	// Trunk returns the trunk that src is on the address list of.
	Trunk(src netip.Addr) (trunk string, ok bool)
	// PhoneAllowed tells whether phones at src may register at all.
	PhoneAllowed(src netip.Addr) bool
	// Secret returns MD5(user:realm:password) of a phone (RFC 7616).
	Secret(user string) (ha1 string, ok bool)
	// Registered is told that a phone can be reached at c, or, if c.Expires is
	// zero, that it can't any more.
	Registered(user string, c Contact)
}

// Contact is where a registered phone can be reached.
type Contact struct {
	URI     string    // for Target.URI; a phone that registered over TCP or TLS is called over it
	Source  string    // for Target.Destination: where its packets come from, which a NAT keeps open
	Expires time.Time // zero: it is gone
}

// Invite is what a call that comes in says about itself.
type Invite struct {
	Trunk       string
	To, From    string // user parts of the request's URI and of From, as received
	FromDisplay string
	CallID      string
	SDP         []byte // nil: the offer has to be ours
	Called      string // user part of To: the number, where the request's URI names an account of ours
	Claims      Claims // what the carrier says about the caller
	MaxForwards int    // how many more hops it may take; for Target.MaxForwards, less one
	Replaces    *Leg   // whose place this call is to take; only a leg whose AllowRefer was called
	Source      netip.AddrPort
	Desk        string // whose telephone it is, by Desks; then it is no trunk's
}

// Desks may be a part of Peers: it says whose telephone may call us from src, by
// a name of the owner's. Without it none may.
type Desks interface {
	Desk(src netip.AddrPort) (who string, ok bool)
}

// timing is the protocol's clock, which tests run faster.
type timing struct {
	t1, t2     time.Duration // RFC 3261, 17: round trip, longest retransmission
	remind     time.Duration // a provisional response is repeated (13.3.1.1 wants it within a minute)
	wait       time.Duration // a caller is left without an answer
	reply      time.Duration // the leg's owner may think about a re-INVITE
	refer      time.Duration // nobody reports what became of a REFER
	collide    time.Duration // the unit of the wait after two offers met (14.1)
	session    time.Duration // what we ask for where there is a choice (RFC 4028)
	minSession time.Duration // the least we do; the RFC's own minimum is 90 s
	idle       time.Duration // a connection without a message
	hello      time.Duration // one that has brought none at all
	grave      time.Duration // what is over is remembered, for late retransmissions
	farewell   time.Duration // peers have to answer our last BYE when the service stops
}

// give is how long a transaction may go without a response, and a 2xx without
// ACK (64*T1).
func (t timing) give() time.Duration { return 64 * t.t1 }

var standard = timing{
	t1: 500 * time.Millisecond, t2: 4 * time.Second,
	remind: 50 * time.Second, wait: 15 * time.Minute, reply: 10 * time.Second, refer: 3 * time.Minute, collide: 10 * time.Millisecond,
	session: 30 * time.Minute, minSession: 90 * time.Second,
	idle: 30 * time.Second, hello: 10 * time.Second, grave: 32 * time.Second, farewell: 2 * time.Second,
}
