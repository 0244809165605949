package guard

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/telephony/sipua/wire"
)

const options = "OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:1;branch=z9hG4bK1;rport\r\nFrom: <sip:a@b>;tag=1\r\n" +
	"To: <sip:x@b>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nContent-Length: 4\r\n\r\nbody"

var loopback = netip.MustParseAddr("127.0.0.1")

// judge admits what says "in" and answers everything else.
func judge(m *Message) bool {
	if strings.Contains(string(m.Raw), "in") {
		return true
	}
	m.Reply(wire.Answer{Code: 403, Reason: "Forbidden", Tag: "t"})
	return false
}

func in(s string) string { return strings.Replace(s, "Call-ID: c", "Call-ID: in", 1) }

func TestPackets(t *testing.T) {
	t.Parallel()
	var counts Counts
	p, err := ListenPackets(&net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}, &counts, judge)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	peer, err := net.Dial("udp", p.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	for _, datagram := range []string{"\r\n\r\n", "\x00\x00\x00\x00", "GET / HTTP/1.1\r\n\r\n", options, in(options)} {
		if _, err := peer.Write([]byte(datagram)); err != nil {
			t.Fatal(err)
		}
	}
	b := make([]byte, Largest)
	n, source, err := p.ReadFrom(b)
	if err != nil || string(b[:n]) != in(options) || source.String() != peer.LocalAddr().String() {
		t.Errorf("the stack reads %q from %v, %v", b[:n], source, err)
	}
	_ = peer.SetReadDeadline(time.Now().Add(5 * time.Second))
	n, err = peer.Read(b)
	if err != nil || !strings.HasPrefix(string(b[:n]), "SIP/2.0 403 Forbidden\r\nVia: SIP/2.0/UDP 127.0.0.1:1;branch=z9hG4bK1;rport=") {
		t.Errorf("the peer reads %q, %v", b[:n], err)
	}
	if counts.Keepalives.Load() != 2 || counts.Unreadable.Load() != 1 || counts.Read.Load() != 5 {
		t.Errorf("counted %d keep-alives, %d unreadable of %d", counts.Keepalives.Load(), counts.Unreadable.Load(), counts.Read.Load())
	}
	go func() { _ = p.Close() }()
	if _, _, err := p.ReadFrom(b); err == nil {
		t.Error("a closed socket still reads")
	}
}

// floor is Streams with counters for what its rules were told.
type floor struct {
	*Streams
	counts Counts
	mu     sync.Mutex
	inUse  map[netip.AddrPort]bool
	ended  int
}

func listen(t *testing.T, idle time.Duration) *floor {
	t.Helper()
	f := &floor{inUse: map[netip.AddrPort]bool{}}
	s, err := ListenStreams(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, &f.counts, Rules{
		Admit:   judge,
		Welcome: func(src netip.Addr) bool { return src == loopback },
		InUse: func(peer netip.AddrPort) bool {
			f.mu.Lock()
			defer f.mu.Unlock()
			return f.inUse[peer]
		},
		Closed: func(netip.AddrPort) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.ended++
		},
		Most: 8, MostEach: 4, Idle: idle,
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Streams = s
	t.Cleanup(func() { _ = s.Close() })
	return f
}

func dial(t *testing.T, f *floor, from string) net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	c, err := d.Dial("tcp", f.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	return c
}

// TestStreamIsCutIntoMessages: whatever TCP makes of the bytes, the stack reads
// one admitted message at a time.
func TestStreamIsCutIntoMessages(t *testing.T) {
	t.Parallel()
	f := listen(t, time.Minute)
	peer := dial(t, f, "127.0.0.1")
	text := "\r\n\r\n" + options + in(options) + "\r\n" + in(options)
	go func() {
		for i := 0; i < len(text); i += 7 {
			_, _ = io.WriteString(peer, text[i:min(i+7, len(text))])
		}
	}()
	conn, err := f.Accept()
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 4096)
	for range 2 {
		n, err := conn.Read(b)
		if err != nil || string(b[:n]) != in(options) {
			t.Fatalf("the stack reads %q, %v", b[:n], err)
		}
	}
	want := "\r\nSIP/2.0 403 Forbidden\r\n" // the pong, and the answer to what was not admitted
	if _, err := io.ReadFull(peer, b[:len(want)]); err != nil || string(b[:len(want)]) != want {
		t.Errorf("the peer reads %q, %v", b[:len(want)], err)
	}
}

