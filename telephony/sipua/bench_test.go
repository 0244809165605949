package sipua

import (
	"syscall"
	"testing"
	"time"
)

// BenchmarkCall is INVITE, 100, 200, ACK, BYE, 200 between two UAs of this
// process, so that each figure is for both ends of the call together. Many
// calls are under way at once, as in a switch.
func BenchmarkCall(b *testing.B) {
	const many = 1 << 20
	limits := Limits{Rate: many, Packets: many, Calls: many}
	quick := standard
	quick.farewell = 100 * time.Millisecond
	w := func() *world { return &world{trunks: addrs("127.1.0.1", "127.1.0.2")} }
	caller, callee := start(b, "127.1.0.1", w(), quick, limits), start(b, "127.1.0.2", w(), quick, limits)
	go func() {
		for c := range callee.calls {
			c.Answer([]byte(sdpOffer))
		}
	}()
	const atOnce = 32
	slots := make(chan struct{}, atOnce)
	uri := "sip:1@" + callee.Addr().String()
	before := cpu()
	b.ReportAllocs()
	for b.Loop() {
		slots <- struct{}{}
		up := make(chan struct{}, 4)
		leg, err := caller.Dial(Target{URI: uri, FromUser: "79161234567", SDP: []byte(sdpOffer), Listen: func(ev Event) {
			switch ev.(type) {
			case Answered, Failed:
				up <- struct{}{}
			case Ended:
				<-slots
			}
		}})
		if err != nil {
			b.Fatal(err)
		}
		go func() {
			<-up
			leg.Hangup("")
		}()
	}
	for range atOnce {
		slots <- struct{}{}
	}
	b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "cpu-us/call")
	if n := caller.Stats().Answered; n != int64(b.N) {
		b.Errorf("%d of %d calls answered", n, b.N)
	}
}

// cpu is what this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
