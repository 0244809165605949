package hook

import (
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/hook"
	"switchboard/tenant/hook/body"
	"switchboard/tenant/page"
	"switchboard/tenant/tenanttest"
)

func taken(http.ResponseWriter, *http.Request) bool { return true }

// cut closes a connection in the middle: a reset, with linger 0.
func cut(t testing.TB, w http.ResponseWriter) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// faults are the ways in which a receiver fails; some take the message all the same.
func faults(t testing.TB, canary string, over chan struct{}) []func(http.ResponseWriter, *http.Request) bool {
	refuse := func(code int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(code); return false }
	}
	return []func(http.ResponseWriter, *http.Request) bool{
		refuse(500), refuse(404), refuse(429), refuse(303),
		func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, canary, http.StatusTemporaryRedirect)
			return false
		},
		func(_ http.ResponseWriter, r *http.Request) bool { // hangs
			select {
			case <-r.Context().Done():
			case <-over:
			}
			return false
		},
		func(w http.ResponseWriter, _ *http.Request) bool { cut(t, w); return false },
		func(w http.ResponseWriter, _ *http.Request) bool { cut(t, w); return true }, // took it, and we do not know
	}
}

// TestNothingIsLostOrOutOfOrder has a receiver fail in every way, by lot: all that
// happened arrives, of each order in its order, and again only under the id that it
// had.
func TestNothingIsLostOrOutOfOrder(t *testing.T) {
	t.Parallel()
	w := open(t, loopback)
	w.courier.post.patience = 150 * time.Millisecond
	canary := listen(t, taken)
	over := make(chan struct{})
	defer close(over)
	ways := faults(t, canary.URL, over)
	var n atomic.Uint64
	e := listen(t, func(rw http.ResponseWriter, r *http.Request) bool {
		i := n.Add(1)
		if i <= uint64(len(ways)) { // each way once, then by lot
			return ways[i-1](rw, r)
		}
		if lot := rand.New(rand.NewPCG(7, i)).IntN(2 * len(ways)); lot < len(ways) {
			return ways[lot](rw, r)
		}
		return true
	})
	_, secret := w.tell(t, w.A, hook.Settings{URL: e.URL, Events: []body.Event{body.OrderCreated, body.OrderChanged}})
	const orders, changes = 4, 5
	for range orders {
		id := w.order(t, w.A)
		for total := 1; total <= changes; total++ {
			w.cost(t, id, total)
		}
	}
	w.settle(t, 10*time.Minute)
	e.inOrder(t, orders, changes)
	e.proves(t, secret)
	if n := len(canary.heard()); n != 0 {
		t.Errorf("a redirect was followed %d times", n)
	}
}

// inOrder fails the test unless each object's messages were first taken in the order
// in which it happened, each under one id.
func (e *ear) inOrder(t *testing.T, objects, changes int) {
	t.Helper()
	next, ids := map[uuid.UUID]int{}, map[string]string{}
	for _, g := range e.heard() {
		o := g.message.Data.Order
		what := o.ID.String() + " " + string(g.message.Type) + " " + string(g.message.Data.Facts)
		if before, again := ids[g.id]; again {
			if before != what {
				t.Errorf("id %s is of %s and of %s", g.id, before, what)
			}
			continue
		}
		ids[g.id] = what
		if g.total() != next[o.ID] {
			t.Errorf("order %s tells of total %d, where %d is next", o.ID, g.total(), next[o.ID])
		}
		next[o.ID] = g.total() + 1
	}
	if len(next) != objects || len(ids) != objects*(changes+1) {
		t.Errorf("heard of %d orders in %d messages, want %d in %d", len(next), len(ids), objects, objects*(changes+1))
	}
	for o, n := range next {
		if n != changes+1 {
			t.Errorf("order %s: heard up to %d", o, n-1)
		}
	}
}

