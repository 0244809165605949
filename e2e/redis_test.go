package e2e

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/bench/gen"
)

// redis is a real server, without persistence.
type redis struct{ addr string }

func startRedis(t *testing.T) *redis {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &redis{l.Addr().String()}
	l.Close()
	_, port, _ := net.SplitHostPort(r.addr)
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", folder(t))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
	})
	for end := time.Now().Add(patience); r.ask("PING") != "+PONG"; <-time.After(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("redis-server does not answer")
		}
	}
	return r
}

// ask sends an inline command and returns the line that answers it.
func (r *redis) ask(command string) string {
	conn, err := net.DialTimeout("tcp4", r.addr, time.Second)
	if err != nil {
		return ""
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprintf(conn, "%s\r\n", command)
	line, _ := bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSpace(line)
}

// wipe makes it forget everything, ten times a second.
func (r *redis) wipe(ctx context.Context, t *testing.T) {
	for ctx.Err() == nil {
		if answer := r.ask("FLUSHALL"); answer != "+OK" {
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
	r := startRedis(t)
	s := stage(t, func(at netip.AddrPort) string { return fmt.Sprintf(fixed, "a{01..20}", "tyres", at) }, "REDIS_URL=redis://"+r.addr+"/0")
	const n = 60
	wiping, stop := context.WithCancel(t.Context())
	var calls, wiper sync.WaitGroup
	wiper.Go(func() { r.wipe(wiping, t) })
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
