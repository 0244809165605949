package sipua

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"switchboard/telephony/sipua/certificate"
)

// seals gives a UA under test a certificate of its own host, and trust in
// those of others.
type seals struct {
	own   *tls.Certificate
	roots *x509.CertPool
}

func newSeals(t testing.TB, host string) seals {
	t.Helper()
	own, err := certificate.Own(host)
	if err != nil {
		t.Fatal(err)
	}
	return seals{own, x509.NewCertPool()}
}

func (s seals) config(host string) func(*Config) {
	return func(c *Config) {
		c.TLSAddr, c.Certificate = host+":0", certificate.Always(s.own)
		c.Roots = func(string) *x509.CertPool { return s.roots }
	}
}

// sealedPair is two UAs that are each other's trunk and trust each other.
func sealedPair(t *testing.T) (a, b *rig) {
	t.Helper()
	const hostA, hostB = "127.1.0.1", "127.1.0.2"
	w := func() *world { return &world{trunks: addrs(hostA, hostB, "127.1.0.3", "127.1.0.4")} }
	sa, sb := newSeals(t, hostA), newSeals(t, hostB)
	sa.roots.AddCert(sb.own.Leaf)
	sb.roots.AddCert(sa.own.Leaf)
	return start(t, hostA, w(), brisk, Limits{}, sa.config(hostA)), start(t, hostB, w(), brisk, Limits{}, sb.config(hostB))
}

// overTLS has a call go to the other's TLS port.
func overTLS(to *rig, form string) func(*Target) {
	return func(t *Target) { t.URI = fmt.Sprintf(form, to.TLSAddr()) }
}

// TestCallOverTLS is the whole of a call with both forms of URI, ended by either
// side. Each side's later requests go over the one connection.
func TestCallOverTLS(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"sip:84950000101@%s;transport=tls", "sips:84950000101@%s"} {
		for _, calledEnds := range []bool{false, true} {
			t.Run(form[:4], func(t *testing.T) {
				t.Parallel()
				a, b := sealedPair(t)
				out := a.dial(b, "tls", overTLS(b, form))
				in := b.call()
				if in.Trunk != "carrier" || in.To != "84950000101" {
					t.Errorf("invited with %+v", in.Invite)
				}
				in.Progress([]byte("v=early\r\n"))
				if r := ringing(t, out.events); r.Code != 183 {
					t.Errorf("%+v, want 183", r)
				}
				in.Answer([]byte("v=answer\r\n"))
				expect[Answered](t, out.events)
				expect[Confirmed](t, in.events)
				for _, d := range []Dialog{out.Dialog(), in.Dialog()} {
					want := "sip:switchboard@"
					if form[:5] == "sips:" {
						want = "sips:switchboard@"
					}
					if d.Transport != "TLS" || !strings.HasPrefix(d.RemoteTarget, want) && !strings.HasPrefix(d.RemoteTarget, form[:5]) {
						t.Errorf("dialog %+v", d)
					}
				}
				if d := in.Dialog(); secured(form) != secured(d.RemoteTarget) {
					t.Errorf("called by %s the contact is %s", form, d.RemoteTarget)
				}
				ender, ended := out, in
				if calledEnds {
					ender, ended = in, out
				}
				ender.Hangup("bye")
				expect[Ended](t, ender.events)
				expect[Ended](t, ended.events)
				a.empty()
				b.empty()
				if n := b.sealed.Len(); n != 1 {
					t.Errorf("%d connections", n)
				}
			})
		}
	}
}

// TestWhoIsNotTrustedIsNotCalled: a certificate that nobody we know has signed,
// and a right one of somebody else.
func TestWhoIsNotTrustedIsNotCalled(t *testing.T) {
	t.Parallel()
	a, b := sealedPair(t)
	wrongName := a.dial(b, "tls", overTLS(b, "sip:1@%s;transport=tls"), func(t *Target) { t.Name = "carrier.example" })
	if ev := expect[Failed](t, wrongName.events); ev.Code != 503 || !strings.Contains(ev.Reason, "carrier.example") {
		t.Errorf("told %+v", ev)
	}
	good := a.dial(b, "tls", overTLS(b, "sip:1@%s;transport=tls"))
	in := b.call()
	in.Answer([]byte("v=answer\r\n"))
	expect[Answered](t, good.events)
	// The connection is there now; it is still not the other's.
	again := a.dial(b, "tls", overTLS(b, "sip:1@%s;transport=tls"), func(t *Target) { t.Name = "carrier.example" })
	expect[Failed](t, again.events)
	good.Hangup("")
	expect[Ended](t, good.events)

	const hostC = "127.1.0.1"
	sc := newSeals(t, hostC) // trusts nobody
	c := start(t, hostC, &world{}, brisk, Limits{}, sc.config(hostC))
	unknown := c.dial(b, "tls", overTLS(b, "sip:1@%s;transport=tls"))
	if ev := expect[Failed](t, unknown.events); ev.Code != 503 {
		t.Errorf("told %+v", ev)
	}
	select {
	case <-b.calls:
		t.Error("a call came from who does not trust us")
	default:
	}
}

// TestTLSThatIsNotServed can't be called.
func TestTLSThatIsNotServed(t *testing.T) {
	t.Parallel()
	a, _ := pair(t)
	for _, uri := range []string{"sips:1@127.1.0.2", "sip:1@127.1.0.2;transport=tls", "sip:1@127.1.0.2;transport=ws"} {
		if _, err := a.Dial(Target{URI: uri, SDP: []byte(sdpOffer)}); err == nil {
			t.Errorf("%s is called", uri)
		}
	}
}

var halfOpen = flag.Int("half-open", 150, "connections of each kind in TestHalfOpenConnections")

