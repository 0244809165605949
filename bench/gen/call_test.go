package gen

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

const patience = 10 * time.Second

func host4(n byte) netip.Addr { return netip.AddrFrom4([4]byte{127, 9, 9, n}) }

// phones opens a phone for callers and one that does with its calls what script says.
func phones(t *testing.T, script func(*Call)) (callers, called *Phone) {
	t.Helper()
	var both [2]*Phone
	for i, at := range []netip.Addr{everywhere, host4(2)} {
		p, err := Listen(at, []func(*Call){nil, script}[i])
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Close)
		both[i] = p
	}
	return both[0], both[1]
}

func dial(t *testing.T, from, to *Phone) *Call {
	t.Helper()
	c, err := from.Call(Dial{To: to.Addr(), User: "74950000101", From: "79990000001", Via: host4(1), Audio: netip.MustParseAddrPort("127.0.0.9:4000")})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func within(t *testing.T, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("not %s within %s", what, patience)
	}
}

func outcome(t *testing.T, c *Call, status int, by Side) {
	t.Helper()
	if s, b := c.Outcome(); s != status || b != by {
		t.Errorf("the call ended with %d by %q, want %d by %q", s, b, status, by)
	}
}

func TestCallAndHangUp(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"caller", "called"} {
		t.Run(first+" hangs up", func(t *testing.T) {
			t.Parallel()
			taken := make(chan *Call, 1)
			callers, called := phones(t, func(c *Call) {
				c.Ring()
				c.Answer(netip.MustParseAddrPort("127.0.0.10:4002"))
				taken <- c
			})
			c := dial(t, callers, called)
			within(t, "confirmed", c.Confirmed())
			other := <-taken
			within(t, "confirmed at the other end", other.Confirmed())
			if other.From != "79990000001" || other.Number != "74950000101" {
				t.Errorf("%s rang %s", other.From, other.Number)
			}
			if c.Remote().String() != "127.0.0.10:4002" || other.Remote().String() != "127.0.0.9:4000" {
				t.Errorf("audio goes to %s and %s", c.Remote(), other.Remote())
			}
			ends := map[string][2]*Call{"caller": {c, other}, "called": {other, c}}[first]
			ends[0].Hangup()
			within(t, "ended", c.Ended())
			within(t, "ended at the other end", other.Ended())
			outcome(t, ends[0], 200, Us)
			outcome(t, ends[1], 200, Them)
			if at := c.Times(); at.Rung.Before(at.Invited) || at.Answered.Before(at.Rung) || at.Ended.Before(at.Answered) {
				t.Errorf("instants out of order: %+v", at)
			}
		})
	}
}

func TestCancelAndRefuse(t *testing.T) {
	t.Parallel()
	callers, called := phones(t, func(c *Call) { c.Ring() })
	c := dial(t, callers, called)
	within(t, "rung", c.Rung())
	c.Hangup()
	within(t, "ended", c.Ended())
	outcome(t, c, 487, Us)

	callers, called = phones(t, func(c *Call) { c.Refuse(486, "Busy Here") })
	c = dial(t, callers, called)
	within(t, "ended", c.Ended())
	outcome(t, c, 486, Them)
}

// TestCancelCrossesAnswer: a CANCEL that comes too late hangs up instead.
func TestCancelCrossesAnswer(t *testing.T) {
	t.Parallel()
	var hungUp = make(chan struct{})
	callers, called := phones(t, func(c *Call) {
		c.mu.Lock()
		c.reply(180, "Ringing", nil)
		c.state = waiting // as if the CANCEL were on its way: it is not obeyed
		c.mu.Unlock()
		<-time.After(50 * time.Millisecond)
		c.mu.Lock()
		c.state = ringing
		c.mu.Unlock()
		c.Answer(netip.MustParseAddrPort("127.0.0.10:4002"))
		<-c.Ended()
		close(hungUp)
	})
	c := dial(t, callers, called)
	within(t, "rung", c.Rung())
	c.Hangup()
	within(t, "ended", c.Ended())
	within(t, "hung up", hungUp)
	outcome(t, c, 200, Us)
}

// TestRepeats: what is lost is sent again, and a repeated 200 is acknowledged again.
func TestRepeats(t *testing.T) {
	t.Parallel()
	peer, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 9, 9, 3)})
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	callers, _ := phones(t, nil)
	c, err := callers.Call(Dial{To: peer.LocalAddr().(*net.UDPAddr).AddrPort(), User: "1", From: "2", Via: host4(1), Audio: netip.MustParseAddrPort("127.0.0.9:4000")})
	if err != nil {
		t.Fatal(err)
	}
	_ = peer.SetReadDeadline(time.Now().Add(patience))
	read := func() (*message, netip.AddrPort) {
		b := make([]byte, largest)
		n, from, err := peer.ReadFromUDPAddrPort(b)
		if err != nil {
			t.Fatal(err)
		}
		m, err := parse(b[:n])
		if err != nil {
			t.Fatal(err)
		}
		return m, from
	}
	lost, _ := read()
	again, from := read()
	if again.method != "INVITE" || again.via[0] != lost.via[0] {
		t.Fatalf("after a lost INVITE came %s with %v", again.method, again.via)
	}
	ok := again.answer(200, "OK", "tag", "sip:x@"+peer.LocalAddr().String(), session(netip.MustParseAddrPort("127.0.0.10:4002")))
	for range 2 {
		if _, err := peer.WriteToUDPAddrPort(ok, from); err != nil {
			t.Fatal(err)
		}
		if ack, _ := read(); ack.method != "ACK" || !strings.HasSuffix(ack.to, ";tag=tag") {
			t.Fatalf("a 200 is answered by %s to %s", ack.method, ack.to)
		}
	}
	within(t, "confirmed", c.Confirmed())
	if callers.Repeats() != 1 {
		t.Errorf("%d repeats were counted", callers.Repeats())
	}
}

// TestManyCalls: each of a thousand calls reaches its own end.
func TestManyCalls(t *testing.T) {
	t.Parallel()
	callers, called := phones(t, func(c *Call) {
		c.Ring()
		c.Answer(netip.MustParseAddrPort("127.0.0.10:4002"))
		<-c.Ended()
	})
	const n = 1000
	calls := make([]*Call, n)
	for i := range calls {
		c, err := callers.Call(Dial{
			To: called.Addr(), User: "1", From: fmt.Sprintf("7999%07d", i), Via: netip.AddrFrom4([4]byte{127, 8, byte(i), 1}),
			Audio: netip.MustParseAddrPort("127.0.0.9:4000"),
		})
		if err != nil {
			t.Fatal(err)
		}
		calls[i] = c
	}
	for _, c := range calls {
		within(t, "confirmed", c.Confirmed())
		c.Hangup()
	}
	for _, c := range calls {
		within(t, "ended", c.Ended())
		outcome(t, c, 200, Us)
	}
}
