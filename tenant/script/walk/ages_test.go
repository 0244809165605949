package walk_test

import (
	"fmt"
	"testing"
	"time"

	"switchboard/tenant/script/walk"
)

// ages shows how old what is said is, and what is said when it is too old.
func (p *table) ages() []string {
	v := walk.Show(p.g, p.w, p.f)
	var lines []string
	clock := func(i walk.Instant) string {
		return (time.Duration(int64(i)-noon.UnixMilli()) * time.Millisecond).String()
	}
	for _, f := range v.Facts {
		state := "fresh until " + clock(f.StaleAt)
		if f.Stale {
			state = "stale since " + clock(f.StaleAt)
		}
		lines = append(lines, fmt.Sprintf("%s of %s by %s, %v old, %s", f.Field, f.SKU, f.Source, time.Duration(f.Age)*time.Millisecond, state))
	}
	for _, l := range v.Later {
		lines = append(lines, fmt.Sprintf("from %s: %s", clock(l.From), l.Sentence))
	}
	return lines
}

// TestWhatIsSaidLaterIsWhatIsShownThen runs the clock of a conversation past each
// time to live: the page, which changes its sentence by itself, and the server say
// the same at every instant.
func TestWhatIsSaidLaterIsWhatIsShownThen(t *testing.T) {
	t.Parallel()
	p := table{t: t, g: load(t, "shoes.yaml"), f: walk.Facts{Language: "ru"}}
	p.f.Fresh.Price, p.f.Fresh.Stock = 20*60_000, 10*60_000
	for _, line := range []string{"00:00 start", "00:01 next", "00:02 say buy", "00:03 say 42", "00:04 pick ZX-1 845000 5 3 Ботинки", "00:05 say 2"} {
		p.line(line)
	}
	first := walk.Show(p.g, p.w, p.f)
	if len(first.Later) != 2 {
		t.Fatalf("%d wordings to come, want one for the stock and one for both: %+v", len(first.Later), first)
	}
	for s := int64(5); s < 30*60; s += 7 {
		p.f.Now = walk.Instant(noon.UnixMilli() + s*1000)
		want := first.Sentence
		for _, l := range first.Later {
			if p.f.Now >= l.From {
				want = l.Sentence
			}
		}
		if got := walk.Show(p.g, p.w, p.f).Sentence; got != want {
			t.Fatalf("after %d s: %q, the page says %q", s, got, want)
		}
	}
}
