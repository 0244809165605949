package catalogue_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/catalogue/fetch"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

// site is a shop's own server.
type site struct {
	*httptest.Server
	feed  atomic.Value // string: what it serves; empty: 404
	whole atomic.Int64 // times that it sent the whole feed
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		feed := s.feed.Load().(string)
		etag := fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(feed)))
		w.Header().Set("ETag", etag)
		switch {
		case feed == "":
			http.NotFound(w, r)
		case r.Header.Get("If-None-Match") == etag:
			w.WriteHeader(http.StatusNotModified)
		default:
			s.whole.Add(1)
			_, _ = io.WriteString(w, feed)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *shelf) refresh(from catalogue.Origin) (catalogue.Snapshot, error) {
	return catalogue.Refresh(s.t.Context(), s.w.DB, s.shop.Scope, s.source, from)
}

func (s *shelf) src() (src catalogue.Source) {
	s.t.Helper()
	s.within(func(tx tenant.Tx) (err error) {
		src, err = catalogue.TakeSource(tx, s.source)
		return err
	})
	return src
}

var loopback = catalogue.Origin{Web: fetch.New(fetch.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})}

func TestRefreshFromTheWeb(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s, site := newShelf(t, w, w.A), newSite(t)
	s.source = s.addSource(site.URL)
	site.feed.Store(yml(offer{"1", "Item one", 10, ""}, offer{"2", "Item two", 20, ""}, offer{"3", "Item three", 30, ""}))

	first, err := s.refresh(loopback)
	if err != nil || first.State != catalogue.Published || s.src().ETag == "" {
		t.Fatalf("first: %+v, %v, source %+v", first, err, s.src())
	}
	again, err := s.refresh(loopback)
	if err != nil || again.State != catalogue.Published || again.ItemCount != 3 || again.NewCount != 0 || !again.TakenAt.After(first.TakenAt) || site.whole.Load() != 1 {
		t.Errorf("unchanged: %+v, %v, sent %d times", again, err, site.whole.Load())
	}
	s.within(func(tx tenant.Tx) error {
		hits, err := catalogue.Search(tx, "two", 1)
		if err != nil || len(hits) != 1 || !hits[0].AsOf.Equal(again.TakenAt) {
			t.Errorf("what was confirmed is as of %+v, %v, want %v", hits, err, again.TakenAt)
		}
		return nil
	})

	site.feed.Store(yml(offer{"1", "Item one", 11, ""}))
	held, err := s.refresh(loopback)
	if err != nil || held.State != catalogue.Held {
		t.Fatalf("held: %+v, %v", held, err)
	}
	if held, err = s.refresh(loopback); err != nil || held.State != catalogue.Held {
		t.Errorf("a held feed that has not changed is %+v, %v: the old items must not be called fresh", held, err)
	}

	site.feed.Store("")
	var invalid fault.Invalid
	if _, err := s.refresh(loopback); !errors.As(err, &invalid) || s.src().Error != "the server answers 404 Not Found" {
		t.Errorf("gone: %v, source %+v", err, s.src())
	}
	s.expect("item", "Item one 10", "Item two 20", "Item three 30")
	if _, err := s.refresh(catalogue.Origin{Web: fetch.New(fetch.Policy{})}); !errors.As(err, &invalid) || !strings.Contains(s.src().Error, "public") {
		t.Errorf("a private address: %v, source %+v", err, s.src())
	}
}

func TestRefreshFromAFile(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	files := fstest.MapFS{"feed.yml": {Data: []byte(yml(offer{"1", "Скатерть", 10, ""}))}}
	if snap, err := s.refresh(catalogue.Origin{Files: files}); err != nil || snap.State != catalogue.Published {
		t.Errorf("got %+v, %v", snap, err)
	}
	for _, location := range []string{"missing.yml", "../secret.yml", "/etc/passwd", "ftp://a.test/feed.yml", "file:///etc/passwd"} {
		s.source = s.addSource(location)
		var invalid fault.Invalid
		if _, err := s.refresh(catalogue.Origin{Files: files}); !errors.As(err, &invalid) {
			t.Errorf("%s: %v", location, err)
		}
	}
	s.source = s.addSource("other.yml")
	var invalid fault.Invalid
	if _, err := s.refresh(loopback); !errors.As(err, &invalid) {
		t.Errorf("a file where there are none: %v", err)
	}
	s.expect("скатерть", "Скатерть 10")
}

