package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"switchboard/tenant/fault"
)

// canary is a server on loopback that nobody may reach.
type canary struct {
	port string
	hits atomic.Int64
}

func newCanary(t *testing.T) *canary {
	t.Helper()
	c := &canary{}
	for _, host := range []string{"127.0.0.1", "::1"} {
		l, err := net.Listen("tcp", net.JoinHostPort(host, orZero(c.port)))
		if err != nil && host == "::1" {
			continue // no IPv6 here: there is nobody to reach
		}
		if err != nil {
			t.Fatal(err)
		}
		_, c.port, _ = net.SplitHostPort(l.Addr().String())
		s := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { c.hits.Add(1) }), ReadHeaderTimeout: time.Second}
		go s.Serve(l)
		t.Cleanup(func() { s.Close() })
	}
	return c
}

func orZero(port string) string {
	if port == "" {
		return "0"
	}
	return port
}

// names is what the test's own resolver knows.
func names(_ context.Context, host string) ([]netip.Addr, error) {
	public, loopback := netip.MustParseAddr("192.0.9.9"), netip.MustParseAddr("127.0.0.1")
	switch host {
	case "localhost", "loopback.test", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.1", "0":
		return []netip.Addr{loopback}, nil // as some resolvers read them
	case "mixed.test":
		return []netip.Addr{public, loopback}, nil
	case "six.test":
		return []netip.Addr{netip.MustParseAddr("::1")}, nil
	case "mapped.test":
		return []netip.Addr{netip.MustParseAddr("::ffff:127.0.0.1")}, nil
	case "metadata.google.internal":
		return []netip.Addr{netip.MustParseAddr("169.254.169.254")}, nil
	case "nothing.test":
		return nil, nil
	}
	return nil, errors.New("no such host")
}

// targets are ways into our own network: %s is the canary's port.
var targets = []string{
	"http://127.0.0.1:%s/", "http://127.0.0.2:%s/", "http://127.255.255.254:%s/", "http://localhost:%s/", "http://LOCALHOST:%s/",
	"http://loopback.test:%s/", "http://six.test:%s/", "http://mixed.test:%s/", "http://mapped.test:%s/", "http://nothing.test:%s/",
	"http://2130706433:%s/", "http://0x7f000001:%s/", "http://0x7f.1:%s/", "http://0177.0.0.1:%s/", "http://127.1:%s/", "http://127.0.1:%s/", "http://0:%s/",
	"http://0.0.0.0:%s/", "http://0.1.2.3:%s/", "http://[::]:%s/", "http://[::1]:%s/", "http://[0:0:0:0:0:0:0:1]:%s/",
	"http://[::ffff:127.0.0.1]:%s/", "http://[::ffff:7f00:1]:%s/", "http://[::127.0.0.1]:%s/", "http://[64:ff9b::7f00:1]:%s/", "http://[64:ff9b:1::7f00:1]:%s/",
	"http://[2002:7f00:1::]:%s/", "http://[2001:0:7f00:1::]:%s/", "http://[::ffff:0:127.0.0.1]:%s/", "http://[fe80::1]:%s/", "http://[fe80::1%%25lo]:%s/",
	"http://[fc00::1]:%s/", "http://[fd00:ec2::254]:%s/", "http://[fec0::1]:%s/", "http://[ff02::1]:%s/", "http://[100::1]:%s/", "http://[2001:db8::1]:%s/",
	"http://10.0.0.1:%s/", "http://10.255.255.255:%s/", "http://172.16.0.1:%s/", "http://172.31.255.255:%s/", "http://192.168.0.1:%s/", "http://192.168.1.1:%s/",
	"http://169.254.169.254:%s/latest/meta-data/", "http://metadata.google.internal:%s/", "http://169.254.0.1:%s/", "http://100.64.0.1:%s/", "http://100.100.100.200:%s/",
	"http://168.63.129.16:%s/", "http://192.0.0.192:%s/", "http://192.0.2.1:%s/", "http://198.18.0.1:%s/", "http://198.51.100.1:%s/", "http://203.0.113.1:%s/",
	"http://224.0.0.1:%s/", "http://240.0.0.1:%s/", "http://255.255.255.255:%s/", "http://user:secret@127.0.0.1:%s/", "https://127.0.0.1:%s/",
	"ftp://127.0.0.1:%s/", "file:///etc/passwd#%s", "gopher://127.0.0.1:%s/_GET", "unix:///var/run/docker.sock#%s", "http:///x#%s", "//127.0.0.1:%s/", "javascript:alert(%s)", "http://127.0.0.1\t:%s/",
}

// TestNoWayIn names every way into our own network, directly and by a
// redirect of a server that may be fetched from.
func TestNoWayIn(t *testing.T) {
	t.Parallel()
	if len(targets) < 60 {
		t.Fatalf("only %d targets", len(targets))
	}
	c := newCanary(t)
	l, err := net.Listen("tcp", "127.77.0.1:0") // the one address of loopback that this policy allows
	if err != nil {
		t.Fatal(err)
	}
	honest := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", r.URL.Query().Get("to"))
		w.WriteHeader(http.StatusMovedPermanently)
	}))
	honest.Listener = l
	honest.Start()
	t.Cleanup(honest.Close)
	client := newClient(Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.77.0.1/32")}}, names)
	for _, target := range targets {
		target = fmt.Sprintf(target, c.port)
		hop := honest.URL + "/?to=" + strings.NewReplacer("#", "%23", "&", "%26", "%", "%25", "\t", "%09").Replace(target)
		for _, address := range []string{target, hop} {
			b, err := client.Get(t.Context(), address, Version{})
			if err == nil {
				b.Close()
				t.Errorf("%s was fetched", address)
				continue
			}
			if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "169.254") {
				t.Errorf("%s: the error tells too much: %v", address, err)
			}
		}
	}
	if n := c.hits.Load(); n != 0 {
		t.Errorf("the canary was reached %d times", n)
	}
}

