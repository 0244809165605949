// Package fetch gets feeds from servers that strangers name, without being led
// into our own network and without reading more than was agreed.
package fetch

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"switchboard/tenant/fault"
)

// Policy says what may be fetched. The zero value of a field is its default.
type Policy struct {
	Allow []netip.Prefix // networks that may be fetched from although they are not public: a demo's, a test's
	Bytes int64          // unpacked; default 20 GiB
	Ratio int64          // unpacked to packed; default 100, where a feed has 10 to 20
	Total time.Duration  // of the whole answer; default 30 minutes
	Stall time.Duration  // without a byte; default 30 seconds
}

// Free is how much is unpacked before the ratio counts: a small file of one
// repeated offer is no bomb.
const free = 16 << 20

// maxHops is how many redirects are followed.
const maxHops = 5

// Client fetches.
type Client struct {
	policy Policy
	http   *http.Client
}

// New returns a client of the policy.
func New(p Policy) *Client { return newClient(p, system) }

func newClient(p Policy, lookup func(context.Context, string) ([]netip.Addr, error)) *Client {
	p.Bytes = orElse(p.Bytes, 20<<30)
	p.Ratio = orElse(p.Ratio, 100)
	p.Total = orElse(p.Total, 30*time.Minute)
	p.Stall = orElse(p.Stall, 30*time.Second)
	g := guard{p.Allow, lookup, net.Dialer{Timeout: connect}}
	return &Client{p, &http.Client{
		// No proxy: it would resolve the name itself. No connection is kept:
		// an hour lies between two fetches.
		Transport: &http.Transport{
			DialContext: g.dial, DisableKeepAlives: true, DisableCompression: true,
			TLSHandshakeTimeout: connect, ResponseHeaderTimeout: p.Stall, MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxHops {
				return fault.Invalid{Problem: fmt.Sprintf("the server redirects more than %d times", maxHops)}
			}
			forget(r, via[0].URL)
			return check(r.URL)
		},
	}}
}

func orElse[T int64 | time.Duration](v, standard T) T {
	if v == 0 {
		return standard
	}
	return v
}

// Version is what a server said of the file last time; it may be empty.
type Version struct{ ETag, LastModified string }

// ErrUnchanged says that the file is still the version that the caller has.
var ErrUnchanged = errors.New("the file has not changed")

// Body is a file while it is fetched. It must be closed.
type Body struct {
	io.Reader
	Version
	next  *url.URL // the page after it, if the server names one
	close func()
}

// Close ends the fetching.
func (b *Body) Close() error {
	b.close()
	return nil
}

// Ask is what is asked of a server.
type Ask struct {
	Address string
	Known   Version     // ErrUnchanged is the answer if the file is still that
	Header  http.Header // who asks; it goes to the server of Address and to no other

	Numbered bool // pages have numbers, and may not be named by the one before
}

// Get is Fetch of an address that needs no password.
func (c *Client) Get(ctx context.Context, address string, known Version) (*Body, error) {
	return c.Fetch(ctx, Ask{Address: address, Known: known})
}

// Fetch begins to fetch. It answers ErrUnchanged if the file is still the version
// known. What the address or the server is to blame for is a fault.Invalid.
func (c *Client) Fetch(ctx context.Context, a Ask) (*Body, error) {
	u, err := url.Parse(a.Address)
	if err != nil {
		return nil, fault.Invalid{Problem: "the address is not a URL"}
	}
	if err := check(u); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.policy.Total)
	res, err := c.ask(ctx, u, a)
	if err != nil {
		cancel()
		return nil, err
	}
	body, err := c.body(res, cancel)
	if err != nil {
		res.Body.Close()
		cancel()
		return nil, err
	}
	return body, nil
}

func check(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fault.Invalid{Problem: "only addresses that begin with http:// or https:// are fetched"}
	case u.Hostname() == "":
		return fault.Invalid{Problem: "the address names no server"}
	}
	return nil
}

func (c *Client) ask(ctx context.Context, u *url.URL, a Ask) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fault.Invalid{Problem: "the address is not a URL"}
	}
	r.Header.Set("User-Agent", "Switchboard (catalogue import)")
	r.Header.Set("Accept-Encoding", "gzip")
	for name := range a.Header {
		r.Header.Set(name, a.Header.Get(name))
	}
	if a.Known.ETag != "" {
		r.Header.Set("If-None-Match", a.Known.ETag)
	}
	if a.Known.LastModified != "" {
		r.Header.Set("If-Modified-Since", a.Known.LastModified)
	}
	res, err := c.http.Do(r)
	var invalid fault.Invalid
	switch {
	case errors.As(err, &invalid):
		return nil, invalid
	case errors.Is(err, ErrNotPublic):
		return nil, fault.Invalid{Problem: ErrNotPublic.Error()}
	case err != nil:
		return nil, fmt.Errorf("fetch from %s: %w", u.Hostname(), bare(err))
	}
	return res, nil
}

// bare leaves out the URL, which may carry a password.
func bare(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		return ue.Err
	}
	return err
}

// body makes the answer a Body, unpacked if it is packed.
func (c *Client) body(res *http.Response, cancel func()) (*Body, error) {
	switch {
	case res.StatusCode == http.StatusNotModified:
		return nil, ErrUnchanged
	case res.StatusCode == http.StatusTooManyRequests:
		return nil, tooSoon{after(res.Header)}
	case res.StatusCode != http.StatusOK:
		return nil, fault.Invalid{Problem: fmt.Sprintf("the server answers %d %s", res.StatusCode, http.StatusText(res.StatusCode))}
	case res.ContentLength > c.policy.Bytes:
		return nil, fault.Invalid{Problem: "the file is larger than is read"}
	}
	in := &meter{r: res.Body, stall: time.AfterFunc(c.policy.Stall, cancel), every: c.policy.Stall}
	buffered := bufio.NewReader(in)
	out := &bounded{r: buffered, in: in, policy: c.policy}
	if head, _ := buffered.Peek(2); string(head) == "\x1f\x8b" { // whatever the header says
		unpacked, err := gzip.NewReader(buffered)
		if err != nil {
			in.stall.Stop()
			return nil, fault.Invalid{Problem: "the file is packed, and broken: " + err.Error()}
		}
		out.r, out.packed = unpacked, true
	}
	return &Body{
		Reader:  out,
		Version: Version{res.Header.Get("ETag"), res.Header.Get("Last-Modified")},
		next:    next(res),
		close: func() {
			in.stall.Stop()
			cancel()
			res.Body.Close()
		},
	}, nil
}

// meter counts what comes in, and gives up when nothing does.
type meter struct {
	r     io.Reader
	n     int64
	stall *time.Timer
	every time.Duration
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.n += int64(n)
	if n > 0 {
		m.stall.Reset(m.every)
	}
	return n, err
}

// bounded ends a file that is too large, or that grows too much when unpacked.
type bounded struct {
	r      io.Reader
	in     *meter
	policy Policy
	packed bool
	n      int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	switch {
	case b.n > b.policy.Bytes:
		return 0, fault.Invalid{Problem: "the file is larger than is read"}
	case b.packed && b.n > free && b.n > b.policy.Ratio*b.in.n:
		return 0, fault.Invalid{Problem: fmt.Sprintf("the file is packed more than %d times: that is no feed", b.policy.Ratio)}
	}
	return n, err
}
