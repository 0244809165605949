package data_test

import (
	"strings"
	"testing"

	"switchboard/demo/data"
	"switchboard/tenant/catalogue/feed"
	"switchboard/tenant/script"
	"switchboard/tenant/script/graph"
)

// TestFeeds reads the demo's catalogues: nothing in them may be amiss, and the
// played call must find what it asks for.
func TestFeeds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		file, encoding, wanted string
		items                  int
	}{
		{"tyres.yml", "windows-1251", "зимняя шипованная Nokian Hakkapeliitta 10p 205/55 R16", 300},
		{"clothes.yml", "UTF-8", "Платье «Полина» с поясом, молочный, размер 44", 240},
	} {
		t.Run(tc.file, func(t *testing.T) {
			t.Parallel()
			f, err := data.Files.Open(tc.file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			found := 0
			h, err := feed.Read(f, feed.DefaultLimits, func(i feed.Item) error {
				if strings.Contains(i.Name, tc.wanted) && i.Available && *i.Stock >= 4 {
					found++
				}
				return nil
			})
			if err != nil || h.Items < tc.items || h.Found != 0 || h.Encoding != tc.encoding {
				t.Errorf("header %+v, %v", h, err)
			}
			if found != 1 {
				t.Errorf("%d items are %q and in stock, want 1", found, tc.wanted)
			}
		})
	}
}

// TestScripts parses the demo's scripts: whoever goes through the gatekeeper
// cannot reach a person, and every end has its outcome.
func TestScripts(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"tyres.script.yaml", "clothes.script.yaml"} {
		src, err := data.Files.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		g, problems := script.Parse(src)
		for _, p := range problems {
			t.Errorf("%s:%d: %s: %s", file, p.Line, p.Field, p.Problem)
		}
		forbidden := 0
		for _, n := range g.Nodes {
			if n.To == graph.Forbidden {
				forbidden++
			}
		}
		if want := strings.Count(file, "clothes"); forbidden != want {
			t.Errorf("%s has %d gatekeepers, want %d", file, forbidden, want)
		}
	}
}
