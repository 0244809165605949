// Package wait tells how long a caller will probably wait, where that can be
// told honestly.
//
// Who is answered tells a pace: how long they waited, by how many places there
// were before them and their own. The median pace of the last answers, times the
// place that somebody has now, is what they will wait if nothing changes. It is
// told only if enough callers were answered lately and most of them at a like
// pace: a machine that says "a minute" and means ten is worse than one that says
// nothing. Who found a free operator tells nothing of the pace of a queue.
package wait

import "slices"

type (
	// Instant is a number of milliseconds since a base that the shell chose.
	Instant int64
	// Millis is a duration in milliseconds.
	Millis = int64
)

// What is asked of the past before anything is said of the future.
const (
	Least         = 5           // answers
	Most          = 20          // that are remembered
	Lately Millis = 30 * 60_000 // after which an answer tells nothing any more
	spread        = 3           // how many times the upper quartile may be the lower
	slack  Millis = 5_000       // that is forgiven where waits are short
)

// Pace is that of one queue. The zero Pace knows nothing.
type Pace struct{ past []answer }

// answer is one caller who was answered.
type answer struct {
	at       Instant
	perPlace Millis
}

// Answered tells of a caller who was answered at now, and had found nobody free:
// they came to a place, 1 being the first, and waited.
func (p *Pace) Answered(now Instant, place int, waited Millis) {
	if place < 1 || waited < 0 {
		return
	}
	if len(p.past) == Most {
		p.past = slices.Delete(p.past, 0, 1)
	}
	p.past = append(p.past, answer{now, waited / int64(place)})
}

// Expect returns how long somebody will wait who is at that place at now, and
// false if nobody can tell.
func (p *Pace) Expect(now Instant, place int) (Millis, bool) {
	var paces []Millis
	for _, a := range p.past {
		if Millis(now-a.at) <= Lately {
			paces = append(paces, a.perPlace)
		}
	}
	if len(paces) < Least || place < 1 {
		return 0, false
	}
	slices.Sort(paces)
	low, middle, high := paces[len(paces)/4], paces[len(paces)/2], paces[len(paces)*3/4]
	if high > spread*low+slack {
		return 0, false
	}
	return middle * int64(place), true
}
