package telephony

import (
	"sync"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/switchd"
)

// watchFor is how long a desk counts as one that somebody looks at: pages look
// again each minute.
const watchFor = 2 * time.Minute

// watched is the desks that somebody looks at. Nobody is told of the others:
// most operators of a night have a telephone and no page.
type watched struct {
	mu    sync.Mutex
	until map[uuid.UUID]time.Time
}

func (w *watched) look(operator uuid.UUID, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.until[operator] = now.Add(watchFor)
}

// of returns the hints that are of calls, or of a desk that is watched.
func (w *watched) of(hs []switchd.Hint, now time.Time) []switchd.Hint {
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := make([]switchd.Hint, 0, len(hs))
	for _, h := range hs {
		if h.Operator == uuid.Nil || w.is(h.Operator, now) {
			kept = append(kept, h)
		}
	}
	return kept
}

func (w *watched) is(operator uuid.UUID, now time.Time) bool {
	until, ok := w.until[operator]
	if ok && now.After(until) {
		delete(w.until, operator)
		return false
	}
	return ok
}
