package e2e

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/bench/gen"
	"switchboard/bench/rig"
)

// soakFor is how long calls go on: scripts/soak has half an hour.
var soakFor = flag.Duration("soak", 3*time.Second, "how long TestSoak goes on")

const (
	// judgedFrom is from when on a slope says anything: before that caches fill.
	judgedFrom = 5 * time.Minute
	// mostRSS and mostGoroutines are the steepest slopes that count as flat, an hour.
	mostRSS        = 24.0 // MB
	mostGoroutines = 60.0
	soakEvery      = 250 * time.Millisecond // a call
)

// soak is calls of all kinds, and what they cost.
type soak struct {
	*scene
	media   *gen.Media
	control string

	mu     sync.Mutex
	calls  int
	wrong  []string
	sample []weight
}

// weight is what the process has at an instant.
type weight struct {
	at         time.Duration // since the start
	rss        float64       // MB
	goroutines float64
}

// TestSoak: calls of several kinds at a modest rate, for as long as it is told.
// Memory and goroutines stay flat, and go back when the calls end.
func TestSoak(t *testing.T) {
	t.Parallel()
	control, err := rig.FreeStream(netip.MustParseAddr("127.0.0.1"))
	if err != nil {
		t.Fatal(err)
	}
	s := &soak{control: "http://" + control.String()}
	s.scene = stage(t, func(at netip.AddrPort) string {
		return fmt.Sprintf(fixed, "a{01..20}", "tyres, greeted", at) + inBrowsers
	}, "CONTROL_ADDR="+control.String(), "CONTROL_SECRET=e2e")
	if s.media, err = gen.NewMedia(); err != nil {
		t.Fatal(err)
	}
	defer s.media.Close()
	s.operators(s.manner)
	anna := s.sitsDown("anna@floor.test")
	page := s.sits(anna)
	before := s.weigh(0)
	s.load()
	s.rest(before)
	page.Close()
	s.judge()
}

// sits opens a desk in a page that answers every call and hangs up after a while.
func (s *soak) sits(anna *operator) *gen.Page {
	s.t.Helper()
	var ticket struct{ Ticket string }
	if err := anna.Do(s.t.Context(), "POST", "/desk/tickets", nil, &ticket); err != nil {
		s.t.Fatal(err)
	}
	page, err := gen.OpenPage(s.t.Context(), s.Info.HTTP, ticket.Ticket)
	if err != nil {
		s.t.Fatal(err)
	}
	anna.ready()
	go func() {
		for r := range page.Rings() {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			if page.Answer(ctx, r.Leg) == nil {
				<-time.After(2 * time.Second)
				_ = page.Hangup(ctx, r.Leg) // the buyer may have been first
			}
			cancel()
			_ = anna.Do(context.Background(), "POST", "/desk/finish", nil, nil) // there may be nothing to finish
			_ = anna.Do(context.Background(), "POST", "/desk/ready", nil, nil)
		}
	}()
	return page
}

// load makes calls until the time is over, and weighs the process meanwhile.
func (s *soak) load() {
	var up sync.WaitGroup
	begun := time.Now()
	every := max(*soakFor/200, time.Second)
	for i, next := 0, begun; time.Since(begun) < *soakFor; i++ {
		up.Go(func() { s.one(i) })
		if time.Now().After(next) {
			next = next.Add(every)
			s.sample = append(s.sample, s.weigh(time.Since(begun)))
		}
		<-time.After(soakEvery)
	}
	up.Wait()
}

// manner is what operators do: the kind of the call is in the buyer's number.
func (s *soak) manner(c *gen.Call) {
	switch c.From[len(c.From)-1] {
	case '1': // the operator ends it
		answers(c)
		if c.Stay(time.Second) {
			c.Hangup()
		}
	case '7': // one of two is busy
		if c.Number[len(c.Number)-1]%2 == 0 {
			c.Refuse(486, "Busy Here")
			return
		}
		answers(c)
	default:
		answers(c)
	}
}

// one makes a call of the kind that its number has.
func (s *soak) one(i int) {
	kind := i % 8
	number := map[int]string{3: greeted, 4: "+74957777777", 5: shut, 6: lonely}[kind]
	if number == "" {
		number = tyres
	}
	ear, err := s.media.Open()
	if err != nil {
		s.t.Error(err)
		return
	}
	defer ear.Stop()
	c, err := s.callers.Call(gen.Dial{To: s.sip, User: number, From: fmt.Sprintf("+7999%06d%d", i/8, kind), Via: carrier, Audio: ear.Addr()})
	if err != nil {
		s.t.Error(err)
		return
	}
	want := s.live(c, kind, ear)
	select {
	case <-c.Ended():
	case <-time.After(time.Minute):
	}
	got, _ := c.Outcome()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if got != want {
		s.wrong = append(s.wrong, fmt.Sprintf("call %d of kind %d ended with %d, want %d", i, kind, got, want))
	}
}

