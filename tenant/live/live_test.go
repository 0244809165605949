package live

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"switchboard/tenant"
)

var a, b = tenant.ID(uuid.New()), tenant.ID(uuid.New())

type room struct {
	hub    *Hub
	teller *Teller
	redis  *miniredis.Miniredis
}

func open(t *testing.T) room {
	t.Helper()
	m := miniredis.RunT(t)
	c := redis.NewClient(&redis.Options{Addr: m.Addr()})
	r := room{NewHub(c), NewTeller(c), m}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { r.hub.Run(ctx) })
	running.Go(func() { r.teller.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
		_ = c.Close()
	})
	until(t, "the hub hears", r.hub.Healthy)
	return r
}

func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 500 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("waited in vain until %s", what)
}

func next(t *testing.T, r *Reader) Hint {
	t.Helper()
	select {
	case h := <-r.Hints():
		return h
	case <-time.After(5 * time.Second):
		t.Fatal("no hint came")
		return Hint{}
	}
}

func TestAShopSeesItsOwnHintsOnly(t *testing.T) {
	t.Parallel()
	r := open(t)
	ofA, ofB, all := r.hub.Read(a), r.hub.Read(b), r.hub.ReadAll()
	first, second := Hint{a, Call, uuid.New(), "talking"}, Hint{b, Order, uuid.New(), "confirmed"}
	r.teller.Tell(first)
	r.teller.Tell(second)
	if got := next(t, ofA); got != first {
		t.Errorf("shop a sees %+v", got)
	}
	if got := next(t, ofB); got != second {
		t.Errorf("shop b sees %+v", got)
	}
	if one, two := next(t, all), next(t, all); one != first || two != second {
		t.Errorf("the platform sees %+v, %+v", one, two)
	}
	if len(ofA.Hints()) != 0 || len(ofB.Hints()) != 0 {
		t.Error("a shop sees more than its own")
	}
}

// A reader was admitted to a channel: what a payload says of its shop counts for nothing.
func TestThePayloadCannotNameAnotherShop(t *testing.T) {
	t.Parallel()
	r := open(t)
	ofA, ofB := r.hub.Read(a), r.hub.Read(b)
	r.redis.Publish(channel(b), fmt.Sprintf(`{"shop": %q, "kind": "call", "state": "talking"}`, a))
	r.redis.Publish(channel(b), "no hint at all")
	r.redis.Publish("live:nobody", `{}`)
	if got := next(t, ofB); got.Shop != b {
		t.Errorf("shop b sees %+v", got)
	}
	if len(ofA.Hints()) != 0 {
		t.Error("shop a sees what was published to shop b")
	}
}

func TestASlowReaderLosesHintsAndIsTold(t *testing.T) {
	t.Parallel()
	h := NewHub(nil)
	slow, fast := h.Read(a), h.Read(a)
	for i := range behind + 10 {
		h.hand(Hint{a, Call, uuid.New(), fmt.Sprint(i)})
		if got := next(t, fast); got.State != fmt.Sprint(i) {
			t.Fatalf("the fast one sees %+v for %d", got, i)
		}
	}
	if got := next(t, slow); got.Kind != Resync {
		t.Errorf("the slow one sees %+v first", got)
	}
	if got := next(t, slow); got.State != fmt.Sprint(behind+1) {
		t.Errorf("and then %+v", got)
	}
}

func TestATellerNeverBlocks(t *testing.T) {
	t.Parallel()
	teller := NewTeller(nil) // nobody publishes
	for i := range unsaid + 5 {
		teller.Tell(Hint{State: fmt.Sprint(i)})
	}
	if got := <-teller.hints; got.State != "5" {
		t.Errorf("the oldest that is left is %s, want 5", got.State)
	}
}

func TestAfterRedisWasAwayEveryReaderLooksAnew(t *testing.T) {
	t.Parallel()
	r := open(t)
	reader := r.hub.Read(a)
	r.redis.Close()
	until(t, "the hub knows that it hears nothing", func() bool { return !r.hub.Healthy() })
	r.teller.Tell(Hint{a, Call, uuid.New(), "lost"})
	if err := r.redis.Restart(); err != nil {
		t.Fatal(err)
	}
	if got := next(t, reader); got.Kind != Resync {
		t.Errorf("first comes %+v", got)
	}
	until(t, "hints come again", func() bool {
		r.teller.Tell(Hint{a, Call, uuid.New(), "heard"})
		select {
		case got := <-reader.Hints():
			return got.State == "heard"
		default:
			return false
		}
	})
}

func TestReadersEnd(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	c := redis.NewClient(&redis.Options{Addr: m.Addr()})
	defer c.Close()
	h := NewHub(c)
	closed, left := h.Read(a), h.Read(a)
	closed.Close()
	closed.Close()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { h.Run(ctx); close(done) }()
	until(t, "the hub hears", h.Healthy)
	cancel()
	<-done
	for _, r := range []*Reader{closed, left} {
		for range r.Hints() { // what was heard before
		}
	}
	left.Close()
}