// TestADeadReceiverKeepsNobodyWaiting: while every hand that dead receivers may have
// is held by one that hangs, another shop is told everything.
func TestADeadReceiverKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	w := open(t, loopback)
	w.courier.most = hook.Room{Each: 2, Well: 12, Sick: 3, For: time.Hour}
	release := make(chan struct{})
	var hanging atomic.Int64
	dead := listen(t, func(http.ResponseWriter, *http.Request) bool {
		hanging.Add(1)
		<-release
		return false
	})
	w.courier.post.patience = time.Hour
	live := listen(t, taken)
	events := []body.Event{body.OrderCreated}
	for range 10 { // five that just died, five that are known to be dead
		w.tell(t, w.A, hook.Settings{URL: dead.URL, Events: events})
	}
	w.Admin(t, "update shop.receiver set streak = 5 where id in (select id from shop.receiver order by id limit 5)")
	w.tell(t, w.B, hook.Settings{URL: live.URL, Events: events})
	w.order(t, w.A)
	w.order(t, w.A)
	w.look(t)
	until(t, "the dead ones hold all that they may", func() bool { return hanging.Load() == 3+5*2 })
	const told = 20
	for range told {
		w.order(t, w.B)
	}
	until(t, "shop b is told everything", func() bool {
		w.look(t)
		return len(live.heard()) == told
	})
	if n := hanging.Load(); n != 13 {
		t.Errorf("dead receivers were asked %d times", n)
	}
	close(release)
}