// TestRebinding: a name that answers a public address first and ours later is
// resolved once, and what was looked at is what is dialled.
func TestRebinding(t *testing.T) {
	t.Parallel()
	c := newCanary(t)
	var asked atomic.Int64
	client := newClient(Policy{}, func(context.Context, string) ([]netip.Addr, error) {
		if asked.Add(1) == 1 {
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		}
		return []netip.Addr{netip.MustParseAddr("192.0.9.9")}, nil
	})
	if _, err := client.Get(t.Context(), "http://rebind.test:"+c.port, Version{}); err == nil || c.hits.Load() != 0 || asked.Load() != 1 {
		t.Errorf("asked %d times, %d hits, %v", asked.Load(), c.hits.Load(), err)
	}
}

func TestPublic(t *testing.T) {
	t.Parallel()
	for _, a := range []string{"8.8.8.8", "77.88.8.8", "192.0.9.9", "172.32.0.1", "100.128.0.1", "2a02:6b8::feed:ff", "2606:4700::1111"} {
		if !public(netip.MustParseAddr(a)) {
			t.Errorf("%s is public", a)
		}
	}
	// A machine without IPv6 reaches none of these whatever the guard says.
	for _, a := range []string{
		"::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "100::1",
		"2001::1", "2001:0:7f00:1::", "2001:10::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
		"fe80::1", "fe80::1%lo", "fec0::1", "ff02::1",
		"0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255",
		"192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
	} {
		if public(netip.MustParseAddr(a)) {
			t.Errorf("%s is not public", a)
		}
	}
}

// local is a client that may fetch from a test's server.
func local(p Policy) *Client {
	p.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	return New(p)
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func packed(t *testing.T, r io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.Copy(z, r); err != nil {
		t.Fatal(err)
	}
	z.Close()
	return b.Bytes()
}

func TestGet(t *testing.T) {
	t.Parallel()
	gz := packed(t, strings.NewReader("<yml_catalog/>"))
	for name, h := range map[string]http.HandlerFunc{
		"plain":           func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<yml_catalog/>") },
		"packed file":     func(w http.ResponseWriter, _ *http.Request) { w.Write(gz) },
		"packed answer":   func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Encoding", "gzip"); w.Write(gz) },
		"in two hops":     hops(2),
		"after its bound": hops(maxHops),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := local(Policy{}).Get(t.Context(), serve(t, h), Version{})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			got, err := io.ReadAll(b)
			if err != nil || string(got) != "<yml_catalog/>" {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// hops redirects n times before it answers.
func hops(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if len(r.URL.Path) <= n {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
			return
		}
		io.WriteString(w, "<yml_catalog/>")
	}
}

func TestUnchanged(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"7"`)
		if r.Header.Get("If-None-Match") == `"7"` && r.Header.Get("If-Modified-Since") == "then" {
			w.WriteHeader(http.StatusNotModified)
		}
	})
	b, err := local(Policy{}).Get(t.Context(), url, Version{})
	if err != nil || b.ETag != `"7"` {
		t.Fatalf("got %+v, %v", b, err)
	}
	b.Close()
	if _, err := local(Policy{}).Get(t.Context(), url, Version{`"7"`, "then"}); !errors.Is(err, ErrUnchanged) {
		t.Errorf("got %v", err)
	}
}

// zeros is endless and packs a thousand times.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestRefused(t *testing.T) {
	t.Parallel()
	bomb := packed(t, io.LimitReader(zeros{}, 64<<20))
	for name, tc := range map[string]struct {
		policy  Policy
		problem string
		serve   http.HandlerFunc
	}{
		"missing":     {Policy{}, "404 Not Found", http.NotFound},
		"broken":      {Policy{}, "500 Internal", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }},
		"a ring":      {Policy{}, "redirects more than 5", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }},
		"too large":   {Policy{Bytes: 100}, "larger than is read", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat("a", 1000)) }},
		"endless":     {Policy{Bytes: 1 << 20}, "larger than is read", func(w http.ResponseWriter, _ *http.Request) { io.Copy(w, zeros{}) }},
		"a bomb":      {Policy{}, "packed more than 100 times", func(w http.ResponseWriter, _ *http.Request) { w.Write(bomb) }},
		"half a gzip": {Policy{}, "packed, and broken", func(w http.ResponseWriter, _ *http.Request) { w.Write(bomb[:5]) }},
		"stalls": {Policy{Stall: 50 * time.Millisecond}, "", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "<")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}},
		"says nothing": {Policy{Stall: 50 * time.Millisecond}, "", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		"hangs up":     {Policy{}, "", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		"takes too long": {Policy{Total: 50 * time.Millisecond}, "", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				io.WriteString(w, "<")
				w.(http.Flusher).Flush()
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := local(tc.policy).Get(t.Context(), serve(t, tc.serve), Version{})
			if err == nil {
				_, err = io.Copy(io.Discard, b)
				b.Close()
			}
			var invalid fault.Invalid
			if err == nil || tc.problem != "" && (!errors.As(err, &invalid) || !strings.Contains(invalid.Problem, tc.problem)) {
				t.Errorf("got %v, want %q", err, tc.problem)
			}
		})
	}
}
