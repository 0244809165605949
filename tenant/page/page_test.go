package page_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant/fault"
	"switchboard/tenant/page"
)

func TestACursorComesBackAsItWent(t *testing.T) {
	t.Parallel()
	for _, want := range []page.Cursor{
		{},
		{At: time.Date(2026, 11, 22, 14, 5, 11, 123456000, time.UTC), ID: uuid.New()},
		{At: time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC), ID: uuid.New()},
	} {
		got, err := page.Parse(want.String())
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v; want %v", want.String(), got, err, want)
		}
	}
}

func TestWhatIsNoCursorIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"x", "AAAA", "'; drop table", page.Cursor{ID: uuid.New()}.String() + "AA"} {
		var invalid fault.Invalid
		if _, err := page.Parse(text); !errors.As(err, &invalid) || invalid.Field != "cursor" {
			t.Errorf("Parse(%q): %v, want an invalid cursor", text, err)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	at := func(n int) page.Cursor { return page.Cursor{At: time.UnixMicro(int64(n))} }
	rows, next := page.Cut([]int{1, 2, 3}, 2, at)
	if !slices.Equal(rows, []int{1, 2}) || next != at(2) {
		t.Errorf("three of two: %v, %v", rows, next)
	}
	rows, next = page.Cut([]int{1, 2}, 2, at)
	if !slices.Equal(rows, []int{1, 2}) || next != (page.Cursor{}) {
		t.Errorf("two of two: %v, %v", rows, next)
	}
	for asked, want := range map[int]int{0: page.Usual, -1: 1, 7: 7, 100000: page.Most} {
		if got := page.Limit(asked); got != want {
			t.Errorf("Limit(%d) = %d, want %d", asked, got, want)
		}
	}
}
