package locate

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"switchboard/telephony/trunk/dnstest"
)

var (
	v4 = netip.MustParseAddr("127.0.0.1")
	v6 = netip.MustParseAddr("::1")
)

// told is what was found, in words.
func told(f Found, err error) string {
	if err != nil {
		return "error"
	}
	var out []string
	for _, p := range f.Places {
		out = append(out, fmt.Sprintf("%v/%s %d:%d", p.Addr, p.Transport, p.Priority, p.Weight))
	}
	return strings.Join(out, ", ")
}

func TestLocate(t *testing.T) {
	t.Parallel()
	s := dnstest.Serve(t)
	s.A("plain.test", "192.0.2.1", 60)
	s.A("plain.test", "192.0.2.2", 60)
	s.A("plain.test", "2001:db8::1", 60)
	s.SRV("_sip._udp.big.test", "gw1.big.test", 5070, 10, 60)
	s.SRV("_sip._udp.big.test", "gw2.big.test", 5080, 10, 40)
	s.SRV("_sip._udp.big.test", "spare.big.test", 5060, 20, 0)
	s.SRV("_sip._udp.big.test", "lost.big.test", 5060, 5, 0) // has no address
	s.SRV("_sips._tcp.big.test", "gw1.big.test", 5061, 0, 0)
	for i, n := range []string{"gw1", "gw2", "spare"} {
		s.A(n+".big.test", fmt.Sprintf("192.0.2.1%d", i), 60)
	}
	s.NAPTR("big.test", 20, 10, "s", "SIP+D2U", "_sip._udp.big.test")
	s.NAPTR("big.test", 10, 20, "s", "SIPS+D2T", "_sips._tcp.big.test")
	s.NAPTR("big.test", 1, 1, "u", "E2U+sip", "x.big.test")
	s.SRV("_sip._udp.none.test", "", 0, 0, 0)
	s.Add("alias.test", dnsmessage.TypeA, 60, &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName("plain.test.")})
	s.Add("alias.test", dnsmessage.TypeA, 60, &dnsmessage.AResource{A: [4]byte{192, 0, 2, 1}})
	for _, c := range []struct {
		local                 netip.Addr
		host, port, transport string
		want                  string
	}{
		{v4, "192.0.2.9", "", "udp", "192.0.2.9:5060/udp 0:0"},
		{v4, "192.0.2.9", "5090", "tcp", "192.0.2.9:5090/tcp 0:0"},
		{v6, "[2001:db8::9]", "", "tls", "[2001:db8::9]:5061/tls 0:0"},
		{v4, "plain.test", "", "udp", "192.0.2.1:5060/udp 0:0, 192.0.2.2:5060/udp 0:0"},
		{v6, "plain.test", "", "udp", "[2001:db8::1]:5060/udp 0:0"},
		{netip.IPv6Unspecified(), "plain.test", "", "tls", "192.0.2.1:5061/tls 0:0, 192.0.2.2:5061/tls 0:0, [2001:db8::1]:5061/tls 0:0"},
		{v4, "plain.test", "5999", "udp", "192.0.2.1:5999/udp 0:0, 192.0.2.2:5999/udp 0:0"},
		{v4, "big.test", "5999", "udp", "error"}, // a port means no SRV, and it has no address of its own
		{v4, "big.test", "", "udp", "192.0.2.10:5070/udp 10:60, 192.0.2.11:5080/udp 10:40, 192.0.2.12:5060/udp 20:0"},
		{v4, "big.test", "", "tls", "192.0.2.10:5061/tls 0:0"},
		{v4, "big.test", "", "any", "192.0.2.10:5061/tls 0:0"}, // what NAPTR prefers
		{v4, "plain.test", "", "any", "192.0.2.1:5060/udp 0:0, 192.0.2.2:5060/udp 0:0"},
		{v4, "alias.test", "", "udp", "192.0.2.1:5060/udp 0:0"},
		{v4, "none.test", "", "udp", "error"},
		{v4, "nobody.test", "", "udp", "error"},
		{v4, "plain.test", "0", "udp", "error"},
		{v4, "plain.test", "sip", "udp", "error"},
		{v4, strings.Repeat("x", 300), "", "udp", "error"},
	} {
		if got := told(New(c.local, s.At).Locate(t.Context(), c.host, c.port, c.transport)); got != c.want {
			t.Errorf("%.20s port %q over %s from %v: %s, want %s", c.host, c.port, c.transport, c.local, got, c.want)
		}
	}
}

// TestTruncated: what does not fit a datagram is asked for over TCP.
func TestTruncated(t *testing.T) {
	t.Parallel()
	s := dnstest.Serve(t)
	s.A("long.test", "192.0.2.1", 60)
	s.Truncate()
	if got := told(New(v4, s.At).Locate(t.Context(), "long.test", "5060", "udp")); got != "192.0.2.1:5060/udp 0:0" {
		t.Error(got)
	}
}

// TestCache: an answer holds for its TTL, what could not be renewed for longer,
// and what is not there for a while.
func TestCache(t *testing.T) {
	t.Parallel()
	s := dnstest.Serve(t)
	s.A("a.test", "192.0.2.1", 60)
	r := New(v4, s.At)
	at := time.Now()
	r.now = func() time.Time { return at }
	find := func(after time.Duration, want string, asked int) Found {
		t.Helper()
		at = at.Add(after)
		f, err := r.Locate(t.Context(), "a.test", "5060", "udp")
		if got := told(f, err); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if n := s.Times("a.test", dnsmessage.TypeA); n != asked {
			t.Errorf("asked %d times, want %d", n, asked)
		}
		return f
	}
	const there = "192.0.2.1:5060/udp 0:0"
	find(0, there, 1)
	if f := find(59*time.Second, there, 1); f.For != time.Second {
		t.Errorf("holds for %v, want the second that is left", f.For)
	}
	find(2*time.Second, there, 2)
	s.Fail(true)
	find(time.Hour, there, 3)
	find(25*time.Hour, "error", 4)
	s.Fail(false)
	s.Clear()
	find(0, "error", 5)
	find(20*time.Second, "error", 5) // it is known that it is not there
	s.A("a.test", "192.0.2.1", 60)
	find(20*time.Second, there, 6)
}

// TestSilentServer: the next server is asked when the first says nothing, and
// nobody waits for ever.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	s, broken := dnstest.Serve(t), dnstest.Serve(t)
	s.A("a.test", "192.0.2.1", 60)
	broken.Fail(true)
	if got := told(New(v4, broken.At, s.At).Locate(t.Context(), "a.test", "5060", "udp")); got != "192.0.2.1:5060/udp 0:0" {
		t.Error(got)
	}
	if _, err := New(v4, broken.At).Locate(t.Context(), "a.test", "5060", "udp"); !errors.Is(err, errServer) {
		t.Errorf("%v", err)
	}
}

func FuzzNAPTR(f *testing.F) {
	f.Add([]byte("\x00\x01\x00\x02\x01s\x07SIP+D2U\x00\x01a\x04test\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, flags, ok := parseNAPTR(b)
		if ok && len(n.service)+len(n.to)+len(flags) > len(b) {
			t.Errorf("%q reads as %+v", b, n)
		}
	})
}
