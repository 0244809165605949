package sipua

import (
	"bytes"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"
)

// relay passes datagrams between two UAs, each of which takes it for the other,
// and loses some, by a seed.
type relay struct {
	near, far   *net.UDPConn // what a talks to, and what b does
	a, b        *net.UDPAddr
	mu          sync.Mutex
	rnd         *rand.Rand
	lost, twice int // of 100
	count, gone int
}

func newRelay(t *testing.T, a, b *rig, seed uint64) *relay {
	t.Helper()
	listen := func() *net.UDPConn {
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP("127.1.0.50")})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	r := &relay{
		near: listen(), far: listen(), a: net.UDPAddrFromAddrPort(a.Addr()), b: net.UDPAddrFromAddrPort(b.Addr()),
		rnd: rand.New(rand.NewPCG(seed, seed)), lost: 5, twice: 2,
	}
	go r.pass(r.near, r.far, r.b, r.a)
	go r.pass(r.far, r.near, r.a, r.b)
	return r
}

// pass takes what comes in at one side to the other. Each UA's address becomes
// that of the side by which the other knows it.
func (r *relay) pass(in, out *net.UDPConn, to, from *net.UDPAddr) {
	buf := make([]byte, 65535)
	for {
		n, err := in.Read(buf)
		if err != nil {
			return
		}
		text := bytes.ReplaceAll(buf[:n:n], []byte(from.String()), []byte(out.LocalAddr().String()))
		text = bytes.ReplaceAll(text, []byte(in.LocalAddr().String()), []byte(to.String()))
		for range r.copies() {
			_, _ = out.WriteToUDP(text, to)
		}
	}
}

// copies is how many of a datagram arrive.
func (r *relay) copies() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	switch n := r.rnd.IntN(100); {
	case n < r.lost:
		r.gone++
		return 0
	case n < r.lost+r.twice:
		return 2
	}
	return 1
}

// TestLossyNetwork: one packet in twenty is lost, some come twice. Whatever the
// two sides do, every leg ends on both, and nobody waits for anything.
func TestLossyNetwork(t *testing.T) {
	t.Parallel()
	w := func() *world { return &world{trunks: addrs("127.1.0.50")} }
	a, b := run(t, "127.1.0.1", w(), brisk, Limits{}), run(t, "127.1.0.2", w(), brisk, Limits{})
	wire := newRelay(t, a, b, 20261125)
	rnd := rand.New(rand.NewPCG(7, 7))
	var wg sync.WaitGroup
	const calls = 120
	for i := range calls {
		from, to, by := a, b, wire.near
		if i%2 == 1 {
			from, to, by = b, a, wire.far
		}
		plan := rnd.IntN(6)
		out := from.dial(to, "udp", func(t *Target) { t.URI = "sip:84950000101@" + by.LocalAddr().String() })
		wg.Go(func() { ends(t, out) })
		wg.Go(func() { play(out, plan) })
		select {
		case in := <-to.calls:
			wg.Go(func() { ends(t, in) })
			wg.Go(func() { answerBy(in, plan) })
		case <-time.After(10 * time.Second):
			t.Fatal("a call does not arrive")
		}
	}
	wg.Wait()
	a.empty()
	b.empty()
	a.idle()
	b.idle()
	wire.mu.Lock()
	defer wire.mu.Unlock()
	t.Logf("%d calls, %d of %d packets lost", calls, wire.gone, wire.count)
	if wire.gone < calls/10 {
		t.Error("nothing was lost")
	}
}

// play is what the calling side does, by plan.
func play(c call, plan int) {
	pause := func(ms int) { <-time.After(time.Duration(ms) * time.Millisecond) }
	switch plan {
	case 0: // gives up while it rings
		pause(60)
	case 1:
		pause(150)
		c.Reoffer([]byte("v=moved\r\n"))
		pause(300)
	case 2:
		pause(200)
		c.Refer("sip:x@127.0.0.1", nil)
		pause(200)
	default:
		pause(400)
	}
	c.Hangup("done")
}

// answerBy is what the called side does.
func answerBy(c call, plan int) {
	pause := func(ms int) { <-time.After(time.Duration(ms) * time.Millisecond) }
	c.AllowRefer()
	c.Ring()
	pause(20)
	c.Progress([]byte("v=early\r\n"))
	pause(20)
	switch plan {
	case 0:
		return
	case 3:
		c.Refuse(486, "Busy Here")
		return
	}
	c.Answer([]byte(sdpOffer))
	if plan == 4 {
		pause(100)
		c.Reoffer([]byte("v=held\r\n")) // and both hang up
		pause(200)
		c.Hangup("done")
	}
}