// TestOvertaken: of two imports of one source at once the later one counts, and
// the earlier one learns of it.
func TestOvertaken(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	slow, feed := io.Pipe()
	defer slow.Close()
	done := make(chan error)
	src := yml(generation(1)...)
	go func() {
		_, err := catalogue.Import(t.Context(), w.DB, w.A.Scope, s.source, slow, s.now)
		done <- err
	}()
	go io.WriteString(feed, src[:cutAt(src, of-1)])
	until(t, w, lastBatch)
	s.put(offer{"1", "Скатерть", 10, ""})
	go func() {
		io.WriteString(feed, src[cutAt(src, of-1):])
		feed.Close()
	}()
	if err := <-done; !errors.Is(err, fault.Conflict) {
		t.Errorf("the overtaken import: %v", err)
	}
	s.expect("", "Скатерть 10")
	if n := tenanttest.One[int](t, w, "select count(*) from shop.item_staged"); n != 0 {
		t.Errorf("%d rows are left staged", n)
	}
}

// TestPublishedLater: an import that began first and is published last has the
// last number, so that what an earlier snapshot stands for does not change.
func TestPublishedLater(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	s.put(offer{"id-0", "Старое", 5, "<vendorCode>x</vendorCode>"})
	slow, feed := io.Pipe()
	defer slow.Close()
	done := make(chan catalogue.Snapshot)
	src := yml(append(generation(7), offer{"more", "Ещё", 7, ""})...)
	source, at := s.source, s.now
	go func() {
		snap, err := catalogue.Import(t.Context(), w.DB, w.A.Scope, source, slow, at)
		if err != nil {
			t.Error(err)
		}
		done <- snap
	}()
	go io.WriteString(feed, src[:cutAt(src, of-1)])
	until(t, w, lastBatch)
	s.source = s.addSource("second.yml")
	between := s.put(offer{"1", "Другое", 1, ""})
	before, err := s.at(between, "x")
	if err != nil || before.PriceMinor != 500 {
		t.Fatalf("before: %+v, %v", before, err)
	}
	go func() {
		io.WriteString(feed, src[cutAt(src, of-1):])
		feed.Close()
	}()
	late := <-done
	after, err := s.at(between, "x")
	if late.Seq <= between.Seq || err != nil || after.ID != before.ID {
		t.Errorf("snapshot %d was published after %d; the item of the earlier is now %+v, %v", late.Seq, between.Seq, after, err)
	}
}

// TestWholeSetsAreJoined: a second reading of a large feed must not compare each
// item with each. Nobody has counted the rows yet when it is published.
func TestWholeSetsAreJoined(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	s.put(generation(1)...)
	slow, feed := io.Pipe()
	source, at, done := s.source, s.now, make(chan struct{})
	go func() {
		defer close(done)
		_, _ = catalogue.Import(t.Context(), w.DB, w.A.Scope, source, slow, at)
	}()
	go io.WriteString(feed, yml(generation(2)...))
	until(t, w, lastBatch)
	s.within(func(tx tenant.Tx) error {
		all, err := catalogue.Snapshots(tx, 1)
		if err != nil {
			return err
		}
		plan, err := catalogue.Plan(tx, all[0])
		if text := strings.Join(plan, "\n"); !strings.Contains(text, "Anti Join") || strings.Contains(text, "Join Filter") {
			t.Errorf("new items are written by\n%s", text)
		}
		return err
	})
	feed.CloseWithError(io.ErrClosedPipe)
	<-done
}
