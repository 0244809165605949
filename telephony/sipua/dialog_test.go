package sipua

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// TestProgressAndAnswerInOneSegment: pitfall 3. The 183 has the only SDP.
func TestProgressAndAnswerInOneSegment(t *testing.T) {
	t.Parallel()
	r := run(t, "127.1.0.1", &world{trunks: addrs("127.1.0.9")}, brisk, Limits{})
	l, err := net.Listen("tcp", "127.1.0.9:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go trunkOverTCP(l)
	for range 40 {
		c := call{events: make(chan Event, 10)}
		leg, err := r.Dial(Target{URI: "sip:a@" + l.Addr().String() + ";transport=tcp", SDP: []byte(sdpOffer), Listen: func(ev Event) { c.events <- ev }})
		if err != nil {
			t.Fatal(err)
		}
		if ev := ringing(t, c.events); ev.Code != 183 || string(ev.SDP) != "v=early\r\n" {
			t.Fatalf("%+v", ev)
		}
		if ev := expect[Answered](t, c.events); string(ev.SDP) != "v=early\r\n" {
			t.Fatalf("%+v", ev)
		}
		leg.Hangup("")
	}
	r.empty()
	if n := r.streams.Len(); n != 1 {
		t.Errorf("40 calls take %d connections", n)
	}
}

// trunkOverTCP answers INVITEs with 183 and 200 in one write, and the rest with
// 200.
func trunkOverTCP(l net.Listener) {
	p := &raw{at: l.Addr().String()}
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			buf := make([]byte, 0, 65536)
			for {
				n, err := c.Read(buf[len(buf):cap(buf)])
				if err != nil {
					return
				}
				buf = buf[:len(buf)+n]
				for {
					head, _, ok := strings.Cut(string(buf), "\r\n\r\n")
					m := parse(head + "\r\n\r\n")
					var length int
					_, _ = fmt.Sscan(m.get("Content-Length"), &length)
					if total := len(head) + 4 + length; ok && len(buf) >= total {
						buf = append(buf[:0], buf[total:]...)
					} else {
						break
					}
					answer := p.response(m, "200 OK", "phone", "")
					if strings.HasPrefix(m.line, "INVITE") {
						answer = p.response(m, "183 Progress", "phone", "v=early\r\n") + answer
					}
					if !strings.HasPrefix(m.line, "ACK") {
						_, _ = io.WriteString(c, answer)
					}
				}
			}
		}()
	}
}

// TestStoredDialog: another process ends what the first has left.
func TestStoredDialog(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	hangUp := func(l *Leg) {
		t.Helper()
		d, err := ParseDialog(l.Dialog().JSON())
		if err == nil {
			err = r.Hangup(d, "the switch was restarted")
		}
		if err != nil {
			t.Error(err)
		}
	}
	s := p.script()
	in := s.up(r)
	hangUp(in.Leg)
	got := map[string]bool{}
	for len(got) < 2 { // the refusal, in case it was never answered, and BYE
		m, ok := s.read(10 * time.Second)
		if !ok {
			t.Fatal("nothing comes")
		}
		got[m.line[:11]] = true
		if strings.HasPrefix(m.line, "BYE ") && (m.seq() < 2 || m.tag("From") != s.remote || m.tag("To") != s.local) {
			t.Errorf("BYE is\n%s", m.text)
		}
	}
	if !got["SIP/2.0 503"] {
		t.Errorf("the caller gets %v", got)
	}
	q := newRaw(t, "127.1.0.9", r)
	out, invite := dialRaw(r, q)
	hangUp(out.Leg)
	if m := q.want("CANCEL "); m.branch() != invite.branch() || m.seq() != invite.seq() {
		t.Errorf("CANCEL is\n%s", m.text)
	}
	for _, b := range []string{"", "{}", `{"call_id":"x"}`} {
		if _, err := ParseDialog([]byte(b)); err == nil {
			t.Errorf("%q is a dialog", b)
		}
	}
	if err := r.Hangup(Dialog{CallID: "x", LocalTag: "y", RemoteTag: "z", RemoteTarget: "nonsense"}, ""); err == nil || errors.Is(err, errDone) {
		t.Errorf("hung up on nonsense: %v", err)
	}
}
