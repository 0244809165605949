package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"
	"time"

	"switchboard/bench/gen"
	"switchboard/bench/rig"
)

// wipe makes Redis forget everything, ten times a second.
func wipe(ctx context.Context, t *testing.T, r *rig.Redis) {
	for ctx.Err() == nil {
		if answer := r.Ask("FLUSHALL"); answer != "+OK" {
			t.Errorf("FLUSHALL: %q", answer)
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// TestRedisWiped: all that Redis knows is lost again and again while calls come
// and go; each call is charged once.
func TestRedisWiped(t *testing.T) {
	t.Parallel()
	r, err := rig.StartRedis(t.Context(), folder(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Kill)
	s := stage(t, func(at netip.AddrPort) string { return fmt.Sprintf(fixed, "a{01..20}", "tyres", at) }, "REDIS_URL="+r.URL())
	const n = 60
	wiping, stop := context.WithCancel(t.Context())
	var calls, wiper sync.WaitGroup
	wiper.Go(func() { wipe(wiping, t, r) })
	for i := range n {
		calls.Go(func() {
			c := s.dial(buyer(i), tyres, deaf)
			select {
			case <-c.Confirmed():
				c.Stay(300*time.Millisecond + rand.N(700*time.Millisecond))
				c.Hangup()
			case <-c.Ended():
			}
			select {
			case <-c.Ended():
			case <-time.After(patience):
			}
			if status, by := c.Outcome(); status != 200 || by != gen.Us {
				t.Errorf("the call from %s ended with %d by %s", c.From, status, by)
			}
		})
		<-time.After(80 * time.Millisecond)
	}
	calls.Wait()
	stop()
	wiper.Wait()
	last := time.Now()
	charged := func() int {
		return s.count("select count(distinct call_id) from shop.charge where kind = 'usage'")
	}
	s.await("a charge for each call", time.Minute, func() bool { return charged() == n })
	t.Logf("the last of %d calls was charged %s after its end", n, time.Since(last).Round(time.Millisecond))
	s.await("all work is done", time.Minute, func() bool {
		return s.count("select count(*) from house.outbox where done_at is null and kind = 'call.finished'") == 0
	})
	if all := s.count("select count(*) from shop.charge"); all != n {
		t.Errorf("%d charges for %d calls", all, n)
	}
}
