package sipua

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// calm is the clock for peers that take any 200 for the one they wait for: it
// repeats none before its ACK can be there.
var calm = func() timing {
	t := brisk
	t.t1, t.t2 = standard.t1, standard.t2
	return t
}()

// hosts counts the hosts that peers outside this process were given: on one of
// their own nobody takes the port that the kernel has just said is free.
var hosts atomic.Int32

func newHost() string {
	n := hosts.Add(1)
	return fmt.Sprintf("127.1.%d.%d", 4+n/250, 1+n%250)
}

// sipp runs a scenario of testdata/sipp on the given host, and fails the test
// unless every call of it succeeds. ready is called when it listens.
func sipp(t *testing.T, r *rig, host, scenario, transport string, calls int, ready func(at string)) {
	t.Helper()
	port := freePort(t, host)
	file, err := filepath.Abs(filepath.Join("testdata", "sipp", scenario+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	errorFile := filepath.Join(t.TempDir(), "errors")
	args := []string{"-sf", file, "-i", host, "-p", strconv.Itoa(port), "-t", transport, "-m", strconv.Itoa(calls), "-l", strconv.Itoa(calls), "-r", "50",
		"-s", "84950000101", "-nostdin", "-timeout", "20s", "-timeout_error", "-recv_timeout", "8000", "-trace_err", "-error_file", errorFile}
	if strings.HasPrefix(scenario, "uac") {
		args = append(args, r.Addr().String())
	}
	cmd := exec.CommandContext(ctx, "sipp", args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if ready != nil {
		listens(t, host, port, transport)
		ready(net.JoinHostPort(host, strconv.Itoa(port)))
	}
	if err := cmd.Wait(); err != nil {
		errors, _ := os.ReadFile(errorFile)
		text := out.String()
		t.Errorf("sipp %s over %s: %v\n%s\n%s", scenario, transport, err, text[max(0, len(text)-2500):], errors)
	}
}

func freePort(t *testing.T, host string) int {
	t.Helper()
	for range 20 {
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(host)})
		if err != nil {
			t.Fatal(err)
		}
		port := c.LocalAddr().(*net.UDPAddr).Port
		l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.ParseIP(host), Port: port})
		_ = c.Close()
		if err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port is free for both UDP and TCP")
	return 0
}

// listens waits until a port is taken. Trying to take it would now and then
// keep sipp from it.
func listens(t *testing.T, host string, port int, transport string) {
	t.Helper()
	ip := net.ParseIP(host).To4()
	udp := fmt.Sprintf(" %02X%02X%02X%02X:%04X ", ip[3], ip[2], ip[1], ip[0], port)
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if transport == "u1" {
			if table, err := os.ReadFile("/proc/net/udp"); err == nil && bytes.Contains(table, []byte(udp)) {
				return
			}
			continue
		}
		if c, err := net.Dial("tcp4", net.JoinHostPort(host, strconv.Itoa(port))); err == nil {
			_ = c.Close()
			return
		}
	}
	t.Fatal("sipp does not listen")
}

// TestSippCalls: sipp is the caller.
func TestSippCalls(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scenario, transport string
		do                  func(call)
	}{
		{"uac", "u1", answering}, {"uac", "t1", answering},
		{"uac_called_ends", "u1", hangingUp}, {"uac_called_ends", "t1", hangingUp},
		{"uac_cancel", "u1", func(c call) { c.Ring() }},
		{"uac_lost_ack", "u1", answering},
		{"uac_lossy", "u1", answering}, // one packet in seven is lost, either way
		{"uac_hold", "u1", answering}, {"uac_hold", "t1", answering},
		{"uac_digits", "u1", answering},
		{"uac_100rel", "u1", early}, {"uac_100rel", "t1", early},
		{"uac_update", "u1", answering}, {"uac_session", "u1", answering},
		{"uac_refer", "u1", func(c call) { c.AllowRefer(); answering(c) }},
	} {
		t.Run(c.scenario+"/"+c.transport, func(t *testing.T) {
			t.Parallel()
			host := newHost()
			r := run(t, "127.1.0.1", &world{trunks: addrs(host)}, calm, Limits{})
			go func() {
				for in := range r.calls {
					c.do(in)
					go follow(in)
				}
			}()
			const calls = 10
			sipp(t, r, host, c.scenario, c.transport, calls, nil)
			r.empty()
			if st := r.Stats(); st.Invites != calls || st.Malformed != 0 {
				t.Errorf("%+v", st)
			}
		})
	}
}

