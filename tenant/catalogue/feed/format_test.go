package feed

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"switchboard/tenant/fault"
)

var update = flag.Bool("update", false, "rewrite what formats are expected to read")

// now is when the feeds of the tests are fetched: a sale of November is on.
var now = time.Date(2026, 11, 25, 14, 0, 0, 0, time.UTC)

// zipped packs files in this order.
func zipped(t testing.TB, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err == nil {
			_, err = io.WriteString(f, files[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func testdata(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// readAs reads a feed as a format does.
func readAs(f Format, src string) (Header, []Item, error) {
	var items []Item
	h, err := f.Read(strings.NewReader(src), DefaultLimits, func(i Item) error {
		items = append(items, i)
		return nil
	})
	return h, items, err
}

// told writes what was read: an item a line, then the problems.
func toldOf(h Header, items []Item, err error) string {
	var b strings.Builder
	for _, i := range items {
		js, _ := json.Marshal(i)
		fmt.Fprintf(&b, "%s\n", js)
	}
	fmt.Fprintf(&b, "%s, %d read, %d left out\n", h.Encoding, h.Items, h.Skipped)
	for _, p := range h.Problems {
		fmt.Fprintf(&b, "line %d: %s: %s\n", p.Line, p.Field, p.Problem)
	}
	if err != nil {
		fmt.Fprintf(&b, "refused: %v\n", err)
	}
	return b.String()
}

// samples are feeds as real systems export them.
func samples(t testing.TB) map[string]struct{ format, src string } {
	parts := []string{"1cbitrix/import.xml", testdata(t, "import.xml"), "1cbitrix/offers.xml", testdata(t, "offers.xml"), "rests.xml", testdata(t, "rests.xml"), "import_files/p1.jpg", "not read"}
	return map[string]struct{ format, src string }{
		"yml":          {"yml", testdata(t, "full.xml")},
		"merchant-rss": {"merchant", testdata(t, "merchant.xml")},
		"merchant-tsv": {"merchant", testdata(t, "merchant.tsv")},
		"commerceml":   {"commerceml", zipped(t, parts...)},
		"csv":          {"csv", testdata(t, "price.csv")},
		"xlsx":         {"xlsx", book(t)},
		"json":         {"json", testdata(t, "push.json")},
		"shopify":      {"shopify", testdata(t, "shopify.json")},
		"woocommerce":  {"woocommerce", testdata(t, "woocommerce.json")},
		"insales":      {"insales", testdata(t, "insales.json")},
	}
}

func of(format string) Format {
	return Of(format, Settings{Now: now, Location: "https://shop.test/admin/products.json"})
}

// TestFormats reads a feed of each format; what comes of it is written down.
func TestFormats(t *testing.T) {
	t.Parallel()
	for name, s := range samples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, items, err := readAs(of(s.format), s.src)
			got := sortedLines(s.format, toldOf(h, items, err))
			golden := "testdata/" + name + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if want := testdata(t, name+".golden"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			items = nil
			h, err = of(s.format).Read(iotest.OneByteReader(strings.NewReader(s.src)), DefaultLimits, func(i Item) error { items = append(items, i); return nil })
			if again := sortedLines(s.format, toldOf(h, items, err)); again != got {
				t.Errorf("a byte at a time\n%s\nat once\n%s", again, got)
			}
		})
	}
}

// sortedLines brings what was joined into one order: it comes by hash.
func sortedLines(format, text string) string {
	if format != "commerceml" {
		return text
	}
	lines := strings.SplitAfter(text, "\n")
	sortStrings(lines)
	return strings.Join(lines, "")
}

// FuzzFormats: whatever the bytes, reading ends with items that are sound, or
// says what is wrong.
func FuzzFormats(f *testing.F) {
	for _, s := range samples(f) {
		for n, name := range Names {
			if name == s.format {
				f.Add(n, []byte(s.src))
			}
		}
	}
	limits := Limits{Bytes: 4 << 20, Token: 64 << 10, Depth: 32, Items: 1000, Categories: 1000}
	f.Fuzz(func(t *testing.T, n int, src []byte) {
		_, err := of(Names[uint(n)%uint(len(Names))]).Read(bytes.NewReader(src), limits, func(i Item) error {
			if i.ID == "" || i.Name == "" || i.PriceMinor <= 0 || len(i.Name) > maxName || i.Stock != nil && *i.Stock < 0 {
				t.Errorf("an item that is not sound: %+v", i)
			}
			return nil
		})
		var invalid fault.Invalid
		if err != nil && !errors.As(err, &invalid) {
			t.Errorf("the shop would not be told: %v", err)
		}
	})
}
