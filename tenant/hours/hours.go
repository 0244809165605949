// Package hours is when a shop's queue is served.
package hours

import (
	"encoding/json"
	"fmt"
	"time"
)

// Week is the windows of each day, in the shop's zone. The zero Week is always
// open.
type Week struct {
	week *[7][]window // by time.Weekday; nil: always
}

// window is minutes from midnight, [from, to).
type window struct{ from, to int }

var days = map[string]time.Weekday{
	"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday,
	"thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday,
}

// Parse reads "always" or {"mon": ["09:00-13:00", "14:00-21:00"], ...};
// a day that is not named is closed, and "24:00" ends one.
func Parse(src []byte) (Week, error) {
	var word string
	if json.Unmarshal(src, &word) == nil {
		if word != "always" {
			return Week{}, fmt.Errorf(`hours %q: want "always" or a day's windows`, word)
		}
		return Week{}, nil
	}
	var byDay map[string][]string
	if err := json.Unmarshal(src, &byDay); err != nil {
		return Week{}, fmt.Errorf(`hours: want "always" or {"mon": ["09:00-21:00"]}: %w`, err)
	}
	var week [7][]window
	for name, texts := range byDay {
		day, ok := days[name]
		if !ok {
			return Week{}, fmt.Errorf("hours: %q is no day: mon, tue, wed, thu, fri, sat, sun", name)
		}
		for _, text := range texts {
			w, err := parseWindow(text)
			if err != nil {
				return Week{}, err
			}
			week[day] = append(week[day], w)
		}
	}
	return Week{&week}, nil
}

func parseWindow(text string) (window, error) {
	var h1, m1, h2, m2 int
	n, err := fmt.Sscanf(text, "%02d:%02d-%02d:%02d", &h1, &m1, &h2, &m2)
	w := window{h1*60 + m1, h2*60 + m2}
	if err != nil || n != 4 || len(text) != len("00:00-00:00") || m1 > 59 || m2 > 59 || w.from >= w.to || w.to > 24*60 {
		return window{}, fmt.Errorf("hours: %q: want a window such as 09:00-21:00", text)
	}
	return w, nil
}

// Open reports whether the queue is served at the instant, which must be in
// the shop's zone.
func (w Week) Open(at time.Time) bool {
	if w.week == nil {
		return true
	}
	minute := at.Hour()*60 + at.Minute()
	for _, open := range w.week[at.Weekday()] {
		if minute >= open.from && minute < open.to {
			return true
		}
	}
	return false
}

// Next returns the instant from at on at which it is open; at must be in the
// shop's zone. It reports false if it never is.
func (w Week) Next(at time.Time) (time.Time, bool) {
	if w.Open(at) {
		return at, true
	}
	for day := range 8 { // today's later windows, and those of each day of the week
		midnight := time.Date(at.Year(), at.Month(), at.Day()+day, 0, 0, 0, 0, at.Location())
		var first time.Time
		for _, open := range w.week[midnight.Weekday()] {
			from := time.Date(at.Year(), at.Month(), at.Day()+day, open.from/60, open.from%60, 0, 0, at.Location())
			if from.After(at) && (first.IsZero() || from.Before(first)) {
				first = from
			}
		}
		if !first.IsZero() {
			return first, true
		}
	}
	return time.Time{}, false
}
