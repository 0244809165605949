package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"switchboard/tenant/fault"
)

// maxPages is how many pages of a list are fetched: 2.5 million goods, 250 a page.
const maxPages = 10_000

const (
	maxPatience = 5                // times that a page is asked for again in a row
	maxPause    = 60 * time.Second // that a server may ask for
	usualPause  = 2 * time.Second
)

// Pages is a list that a server hands out page by page, read as the pages one
// after another. It must be closed.
type Pages struct {
	ctx    context.Context // of the reading: io.Reader has no place for it
	client *Client
	ask    Ask
	body   *Body
	page   int
	empty  emptiness // of the page in hand
	pause  func(context.Context, time.Duration) error
}

// Pages begins to fetch the first page. The next is the one that a page names in
// its Link header (RFC 8288) or, if pages are Numbered, the one whose number is in
// the parameter page, until a page has no items.
func (c *Client) Pages(ctx context.Context, a Ask) (*Pages, error) {
	p := &Pages{ctx: ctx, client: c, ask: a, page: 1, pause: pause}
	return p, p.open()
}

// Close ends the fetching.
func (p *Pages) Close() error {
	if p.body != nil {
		return p.body.Close()
	}
	return nil
}

// open asks for the page in hand, again if the server is asked too often.
func (p *Pages) open() error {
	for try := 1; ; try++ {
		var err error
		p.body, err = p.client.Fetch(p.ctx, p.ask)
		var soon tooSoon
		if err == nil || !errors.As(err, &soon) || try > maxPatience {
			p.empty = emptiness{}
			return err
		}
		if err := p.pause(p.ctx, soon.after); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Read implements io.Reader.
func (p *Pages) Read(b []byte) (int, error) {
	for {
		if p.body == nil {
			return 0, io.EOF
		}
		n, err := p.body.Read(b)
		p.empty.see(b[:n])
		if err == nil || !errors.Is(err, io.EOF) || n > 0 {
			return n, ignoreEnd(err, n)
		}
		if err := p.turn(); err != nil {
			return 0, err
		}
	}
}

// ignoreEnd leaves the end of a page for the call that has no bytes.
func ignoreEnd(err error, n int) error {
	if n > 0 && errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// turn goes on to the next page; after the last there is no body.
func (p *Pages) turn() error {
	next := p.body.next
	_ = p.body.Close()
	p.body = nil
	from, err := url.Parse(p.ask.Address)
	if err != nil || next == nil && (!p.ask.Numbered || p.empty.is()) {
		return err
	}
	if p.page++; p.page > maxPages {
		return fault.Invalid{Problem: fmt.Sprintf("the list has more than %d pages", maxPages)}
	}
	if next == nil {
		next = numbered(from, p.page)
	}
	if next.Host != from.Host || next.Scheme != from.Scheme {
		return fault.Invalid{Problem: "the next page is said to be on another server"}
	}
	if next.String() == p.ask.Address {
		return fault.Invalid{Problem: "a page is said to be followed by itself"}
	}
	p.ask.Address = next.String()
	return p.open()
}

// numbered is the page of a number. One that has none yet was the first.
func numbered(from *url.URL, page int) *url.URL {
	q, u := from.Query(), *from
	if n, err := strconv.Atoi(q.Get("page")); err == nil {
		page = n + 1
	}
	q.Set("page", strconv.Itoa(page))
	u.RawQuery = q.Encode()
	return &u
}

// emptiness finds out whether a page is a list without items.
type emptiness struct{ head []byte }

func (e *emptiness) see(b []byte) {
	if room := 64 - len(e.head); room > 0 {
		e.head = append(e.head, bytes.TrimSpace(b[:min(len(b), room)])...)
	}
}

var bare0 = regexp.MustCompile(`^(\[\s*\]|\{\s*"[a-z_]+"\s*:\s*\[\s*\]\s*\})$`)

func (e *emptiness) is() bool { return len(e.head) == 0 || bare0.Match(e.head) }

// relNext finds the page that a Link header calls the next.
var relNext = regexp.MustCompile(`<([^>]+)>\s*;[^,]*\brel="?next"?`)

// next returns the address of the next page as the server names it, or nil.
func next(res *http.Response) *url.URL {
	for _, link := range res.Header.Values("Link") {
		if m := relNext.FindStringSubmatch(link); m != nil {
			if u, err := res.Request.URL.Parse(m[1]); err == nil {
				return u
			}
		}
	}
	return nil
}

// tooSoon says that a server wants to be asked less often.
type tooSoon struct{ after time.Duration }

func (t tooSoon) Error() string { return "the server is asked too often" }

// Unwrap makes it a mistake that the shop is told.
func (t tooSoon) Unwrap() error {
	return fault.Invalid{Problem: "the server answers 429 Too Many Requests"}
}

// after is how long a server wants to be left alone.
func after(h http.Header) time.Duration {
	s, err := strconv.ParseFloat(h.Get("Retry-After"), 64)
	if err != nil || s < 0 {
		return usualPause
	}
	return min(time.Duration(s*float64(time.Second)), maxPause)
}

// forget drops the password where a server redirects to another, or to one that
// whoever listens can read.
func forget(r *http.Request, first *url.URL) {
	if r.URL.Host == first.Host && (r.URL.Scheme == first.Scheme || r.URL.Scheme == "https") {
		return
	}
	for _, name := range []string{"Authorization", "X-Shopify-Access-Token", "Cookie"} {
		r.Header.Del(name)
	}
}
