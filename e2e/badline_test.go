package e2e

import (
	"bytes"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// Hosts of the bad lines: as long as those of the telephones that they stand
// for, so that no Content-Length changes.
var (
	badTrunk = netip.MustParseAddr("127.20.0.7")
	badDesk  = netip.MustParseAddr("127.30.0.7")
)

// badLine passes SIP between a telephone and Switchboard, each of which takes it
// for the other, and spoils some of it.
type badLine struct {
	near, far   *net.UDPConn // what the telephone talks to, and what Switchboard does
	phone       netip.AddrPort
	mu          sync.Mutex
	switchboard netip.AddrPort
	spoilt      int // messages
	spoil       func(from side, message []byte) (copies int, late time.Duration)
	busy        sync.WaitGroup
}

// side is who sent a message.
type side string

const (
	ofPhone       side = "phone"
	ofSwitchboard side = "switchboard"
)

// lay opens a line to a telephone.
func lay(t *testing.T, host netip.Addr, phone netip.AddrPort) *badLine {
	t.Helper()
	l := &badLine{phone: phone, spoil: faithful}
	for _, c := range []**net.UDPConn{&l.near, &l.far} {
		var err error
		if *c, err = net.ListenUDP("udp4", &net.UDPAddr{IP: host.AsSlice()}); err != nil {
			t.Fatal(err)
		}
	}
	l.busy.Go(func() { read(l.near, func(b []byte, _ netip.AddrPort) { l.pass(ofPhone, b) }) })
	l.busy.Go(func() {
		read(l.far, func(b []byte, from netip.AddrPort) {
			l.mu.Lock()
			l.switchboard = from
			l.mu.Unlock()
			l.pass(ofSwitchboard, b)
		})
	})
	t.Cleanup(func() {
		l.near.Close()
		l.far.Close()
		l.busy.Wait()
	})
	return l
}

func faithful(side, []byte) (int, time.Duration) { return 1, 0 }

// pass takes a message to the other side, in which our addresses stand for the
// sender's.
func (l *badLine) pass(from side, b []byte) {
	l.mu.Lock()
	to, out := l.switchboard, l.far
	hide := [2][2]string{{l.phone.String(), addrOf(l.far).String()}, {addrOf(l.near).String(), l.switchboard.String()}}
	if from == ofSwitchboard {
		to, out = l.phone, l.near
		hide = [2][2]string{{l.switchboard.String(), addrOf(l.near).String()}, {addrOf(l.far).String(), l.phone.String()}}
	}
	copies, late := l.spoil(from, b)
	if copies != 1 || late > 0 {
		l.spoilt++
	}
	l.mu.Unlock()
	head, body, _ := bytes.Cut(b, []byte("\r\n\r\n"))
	for _, h := range hide {
		head = bytes.ReplaceAll(head, []byte(h[0]), []byte(h[1]))
	}
	whole := append(append(bytes.Clone(head), "\r\n\r\n"...), body...)
	send := func() {
		for range copies {
			_, _ = out.WriteToUDPAddrPort(whole, to)
		}
	}
	if late > 0 {
		time.AfterFunc(late, send)
		return
	}
	send()
}

// spoils has the line do so from now on.
func (l *badLine) spoils(how func(side, []byte) (int, time.Duration)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spoil = how
}

// hasSpoilt returns how many messages the line spoilt so far.
func (l *badLine) hasSpoilt() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.spoilt
}

// repaired has the line spoil nothing any more, and returns what it did.
func (l *badLine) repaired() (spoilt int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	spoilt, l.spoilt, l.spoil = l.spoilt, 0, faithful
	return spoilt
}

// loses is a line that loses the first n of some messages.
func loses(n int, who side, begins, cseq string) func(side, []byte) (int, time.Duration) {
	return func(from side, b []byte) (int, time.Duration) {
		if from == who && is(b, begins, cseq) && n > 0 {
			n--
			return 0, 0
		}
		return 1, 0
	}
}

// is tells whether a message begins so and is about a method.
func is(b []byte, begins, method string) bool {
	return bytes.HasPrefix(b, []byte(begins)) && bytes.Contains(b, []byte(" "+method+"\r\n"))
}

// withholds is a line that loses some messages until the other side's that begins
// with until went by: those that are repeated come after it.
func withholds(who side, begins, method, until string) func(side, []byte) (int, time.Duration) {
	seen := false
	return func(from side, b []byte) (int, time.Duration) {
		seen = seen || from != who && bytes.HasPrefix(b, []byte(until))
		if !seen && from == who && is(b, begins, method) {
			return 0, 0
		}
		return 1, 0
	}
}

// lossy is a line that loses one message in twenty, and doubles one in fifty.
func lossy(seed uint64) func(side, []byte) (int, time.Duration) {
	dice := rand.New(rand.NewPCG(seed, seed))
	return func(side, []byte) (int, time.Duration) {
		switch n := dice.IntN(100); {
		case n < 5:
			return 0, 0
		case n < 7:
			return 2, 0
		}
		return 1, 0
	}
}
