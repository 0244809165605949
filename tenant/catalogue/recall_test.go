package catalogue_test

import (
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"switchboard/demo/data"
	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/tenanttest"
)

// TestFirstFive types testdata/typed.txt into a shop of three feeds, and prints
// what is not among the first five.
func TestFirstFive(t *testing.T) {
	t.Parallel()
	const least = 95 // per cent
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	for _, file := range []string{"tyres.yml", "clothes.yml", "mixed.yml"} {
		s.source = s.addSource(file)
		f := open(t, file)
		if _, err := s.read(f); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	all, found := readTyped(t), 0
	for _, q := range all {
		var first []string
		s.within(func(tx tenant.Tx) error {
			hits, err := catalogue.Search(tx, q.text, 5)
			for _, h := range hits {
				first = append(first, h.Name)
			}
			if slices.ContainsFunc(hits, q.has) {
				found, first = found+1, nil
			} else {
				t.Logf("%s %q is not %q among %d: %.200q", q.kind, q.text, q.want, len(first), first)
			}
			return err
		})
	}
	t.Logf("%d of %d are among the first five", found, len(all))
	if len(all) < 200 || found*100 < len(all)*least {
		t.Errorf("%d of %d, want %d %%", found, len(all), least)
	}
}

func open(t *testing.T, file string) io.ReadCloser {
	t.Helper()
	if f, err := data.Files.Open(file); err == nil {
		return f
	}
	f, err := os.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// typed is a line of testdata/typed.txt.
type typed struct{ kind, text, want string }

func readTyped(t *testing.T) (all []typed) {
	t.Helper()
	text, err := os.ReadFile("testdata/typed.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Split(strings.TrimSpace(line), " | "); len(f) == 3 && line[0] != '#' {
			all = append(all, typed{f[0], f[1], strings.ToLower(f[2])})
		}
	}
	return all
}

// has reports whether an item is what was meant: all words stand in its name or codes.
func (q typed) has(h catalogue.Hit) bool {
	text := strings.ToLower(h.Name + " " + h.SKU + " " + h.Barcode)
	for _, w := range strings.Fields(q.want) {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
