package catalogue_test

import (
	"encoding/xml"
	"errors"
	"io"
	"runtime"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/catalogue/feedtest"
	"switchboard/tenant/tenanttest"
)

// heap notes how large the heap becomes while a feed is read.
type heap struct {
	r          io.Reader
	read, next int64
	most       uint64
}

func (h *heap) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	if h.read += int64(n); h.read > h.next {
		h.next += 1 << 20
		h.look()
	}
	return n, err
}

func (h *heap) look() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	h.most = max(h.most, m.HeapAlloc)
}

// TestLargeImport imports 100,000 items in windows-1251 and prints how long that
// takes beside a bare tokenizer. It is not parallel: it measures the heap of the
// whole process.
func TestLargeImport(t *testing.T) {
	const items, bound = 100_000, 64 << 20
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	began := time.Now()
	tokens(t, feedtest.Feed{Items: items, Windows: true})
	bare := time.Since(began)

	runtime.GC()
	before := &heap{}
	before.look()
	f := feedtest.Feed{Items: items, Windows: true}.Reader()
	defer f.Close()
	h := &heap{r: f}
	began = time.Now()
	snap, err := s.read(h)
	took := time.Since(began)
	h.look()
	if err != nil || snap.ItemCount != items || snap.State != catalogue.Published {
		t.Fatalf("got %+v, %v", snap, err)
	}
	grown := int64(h.most) - int64(before.most)
	t.Logf("%d items in %v; a bare tokenizer reads the file in %v; the heap grew by at most %.1f MiB",
		items, took.Round(time.Millisecond), bare.Round(time.Millisecond), float64(grown)/(1<<20))
	if grown > bound {
		t.Errorf("the heap grew by %d bytes, more than %d", grown, bound)
	}
	s.expect("TS077777", "Шина зимняя Gislaved Nord Frost 77777 175/45 R14 6777")
	s.within(func(tx tenant.Tx) error {
		hits, err := catalogue.Search(tx, "шина nokian r13", 50)
		if err != nil || len(hits) != 50 {
			t.Errorf("%d hits, %v", len(hits), err)
		}
		return nil
	})
}

// tokens reads a feed with nothing but the standard library.
func tokens(t testing.TB, f feedtest.Feed) {
	t.Helper()
	r := f.Reader()
	defer r.Close()
	d := xml.NewDecoder(r)
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) {
		return charmap.Windows1251.NewDecoder().Reader(in), nil
	}
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// BenchmarkImport prints the import of 100,000 items into an empty catalogue, and
// of the same again, beside a bare tokenizer's reading in the same run.
func BenchmarkImport(b *testing.B) {
	f := feedtest.Feed{Items: 100_000, Windows: true}
	var bare, fresh, same time.Duration
	for range b.N {
		w := tenanttest.Open(b)
		s := newShelf(b, w, w.A)
		began := time.Now()
		tokens(b, f)
		bare += time.Since(began)
		for _, took := range []*time.Duration{&fresh, &same} {
			r := f.Reader()
			began = time.Now()
			if _, err := s.read(r); err != nil {
				b.Fatal(err)
			}
			*took += time.Since(began)
			r.Close()
		}
	}
	n := float64(b.N)
	b.ReportMetric(fresh.Seconds()/n, "import-s")
	b.ReportMetric(same.Seconds()/n, "again-s")
	b.ReportMetric(bare.Seconds()/n, "tokens-s")
	b.ReportMetric(fresh.Seconds()/bare.Seconds(), "ratio")
}
