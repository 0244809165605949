package sipua

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/telephony/sipua/digest"
)

// brisk is the protocol's clock for tests: a tenth of a round trip, so that 64
// of them pass in three seconds.
var brisk = timing{
	t1: 50 * time.Millisecond, t2: 400 * time.Millisecond,
	remind: 400 * time.Millisecond, wait: 5 * time.Second, reply: time.Second, refer: 2 * time.Second, collide: 10 * time.Millisecond,
	session: 30 * time.Minute, minSession: 2 * time.Second,
	idle: time.Second, hello: time.Second, grave: 5 * time.Second, farewell: 100 * time.Millisecond,
}

// world is who may talk to the UA under test.
type world struct {
	trunks, phones []netip.Addr
	mu             sync.Mutex
	news           []string
	told           chan struct{}
}

func addrs(list ...string) (out []netip.Addr) {
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

func (w *world) Trunk(src netip.Addr) (string, bool) {
	for _, a := range w.trunks {
		if a == src {
			return "carrier", true
		}
	}
	return "", false
}

func (w *world) PhoneAllowed(src netip.Addr) bool {
	for _, a := range w.phones {
		if a == src {
			return true
		}
	}
	return false
}

func (w *world) Secret(user string) (string, bool) {
	if !strings.HasPrefix(user, "op") {
		return "", false
	}
	return digest.HA1(user, "switchboard", "secret-"+user), true
}

func (w *world) Registered(user string, c Contact) {
	w.mu.Lock()
	defer w.mu.Unlock()
	state := "gone"
	if !c.Expires.IsZero() {
		state = "at"
	}
	w.news = append(w.news, user+" "+state+" "+c.URI+" "+c.Source)
	select {
	case w.told <- struct{}{}:
	default:
	}
}

func (w *world) said() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.news...)
}

// rig is a UA that runs, with what its legs said.
type rig struct {
	*UA
	world       *world
	certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	t           testing.TB
	calls       chan call
}

// call is a call that came in.
type call struct {
	*Leg
	Invite
	events chan Event
}

const sdpOffer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"

// run starts a UA on a host of its own, so that its address says who it is.
func run(t *testing.T, host string, w *world, clock timing, limits Limits) *rig {
	t.Helper()
	return start(t, host, w, clock, limits)
}

func start(t testing.TB, host string, w *world, clock timing, limits Limits, change ...func(*Config)) *rig {
	t.Helper()
	w.told = make(chan struct{}, 1)
	r := &rig{world: w, t: t, calls: make(chan call, 200)}
	cfg := Config{Addr: host + ":0", Limits: limits, Logger: slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelInfo}))}
	for _, f := range change {
		f(&cfg)
	}
	r.certificate = cfg.Certificate
	ua, err := newUA(cfg, w,
		func(l *Leg, in Invite) {
			c := call{Leg: l, Invite: in, events: make(chan Event, 100)}
			l.Listen(func(ev Event) { c.events <- ev })
			r.calls <- c
		}, clock)
	if err != nil {
		t.Fatal(err)
	}
	r.UA = ua
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		_ = ua.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case <-stopped:
		case <-time.After(40 * time.Second):
			t.Error("Run does not end")
		}
		if n := ua.counts.panics.Load(); n != 0 {
			t.Errorf("%d panics", n)
		}
	})
	return r
}

// testLog writes a log into a test's.
type testLog struct{ t testing.TB }

func (l testLog) Write(b []byte) (int, error) {
	defer func() { _ = recover() }() // a line after the test's end
	l.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

// next returns the next event, and fails the test if none comes.
func next(t *testing.T, events chan Event) Event {
	t.Helper()
	select {
	case ev := <-events:
		return ev
	case <-time.After(15 * time.Second):
		t.Fatal("no event")
		return nil
	}
}

// expect reads events up to the first of type E.
func expect[E Event](t *testing.T, events chan Event) E {
	t.Helper()
	for {
		ev := next(t, events)
		if e, is := ev.(E); is {
			return e
		}
		if _, is := ev.(Ringing); !is {
			var want E
			t.Fatalf("event %T%+v, want %T", ev, ev, want)
		}
	}
}

func ringing(t *testing.T, events chan Event) Ringing {
	t.Helper()
	ev := next(t, events)
	r, ok := ev.(Ringing)
	if !ok {
		t.Fatalf("event %T%+v, want Ringing", ev, ev)
	}
	return r
}

func (r *rig) call() call {
	r.t.Helper()
	select {
	case c := <-r.calls:
		return c
	case <-time.After(15 * time.Second):
		r.t.Fatal("no call")
		return call{}
	}
}

// dial has r call another UA.
func (r *rig) dial(to *rig, transport string, change ...func(*Target)) call {
	r.t.Helper()
	c := call{events: make(chan Event, 100)}
	t := Target{
		URI: fmt.Sprintf("sip:84950000101@%s;transport=%s", to.Addr(), transport), FromUser: "+79161234567", FromDisplay: `Ann "A" Смит`,
		SDP: []byte(sdpOffer), Listen: func(ev Event) { c.events <- ev },
	}
	for _, f := range change {
		f(&t)
	}
	leg, err := r.Dial(t)
	if err != nil {
		r.t.Fatal(err)
	}
	c.Leg = leg
	return c
}

// empty waits until r has no leg left.
func (r *rig) empty() {
	r.t.Helper()
	for end := time.Now().Add(40 * time.Second); r.book.active() > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("%d legs stay", r.book.active())
		}
	}
}

// idle waits until no goroutine of r waits for a peer: a transaction that lost
// its last packet takes 64*T1, 32 s.
func (r *rig) idle() {
	r.t.Helper()
	for end := time.Now().Add(45 * time.Second); r.crew.working.Load() > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("%d goroutines stay", r.crew.working.Load())
		}
	}
}

// pair is two UAs that are each other's trunk.
func pair(t *testing.T) (a, b *rig) {
	t.Helper()
	w := func() *world { return &world{trunks: addrs("127.1.0.1", "127.1.0.2")} }
	return run(t, "127.1.0.1", w(), brisk, Limits{}), run(t, "127.1.0.2", w(), brisk, Limits{})
}
