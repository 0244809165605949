package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/bench/gen"
)

// hasty is an operator's telephone over TCP that says 183 and 200 in one
// segment.
type hasty struct {
	l     net.Listener
	byes  chan struct{}
	acks  chan struct{}
	busy  sync.WaitGroup
	audio netip.AddrPort
}

func openHasty(t *testing.T) *hasty {
	t.Helper()
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: netip.MustParseAddr("127.30.0.8").AsSlice()})
	if err != nil {
		t.Fatal(err)
	}
	h := &hasty{l: l, byes: make(chan struct{}, 8), acks: make(chan struct{}, 8), audio: deaf}
	h.busy.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go h.serve(c)
		}
	})
	t.Cleanup(func() {
		l.Close()
		h.busy.Wait()
	})
	return h
}

// serve takes the requests of one connection.
func (h *hasty) serve(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	for {
		m, err := request(r)
		if err != nil {
			return
		}
		switch m.method {
		case "INVITE":
			sdp := fmt.Sprintf("v=0\r\no=h 1 1 IN IP4 %[1]s\r\ns=-\r\nc=IN IP4 %[1]s\r\nt=0 0\r\nm=audio %[2]d RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n", h.audio.Addr(), h.audio.Port())
			_, _ = io.WriteString(c, m.answer("183 Session Progress", h.l.Addr(), sdp)+m.answer("200 OK", h.l.Addr(), sdp))
		case "ACK":
			h.acks <- struct{}{}
		case "BYE":
			_, _ = io.WriteString(c, m.answer("200 OK", h.l.Addr(), ""))
			h.byes <- struct{}{}
		default:
			_, _ = io.WriteString(c, m.answer("200 OK", h.l.Addr(), ""))
		}
	}
}

// asked is a request and the lines of it that an answer repeats.
type asked struct {
	method, kept, to string
}

func request(r *bufio.Reader) (m asked, err error) {
	length := 0
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return m, err
		}
		name, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		switch value = strings.TrimSpace(value); {
		case m.method == "" && name == "": // a keep-alive
		case m.method == "":
			m.method, _, _ = strings.Cut(line, " ")
		case name == "":
			_, err := io.CopyN(io.Discard, r, int64(length))
			return m, err
		case name == "Content-Length":
			length, _ = strconv.Atoi(value)
		case name == "To":
			m.to = value
		case name == "Via", name == "From", name == "Call-ID", name == "CSeq", name == "Record-Route":
			m.kept += line
		}
	}
}

func (m asked) answer(status string, at net.Addr, body string) string {
	to := m.to
	if !strings.Contains(to, "tag=") {
		to += ";tag=hasty"
	}
	head := "SIP/2.0 " + status + "\r\n" + m.kept + "To: " + to + "\r\nContact: <sip:hasty@" + at.String() + ";transport=tcp>\r\n"
	if body != "" {
		head += "Content-Type: application/sdp\r\n"
	}
	return head + "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
}

// TestAnswerInOneSegment: an operator's telephone rings and answers in one
// segment of TCP. The call is joined, acknowledged and ended, each time.
func TestAnswerInOneSegment(t *testing.T) {
	t.Parallel()
	phone := openHasty(t)
	s := stage(t, func(netip.AddrPort) string {
		return fmt.Sprintf(`  - {name: Hasty, email: h@floor.test, password: "e2e-Password-1", tier: order, shops: [tyres], sip: "sip:hasty@%s", ready: true, wrap_up: 0s}`, phone.l.Addr())
	})
	var n int
	if err := s.look("update house.operator set sip_uri = sip_uri || ';transport=tcp' returning 1", nil, &n); err != nil {
		t.Fatal(err)
	}
	<-time.After(2 * time.Second) // the directory is read anew
	for i := range 10 {
		c := s.dial(buyer(i), tyres, deaf)
		s.within("the answer", c.Confirmed())
		s.within("the operator's ACK", phone.acks)
		c.Hangup()
		s.outcome(c, 200, gen.Us)
		s.within("the operator's BYE", phone.byes)
	}
}
