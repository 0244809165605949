package trunk_test

import (
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"switchboard/telephony/sipua"
)

// patience is how long a test waits for what must come. On a busy machine that
// takes a while.
const patience = 20 * time.Second

// carrier is a SIP peer written by hand: it takes packets, and answers as the
// test says.
type carrier struct {
	t    *testing.T
	conn *net.UDPConn
	pong atomic.Pointer[string]

	mu   sync.Mutex
	got  []packet
	next int // of those that want has not seen
	seen map[string]bool
	more chan struct{}
}

type packet struct {
	at   time.Time
	text string
	from *net.UDPAddr

	again bool // it has come before: a retransmission
}

func newCarrier(t *testing.T, host string) *carrier {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(host)})
	if err != nil {
		t.Fatal(err)
	}
	c := &carrier{t: t, conn: conn, seen: map[string]bool{}, more: make(chan struct{}, 1)}
	t.Cleanup(func() { _ = conn.Close() })
	go c.read()
	return c
}

func (c *carrier) at() string { return c.conn.LocalAddr().String() }

func (c *carrier) read() {
	buf := make([]byte, 8192)
	for {
		n, from, err := c.conn.ReadFromUDP(buf)
		if err != nil {
			return
		}
		text := string(buf[:n])
		if strings.HasPrefix(text, "OPTIONS ") && c.pinged(packet{text: text, from: from}) {
			continue
		}
		c.mu.Lock()
		c.got = append(c.got, packet{time.Now(), text, from, c.seen[text]})
		c.seen[text] = true
		c.mu.Unlock()
		select {
		case c.more <- struct{}{}:
		default:
		}
	}
}

// pinged keeps pings out of what the tests look at, and answers them if the
// carrier is one that does.
func (c *carrier) pinged(p packet) bool {
	if status := c.pong.Load(); status != nil {
		c.reply(p, *status, "")
	}
	return true
}

// ping has pings answered so.
func (c *carrier) ping(status string) { c.pong.Store(&status) }

// want returns the next packet that begins with prefix, skipping others, and
// what has come before.
func (c *carrier) want(prefix string) packet {
	c.t.Helper()
	limit := time.After(patience)
	for {
		if p, ok := c.find(prefix); ok {
			return p
		}
		select {
		case <-c.more:
		case <-limit:
			c.t.Fatalf("%s: no %q came", c.at(), prefix)
		}
	}
}

// find is want without waiting.
func (c *carrier) find(prefix string) (packet, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.next < len(c.got) {
		p := c.got[c.next]
		c.next++
		if strings.HasPrefix(p.text, prefix) && !p.again {
			return p, true
		}
	}
	return packet{}, false
}

// invited returns which of the carriers gets the next INVITE.
func invited(t *testing.T, some ...*carrier) (*carrier, packet) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		for _, c := range some {
			if p, ok := c.find("INVITE "); ok {
				return c, p
			}
		}
	}
	t.Fatal("nobody is called")
	return nil, packet{}
}

// final returns the next final response.
func (c *carrier) final() packet {
	c.t.Helper()
	for {
		if p := c.want("SIP/2.0 "); !strings.HasPrefix(p.text, "SIP/2.0 1") {
			return p
		}
	}
}

// count is how many packets with the prefix have come.
func (c *carrier) count(prefix string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.got {
		if strings.HasPrefix(p.text, prefix) {
			n++
		}
	}
	return n
}

// line is the value of a header line, or "".
func (p packet) line(name string) string {
	for l := range strings.SplitSeq(p.text, "\r\n") {
		if v, ok := strings.CutPrefix(l, name+": "); ok {
			return v
		}
	}
	return ""
}

// reply answers a packet.
func (c *carrier) reply(p packet, status, body string, lines ...string) {
	c.t.Helper()
	to := p.line("To")
	if !strings.Contains(to, ";tag=") && !strings.HasPrefix(status, "100") {
		to += ";tag=carrier"
	}
	out := []string{"SIP/2.0 " + status, "Via: " + p.line("Via"), "From: " + p.line("From"), "To: " + to, "Call-ID: " + p.line("Call-ID"), "CSeq: " + p.line("CSeq")}
	if strings.HasPrefix(status, "2") || strings.HasPrefix(status, "18") {
		out = append(out, "Contact: <sip:carrier@"+c.at()+">")
	}
	if body != "" {
		out = append(out, "Content-Type: application/sdp")
	}
	out = append(out, lines...)
	text := strings.Join(out, "\r\n") + "\r\nContent-Length: " + itoa(len(body)) + "\r\n\r\n" + body
	if _, err := c.conn.WriteToUDP([]byte(text), p.from); err != nil {
		c.t.Fatal(err)
	}
}

func hostOf(at string) string { return netip.MustParseAddrPort(at).Addr().String() }
func portOf(at string) uint16 { return netip.MustParseAddrPort(at).Port() }

// anyone is the peers of a carrier that is a SIP side of ours.
type anyone struct{}

func (anyone) Trunk(netip.Addr) (string, bool)  { return "office", true }
func (anyone) PhoneAllowed(netip.Addr) bool     { return false }
func (anyone) Secret(string) (string, bool)     { return "", false }
func (anyone) Registered(string, sipua.Contact) {}