// live is a call as its kind has it; it returns how it should have ended.
func (s *soak) live(c *gen.Call, kind int, ear *gen.Stream) (want int) {
	switch kind {
	case 2: // gives up while it rings, unless somebody was quicker
		<-time.After(2 * time.Millisecond)
		c.Hangup()
		<-c.Ended()
		got, _ := c.Outcome()
		return map[bool]int{true: 200, false: 487}[got == 200]
	case 4:
		return 404
	case 6: // nobody is there
		<-time.After(time.Second)
		c.Hangup()
		return 487
	}
	select {
	case <-c.Confirmed():
	case <-c.Ended():
		return 200
	case <-time.After(patience):
		c.Hangup()
		return 200
	}
	ear.Send(c.Remote(), buyersTone)
	if kind != 1 && kind != 5 && c.Stay(3*time.Second) {
		c.Hangup()
	}
	return 200
}

// weigh looks at the process.
func (s *soak) weigh(at time.Duration) weight {
	s.t.Helper()
	w := weight{at: at}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.PID()))
	if err != nil {
		s.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kb float64
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		s.t.Fatal(err)
	}
	w.rss = kb / 1024
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.control+"/debug/pprof/goroutine?debug=1", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer e2e")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	head, err := io.ReadAll(io.LimitReader(res.Body, 64))
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := fmt.Sscanf(string(head), "goroutine profile: total %f", &w.goroutines); err != nil {
		s.t.Fatalf("read %q: %v", head, err)
	}
	return w
}

// rest waits until nothing is left of the calls: timers of SIP take 32 s.
func (s *soak) rest(before weight) {
	s.t.Helper()
	const spare = 25 // connections of HTTP and of the database
	s.await("the goroutines of the calls are gone", time.Minute, func() bool { return s.weigh(0).goroutines <= before.goroutines+spare })
	s.await("no call is up, and no dialog is left", time.Minute, func() bool {
		return s.count("select (select count(*) from shop.call where state <> 'ended') + (select count(*) from house.dialog)") == 0
	})
}

// judge tells the figures, and fails if something grows.
func (s *soak) judge() {
	s.t.Helper()
	late := s.sample[len(s.sample)/3:]
	rss := slope(late, func(w weight) float64 { return w.rss })
	goroutines := slope(late, func(w weight) float64 { return w.goroutines })
	last := late[len(late)-1]
	s.t.Logf("soak of %s: %d calls, %d not as they should be; RSS %.1f MB, %+.2f MB an hour; %.0f goroutines, %+.1f an hour",
		soakFor, s.calls, len(s.wrong), last.rss, rss, last.goroutines, goroutines)
	if len(s.wrong)*1000 > s.calls {
		s.t.Errorf("%d of %d calls: %s", len(s.wrong), s.calls, strings.Join(s.wrong[:min(len(s.wrong), 10)], "; "))
	}
	if *soakFor < judgedFrom {
		return
	}
	if rss > mostRSS {
		s.t.Errorf("memory grows by %.1f MB an hour, %.0f is flat", rss, mostRSS)
	}
	if goroutines > mostGoroutines {
		s.t.Errorf("goroutines grow by %.1f an hour, %.0f is flat", goroutines, mostGoroutines)
	}
}

// slope is that of the line nearest to the samples, an hour.
func slope(all []weight, of func(weight) float64) float64 {
	var x, y, xx, xy float64
	for _, w := range all {
		h, v := w.at.Hours(), of(w)
		x, y, xx, xy = x+h, y+v, xx+h*h, xy+h*v
	}
	n := float64(len(all))
	if d := n*xx - x*x; d != 0 {
		return (n*xy - x*y) / d
	}
	return 0
}

// The slope of a line is found, whatever lies beside it.
func TestSlope(t *testing.T) {
	t.Parallel()
	var all []weight
	for i := range 60 {
		wobble := float64(i%2)*2 - 1
		all = append(all, weight{at: time.Duration(i) * time.Minute, rss: 100 + 30*float64(i)/60 + wobble})
	}
	if got := slope(all, func(w weight) float64 { return w.rss }); got < 29 || got > 31 {
		t.Errorf("a slope of %.2f, want 30", got)
	}
}