// TestSilentStreamsEnd: one that says nothing, one that drips, one that has
// been heard, and one that a call hangs on, which stays.
func TestSilentStreamsEnd(t *testing.T) {
	t.Parallel()
	f := listen(t, 300*time.Millisecond)
	mute, drip, heard := dial(t, f, "127.0.0.1"), dial(t, f, "127.0.0.1"), dial(t, f, "127.0.0.1")
	go func() {
		for range 100 {
			if _, err := io.WriteString(drip, "X"); err != nil {
				return
			}
			pause(20 * time.Millisecond)
		}
	}()
	_, _ = io.WriteString(heard, in(options))
	conn, err := f.Accept()
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, conn) }()
	used := dial(t, f, "127.0.0.1")
	f.mu.Lock()
	f.inUse[netip.MustParseAddrPort(used.LocalAddr().String())] = true
	f.mu.Unlock()
	for name, c := range map[string]net.Conn{"mute": mute, "drip": drip, "heard": heard} {
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%s stays open: %v", name, err)
		}
	}
	if n := f.Len(); n != 1 || f.counts.Idle.Load() != 3 {
		t.Errorf("%d connections left, %d closed for silence; want 1 and 3", n, f.counts.Idle.Load())
	}
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	f := listen(t, time.Minute)
	gone := func(c net.Conn) bool {
		_ = c.SetReadDeadline(time.Now().Add(2 * time.Second))
		_, err := c.Read(make([]byte, 1))
		return err != nil && !strings.Contains(err.Error(), "timeout")
	}
	refused := func(from string) bool {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		c, err := d.Dial("tcp", f.Addr().String())
		return err != nil || gone(c)
	}
	if !refused("127.0.0.77") {
		t.Error("a stranger's connection stays open")
	}
	for range 4 {
		dial(t, f, "127.0.0.1")
	}
	if !refused("127.0.0.1") {
		t.Error("a fifth connection of one address stays open")
	}
	if n := f.Len(); n != 4 {
		t.Errorf("%d connections, want 4", n)
	}
}

// TestMalformedStreamEnds: without a length there is no next message.
func TestMalformedStreamEnds(t *testing.T) {
	t.Parallel()
	f := listen(t, time.Minute)
	for _, text := range []string{
		strings.Replace(options, "Content-Length: 4\r\n", "", 1),
		strings.Replace(options, "Content-Length: 4\r\n", "Content-Length: 99999999\r\n", 1),
		"GET / HTTP/1.1\r\n\r\n",
		strings.Repeat("y", Largest+3000),
	} {
		peer := dial(t, f, "127.0.0.1")
		go func() { _, _ = io.WriteString(peer, text) }()
		if _, err := io.ReadAll(peer); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	if n := f.Len(); n != 0 {
		t.Errorf("%d connections left", n)
	}
}

func TestConnect(t *testing.T) {
	t.Parallel()
	f, far := listen(t, time.Minute), listen(t, time.Minute)
	peer := netip.MustParseAddrPort(far.Addr().String())
	go func() {
		for {
			c, err := f.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(io.Discard, c) }()
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if err := f.Connect(ctx, peer, Trust{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := f.Len(); n != 1 {
		t.Errorf("five calls to one peer share %d connections", n)
	}
	_ = far.Close()
	if err := f.Connect(ctx, netip.MustParseAddrPort("127.0.0.1:1"), Trust{}); err == nil {
		t.Error("connected to a port where nobody listens")
	}
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	b := NewBuckets(10, 5)
	now := time.Unix(1000, 0)
	took := func(at time.Time) (n int) {
		for range 100 {
			if b.Take(loopback, at) {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{0, 5}, {0, 0}, {100 * time.Millisecond, 1}, {300 * time.Millisecond, 2}, {time.Hour, 5}, {time.Minute, 0}} {
		if got := took(now.Add(c.after)); got != c.want {
			t.Errorf("after %s: %d taken, want %d", c.after, got, c.want)
		}
	}
}
