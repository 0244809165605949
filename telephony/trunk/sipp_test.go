package trunk_test

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"switchboard/telephony/sipua"
	"switchboard/telephony/trunk"
)

// stranger is a peer that is not ours: another program, on a host of its own, so
// that nobody takes the port that the kernel has just said is free.
type stranger struct {
	at    string
	ended chan error
	said  bytes.Buffer
}

// start runs a program. It is ended with the test, if it has not ended by
// itself.
func start(t *testing.T, at, name string, args ...string) *stranger {
	t.Helper()
	s := &stranger{at: at, ended: make(chan error, 1)}
	cmd := exec.CommandContext(context.Background(), name, args...)
	cmd.Stdout, cmd.Stderr = &s.said, &s.said
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); s.ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // killed, Kamailio leaves its children behind
		select {
		case <-done:
		case <-time.After(patience):
			_ = cmd.Process.Kill()
			<-done
		}
	})
	return s
}

// sipp runs a scenario of testdata/sipp at host, for so many calls.
func sipp(t *testing.T, host, scenario string, calls int, args ...string) *stranger {
	t.Helper()
	port := freePort(t, host)
	args = append(args, "-sf", filepath.Join("testdata", "sipp", scenario+".xml"), "-i", host, "-p", strconv.Itoa(port), "-m", strconv.Itoa(calls),
		"-s", string(lead), "-nostdin", "-timeout", "30s", "-timeout_error", "-recv_timeout", "20000",
		"-trace_err", "-error_file", filepath.Join(t.TempDir(), "errors"))
	s := start(t, net.JoinHostPort(host, strconv.Itoa(port)), "sipp", args...)
	listens(t, s.at)
	return s
}

// content waits until a scenario is over, and fails the test unless all its
// calls went as it says.
func (s *stranger) content(t *testing.T) {
	t.Helper()
	select {
	case err := <-s.ended:
		if err != nil {
			text := s.said.String()
			t.Errorf("sipp at %s: %v\n%s", s.at, err, text[max(0, len(text)-2500):])
		}
	case <-time.After(2 * patience):
		t.Fatalf("sipp at %s does not end", s.at)
	}
}

func freePort(t *testing.T, host string) int {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(host)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	return c.LocalAddr().(*net.UDPAddr).Port
}

// listens waits until a UDP port is taken. Trying to take it would now and then
// keep the peer from it.
func listens(t *testing.T, at string) {
	t.Helper()
	ip := net.ParseIP(hostOf(at)).To4()
	line := []byte(" " + hex(ip[3]) + hex(ip[2]) + hex(ip[1]) + hex(ip[0]) + ":" + hex(byte(portOf(at)>>8)) + hex(byte(portOf(at))) + " ")
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if table, err := os.ReadFile("/proc/net/udp"); err == nil && bytes.Contains(table, line) {
			return
		}
	}
	t.Fatalf("nobody listens at %s", at)
}

func hex(b byte) string {
	const digits = "0123456789ABCDEF"
	return string([]byte{digits[b>>4], digits[b&15]})
}

// talked has a call answered, and ends it.
func (c *out) talked(t *testing.T) {
	t.Helper()
	expect[sipua.Ringing](t, c)
	expect[sipua.Answered](t, c)
	c.Hangup("done")
	expect[sipua.Ended](t, c)
}

// TestSippIsOverloaded: the next trunk takes the call, and for as long as the
// first has asked for, those that follow. The order is by priority, whatever
// their names.
func TestSippIsOverloaded(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.40.1")
	first, second := sipp(t, "127.30.40.2", "overloaded", 1), sipp(t, "127.30.40.3", "takes", 2)
	o.trunk("z", first.at, "priority=-1")
	o.trunk("a", second.at)
	one := o.call()
	one.talked(t)
	one.trunks(t, "z", "a")
	two := o.call()
	two.talked(t)
	two.trunks(t, "a")
	first.content(t)
	second.content(t)
}

// TestSippIsBusy: the called person is, wherever one comes from.
func TestSippIsBusy(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.41.1")
	first, second := sipp(t, "127.30.41.2", "busy", 1), newCarrier(t, "127.30.41.3")
	o.trunk("a", first.at)
	o.trunk("b", second.at(), "priority=1")
	c := o.call()
	c.wantFailed(t, 486)
	c.trunks(t, "a")
	first.content(t)
	if n := second.count("INVITE "); n != 0 {
		t.Errorf("the other trunk was sent %d INVITEs", n)
	}
}

// TestSippMoves: a carrier sends us to another machine of its own. To one that
// is not, nobody follows.
func TestSippMoves(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.42.1")
	machine := sipp(t, "127.30.42.3", "takes", 1)
	first := sipp(t, "127.30.42.2", "moved", 2, "-key", "other", machine.at)
	o.trunk("a", first.at)
	o.call().wantFailed(t, 302)
	o.w.Admin(t, "update house.trunk set sources = '{127.30.42.2/31}'")
	o.load()
	c := o.call()
	c.talked(t)
	c.trunks(t, "a")
	first.content(t)
	machine.content(t)
}

// TestSippRegistrar wants the password and a longer time, gets both, and is told
// when we leave.
func TestSippRegistrar(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.43.1")
	registrar := sipp(t, "127.30.43.2", "registrar", 1)
	o.registered(registrar.at, "ping=false")
	o.keep()
	st := o.status("registered", func(s trunk.Status) bool { return s.Registration == "registered" })
	if left := time.Until(st.RegisteredUntil); left < time.Minute || left > 90*time.Second {
		t.Errorf("registered for %v more", left)
	}
	o.w.Admin(t, "update house.trunk set draining_at = now()")
	o.load()
	registrar.content(t)
}
