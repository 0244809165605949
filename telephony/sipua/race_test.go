package sipua

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// TestEverythingCrosses: both sides do everything at once, hundreds of times.
// Each leg ends once, nothing follows its end, and no leg stays.
func TestEverythingCrosses(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	pause := func() { <-time.After(time.Duration(rand.IntN(2000)) * time.Microsecond) }
	var wg sync.WaitGroup
	const calls = 150
	quiet := make(chan struct{})
	go func() {
		for {
			var in call
			select {
			case in = <-b.calls:
			case <-quiet: // some were taken back before they were sent
				return
			}
			wg.Go(func() {
				pause()
				switch rand.IntN(4) {
				case 0:
					in.Ring()
					in.Refuse(486, "Busy")
				case 1:
					in.Hangup("")
				default:
					in.Answer([]byte("v=0\r\n"))
					pause()
					in.Reoffer([]byte("v=1\r\n"))
					pause()
					in.Hangup("")
				}
			})
			wg.Go(func() { ends(t, in) })
		}
	}()
	for i := range calls {
		out := a.dial(b, []string{"udp", "tcp"}[i%2])
		wg.Go(func() {
			pause()
			pause()
			if rand.IntN(2) == 0 {
				out.Reoffer([]byte("v=2\r\n"))
			}
			out.Hangup("")
		})
		wg.Go(func() { ends(t, out) })
		if i%10 == 9 {
			time.Sleep(2 * time.Millisecond)
		}
	}
	wg.Wait()
	a.empty()
	b.empty()
	close(quiet)
	a.idle()
	b.idle()
	if a.Stats().Overflows+b.Stats().Overflows != 0 {
		t.Error("mailboxes overflow")
	}
}

// ends reads a leg's events until it is over, answering what must be answered.
func ends(t *testing.T, c call) {
	over := false
	for {
		select {
		case ev := <-c.events:
			if over {
				t.Errorf("%T%+v after the end", ev, ev)
			}
			switch ev.(type) {
			case Failed, Cancelled, Ended:
				over = true
			case Reoffered:
				c.AnswerReoffer([]byte("v=3\r\n"))
			}
		case <-time.After(200 * time.Millisecond):
			if over {
				return
			}
		case <-t.Context().Done():
			t.Error("a leg never ends")
			return
		}
	}
}

// TestPanicsAreCaught: an error in the leg's owner costs that leg.
func TestPanicsAreCaught(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in := s.up(r)
	in.Listen(func(Event) { panic("owner") })
	s.send(s.request("INFO", "5", "Content-Type: application/dtmf"))
	s.skip = []string{"SIP/2.0 200"}
	s.reply(s.want("BYE "), "200 OK", "", "")
	r.empty()
	if n := r.counts.panics.Swap(0); n == 0 {
		t.Error("nothing was caught")
	}
	newRaw(t, "127.1.0.9", r).script().up(r)
}

// TestMailboxIsBounded: a leg whose owner sleeps is ended, others go on.
func TestMailboxIsBounded(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	in := s.up(r)
	wake := make(chan struct{})
	asleep := make(chan struct{}, 1)
	in.Listen(func(Event) {
		select {
		case asleep <- struct{}{}:
		default:
		}
		<-wake
	})
	for range 3 * mailbox {
		s.send(s.request("INFO", "5", "Content-Type: application/dtmf"))
	}
	<-asleep
	s.skip = []string{"SIP/2.0 200"}
	q := newRaw(t, "127.1.0.9", r).script()
	q.up(r)
	close(wake)
	s.skip = []string{"SIP/2.0 "}
	s.reply(s.want("BYE "), "200 OK", "", "")
	for end := time.Now().Add(5 * time.Second); r.book.active() > 1 && time.Now().Before(end); time.Sleep(time.Millisecond) {
	}
	if st := r.Stats(); st.Overflows != 1 || st.Active != 1 {
		t.Errorf("%+v", st)
	}
}

// TestPortInUse is told with the port.
func TestPortInUse(t *testing.T) {
	t.Parallel()
	r, _ := solo(t)
	_, err := New(Config{Addr: r.Addr().String()}, &world{}, nil)
	if err == nil {
		t.Fatal("two serve one port")
	}
	t.Log(err)
	if _, err := New(Config{Addr: "0.0.0.0:0"}, &world{}, nil); err == nil {
		t.Error("serves where nobody can say how to reach it")
	}
}

// TestARetransmissionMayComeFirst: the stack starts a goroutine for each message,
// so that it may be a retransmission that it makes the transaction for. It is the
// same request all the same.
func TestARetransmissionMayComeFirst(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	s := p.script()
	first := func(text string) string {
		m, err := sip.ParseMessage([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		m.SetSource(p.at)
		m.SetTransport("UDP")
		r.onMessage(m)
		return text
	}
	s.send(first(s.request("INVITE", sdpOffer)))
	in := r.call()
	in.Answer([]byte("v=answer\r\n"))
	p.skip = []string{"SIP/2.0 100"}
	s.ack(s.want("SIP/2.0 200"))
	expect[Confirmed](t, in.events)
	s.send(first(s.request("BYE", "")))
	s.want("SIP/2.0 200")
	if ev := expect[Ended](t, in.events); !ev.ByPeer {
		t.Errorf("%+v", ev)
	}
	r.empty()
}