// look has the courier take what is due, and waits for nothing.
func (w *town) look(t testing.TB) {
	t.Helper()
	if _, err := w.courier.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// until waits for a condition, as long as a busy machine may take.
func until(t testing.TB, what string, met func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !met(); {
		if time.Now().After(deadline) {
			t.Fatalf("not met: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// TestThreeDaysDead: what cannot be told is given up after three days, and the
// receiver is off; resumed, it can be told all of it again, in order.
func TestThreeDaysDead(t *testing.T) {
	t.Parallel()
	w := open(t, loopback)
	var well atomic.Bool
	var asked atomic.Int64
	e := listen(t, func(rw http.ResponseWriter, _ *http.Request) bool {
		asked.Add(1)
		if !well.Load() {
			rw.WriteHeader(http.StatusInternalServerError)
		}
		return well.Load()
	})
	id, _ := w.tell(t, w.A, hook.Settings{URL: e.URL, Events: []body.Event{body.OrderCreated, body.OrderChanged}})
	began := w.now()
	order := w.order(t, w.A)
	w.cost(t, order, 1)
	off := func() bool {
		return tenanttest.One[string](t, w.World, "select state from shop.receiver where id = $1", id) == "off"
	}
	for range 200 {
		if off() {
			break
		}
		w.pass(t)
		w.ahead.Add(int64(30 * time.Minute))
	}
	if took := w.now().Sub(began); !off() || took < hook.GiveUp || took > hook.GiveUp+2*time.Hour {
		t.Fatalf("off %v after %v", off(), took)
	}
	if n := asked.Load(); n > 100 {
		t.Errorf("a dead receiver was asked %d times in three days", n)
	}
	if n := tenanttest.One[int](t, w.World, "select count(*) from house.alert where kind = 'receiver' and shop_id = $1", w.A.ID.UUID()); n != 1 {
		t.Errorf("%d alerts", n)
	}
	w.cost(t, order, 2) // happens while it is off
	well.Store(true)
	if n := w.pass(t); n != 0 {
		t.Errorf("a receiver that is off is told %d things", n)
	}
	w.within(t, w.A, func(tx tenant.Tx) error {
		if err := hook.Resume(tx, id, w.now()); err != nil {
			return err
		}
		n, err := hook.ReplaySpan(tx, id, hook.Span{From: began.Add(-time.Hour), To: w.now()}, w.now())
		if n != 2 { // what was given up, and what happened since; one was still owed
			t.Errorf("%d things to tell again", n)
		}
		return err
	})
	w.settle(t, time.Minute)
	e.inOrder(t, 1, 2)
}

// TestGone: a receiver that says 410 is asked no more.
func TestGone(t *testing.T) {
	t.Parallel()
	w := open(t, loopback)
	e := listen(t, func(rw http.ResponseWriter, _ *http.Request) bool { rw.WriteHeader(http.StatusGone); return true })
	id, _ := w.tell(t, w.A, hook.Settings{URL: e.URL, Events: []body.Event{body.OrderCreated}})
	w.order(t, w.A)
	w.pass(t)
	w.ahead.Add(int64(time.Hour))
	w.pass(t)
	if s := tenanttest.One[string](t, w.World, "select state || ' ' || off_reason from shop.receiver where id = $1", id); s != "off gone" || len(e.heard()) != 1 {
		t.Errorf("the receiver is %s, asked %d times", s, len(e.heard()))
	}
}

// TestRetryAfterIsKept: a receiver that asks for a rest has it.
func TestRetryAfterIsKept(t *testing.T) {
	t.Parallel()
	w := open(t, loopback)
	var asked atomic.Int64
	e := listen(t, func(rw http.ResponseWriter, _ *http.Request) bool {
		if asked.Add(1) == 1 {
			rw.Header().Set("Retry-After", "1800")
			rw.WriteHeader(http.StatusServiceUnavailable)
			return false
		}
		return true
	})
	w.tell(t, w.A, hook.Settings{URL: e.URL, Events: []body.Event{body.OrderCreated}})
	w.order(t, w.A)
	w.pass(t)
	w.ahead.Add(int64(29 * time.Minute))
	if n := w.pass(t); n != 0 {
		t.Error("the rest was cut short")
	}
	w.ahead.Add(int64(2 * time.Minute))
	if n := w.pass(t); n != 1 || len(e.heard()) != 1 {
		t.Errorf("after the rest %d were taken, %d heard", n, len(e.heard()))
	}
}

// TestOurOwnNetworkIsNotTold: the door is looked at when a message goes out, not
// only when the address was given: it may lead elsewhere since.
func TestOurOwnNetworkIsNotTold(t *testing.T) {
	t.Parallel()
	w := open(t, nil)
	e := listen(t, taken)
	w.tell(t, w.A, hook.Settings{URL: e.URL, Events: []body.Event{body.OrderCreated}})
	w.order(t, w.A)
	w.pass(t)
	if got := tenanttest.One[string](t, w.World, "select last_error from shop.delivery"); len(e.heard()) != 0 || got != "the address does not lead to a public server" {
		t.Errorf("heard %d, the log says %q", len(e.heard()), got)
	}
}

// TestTheLogHasNothingPersonal, whatever the receiver gets and answers.
func TestTheLogHasNothingPersonal(t *testing.T) {
	t.Parallel()
	for personal, want := range map[bool]bool{true: true, false: false} {
		w := open(t, loopback)
		e := listen(t, func(rw http.ResponseWriter, _ *http.Request) bool {
			_, _ = rw.Write([]byte("hello Сергей Петров of Невский, 1, tel. +79215550144 or 8 (921) 555-01-44\x00\xff"))
			return true
		})
		w.tell(t, w.A, hook.Settings{URL: e.URL, Events: []body.Event{body.OrderCreated}, Personal: personal})
		w.order(t, w.A)
		w.settle(t, time.Second)
		for _, text := range []string{"Сергей", "9215550144", "Невский"} {
			if strings.Contains(e.heard()[0].raw, text) != want {
				t.Errorf("personal %v: sent %s", personal, e.heard()[0].raw)
			}
		}
		w.within(t, w.A, func(tx tenant.Tx) error {
			list, _, err := hook.ListDeliveries(tx, hook.Filter{}, page.Cursor{}, 0)
			if err != nil || len(list) != 1 {
				t.Fatalf("%d deliveries, %v", len(list), err)
			}
			_, tries, err := hook.TakeDelivery(tx, list[0].ID)
			for _, text := range []string{"Сергей", "Невский", "555", "s3cret", "v1,"} {
				if log := tries[0].Request + tries[0].Answer; strings.Contains(log, text) {
					t.Errorf("the log has %q: %s", text, log)
				}
			}
			return err
		})
	}
}

// TestRotation: while two secrets overlap both sign, then the new one alone.
func TestRotation(t *testing.T) {
	t.Parallel()
	w := open(t, loopback)
	e := listen(t, taken)
	id, old := w.tell(t, w.A, hook.Settings{URL: e.URL, Events: []body.Event{body.OrderCreated}})
	var fresh string
	w.within(t, w.A, func(tx tenant.Tx) (err error) {
		fresh, _, err = hook.Rotate(tx, id, time.Hour, hook.Change{At: w.now(), Box: w.box})
		return err
	})
	w.order(t, w.A)
	w.settle(t, time.Second)
	e.proves(t, old)
	e.proves(t, fresh)
	w.ahead.Add(int64(2 * time.Hour))
	w.order(t, w.A)
	w.settle(t, time.Second)
	if last := e.heard()[1]; strings.Contains(last.header.Get("webhook-signature"), " ") {
		t.Errorf("after the overlap it is signed %s", last.header.Get("webhook-signature"))
	}
}
