// Package shift is an operator's own day: the calls that they took for whatever
// shop, and how long they were on duty. It knows nothing of buyers.
package shift

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Zone is the platform's: its days begin by the clock of Moscow, whatever the
// zones of the shops and of the operator are.
const Zone = "Europe/Moscow"

// Day is one day of the platform, from its beginning to the next one's.
type Day struct {
	Date     string // YYYY-MM-DD
	From, To time.Time
}

// DayOf returns the day in which an instant is.
func DayOf(at time.Time) (Day, error) {
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		return Day{}, fmt.Errorf("find the platform's zone: %w", err)
	}
	y, m, d := at.In(zone).Date()
	return Day{
		Date: time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly),
		From: time.Date(y, m, d, 0, 0, 0, 0, zone).UTC(), To: time.Date(y, m, d+1, 0, 0, 0, 0, zone).UTC(),
	}, nil
}

// Named returns the day of a date.
func Named(date string) (Day, error) {
	noon, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return Day{}, fmt.Errorf("read the date %q: %w", date, err)
	}
	return DayOf(noon.Add(9 * time.Hour)) // 12:00 in Moscow
}

// Call is one that the operator joined.
type Call struct {
	ID          uuid.UUID
	Shop        Shop `gorm:"embedded;embeddedPrefix:shop_"`
	Queue       string
	StartedAt   time.Time
	AnsweredAt  time.Time
	TalkMS      int64
	HoldMS      int64
	WrapUpMS    int64
	Ended       bool // wrap-up is over
	Disposition *string
	OrderNo     *int64
}

// Shop is a shop as its operator speaks for it.
type Shop struct {
	ID       uuid.UUID
	Slug     string
	NameRu   string
	NameEn   string
	SpokenRu string
	SpokenEn string
	Timezone string
	Language string
	Colour   string
}

// Work is what one call took of the operator.
type Work struct {
	AnsweredAt time.Time
	TalkMS     int64
	HoldMS     int64
	WrapUpMS   int64
}

// Figures are what a day came to.
type Figures struct {
	Works  []Work // a call each
	Orders int    // confirmed
	OnDuty *time.Duration
}

// turn is a moment at which the operator came on duty or went off it.
type turn struct {
	At time.Time
	On bool
}

// onDuty returns how much of [from, to) the operator was on duty, by turns in
// their order, the last one before from among them.
func onDuty(turns []turn, from, to time.Time) time.Duration {
	var sum time.Duration
	var since *time.Time
	for _, t := range turns {
		at := later(t.At, from)
		switch {
		case t.On && since == nil:
			since = &at
		case !t.On && since != nil:
			sum += at.Sub(*since)
			since = nil
		}
	}
	if since != nil && to.After(*since) {
		sum += to.Sub(*since)
	}
	return sum
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
