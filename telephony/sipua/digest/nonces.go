package digest

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"strings"
	"sync"
	"time"
)

const (
	// fresh is how long a nonce may be used. Phones register again every few
	// minutes; an older nonce costs them one more round.
	fresh = 10 * time.Minute
	// mostNonces bounds the counts that are kept: one per phone and ten
	// minutes, for ten times the phones of one node.
	mostNonces = 50_000
)

// Nonces makes challenges and checks what phones answer. A nonce is a signed
// instant bound to the address it was given to, so making one keeps nothing;
// only one that a right answer has used is remembered, to refuse its replay.
type Nonces struct {
	key   [32]byte
	realm string
	now   func() time.Time

	mu    sync.Mutex
	used  map[string]uint32 // by nonce: the highest count seen
	floor time.Time         // nonces from before it are stale
}

// NewNonces makes Nonces with a key that dies with the process.
func NewNonces(realm string, now func() time.Time) *Nonces {
	n := &Nonces{realm: realm, now: now, used: map[string]uint32{}}
	_, _ = rand.Read(n.key[:]) // never fails (crypto/rand)
	return n
}

// Challenge returns the value of a WWW-Authenticate line for src. Stale tells
// the phone that its password was not the problem.
func (n *Nonces) Challenge(src netip.Addr, stale bool) string {
	var head [12]byte
	binary.BigEndian.PutUint64(head[:8], uint64(n.now().UnixMilli()))
	_, _ = rand.Read(head[8:])
	value := `Digest realm="` + n.realm + `", nonce="` + n.seal(head, src) + `", algorithm=MD5, qop="auth"`
	if stale {
		value += ", stale=true"
	}
	return value
}

func (n *Nonces) seal(head [12]byte, src netip.Addr) string {
	mac := hmac.New(sha256.New, n.key[:])
	mac.Write(head[:])
	addr := src.Unmap().As16()
	mac.Write(addr[:])
	return base64.RawURLEncoding.EncodeToString(append(head[:], mac.Sum(nil)[:12]...))
}

// made returns when a nonce was given to src, and whether it was.
func (n *Nonces) made(nonce string, src netip.Addr) (at time.Time, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(nonce)
	if err != nil || len(raw) != 24 {
		return time.Time{}, false
	}
	head := [12]byte(raw[:12])
	if !hmac.Equal([]byte(n.seal(head, src)), []byte(nonce)) {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(head[:8]))), true
}

// Outcome is what became of an answer.
type Outcome int

// An answer is right once. A stale or repeated one says nothing about the
// password and is challenged anew.
const (
	Wrong Outcome = iota
	Right
	Stale
	Replayed
)

// Check judges c, which came from src with a request of the given method. ha1
// is the user's secret; known is false for a user that doesn't exist, which
// takes the same time and has the same outcome as a wrong password.
func (n *Nonces) Check(c Credentials, method string, src netip.Addr, ha1 string, known bool) Outcome {
	at, ours := n.made(c.Nonce, src)
	now := n.now()
	if !ours || now.Sub(at) > fresh || at.After(now.Add(time.Minute)) {
		return Stale
	}
	if !known {
		ha1 = strings.Repeat("0", 32)
	}
	if proves := c.proves(ha1, method); !proves || !known || c.Realm != n.realm {
		return Wrong
	}
	return n.spend(c, at, now)
}

// spend books the count of a right answer.
func (n *Nonces) spend(c Credentials, at, now time.Time) Outcome {
	n.mu.Lock()
	defer n.mu.Unlock()
	if at.Before(n.floor) {
		return Stale
	}
	if c.Count <= n.used[c.Nonce] {
		return Replayed
	}
	if len(n.used) >= mostNonces {
		// Forgetting the counts must not make old nonces good again.
		n.floor = now
		clear(n.used)
		return Stale
	}
	n.used[c.Nonce] = c.Count
	return Right
}

// Sweep forgets the counts of nonces that have lapsed.
func (n *Nonces) Sweep() {
	oldest := n.now().Add(-fresh)
	n.mu.Lock()
	defer n.mu.Unlock()
	for nonce := range n.used {
		raw, err := base64.RawURLEncoding.DecodeString(nonce)
		if err != nil || time.UnixMilli(int64(binary.BigEndian.Uint64(raw[:8]))).Before(oldest) {
			delete(n.used, nonce)
		}
	}
}