// TestHalfOpenConnections: hundreds of peers connect and say nothing, or half of
// something, over both. All of them are gone within the time of a first message,
// and calls go on meanwhile.
func TestHalfOpenConnections(t *testing.T) {
	t.Parallel()
	each := *halfOpen
	a, b := sealedPair(t)
	hello := bytes.Clone([]byte{0x16, 0x03, 0x01, 0x02, 0x00, 0x01}) // the beginning of a ClientHello
	var conns []net.Conn
	for i := range each {
		for _, at := range []string{b.Addr().String(), b.TLSAddr().String()} {
			d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP([]string{"127.1.0.3", "127.1.0.4"}[i%2])}}
			c, err := d.Dial("tcp", at)
			if err != nil {
				continue // one too many, closed before we knew that it was open
			}
			t.Cleanup(func() { c.Close() })
			if i%3 == 1 {
				_, _ = c.Write(hello)
			}
			if i%3 == 2 {
				_, _ = c.Write([]byte("INVITE sip:x@y SIP/2.0\r\nVia: "))
			}
			conns = append(conns, c)
		}
	}
	const most = 2*100 + 1 // of each listener: as many as two addresses may have
	if n, m := b.streams.Len(), b.sealed.Len(); n > most || m > most {
		t.Errorf("%d and %d connections are open", n, m)
	}
	began := time.Now()
	out := a.dial(b, "tls", overTLS(b, "sip:1@%s;transport=tls"), func(t *Target) { t.Silence = 10 * time.Second })
	for _, c := range conns {
		_ = c.SetReadDeadline(began.Add(20 * brisk.hello))
		if _, err := io.Copy(io.Discard, c); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Fatalf("a silent connection stays: %v", err)
		}
	}
	in := b.call()
	in.Answer([]byte("v=answer\r\n"))
	expect[Answered](t, out.events)
	out.Hangup("")
	expect[Ended](t, out.events)
	open := func() int { return b.streams.Len() + b.sealed.Len() }
	for end := time.Now().Add(20 * brisk.hello); open() > 1 && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
	}
	if n := open(); n > 1 {
		t.Errorf("%d connections are still open", n)
	}
}

// TestStrangersAreClosedOut learn nothing, not even that there is TLS.
func TestStrangersAreClosedOut(t *testing.T) {
	t.Parallel()
	_, b := sealedPair(t)
	for _, at := range []string{b.Addr().String(), b.TLSAddr().String()} {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.9.9.9")}}
		c, err := d.Dial("tcp", at)
		if err != nil {
			continue // closed before we knew that it was open
		}
		defer c.Close()
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("%s: %d bytes", at, n)
		}
	}
	if n := b.counts.guard.Unwelcome.Load(); n != 2 {
		t.Errorf("%d unwelcome", n)
	}
	if n := b.counts.guard.Read.Load() + b.counts.guard.Unsealed.Load(); n != 0 {
		t.Errorf("%d strangers were listened to", n)
	}
}

// TestTCPWithAnAddressOfItsOwn is what Via and Contact say then.
func TestTCPWithAnAddressOfItsOwn(t *testing.T) {
	t.Parallel()
	const host = "127.1.0.2"
	a := run(t, "127.1.0.1", &world{trunks: addrs(host)}, brisk, Limits{})
	b := start(t, host, &world{trunks: addrs("127.1.0.1")}, brisk, Limits{}, func(c *Config) { c.TCPAddr = host + ":0" })
	if b.ports["TCP"] == b.ports["UDP"] {
		t.Fatal("one port") // the kernel does not give the same twice in a row
	}
	out := a.dial(b, "tcp", func(t *Target) { t.URI = fmt.Sprintf("sip:1@%s:%d;transport=tcp", host, b.ports["TCP"]) })
	in := b.call()
	in.Answer([]byte("v=answer\r\n"))
	expect[Answered](t, out.events)
	want := fmt.Sprintf("sip:switchboard@%s:%d;transport=tcp", host, b.ports["TCP"])
	if d := out.Dialog(); d.RemoteTarget != want {
		t.Errorf("the contact is %s, want %s", d.RemoteTarget, want)
	}
	expect[Confirmed](t, in.events)
	in.Hangup("")
	expect[Ended](t, out.events)
	back := b.dial(a, "tcp")
	in = a.call()
	in.Answer([]byte("v=answer\r\n"))
	expect[Answered](t, back.events)
	expect[Confirmed](t, in.events)
	back.Hangup("")
	expect[Ended](t, in.events)
}

// TestSuccessorEndsACallOverTLS opens the connection anew, by the name that the
// dialog was kept with.
func TestSuccessorEndsACallOverTLS(t *testing.T) {
	t.Parallel()
	a, b := sealedPair(t)
	out := a.dial(b, "tls", overTLS(b, "sip:1@%s;transport=tls"))
	in := b.call()
	in.Answer([]byte("v=answer\r\n"))
	expect[Answered](t, out.events)
	expect[Confirmed](t, in.events)
	kept, err := ParseDialog(out.Dialog().JSON())
	if err != nil || kept.Name != "127.1.0.2" {
		t.Fatalf("%+v, %v", kept, err)
	}
	const host = "127.1.0.1"
	sc := newSeals(t, host)
	sc.roots.AddCert(certificateOf(t, b))
	c := start(t, host, &world{}, brisk, Limits{}, sc.config(host))
	if err := c.Hangup(kept, "the process died"); err != nil {
		t.Fatal(err)
	}
	if ev := expect[Ended](t, in.events); !ev.ByPeer {
		t.Errorf("%+v", ev)
	}
}

// certificateOf is what a UA shows of itself.
func certificateOf(t *testing.T, r *rig) *x509.Certificate {
	t.Helper()
	c, err := r.certificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.Leaf
}
