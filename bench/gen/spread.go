package gen

import (
	"slices"
	"time"
)

// Spread is a set of durations.
type Spread []time.Duration

// At returns the duration that a share of them does not exceed; 0 if there is none.
func (s Spread) At(share float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	if !slices.IsSorted(s) {
		slices.Sort(s)
	}
	return s[min(len(s)-1, int(share*float64(len(s))))]
}
