package digest

import (
	"cmp"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Failures that are borne before nothing of an address is looked at any more.
// A person mistypes a few times; a guesser needs thousands.
const (
	mostOfAddress = 50
	mostOfUser    = 10
	window        = 10 * time.Minute
	// mostFailures bounds what is kept of all addresses together.
	mostFailures = 20_000
)

// Locks counts wrong answers by address, and by address and user. It does not
// count by user alone: whoever knows a user's name could lock them out.
type Locks struct {
	now func() time.Time

	mu       sync.Mutex
	failures map[subject]failure
}

type subject struct {
	src  netip.Addr
	user string // "" for the address as a whole
}

type failure struct {
	n     int
	since time.Time
}

// NewLocks makes Locks with nobody locked out.
func NewLocks(now func() time.Time) *Locks {
	return &Locks{now: now, failures: map[subject]failure{}}
}

// Locked tells whether answers of user from src are refused unseen.
func (l *Locks) Locked(src netip.Addr, user string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count(subject{src, ""}) >= mostOfAddress || l.count(subject{src, user}) >= mostOfUser
}

func (l *Locks) count(s subject) int {
	f, ok := l.failures[s]
	if !ok || l.now().Sub(f.since) > window {
		return 0
	}
	return f.n
}

// Fail books a wrong answer.
func (l *Locks) Fail(src netip.Addr, user string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range []subject{{src, ""}, {src, user}} {
		n := l.count(s)
		if n == 0 {
			l.room()
			l.failures[s] = failure{1, l.now()}
			continue
		}
		f := l.failures[s]
		f.n++
		l.failures[s] = f
	}
}

// room makes place for more when the table is full: lapsed ones go, and if that
// is not enough, any others until a quarter is free, so that a full table is
// searched once in thousands of failures and not at each.
func (l *Locks) room() {
	if len(l.failures) < mostFailures {
		return
	}
	for s := range l.failures {
		if l.count(s) == 0 {
			delete(l.failures, s)
		}
	}
	for s := range l.failures {
		if len(l.failures) <= mostFailures*3/4 {
			return
		}
		delete(l.failures, s)
	}
}

// Lock is an address, or a user at it, that is refused unseen.
type Lock struct {
	Address  netip.Addr `json:"address"`
	User     string     `json:"user"` // empty: all of them
	Failures int        `json:"failures"`
	Until    time.Time  `json:"until"`
}

// All returns who is locked out, by address and user.
func (l *Locks) All() []Lock {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := []Lock{}
	for s := range l.failures {
		most := mostOfAddress
		if s.user != "" {
			most = mostOfUser
		}
		if n := l.count(s); n >= most {
			out = append(out, Lock{s.src, s.user, n, l.failures[s].since.Add(window)})
		}
	}
	slices.SortFunc(out, func(a, b Lock) int { return cmp.Or(a.Address.Compare(b.Address), cmp.Compare(a.User, b.User)) })
	return out
}

// Lift forgets the failures of an address, and tells whether there were any.
func (l *Locks) Lift(src netip.Addr) (any bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := range l.failures {
		if s.src == src {
			delete(l.failures, s)
			any = true
		}
	}
	return any
}
