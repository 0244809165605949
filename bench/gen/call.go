package gen

import (
	"net/netip"
	"strconv"
	"sync"
	"time"
)

// Side is who did something.
type Side string

// The sides of a call.
const (
	Us      Side = "us"
	Them    Side = "them"
	Nobody  Side = "nobody" // no answer in time
	Unknown Side = ""
)

// Times are the instants of a call; those of messages that came in are the
// kernel's. Zero: it never happened.
type Times struct {
	Invited, Rung, Answered, Confirmed, Left, Ended time.Time
}

// Call is a dialog, seen by one of its telephones.
type Call struct {
	From   string // user part of the caller's address
	Number string // that of the called

	phone  *Phone
	id     string
	tag    string
	local  netip.Addr
	source []byte // the control message of local
	caller bool

	mu           sync.Mutex
	state        state
	next         netip.AddrPort // where our requests go
	target       string
	ours, theirs string // our party and the other, as From and To of our requests
	route        []string
	cseq         int
	branch       string // of our INVITE
	theirInvite  *message
	audio        netip.AddrPort // ours
	remote       netip.AddrPort // theirs
	last         []byte         // our answer to their INVITE
	wantsCancel  bool
	repeat       *time.Timer
	times        Times
	status       int
	by           Side

	rung, answered, ended, confirmed chan struct{}
}

// state is how far the signalling of a call is.
type state int

const (
	inviting state = iota // INVITE is out, or in
	ringing               // a provisional response is in, or out
	waiting               // our 200 waits for its ACK
	talking
	leaving // our BYE waits for its 200
	over
)

func newCall(p *Phone, id string, local netip.Addr) *Call {
	return &Call{
		phone: p, id: id, tag: token(), local: local, source: source(local),
		rung: make(chan struct{}), answered: make(chan struct{}), confirmed: make(chan struct{}), ended: make(chan struct{}),
	}
}

// ID is the Call-ID.
func (c *Call) ID() string { return c.id }

// Rung is closed when it rings, at either end.
func (c *Call) Rung() <-chan struct{} { return c.rung }

// Answered is closed when the 200 came, or was sent.
func (c *Call) Answered() <-chan struct{} { return c.answered }

// Confirmed is closed when the ACK was sent, or came.
func (c *Call) Confirmed() <-chan struct{} { return c.confirmed }

// Ended is closed when the call is over.
func (c *Call) Ended() <-chan struct{} { return c.ended }

// Times returns what has happened so far.
func (c *Call) Times() Times {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.times
}

// Outcome returns the final status of the INVITE, or 0, and who ended the call.
func (c *Call) Outcome() (status int, by Side) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status, c.by
}

// Remote is where the other end wants to be heard.
func (c *Call) Remote() netip.AddrPort {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.remote
}

// Stay waits for d, and reports whether the call is still there.
func (c *Call) Stay(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-c.ended:
		return false
	}
}

// here is our host and port.
func (c *Call) here() string {
	return netip.AddrPortFrom(c.local, c.phone.sock.port).String()
}

func (c *Call) contact() string { return "sip:gen@" + c.here() }

// send sends a message; what the network loses is sent again.
func (c *Call) send(raw []byte) { _ = c.phone.sock.send(raw, c.source, c.next) }

// insist sends a message now and again until quiet, at doubling intervals up to
// most, and gives the call up if that does not help.
func (c *Call) insist(raw []byte, most time.Duration) {
	c.quiet()
	c.send(raw)
	until := time.Now().Add(giveUp)
	interval := t1
	var t *time.Timer
	t = time.AfterFunc(interval, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.repeat != t {
			return
		}
		if time.Now().After(until) {
			c.end(Nobody)
			return
		}
		c.phone.repeats.Add(1)
		c.send(raw)
		interval = min(2*interval, most)
		t.Reset(interval)
	})
	c.repeat = t
}

func (c *Call) quiet() {
	if c.repeat != nil {
		c.repeat.Stop()
		c.repeat = nil
	}
}

// newRequest puts a request of ours together.
func (c *Call) newRequest(method, branch string, body []byte) []byte {
	w := &writer{b: make([]byte, 0, 1024)}
	w.line(method, " ", c.target, " SIP/2.0")
	w.line("Via: SIP/2.0/UDP ", c.here(), ";branch=", branch, ";rport")
	w.line("Max-Forwards: 70")
	for _, r := range c.route {
		w.line("Route: ", r)
	}
	w.line("From: ", c.ours)
	w.line("To: ", c.theirs)
	w.line("Call-ID: ", c.id)
	w.line("CSeq: ", strconv.Itoa(c.cseq), " ", method)
	if method != "CANCEL" {
		w.line("Contact: <", c.contact(), ">")
	}
	return w.end(body)
}

func newBranch() string { return "z9hG4bK" + token() }

// Hangup ends the call: BYE if it was answered, CANCEL or a refusal if not.
func (c *Call) Hangup() {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.state == talking || c.state == waiting:
		c.bye(Us)
	case c.state < waiting && c.caller:
		c.wantsCancel = true
		if c.state == ringing {
			c.cancel()
		}
	case c.state < waiting:
		c.refuse(480, "Temporarily Unavailable")
	}
}

func (c *Call) bye(by Side) {
	c.by = by
	c.state = leaving
	c.times.Left = time.Now()
	c.cseq++
	c.insist(c.newRequest("BYE", newBranch(), nil), t2)
}

// end is the last thing that happens to a call.
func (c *Call) end(by Side) {
	if c.state == over {
		return
	}
	c.quiet()
	c.state = over
	if c.by == Unknown {
		c.by = by
	}
	if c.times.Ended.IsZero() {
		c.times.Ended = time.Now()
	}
	close(c.ended)
	time.AfterFunc(linger, func() { c.phone.forget(c) })
}

// abandon ends a call without telling the other side.
func (c *Call) abandon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end(Us)
}

// reach marks what has happened.
func reach(done chan struct{}, at *time.Time, when time.Time) {
	select {
	case <-done:
	default:
		*at = when
		close(done)
	}
}
