package sipua

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// answerer is a peer over TCP that answers by hand, as many responses in one
// segment as it likes.
type answerer struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

// read returns the next message of the UA.
func (a *answerer) read() message {
	a.t.Helper()
	_ = a.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	var head strings.Builder
	length := 0
	for {
		line, err := a.in.ReadString('\n')
		if err != nil {
			a.t.Fatal(err)
		}
		if _, err := fmt.Sscanf(line, "Content-Length: %d", &length); err == nil {
			line = fmt.Sprintf("Content-Length: %d\r\n", length)
		}
		if head.WriteString(line); line == "\r\n" {
			break
		}
	}
	body := make([]byte, length)
	for n := 0; n < length; {
		more, err := a.in.Read(body[n:])
		if err != nil {
			a.t.Fatal(err)
		}
		n += more
	}
	return parse(head.String() + string(body))
}

// response writes a response to m.
func (a *answerer) response(m message, status, sdp string) string {
	lines := []string{"SIP/2.0 " + status}
	for _, l := range m.lines {
		name, _, _ := strings.Cut(l, ": ")
		switch name {
		case "Via", "From", "Call-ID", "CSeq":
			lines = append(lines, l)
		case "To":
			lines = append(lines, l+";tag=them")
		}
	}
	lines = append(lines, "Contact: <sip:them@"+a.conn.LocalAddr().String()+";transport=tcp>",
		"Content-Type: application/sdp", fmt.Sprintf("Content-Length: %d", len(sdp)), "", sdp)
	return strings.Join(lines, "\r\n")
}

// TestResponsesInOneSegment (pitfall 3): each comes with what it brought, in
// its order.
func TestResponsesInOneSegment(t *testing.T) {
	t.Parallel()
	const host, rounds = "127.1.0.2", 20
	r := run(t, "127.1.0.1", &world{trunks: addrs(host)}, brisk, Limits{})
	l, err := net.Listen("tcp4", host+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accepted := make(chan net.Conn, 1)
	go func() {
		if c, err := l.Accept(); err == nil {
			accepted <- c
		}
	}()
	var peer *answerer
	for range rounds {
		out := call{events: make(chan Event, 10)}
		if out.Leg, err = r.Dial(Target{
			URI: "sip:1@" + l.Addr().String() + ";transport=tcp", SDP: []byte(sdpOffer), Listen: func(ev Event) { out.events <- ev },
		}); err != nil {
			t.Fatal(err)
		}
		if peer == nil {
			c := <-accepted
			defer c.Close()
			peer = &answerer{t, c, bufio.NewReader(c)}
		}
		invite := peer.read()
		segment := peer.response(invite, "100 Trying", "") + peer.response(invite, "183 Session Progress", "v=early\r\n") +
			peer.response(invite, "180 Ringing", "") + peer.response(invite, "200 OK", "v=answer\r\n")
		if _, err := peer.conn.Write([]byte(segment)); err != nil {
			t.Fatal(err)
		}
		if ev := ringing(t, out.events); ev.Code != 183 || string(ev.SDP) != "v=early\r\n" {
			t.Fatalf("first comes %+v", ev)
		}
		if ev := ringing(t, out.events); ev.Code != 180 {
			t.Fatalf("then comes %+v", ev)
		}
		if ev, is := next(t, out.events).(Answered); !is || string(ev.SDP) != "v=answer\r\n" {
			t.Fatalf("last comes %+v", ev)
		}
		if m := peer.read(); !strings.HasPrefix(m.line, "ACK ") {
			t.Fatalf("%s", m.line)
		}
		out.Hangup("")
		bye := peer.read()
		if _, err := peer.conn.Write([]byte(peer.response(bye, "200 OK", ""))); err != nil {
			t.Fatal(err)
		}
		expect[Ended](t, out.events)
	}
}

// TestLongResponses (pitfall 14): a response longer than a packet of Ethernet
// leaves over UDP all the same.
func TestLongResponses(t *testing.T) {
	t.Parallel()
	r := run(t, "127.1.0.1", &world{trunks: addrs("127.1.0.2")}, brisk, Limits{})
	peer := newRaw(t, "127.1.0.2", r)
	var proxies []string
	for i := range 20 {
		proxies = append(proxies, fmt.Sprintf("Record-Route: <sip:proxy-%d.a-name-of-some-length.example.com;lr;ftag=%040d>", i, i))
	}
	c, _ := peer.script().invite(r, proxies...)
	peer.skip = []string{"SIP/2.0 1"}
	c.Answer([]byte(sdpOffer + strings.Repeat("a=x-padding:0123456789\r\n", 20)))
	if m := peer.want("SIP/2.0 200"); len(m.text) < 2000 {
		t.Errorf("%d bytes", len(m.text))
	}
}
