package sipua

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var mutants = flag.Int("mutants", 100_000, "how many spoilt messages TestMutants sends")

// TestMutants: spoilt messages from a trunk, of all kinds and also about a call
// that is up, while other calls go through. Nothing stays of them (row 6 of the
// reliability goals).
func TestMutants(t *testing.T) {
	t.Parallel()
	r := run(t, "127.1.0.1", &world{trunks: addrs("127.1.0.9", "127.1.0.2")}, brisk, Limits{Calls: 500, CallsEach: 100})
	caller := run(t, "127.1.0.2", &world{trunks: addrs("127.1.0.1")}, brisk, Limits{})
	p := newRaw(t, "127.1.0.9", r)
	victims := make([][]string, 40) // a call does not live long under this
	for i := range victims {
		s := p.script()
		victims[i] = healthy(s, s.up(r))
	}
	go attend(p)
	go func() {
		for c := range r.calls {
			if c.Leg.Source().Addr() == caller.Addr().Addr() {
				c.Answer([]byte("v=answer\r\n"))
			} else {
				c.Refuse(480, "Later")
			}
		}
	}()
	before := heap()
	ctx, cancel := context.WithCancel(t.Context())
	fine := make(chan [2]int)
	go func() { fine <- callsMeanwhile(ctx, caller, r) }()
	began := time.Now()
	spoil(p, r, victims, *mutants)
	t.Logf("%d mutants in %s", *mutants, time.Since(began).Round(time.Millisecond))
	cancel()
	calls := <-fine
	t.Logf("%d of %d calls meanwhile went through", calls[0], calls[1])
	if calls[1] < 20 || 100*calls[0] < 99*calls[1] {
		t.Errorf("%d of %d calls went through", calls[0], calls[1])
	}
	for _, l := range r.book.all() { // whom it has not killed
		l.Hangup("")
	}
	r.empty()
	caller.empty()
	r.idle()
	if *mutants > 500_000 { // alone on the machine: what the stack remembers for half a minute is gone
		<-time.After(40 * time.Second)
		if grown := heap() - before; grown > 20<<20 {
			t.Errorf("%d MB stay", grown>>20)
		}
		if n := runtime.NumGoroutine(); n > 60 {
			t.Errorf("%d goroutines stay", n)
		}
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// callsMeanwhile makes calls until ctx ends, and counts those that were fine and
// all.
func callsMeanwhile(ctx context.Context, from, to *rig) (calls [2]int) {
	for i := 0; ctx.Err() == nil; i++ {
		out := from.dial(to, []string{"udp", "tcp"}[i%2])
		calls[1]++
		if _, ok := within[Answered](out); !ok {
			continue
		}
		out.Hangup("")
		if _, ok := within[Ended](out); ok {
			calls[0]++
		}
	}
	return calls
}

// tortures reads the messages of RFC 4475 and, about IPv6, of RFC 5118.
func tortures(t testing.TB) (names []string, raw map[string][]byte) {
	t.Helper()
	files, err := filepath.Glob("testdata/torture*/*.dat")
	if err != nil || len(files) != 61 {
		t.Fatalf("%d torture messages, want 61 (%v)", len(files), err)
	}
	raw = map[string][]byte{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(f), ".dat")
		names, raw[name] = append(names, name), b
	}
	slices.Sort(names)
	return names, raw
}

// within waits for an event, but not for ever.
func within[E Event](c call) (e E, ok bool) {
	limit := time.After(10 * time.Second)
	for {
		select {
		case ev := <-c.events:
			if e, ok = ev.(E); ok {
				return e, true
			}
			if _, over := ev.(Failed); over {
				return e, false
			}
		case <-limit:
			return e, false
		}
	}
}

// spoil sends n mutants, no faster than they are read.
func spoil(p *raw, r *rig, victims [][]string, n int) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var common []string
	names, torture := tortures(p.t)
	for _, name := range names {
		common = append(common, string(torture[name]))
	}
	const ahead = 200
	for i := range n {
		if i%ahead == 0 {
			r.reads(int64(i) - ahead)
		}
		seeds := common
		if rnd.IntN(2) == 0 {
			seeds = victims[i*len(victims)/n]
		}
		b := []byte(strings.ReplaceAll(seeds[rnd.IntN(len(seeds))], "CALLID", fmt.Sprint("m", i%5000)))
		for range 1 + rnd.IntN(6) {
			b = mutate(rnd, b, seeds)
		}
		_, _ = p.conn.WriteToUDP(b[:min(len(b), 60_000)], p.to)
	}
	r.reads(int64(n) - ahead)
}

