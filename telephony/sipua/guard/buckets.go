package guard

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// cells bounds what is kept of all addresses together. Addresses that meet in
// one cell share its allowance; to exhaust all cells takes cells times the
// rate, more than any one line carries.
const cells = 4096

// Buckets limits how often each address may do a thing, in memory that does
// not grow with the number of addresses.
type Buckets struct {
	seed  maphash.Seed
	rate  float64 // tokens a second
	burst float64
	mu    sync.Mutex
	cell  [cells]struct {
		tokens float64
		at     time.Time
	}
}

// NewBuckets allows each address rate things a second, and burst at once.
func NewBuckets(rate, burst int) *Buckets {
	return &Buckets{seed: maphash.MakeSeed(), rate: float64(rate), burst: float64(burst)}
}

// Take takes a token of a, or returns false if there is none at the instant
// now. An IPv6 host owns its /64.
func (b *Buckets) Take(a netip.Addr, now time.Time) bool {
	if a = a.Unmap(); a.Is6() {
		if net, err := a.Prefix(64); err == nil {
			a = net.Addr()
		}
	}
	c := &b.cell[maphash.Comparable(b.seed, a)%cells]
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.at.IsZero() {
		c.tokens = b.burst
	} else if d := now.Sub(c.at); d > 0 {
		c.tokens = min(b.burst, c.tokens+d.Seconds()*b.rate)
	}
	c.at = now
	if c.tokens < 1 {
		return false
	}
	c.tokens--
	return true
}
