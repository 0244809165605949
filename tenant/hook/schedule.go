package hook

import (
	"encoding/binary"
	"time"

	"github.com/google/uuid"
)

const (
	// GiveUp is for how long a delivery is tried, and a receiver may be dead before
	// it is turned off: a weekend and the morning after.
	GiveUp = 3 * 24 * time.Hour
	// longestWait is the longest between two tries of a delivery.
	longestWait = time.Hour
	// longestRest is the longest that a receiver which fails is left alone: whoever
	// repaired it sees it work within this.
	longestRest = 5 * time.Minute
	// longestAsked is the longest rest that a receiver may ask for by Retry-After.
	longestAsked = time.Hour
)

// wait is the time after so many tries of a delivery until the next: 5 s, doubled
// each time. What failed together does not come back together: the id adds up to
// a fifth.
func wait(tries int, id uuid.UUID) time.Duration {
	d := min(5*time.Second<<min(tries-1, 20), longestWait)
	return d + time.Duration(binary.BigEndian.Uint16(id[14:]))*d/5/(1<<16)
}

// rest is for how long a receiver is left alone after so many failures in a row.
func rest(streak int, asked time.Duration) time.Duration {
	d := min(time.Second<<min(streak-1, 20), longestRest)
	return max(d, min(asked, longestAsked))
}
