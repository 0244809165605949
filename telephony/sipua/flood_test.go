package sipua

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// flooding is how long TestFlood floods; make soak does a minute.
var flooding = flag.Duration("flood", 6*time.Second, "how long TestFlood floods")

// perSecond is how many INVITEs each of the two floods has in a second.
const perSecond = 5000

// TestFlood is row 7 of the reliability goals: 5,000 INVITEs a second of
// strangers, and as many of a trunk that has gone mad, while calls of another
// trunk go on. The calls are fine, and what the flood took comes back.
func TestFlood(t *testing.T) {
	t.Parallel()
	r := run(t, "127.1.0.1", &world{trunks: addrs("127.1.0.9", "127.1.0.2")}, brisk, Limits{Calls: 500, CallsEach: 100, RateEach: 200})
	caller := run(t, "127.1.0.2", &world{trunks: addrs("127.1.0.1")}, brisk, Limits{})
	go func() {
		for c := range r.calls {
			if c.Leg.Source().Addr() == caller.Addr().Addr() {
				c.Answer([]byte("v=answer\r\n"))
			} else {
				c.Refuse(486, "Busy")
			}
		}
	}()
	before, routines, kept := heap(), runtime.NumGoroutine(), r.kept()
	ctx, stop := context.WithTimeout(t.Context(), *flooding)
	defer stop()
	fine, sent := make(chan []time.Duration), make(chan int)
	go func() { fine <- pacedCalls(ctx, caller, r) }()
	share := &sharing{r: r}
	for _, host := range []string{"127.1.0.66", "127.1.0.9"} {
		go func() { sent <- flood(ctx, newRaw(t, host, r), share) }()
	}
	mad := <-sent + <-sent
	took := <-fine
	through := slices.DeleteFunc(slices.Clone(took), func(d time.Duration) bool { return d == 0 })
	slices.Sort(through)
	st := r.Stats()
	t.Logf("%d INVITEs in %s; %d dropped as strangers', %d refused with 503; %d of %d calls meanwhile went through", mad, *flooding, st.Strangers, st.Overload, len(through), len(took))
	if len(took) < 20 || 100*len(through) < 99*len(took) {
		t.Fatalf("%d of %d calls went through", len(through), len(took))
	}
	t.Logf("INVITE to 200: p50 %s, p95 %s", through[len(through)/2], through[len(through)*95/100])
	if st.Panics != 0 || st.Overload == 0 || st.Strangers == 0 {
		t.Errorf("%+v", st)
	}
	for _, l := range r.book.all() {
		l.Hangup("")
	}
	r.empty()
	if *flooding > 30*time.Second { // alone on the machine: what the stack remembers for half a minute is gone
		<-time.After(40 * time.Second)
		grown, more := heap()-before, runtime.NumGoroutine()-routines
		t.Logf("%d KB and %d goroutines stay", grown>>10, more)
		if grown > 20<<20 || more > 20 {
			t.Errorf("%d MB and %d goroutines stay", grown>>20, more)
		}
	}
	if after := r.kept(); after > kept+10 { // addresses and connections of those two
		t.Errorf("%d things are kept, %d before", after, kept)
	}
}

// pacedCalls makes 50 calls a second until ctx ends, and returns how long each
// took to be answered; 0 for one that was not, or did not end well.
func pacedCalls(ctx context.Context, from, to *rig) (took []time.Duration) {
	t := time.NewTicker(20 * time.Millisecond)
	defer t.Stop()
	var all sync.WaitGroup
	var mu sync.Mutex
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			all.Wait()
			return took
		case <-t.C:
		}
		all.Go(func() {
			began, answered := time.Now(), time.Duration(0)
			out := from.dial(to, []string{"udp", "tcp"}[i%2])
			if _, ok := within[Answered](out); ok {
				answered = time.Since(began)
				out.Hangup("")
			}
			if _, ok := within[Ended](out); !ok {
				answered = 0
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, answered)
		})
	}
}

// sharing keeps floods from a machine that other tests use too: how much of it
// a flood at full speed leaves to calls, only a machine of one's own can tell.
type sharing struct {
	r    *rig
	sent atomic.Int64
}

// wait waits until of what was sent most is read, for a moment at most.
func (s *sharing) wait(n int) {
	if s.sent.Add(int64(n)); *flooding > 6*time.Second {
		return
	}
	const ahead = 300
	for end := time.Now().Add(200 * time.Millisecond); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if st := s.r.Stats(); s.sent.Load()-st.Strangers-st.Banned-st.Throttled-st.Overload-st.Invites < ahead {
			return
		}
	}
}

// flood sends INVITEs that nobody means, at an even pace, until ctx ends. What it
// could not send in time, it does not make up for.
func flood(ctx context.Context, p *raw, share *sharing) (n int) {
	s := p.script()
	text := s.request("INVITE", sdpOffer)
	const every = 4 * time.Millisecond
	t := time.NewTicker(every)
	defer t.Stop()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return n
		case <-t.C:
		}
		batch := min(int(time.Since(last).Seconds()*perSecond), perSecond/50)
		last = time.Now()
		for due := n + batch; n < due; n++ {
			mad := strings.NewReplacer(s.callID, fmt.Sprintf("mad-%d@%s", n, p.at), s.branch, fmt.Sprintf("z9hG4bKmad%d", n)).Replace(text)
			_, _ = p.conn.WriteToUDP([]byte(mad), p.to)
		}
		share.wait(batch)
	}
}
