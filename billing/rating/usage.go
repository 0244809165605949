package rating

import (
	"fmt"
	"time"
)

// Usage is one finished leg of a call, and what the shop's month has left for
// it. Lengths are measured in monotonic milliseconds; wall time only chooses
// the band.
type Usage struct {
	Answered   bool     `json:"answered"`
	AnsweredMs int64    `json:"answered_ms,omitempty"` // Unix milliseconds; needed only where the tariff has bands
	Zone       []Offset `json:"zone,omitempty"`        // the shop's zone during the call; likewise

	RingMs   int64 `json:"ring_ms,omitempty"`
	QueueMs  int64 `json:"queue_ms,omitempty"`
	TalkMs   int64 `json:"talk_ms,omitempty"`
	HoldMs   int64 `json:"hold_ms,omitempty"`
	WrapUpMs int64 `json:"wrap_up_ms,omitempty"`

	IncludedLeftS int64 `json:"included_left_s,omitempty"` // included seconds not yet used this month
	FreeCallsLeft int64 `json:"free_calls_left,omitempty"`
}

// Offset is how far a zone's clocks are ahead of UTC from an instant of the
// call on.
type Offset struct {
	FromMs int64 `json:"from_ms"` // after the answer
	AheadS int64 `json:"ahead_s"`
}

// ZoneOf returns the offsets of at's location from at until lasting later: one,
// or more if the clocks are changed in between.
func ZoneOf(at time.Time, lasting time.Duration) []Offset {
	end := at.Add(lasting)
	_, ahead := at.Zone()
	zone := []Offset{{0, int64(ahead)}}
	for _, change := at.ZoneBounds(); !change.IsZero() && change.Before(end); _, change = change.ZoneBounds() {
		_, ahead = change.Zone()
		zone = append(zone, Offset{change.Sub(at).Milliseconds(), int64(ahead)})
	}
	return zone
}

// check refuses lengths that no call has.
func (u *Usage) check() error {
	for _, ms := range [...]int64{u.RingMs, u.QueueMs, u.TalkMs, u.HoldMs, u.WrapUpMs} {
		if ms < 0 || ms > MaxPartMs {
			return fmt.Errorf("a part of %d ms is not within 0..%d ms", ms, int64(MaxPartMs))
		}
	}
	if u.IncludedLeftS < 0 || u.FreeCallsLeft < 0 {
		return fmt.Errorf("%d included seconds and %d free calls are left, which is below 0", u.IncludedLeftS, u.FreeCallsLeft)
	}
	return nil
}

// billableMs adds up the parts that are billed, in milliseconds, before anything
// is rounded.
func (u *Usage) billableMs(parts Parts) (sum int64) {
	for i, ms := range [...]int64{u.RingMs, u.QueueMs, u.TalkMs, u.HoldMs, u.WrapUpMs} {
		if parts&(1<<i) != 0 {
			sum += ms
		}
	}
	return sum
}

// Lasting returns the length of the whole call after its answer, all parts that
// may be billed included: how far ZoneOf must look.
func (u *Usage) Lasting() time.Duration {
	return time.Duration(u.RingMs+u.QueueMs+u.TalkMs+u.HoldMs+u.WrapUpMs) * time.Millisecond
}
