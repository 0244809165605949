// Package ban is the list of addresses that have misbehaved and get no answer
// for a while, each time for longer.
package ban

import (
	"cmp"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Offence is what an address did.
type Offence string

// The offences.
const (
	Scanner   Offence = "scanner"   // calls itself, or looks like, a program that looks for open switches
	Malformed Offence = "malformed" // what no telephone sends
	Method    Offence = "method"    // asks for what it may not
	Wrong     Offence = "password"  // a wrong password
	Locked    Offence = "locked"    // goes on although it is locked out
	Replay    Offence = "replay"    // a digest that was used before
	Rate      Offence = "rate"      // more packets than a telephone has reason for
	Stranger  Offence = "stranger"  // is on no list at all
)

// weights is how bad an offence is, against limit. A telephone with an old
// password offends a few times in an hour, a guesser hundreds of times.
var weights = map[Offence]int{Scanner: limit, Malformed: 5, Method: 5, Wrong: 2, Locked: 2, Replay: 5, Rate: 1, Stranger: 1}

const (
	limit  = 100              // of offences within window: the address is banned
	window = 10 * time.Minute //
	first  = time.Minute      // of silence; each further ban four times as long
	factor = 4
	last   = 24 * time.Hour // the longest
	decay  = 24 * time.Hour // without a ban, and the next one is a first one again
	most   = 8192           // addresses that are kept: a flood with made-up senders must not fill the memory
)

// entry is what is known of an address.
type entry struct {
	weight   int
	since    time.Time // of the window
	level    int       // bans so far
	until    time.Time // of the last one
	what     Offence   // the worst lately
	offences int       // all of them
	seen     time.Time
}

// Ban is one address of the list.
type Ban struct {
	Address  netip.Addr `json:"address"`
	Why      Offence    `json:"why"`
	Until    time.Time  `json:"until"`
	Times    int        `json:"times"`    // that it was banned
	Offences int        `json:"offences"` // in all
	Seen     time.Time  `json:"seen"`     // last
}

// List is who is banned.
type List struct {
	banned atomic.Int64 // how many entries may be under a ban: nobody, nothing is looked up

	mu sync.RWMutex
	by map[netip.Addr]*entry
}

// New returns an empty List.
func New() *List { return &List{by: map[netip.Addr]*entry{}} }

// whole is what is banned of an address: an IPv6 host owns its /64.
func whole(a netip.Addr) netip.Addr {
	if a = a.Unmap(); a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}

// Banned tells whether an address gets no answer now.
func (l *List) Banned(a netip.Addr, now time.Time) bool {
	if l.banned.Load() == 0 {
		return false
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	e := l.by[whole(a)]
	return e != nil && now.Before(e.until)
}

// Note books an offence, and tells whether it is the one that brings a ban.
func (l *List) Note(a netip.Addr, what Offence, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	a = whole(a)
	e := l.by[a]
	if e == nil {
		l.room(now)
		e = &entry{since: now}
		l.by[a] = e
	}
	if now.Sub(e.since) > window {
		e.weight, e.since = 0, now
	}
	if weights[what] >= weights[e.what] {
		e.what = what
	}
	e.weight += weights[what]
	e.offences++
	e.seen = now
	if e.weight < limit || now.Before(e.until) {
		return false
	}
	l.ban(e, now)
	return true
}

func (l *List) ban(e *entry, now time.Time) {
	if now.Sub(e.until) > decay {
		e.level = 0
	}
	length := first
	for range e.level {
		length = min(length*factor, last)
	}
	e.level++
	e.until = now.Add(length)
	e.weight = 0
	l.banned.Add(1)
}

// Lift ends the ban of an address and forgets what it did. It tells whether
// there was anything to forget.
func (l *List) Lift(a netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, there := l.by[whole(a)]
	delete(l.by, whole(a))
	return there
}

// All returns who is banned at an instant, the longest first.
func (l *List) All(now time.Time) []Ban {
	l.mu.RLock()
	defer l.mu.RUnlock()
	out := []Ban{}
	for a, e := range l.by {
		if now.Before(e.until) {
			out = append(out, Ban{a, e.what, e.until, e.level, e.offences, e.seen})
		}
	}
	slices.SortFunc(out, func(a, b Ban) int { return cmp.Or(b.Until.Compare(a.Until), a.Address.Compare(b.Address)) })
	return out
}

// Sweep forgets who has done nothing for long.
func (l *List) Sweep(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	banned := int64(0)
	for a, e := range l.by {
		switch {
		case now.Before(e.until):
			banned++
		case now.Sub(e.seen) > window && now.Sub(e.until) > decay:
			delete(l.by, a)
		}
	}
	l.banned.Store(banned)
}

// Len is how many addresses are kept.
func (l *List) Len() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.by)
}

// room makes place when the list is full: a quarter of those that are not
// banned, or of any, goes at once, so that a full list is not searched at each
// packet of a flood.
func (l *List) room(now time.Time) {
	if len(l.by) < most {
		return
	}
	for _, all := range []bool{false, true} {
		for a, e := range l.by {
			if len(l.by) <= most*3/4 {
				return
			}
			if all || !now.Before(e.until) {
				delete(l.by, a)
			}
		}
	}
}