func answering(c call) {
	c.Ring()
	c.Answer([]byte(sdpOffer))
}

func early(c call) {
	c.Progress([]byte(sdpOffer))
	c.Answer(nil)
}

func hangingUp(c call) {
	answering(c)
	hangUpSoon(c)
}

func hangUpSoon(c call) {
	time.AfterFunc(100*time.Millisecond, func() { c.Hangup("done") })
}

// follow answers what a call offers on its way.
func follow(c call) {
	for {
		select {
		case ev := <-c.events:
			switch ev.(type) {
			case Reoffered:
				c.AnswerReoffer([]byte(sdpOffer))
			case Referred:
				c.AnswerRefer(202, "")
				c.ReportRefer(200, "OK")
			}
		case <-c.gone:
			return
		}
	}
}

// TestSippAnswers: sipp is called.
func TestSippAnswers(t *testing.T) {
	t.Parallel()
	const calls = 10
	up := func(t *testing.T, c call) { expect[Answered](t, c.events); c.Hangup("done") }
	for _, c := range []struct {
		scenario, transport string
		do                  func(*testing.T, call)
	}{
		{"uas", "u1", up}, {"uas", "t1", up}, {"uas_provisionals", "u1", up}, {"uas_early", "u1", up}, {"uas_early", "t1", up}, {"uas_challenge", "u1", up},
		{"uas_ends", "u1", func(t *testing.T, c call) { expect[Answered](t, c.events); expect[Ended](t, c.events) }},
		{"uas_100rel", "u1", up}, {"uas_100rel", "t1", up},
		{"uas_refer", "u1", func(t *testing.T, c call) {
			expect[Answered](t, c.events)
			c.Refer("sip:+74951112233@carrier.example", nil)
			for !expect[ReferReport](t, c.events).Last {
			}
			hangUpSoon(c) // sipp wants the 200 for its NOTIFY first
		}},
		{"uas_busy", "u1", func(t *testing.T, c call) {
			if ev := expect[Failed](t, c.events); ev.Code != 486 {
				t.Errorf("%+v", ev)
			}
		}},
		{"uas_cancel", "u1", func(t *testing.T, c call) { ringing(t, c.events); c.Hangup("given up"); expect[Failed](t, c.events) }},
		{"uas_cross", "u1", func(t *testing.T, c call) { ringing(t, c.events); c.Hangup("given up"); expect[Failed](t, c.events) }},
	} {
		t.Run(c.scenario+"/"+c.transport, func(t *testing.T) {
			t.Parallel()
			host := newHost()
			r := run(t, "127.1.0.1", &world{trunks: addrs(host)}, calm, Limits{})
			sipp(t, r, host, c.scenario, c.transport, calls, func(at string) {
				transport := map[string]string{"u1": "udp", "t1": "tcp"}[c.transport]
				for range calls {
					out := call{events: make(chan Event, 100)}
					leg, err := r.Dial(Target{
						URI: "sip:a001@" + at + ";transport=" + transport, SDP: []byte(sdpOffer), FromUser: "84950000101",
						Username: "trunk7", Password: "secret", Listen: func(ev Event) { out.events <- ev },
					})
					if err != nil {
						t.Fatal(err)
					}
					out.Leg = leg
					c.do(t, out)
				}
				r.empty()
			})
		})
	}
}

func TestSippRegisters(t *testing.T) {
	t.Parallel()
	host := newHost()
	r := run(t, "127.1.0.1", &world{phones: addrs(host)}, calm, Limits{})
	sipp(t, r, host, "uac_register", "u1", 1, nil)
	if said := r.world.wait(t, 1); !strings.HasPrefix(said[0], "op1 at sip:op1@"+host+":") {
		t.Errorf("told %q", said)
	}
}
