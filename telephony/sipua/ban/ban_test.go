package ban

import (
	"net/netip"
	"testing"
	"time"
)

var (
	here = netip.MustParseAddr("192.0.2.1")
	t0   = time.UnixMilli(1_700_000_000_000)
)

func TestABanGrowsAndDecays(t *testing.T) {
	t.Parallel()
	l := New()
	at := t0
	for i, want := range []time.Duration{time.Minute, 4 * time.Minute, 16 * time.Minute, 64 * time.Minute, 256 * time.Minute, 1024 * time.Minute, 24 * time.Hour, 24 * time.Hour} {
		if !l.Note(here, Scanner, at) {
			t.Fatalf("ban %d: not banned", i)
		}
		if !l.Banned(here, at.Add(want-time.Second)) || l.Banned(here, at.Add(want+time.Second)) {
			t.Errorf("ban %d is not %s long", i, want)
		}
		at = at.Add(want + time.Second)
	}
	at = at.Add(25 * time.Hour)
	l.Note(here, Scanner, at)
	if l.Banned(here, at.Add(2*time.Minute)) {
		t.Error("after a day of peace it is not a first ban again")
	}
	if b := l.All(at); len(b) != 1 || b[0].Times != 1 || b[0].Why != Scanner || b[0].Offences != 9 {
		t.Errorf("%+v", b)
	}
	if !l.Lift(here) || l.Lift(here) || l.Banned(here, at) {
		t.Error("lifted, and still banned")
	}
}

// TestPeopleAreNotBanned: a telephone whose password was changed tries every
// minute; half an hour of that is no attack.
func TestPeopleAreNotBanned(t *testing.T) {
	t.Parallel()
	l := New()
	for i := range 30 {
		if l.Note(here, Wrong, t0.Add(time.Duration(i)*time.Minute)) {
			t.Fatal("banned")
		}
	}
	for i := range 50 {
		if banned := l.Note(here, Wrong, t0.Add(time.Hour+time.Duration(i)*time.Second)); banned != (i == 49) {
			t.Fatalf("wrong password %d within a minute: banned is %t", i, banned)
		}
	}
	if l.Banned(netip.MustParseAddr("192.0.2.2"), t0.Add(time.Hour+time.Minute)) {
		t.Error("its neighbour is banned too")
	}
}

func TestTheListIsBounded(t *testing.T) {
	t.Parallel()
	l := New()
	l.Note(here, Scanner, t0)
	a := netip.MustParseAddr("10.0.0.1")
	for range 4 * most {
		l.Note(a, Stranger, t0)
		a = a.Next()
	}
	if l.Len() > most || !l.Banned(here, t0) {
		t.Errorf("%d are kept; who was banned still is: %t", l.Len(), l.Banned(here, t0))
	}
	l.Sweep(t0.Add(72 * time.Hour))
	if l.Len() != 0 || l.banned.Load() != 0 {
		t.Errorf("%d are kept for ever", l.Len())
	}
}

func TestAnIPv6HostOwnsItsNet(t *testing.T) {
	t.Parallel()
	l := New()
	l.Note(netip.MustParseAddr("2001:db8::1"), Scanner, t0)
	if !l.Banned(netip.MustParseAddr("2001:db8::ffff:2"), t0) || l.Banned(netip.MustParseAddr("2001:db8:0:1::1"), t0) {
		t.Error("not its /64, or more than it")
	}
}