// reads waits until the UA has read as many messages, less those that the
// kernel had no room for.
func (r *rig) reads(n int64) {
	for end := time.Now().Add(200 * time.Millisecond); r.counts.guard.Read.Load() < n && time.Now().Before(end); {
		time.Sleep(100 * time.Microsecond)
	}
}

// healthy is messages of all kinds, outside a call and about one that is up.
func healthy(live *script, in call) (seeds []string) {
	p := live.raw
	in.AllowRefer()
	in.Listen(func(ev Event) {
		switch ev.(type) {
		case Reoffered:
			in.AnswerReoffer([]byte("v=0\r\n"))
		case Referred:
			in.AnswerRefer(603, "Decline")
		}
	})
	for _, s := range []*script{live, p.script()} {
		callID := s.callID
		if s != live {
			callID = "CALLID"
		}
		for _, m := range []string{"INVITE", "OPTIONS", "BYE", "CANCEL", "ACK", "INFO", "UPDATE", "REGISTER", "PRACK", "REFER", "NOTIFY"} {
			text := s.request(m, sdpOffer, "Supported: 100rel, timer", "Session-Expires: 1800;refresher=uac", "RAck: 1 1 INVITE",
				"Refer-To: <sip:a@b?Replaces=x%3Bto-tag%3D1>", "Event: refer", "Subscription-State: active", "Replaces: a;to-tag=1;from-tag=2")
			seeds = append(seeds, strings.ReplaceAll(text, s.callID, callID))
		}
		invite := parse(s.request("INVITE", sdpOffer))
		for _, status := range []string{"100 Trying", "183 Early", "200 OK", "302 Moved", "401 Unauthorized"} {
			seeds = append(seeds, p.response(invite, status, "x", "v=0", "Require: 100rel", "RSeq: 1", `WWW-Authenticate: Digest realm="a", nonce="b"`))
		}
	}
	return seeds
}

// attend answers what the UA asks in those calls.
func attend(p *raw) {
	b := make([]byte, 65535)
	_ = p.conn.SetReadDeadline(time.Time{})
	for {
		n, err := p.conn.Read(b)
		if err != nil {
			return
		}
		m := parse(string(b[:n]))
		if !strings.HasPrefix(m.line, "SIP/2.0 ") && !strings.HasPrefix(m.line, "ACK ") {
			_, _ = p.conn.WriteToUDP([]byte(p.response(m, "200 OK", "x", "")), p.to)
		}
	}
}

// mutate spoils a message a little.
func mutate(rnd *rand.Rand, b []byte, seeds []string) []byte {
	if len(b) < 4 {
		return []byte("INVITE sip:a@b SIP/2.0\r\n")
	}
	i, j := rnd.IntN(len(b)), rnd.IntN(len(b))
	i, j = min(i, j), max(i, j)
	switch rnd.IntN(9) {
	case 0:
		b[i] = byte(rnd.IntN(256))
	case 1:
		return append(b[:i], b[i+1:]...)
	case 2:
		const marks = ":;<>\"@,=\r\n %[]?\\\x00"
		return slices.Insert(b, i, marks[rnd.IntN(len(marks))])
	case 3: // a piece is lost
		return append(b[:i], b[min(j, i+40):]...)
	case 4: // a piece comes twice
		return slices.Insert(b, i, slices.Clone(b[i:min(j, i+60)])...)
	case 5: // it ends too early
		return b[:j+1]
	case 6: // a number that nobody expects
		odd := []string{"-1", "0", "4294967296", "99999999999999999999", "2147483648", "1e9", "00000001", "NaN"}
		return slices.Insert(b, i, []byte(odd[rnd.IntN(len(odd))])...)
	case 7: // it goes on as another
		other := seeds[rnd.IntN(len(seeds))]
		return append(b[:i], other[rnd.IntN(len(other)):]...)
	case 8: // two lines change places
		lines := strings.SplitAfter(string(b), "\r\n")
		x, y := rnd.IntN(len(lines)), rnd.IntN(len(lines))
		lines[x], lines[y] = lines[y], lines[x]
		return []byte(strings.Join(lines, ""))
	}
	return b
}
