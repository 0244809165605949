package webleg_test

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/webleg"
)

// report gives the middle and the edge of what was measured, in ms.
func report(b *testing.B, what string, all []time.Duration) {
	slices.Sort(all)
	at := func(q float64) float64 { return float64(all[int(q*float64(len(all)-1))].Microseconds()) / 1000 }
	b.ReportMetric(at(0.5), what+"-p50-ms")
	b.ReportMetric(at(0.95), what+"-p95-ms")
	b.ReportMetric(at(0.99), what+"-p99-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkMessages is the way of a call's messages, between programs: from Ring
// to the page, and from the page's answer to the first packet of the buyer.
func BenchmarkMessages(b *testing.B) {
	h := open(b)
	operator, p := h.onDuty(b)
	var rings, answers []time.Duration
	for b.Loop() {
		began := time.Now()
		o := h.ring(b, operator)
		p.want("ring")
		rings = append(rings, time.Since(began))

		had := p.received.Load()
		began = time.Now()
		p.send("answer", fields{"leg": o.Leg})
		expect[webleg.Accepted](b, h)
		leg, err := h.Join(operator, o.Leg)
		if err != nil {
			b.Fatal(err)
		}
		leg.SendFrame(make([]byte, 160))
		for p.received.Load() == had {
			time.Sleep(50 * time.Microsecond)
		}
		answers = append(answers, time.Since(began))
		p.want("joined")
		h.Hangup(operator, o.Leg, "next")
		p.want("ended")
		time.Sleep(250 * time.Millisecond) // what one may send
	}
	report(b, "ring", rings)
	report(b, "answer", answers)
}

// BenchmarkBrowser is the same with a real page, up to the sound in it.
func BenchmarkBrowser(b *testing.B) {
	h := open(b)
	page := browse(b, voice).open(h.server.URL + "/page.html")
	operator := uuid.New()
	h.sitDown(page, operator)
	expect[webleg.Ready](b, h)
	var rings, answers []time.Duration
	for b.Loop() {
		began := time.Now()
		o := h.ring(b, operator)
		until(b, "it rings", func() bool { return page.is("desk.call && desk.call.phase === 'ringing'") })
		var rang float64
		if err := page.eval("desk.rang", &rang); err != nil {
			b.Fatal(err)
		}
		rings = append(rings, time.UnixMicro(int64(rang*1000)).Sub(began))
		go func() {
			expect[webleg.Accepted](b, h)
			leg, err := h.Join(operator, o.Leg)
			if err != nil {
				b.Error(err)
				return
			}
			h.speaks(leg, firstBuyer)
		}()
		var ms float64
		if err := page.eval("desk.answerAndHear()", &ms); err != nil {
			b.Fatal(err)
		}
		answers = append(answers, time.Duration(ms*float64(time.Millisecond)))
		h.Hangup(operator, o.Leg, "next")
		page.silent()
		time.Sleep(300 * time.Millisecond)
	}
	report(b, "ring", rings)
	report(b, "answer", answers)
}

// BenchmarkSend is a packet to a browser, of the CPU of this process.
func BenchmarkSend(b *testing.B) {
	h := open(b)
	page := browse(b, voice).open(h.server.URL + "/page.html")
	operator := uuid.New()
	h.sitDown(page, operator)
	expect[webleg.Ready](b, h)
	_, leg := h.pick(b, page, operator)
	page.do("desk.mic.stop()") // leaves what comes back out of it
	frame := make([]byte, 160)
	b.ReportAllocs()
	before := cpu()
	for b.Loop() {
		leg.SendFrame(frame)
	}
	b.ReportMetric(float64((cpu()-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkBothWays is what a talking browser costs, of this process, in which
// a program takes the browser's part: twice what it would be without.
func BenchmarkBothWays(b *testing.B) {
	h := open(b)
	operator, p := h.onDuty(b)
	_, leg := h.talk(b, operator, p)
	leg.SetSink(leg.Send) // every packet goes back
	before, had := cpu(), p.received.Load()
	for b.Loop() {
		p.speak(700, 1)
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(50 * time.Millisecond)
	packets := 2 * (p.received.Load() - had)
	b.ReportMetric(float64((cpu()-before).Nanoseconds())/float64(max(packets, 1)), "cpu-ns/packet")
}
