package hours

import (
	"testing"
	"time"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	w, err := Parse([]byte(`{"mon": ["09:00-13:00", "14:00-24:00"], "sun": ["10:00-16:00"]}`))
	if err != nil {
		t.Fatal(err)
	}
	monday := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for at, want := range map[string]bool{"08:59": false, "09:00": true, "12:59": true, "13:00": false, "14:00": true, "23:59": true} {
		clock, err := time.Parse("15:04", at)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Open(monday.Add(time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute)); got != want {
			t.Errorf("Monday %s: open %v, want %v", at, got, want)
		}
	}
	if w.Open(monday.AddDate(0, 0, 1).Add(10 * time.Hour)) {
		t.Error("open on a day that is not named")
	}
	if always, err := Parse([]byte(`"always"`)); err != nil || !always.Open(monday) {
		t.Errorf("always: %v", err)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, src := range []string{`"sometimes"`, `{"day": ["09:00-10:00"]}`, `{"mon": ["9-10"]}`, `{"mon": ["10:00-09:00"]}`, `{"mon": ["10:00-25:00"]}`, `{"mon": ["10:60-11:00"]}`, `7`, ``} {
		if _, err := Parse([]byte(src)); err == nil {
			t.Errorf("%s was taken", src)
		}
	}
}
