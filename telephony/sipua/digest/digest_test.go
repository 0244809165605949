package digest

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	icholy "github.com/icholy/digest"
)

var (
	here  = netip.MustParseAddr("192.0.2.1")
	there = netip.MustParseAddr("192.0.2.2")
)

// clock is a time that only tests move.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newClock() *clock { return &clock{time.UnixMilli(1_700_000_000_000)} }

// answer makes a phone's answer with another implementation.
func answer(t *testing.T, challenge, password string, count int) Credentials {
	t.Helper()
	chal, err := icholy.ParseChallenge(challenge)
	if err != nil {
		t.Fatal(err)
	}
	cred, err := icholy.Digest(chal, icholy.Options{Method: "REGISTER", URI: "sip:127.0.0.1", Username: "op1", Password: password, Count: count})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Parse(cred.String())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCheck(t *testing.T) {
	t.Parallel()
	clock := newClock()
	n := NewNonces("switchboard", clock.now)
	ha1 := HA1("op1", "switchboard", "secret")
	challenge := n.Challenge(here, false)
	check := func(c Credentials, src netip.Addr) Outcome { return n.Check(c, "REGISTER", src, ha1, true) }

	right := answer(t, challenge, "secret", 1)
	for _, c := range []struct {
		what string
		got  Outcome
		want Outcome
	}{
		{"a wrong password", check(answer(t, challenge, "guess", 1), here), Wrong},
		{"an unknown user", n.Check(right, "REGISTER", here, "", false), Wrong},
		{"another method", n.Check(right, "INVITE", here, ha1, true), Wrong},
		{"a nonce taken to another address", check(right, there), Stale},
		{"a nonce of our own making", check(answer(t, `Digest realm="switchboard", nonce="AAAA", qop="auth"`, "secret", 1), here), Stale},
		{"the right answer", check(right, here), Right},
		{"the same answer again", check(right, here), Replayed},
		{"the next count", check(answer(t, challenge, "secret", 2), here), Right},
		{"a count before it", check(answer(t, challenge, "secret", 1), here), Replayed},
	} {
		if c.got != c.want {
			t.Errorf("%s: outcome %d, want %d", c.what, c.got, c.want)
		}
	}
	clock.at = clock.at.Add(fresh + time.Second)
	if got := check(answer(t, challenge, "secret", 3), here); got != Stale {
		t.Errorf("an old nonce: outcome %d", got)
	}
	n.Sweep()
	if len(n.used) != 0 {
		t.Errorf("%d counts kept for ever", len(n.used))
	}
}

// TestForgettingIsNoReplay: when the table is full, what it knew must not
// become usable again.
func TestForgettingIsNoReplay(t *testing.T) {
	t.Parallel()
	clock := newClock()
	n := NewNonces("switchboard", clock.now)
	c := answer(t, n.Challenge(here, false), "secret", 1)
	if got := n.Check(c, "REGISTER", here, HA1("op1", "switchboard", "secret"), true); got != Right {
		t.Fatalf("outcome %d", got)
	}
	clock.at = clock.at.Add(time.Second)
	for i := range mostNonces {
		n.used[strconv.Itoa(i)] = 1
	}
	full := answer(t, n.Challenge(here, false), "secret", 1)
	if got := n.Check(full, "REGISTER", here, HA1("op1", "switchboard", "secret"), true); got != Stale {
		t.Errorf("with a full table: outcome %d", got)
	}
	if got := n.Check(c, "REGISTER", here, HA1("op1", "switchboard", "secret"), true); got != Stale {
		t.Errorf("the forgotten answer: outcome %d", got)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	good := `Digest username="o\"p", realm="switchboard", nonce="n", uri="sip:x", response="0123456789abcdef0123456789ABCDEF", qop=auth, nc=0000000a, cnonce="c", algorithm=MD5`
	c, err := Parse(good)
	if err != nil || c.User != `o"p` || c.Count != 10 || c.Response != "0123456789abcdef0123456789abcdef" {
		t.Fatalf("%+v, %v", c, err)
	}
	for _, change := range [][2]string{
		{"Digest", "Basic"}, {"qop=auth", "qop=auth-int"}, {"qop=auth, ", ""}, {"nc=0000000a", "nc=00000000"}, {"nc=0000000a", "nc=a"},
		{"MD5", "SHA-256"}, {"abcdef0", ""}, {`cnonce="c"`, `cnonce=""`}, {`cnonce="c"`, `cnonce="c`}, {`uri="sip:x"`, `uri="sip:x", uri="y"`}, {"realm=", ""},
	} {
		if _, err := Parse(strings.Replace(good, change[0], change[1], 1)); err == nil {
			t.Errorf("%q for %q is taken", change[1], change[0])
		}
	}
}

// TestGuessing is row 11 of the reliability goals: of 10,000 tries over 100
// users from one address at most 50 are looked at in ten minutes.
func TestGuessing(t *testing.T) {
	t.Parallel()
	clock := newClock()
	l := NewLocks(clock.now)
	looked := 0
	for i := range 10_000 {
		user := fmt.Sprintf("a%03d", i%100)
		if !l.Locked(here, user) {
			looked++
			l.Fail(here, user)
		}
	}
	if looked != mostOfAddress {
		t.Errorf("%d tries looked at, want %d", looked, mostOfAddress)
	}
	if l.Locked(there, "a001") {
		t.Error("another address is locked out too")
	}
	for range mostOfUser {
		l.Fail(there, "a001")
	}
	if !l.Locked(there, "a001") || l.Locked(there, "a002") {
		t.Error("one user's failures lock the wrong one")
	}
	clock.at = clock.at.Add(window + time.Second)
	if l.Locked(here, "a001") {
		t.Error("locked out for ever")
	}
}

func TestLocksAreBounded(t *testing.T) {
	t.Parallel()
	clock := newClock()
	l := NewLocks(clock.now)
	for i := range 2 * mostFailures {
		l.Fail(here, strconv.Itoa(i))
	}
	if len(l.failures) > mostFailures {
		t.Errorf("%d kept, want at most %d", len(l.failures), mostFailures)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`Digest username="a", realm="switchboard", nonce="n", uri="sip:x", response="0123456789abcdef0123456789abcdef", qop=auth, nc=00000001, cnonce="c"`)
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Parse(s)
		if err == nil && (c.Count == 0 || len(c.Response) != 32) {
			t.Fatalf("%+v", c)
		}
	})
}
