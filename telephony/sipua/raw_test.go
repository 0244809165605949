package sipua

import (
	"bytes"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// raw is a peer that writes its messages by hand, on a host of its own.
type raw struct {
	t    *testing.T
	conn *net.UDPConn
	to   *net.UDPAddr
	at   string // host:port of ours
	ua   string // and of the UA
	skip []string
	seen map[string]bool // what was read, by its text
	over map[string]bool // what has had its ACK or response, and may have crossed it
}

func newRaw(t *testing.T, host string, r *rig) *raw {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(host)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &raw{t: t, conn: conn, to: net.UDPAddrFromAddrPort(r.Addr()), at: conn.LocalAddr().String(), ua: r.Addr().String(), seen: map[string]bool{}, over: map[string]bool{}}
}

// message is one that came in.
type message struct {
	line  string
	lines []string
	body  string
	text  string
}

func parse(text string) message {
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	return message{line: lines[0], lines: lines[1:], body: body, text: text}
}

// get returns the values of a header, one a line.
func (m message) get(name string) string {
	var out []string
	for _, l := range m.lines {
		if k, v, _ := strings.Cut(l, ": "); strings.EqualFold(k, name) {
			out = append(out, v)
		}
	}
	return strings.Join(out, "\n")
}

func (m message) tag(name string) string {
	_, tag, _ := strings.Cut(m.get(name), ";tag=")
	tag, _, _ = strings.Cut(tag, ";")
	return tag
}

func (m message) branch() string {
	_, b, _ := strings.Cut(m.get("Via"), "branch=")
	b, _, _ = strings.Cut(b, ";")
	return b
}

func (m message) seq() int {
	n, _, _ := strings.Cut(m.get("CSeq"), " ")
	seq, _ := strconv.Atoi(n)
	return seq
}

func (p *raw) send(text string) {
	p.t.Helper()
	if _, err := p.conn.WriteToUDP([]byte(text), p.to); err != nil {
		p.t.Fatal(err)
	}
}

// read returns the next message within d, or false.
func (p *raw) read(d time.Duration) (message, bool) {
	_ = p.conn.SetReadDeadline(time.Now().Add(d))
	b := make([]byte, 65535)
	for {
		n, from, err := p.conn.ReadFromUDP(b)
		if err != nil {
			return message{}, false
		}
		if from.String() != p.ua && !bytes.Contains(b[:n], []byte(p.ua)) {
			continue // another test's, for whoever had this port before
		}
		if from.String() != p.ua {
			p.t.Errorf("a message leaves from %s, which is not the port that is served (pitfall 7)", from)
		}
		m := parse(string(b[:n]))
		skipped := p.over[m.text]
		for _, s := range p.skip {
			skipped = skipped || strings.HasPrefix(m.line, s)
		}
		if !skipped {
			return m, true
		}
	}
}

// want reads the next message, which must begin so. What was read before may
// come again: a busy machine makes for retransmissions.
func (p *raw) want(prefix string) message {
	p.t.Helper()
	for {
		m, ok := p.read(10 * time.Second)
		if !ok {
			p.t.Fatalf("nothing comes, want %q", prefix)
		}
		again := p.seen[m.text]
		p.seen[m.text] = true
		if strings.HasPrefix(m.line, prefix) {
			return m
		}
		if !again {
			p.t.Fatalf("%q comes, want %q\n%s", m.line, prefix, m.text)
		}
	}
}

// silent fails if anything comes within d, but for a request that came before and
// still waits for its response.
func (p *raw) silent(d time.Duration) {
	p.t.Helper()
	for end := time.Now().Add(d); ; {
		m, ok := p.read(time.Until(end))
		if !ok {
			return
		}
		if !p.seen[m.text] || strings.HasPrefix(m.line, "SIP/2.0 ") {
			p.t.Errorf("%q comes, want silence\n%s", m.line, m.text)
		}
	}
}

// script is a dialog that raw speaks.
type script struct {
	*raw
	callID, local, remote, branch string // remote: the To line's tag part
	seq                           int
}

// scripts counts them, so that no two have one Call-ID.
var scripts atomic.Int64

func (p *raw) script() *script {
	n := scripts.Add(1)
	return &script{raw: p, callID: fmt.Sprintf("call-%d@%s", n, p.at), local: fmt.Sprintf("raw%d", n)}
}

// request writes a request; extra lines end without CRLF. A new one has a new
// branch.
func (s *script) request(method, body string, extra ...string) string {
	if method != "ACK" && method != "CANCEL" {
		s.seq++
		s.branch = fmt.Sprintf("z9hG4bK-%s-%d", s.local, s.seq)
	}
	branch := s.branch
	if method == "ACK" {
		branch += "-ack"
	}
	return s.write(method, branch, s.seq, body, extra...)
}

func (s *script) write(method, branch string, seq int, body string, extra ...string) string {
	to := "<sip:84950000101@" + s.ua + ">"
	if s.remote != "" && method != "CANCEL" {
		to += ";tag=" + s.remote
	}
	lines := []string{
		method + " sip:84950000101@" + s.ua + " SIP/2.0",
		"Via: SIP/2.0/UDP " + s.at + ";branch=" + branch + ";rport",
		"Max-Forwards: 70",
		"From: <sip:+79161234567@" + s.at + ">;tag=" + s.local,
		"To: " + to,
		"Call-ID: " + s.callID,
		fmt.Sprintf("CSeq: %d %s", seq, method),
		"Contact: <sip:raw@" + s.at + ">",
	}
	lines = append(lines, extra...)
	if body != "" && method != "INFO" {
		lines = append(lines, "Content-Type: application/sdp")
	}
	lines = append(lines, fmt.Sprintf("Content-Length: %d", len(body)), "", body)
	return strings.Join(lines, "\r\n")
}

// invite sends an INVITE and returns the leg that it makes.
func (s *script) invite(r *rig, extra ...string) (call, string) {
	s.t.Helper()
	text := s.request("INVITE", sdpOffer, extra...)
	s.send(text)
	s.want("SIP/2.0 100")
	return r.call(), text
}

// ack sends the ACK for a 2xx and learns the dialog.
func (s *script) ack(ok message) {
	s.t.Helper()
	s.remote, s.over[ok.text] = ok.tag("To"), true
	s.send(s.request("ACK", ""))
}

// up makes a call that is up.
func (s *script) up(r *rig, extra ...string) call {
	s.t.Helper()
	in, _ := s.invite(r, extra...)
	in.Answer([]byte("v=answer\r\n"))
	s.ack(s.want("SIP/2.0 200"))
	expect[Confirmed](s.t, in.events)
	return in
}

// reply answers a request of the UA.
func (p *raw) reply(req message, status, tag, body string, extra ...string) {
	p.t.Helper()
	p.over[req.text] = true
	p.send(p.response(req, status, tag, body, extra...))
}

func (p *raw) response(req message, status, tag, body string, extra ...string) string {
	lines := []string{"SIP/2.0 " + status}
	for _, l := range req.lines {
		k, _, _ := strings.Cut(l, ":")
		switch k {
		case "Via", "From", "Call-ID", "CSeq":
			lines = append(lines, l)
		case "To":
			if tag != "" && !strings.Contains(l, ";tag=") {
				l += ";tag=" + tag
			}
			lines = append(lines, l)
		}
	}
	if !strings.Contains(strings.Join(extra, "\n"), "Contact:") {
		lines = append(lines, "Contact: <sip:raw@"+p.at+">")
	}
	lines = append(lines, extra...)
	if body != "" {
		lines = append(lines, "Content-Type: application/sdp")
	}
	return strings.Join(append(lines, fmt.Sprintf("Content-Length: %d", len(body)), "", body), "\r\n")
}

// solo is one UA and one hand-written trunk.
func solo(t *testing.T) (*rig, *raw) {
	t.Helper()
	r := run(t, "127.1.0.1", &world{trunks: addrs("127.1.0.9")}, brisk, Limits{})
	return r, newRaw(t, "127.1.0.9", r)
}
