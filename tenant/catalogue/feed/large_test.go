package feed_test

import (
	"encoding/xml"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"switchboard/tenant/catalogue/feed"
	"switchboard/tenant/catalogue/feedtest"
)

// TestMemory reads a feed of 100,000 items. It is not parallel: it measures
// the heap of the whole process.
func TestMemory(t *testing.T) {
	const bound = 32 << 20 // the collector lets garbage grow to twice what lives
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, most, n := m.HeapAlloc, uint64(0), 0
	r := feedtest.Feed{Items: 100_000, Windows: true}.Reader()
	defer r.Close()
	h, err := feed.Read(r, feed.DefaultLimits, func(feed.Item) error {
		if n++; n%2000 == 0 {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
		return nil
	})
	if err != nil || n != 100_000 || h.Items != n || h.Found != 0 {
		t.Fatalf("read %d items, header %+v, %v", n, h, err)
	}
	grown := int64(most) - int64(before)
	t.Logf("the heap grew by at most %.1f MiB over 100,000 items", float64(grown)/(1<<20))
	if grown > bound {
		t.Errorf("the heap grew by %d bytes, more than %d", grown, bound)
	}
}

// endless repeats a piece of text, and counts what was taken of it. So that a
// reader without bounds fails and does not fill the machine, it ends at 64 MiB.
type endless struct {
	piece string
	at    int
	taken int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.taken > 64<<20 {
		return 0, io.EOF
	}
	n := copy(p, e.piece[e.at:])
	e.at = (e.at + n) % len(e.piece)
	e.taken += int64(n)
	return n, nil
}

// TestBombs: what never ends is refused after little of it was read.
func TestBombs(t *testing.T) {
	t.Parallel()
	const open = `<?xml version="1.0" encoding="UTF-8"?><yml_catalog><shop><offers><offer id="1"><name>`
	for name, piece := range map[string]string{
		"text":       "шина ",
		"tags":       "<b>",
		"attributes": ` a="b"`,
		"comment":    "- ",
		"digits":     "1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prefix := open + map[string]string{"attributes": "<b", "comment": "<!--"}[name]
			e := &endless{piece: piece}
			_, err := feed.Read(io.MultiReader(strings.NewReader(prefix), e), feed.DefaultLimits, func(feed.Item) error { return nil })
			if err == nil || e.taken > 2<<20 {
				t.Errorf("took %d bytes: %v", e.taken, err)
			}
		})
	}
}

// TestEndlessSmallPieces: no single piece is too long, so the bound on the
// whole feed must end it, and memory must not grow meanwhile.
func TestEndlessSmallPieces(t *testing.T) {
	t.Parallel()
	const open = `<?xml version="1.0" encoding="UTF-8"?><yml_catalog><shop><offers><offer id="1"><description>`
	l := feed.DefaultLimits
	l.Bytes = 32 << 20
	e := &endless{piece: "шина <b/><![CDATA[a]]>"}
	_, err := feed.Read(io.MultiReader(strings.NewReader(open), e), l, func(feed.Item) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "larger than is read") {
		t.Errorf("got %v", err)
	}
}

// tokens reads a feed with nothing but the standard library: the yardstick.
func tokens(r io.Reader) error {
	d := xml.NewDecoder(r)
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) {
		return charmap.Windows1251.NewDecoder().Reader(in), nil
	}
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// BenchmarkRead prints the reading of 100,000 items beside a bare tokenizer's
// in the same run.
func BenchmarkRead(b *testing.B) {
	var text strings.Builder
	if err := (feedtest.Feed{Items: 100_000, Windows: true}).Write(&text); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	var ours, bare time.Duration
	for b.Loop() {
		began := time.Now()
		if err := tokens(strings.NewReader(text.String())); err != nil {
			b.Fatal(err)
		}
		bare += time.Since(began)
		began = time.Now()
		if _, err := feed.Read(strings.NewReader(text.String()), feed.DefaultLimits, func(feed.Item) error { return nil }); err != nil {
			b.Fatal(err)
		}
		ours += time.Since(began)
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "read-s")
	b.ReportMetric(bare.Seconds()/float64(b.N), "tokens-s")
	b.ReportMetric(ours.Seconds()/bare.Seconds(), "ratio")
}
