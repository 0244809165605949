package sipua

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write testdata/messages.txt anew")

// cell is one state of a leg, about to meet one message.
type cell struct {
	*script
	r      *rig
	leg    call
	invite message // ours, of a leg that calls
	branch string  // of the peer's last INVITE
	again  bool    // which is a re-INVITE
	early  message // our reliable response, if one is out
	heard  map[string]bool
}

// places are the states that a leg can be in, and how it comes there.
var places = []struct {
	name  string
	calls bool // we called
	reach func(c *cell)
}{
	{"invited", false, func(c *cell) { c.called() }},
	{"pledged", false, func(c *cell) { c.called(); c.pledge() }},
	{"due", false, func(c *cell) { c.called(); c.pledge(); c.leg.Answer([]byte(sdpOffer)) }},
	{"settled early", false, func(c *cell) { c.called(); c.pledge(); c.prack() }},
	{"answered", false, func(c *cell) { c.called(); c.leg.Answer([]byte(sdpOffer)); c.want("SIP/2.0 200") }},
	{"leaving", false, func(c *cell) {
		c.called()
		c.leg.Answer([]byte(sdpOffer))
		c.want("SIP/2.0 200")
		c.leg.Hangup("")
	}},
	{"up", false, func(c *cell) { c.talking() }},
	{"up, offered", false, func(c *cell) {
		c.talking()
		c.send(c.request("INVITE", sdpOffer))
		c.branch, c.again = c.script.branch, true
		c.want("SIP/2.0 100")
		expect[Reoffered](c.t, c.leg.events)
	}},
	{"up, agreed", false, func(c *cell) {
		c.talking()
		c.send(c.request("INVITE", sdpOffer))
		c.branch, c.again = c.script.branch, true
		c.want("SIP/2.0 100")
		expect[Reoffered](c.t, c.leg.events)
		c.leg.AnswerReoffer([]byte(sdpOffer))
		c.want("SIP/2.0 200")
	}},
	{"up, offering", false, func(c *cell) { c.talking(); c.leg.Reoffer([]byte(sdpOffer)); c.invite = c.want("INVITE ") }},
	{"up, asked", false, func(c *cell) {
		c.talking()
		c.send(c.request("REFER", "", "Refer-To: <sip:a@b>"))
		expect[Referred](c.t, c.leg.events)
	}},
	{"up, following", false, func(c *cell) {
		c.talking()
		c.leg.Refer("sip:a@b", nil)
		c.reply(c.want("REFER "), "202 Accepted", "", "")
	}},
	{"over", false, func(c *cell) { c.talking(); c.send(c.request("BYE", "")); c.want("SIP/2.0 200") }},
	{"calling", true, func(c *cell) { c.calling() }},
	{"ringing", true, func(c *cell) { c.calling(); c.rings() }},
	{"ringing, settled", true, func(c *cell) {
		c.calling()
		c.reply(c.invite, "183 Session Progress", "phone", "v=early\r\n", "Require: 100rel", "RSeq: 1", "Allow: UPDATE")
		c.reply(c.want("PRACK "), "200 OK", "", "")
		ringing(c.t, c.leg.events)
	}},
	{"withdrawn", true, func(c *cell) { c.calling(); c.leg.Hangup(""); expect[Failed](c.t, c.leg.events) }},
	{"cancelling", true, func(c *cell) {
		c.calling()
		c.rings()
		c.leg.Hangup("")
		c.want("CANCEL ")
		expect[Failed](c.t, c.leg.events)
	}},
	{"up, called", true, func(c *cell) {
		c.calling()
		c.answered(c.invite, "phone")
		expect[Answered](c.t, c.leg.events)
		c.leg.AllowRefer()
	}},
}

func (c *cell) called() {
	c.leg, _ = c.script.invite(c.r, "Supported: 100rel", "Allow: UPDATE")
	c.remote, c.branch = c.leg.id, c.script.branch
}

func (c *cell) pledge() {
	c.leg.Progress([]byte("v=early\r\n"))
	c.early = c.want("SIP/2.0 183")
}

func (c *cell) prack() {
	c.send(c.request("PRACK", "", rack(c.early)))
	c.want("SIP/2.0 200")
}

func (c *cell) talking() {
	c.leg = c.up(c.r)
	c.leg.AllowRefer()
}

func (c *cell) calling() {
	c.leg, c.invite = dialRaw(c.r, c.raw)
	c.callID, c.remote, c.local, c.script.branch = c.leg.Leg.CallID(), c.leg.id, "phone", "z9hG4bK-none"
}

func (c *cell) rings() {
	c.reply(c.invite, "180 Ringing", "phone", "")
	ringing(c.t, c.leg.events)
}

// messages are those that a peer can send in a dialog.
var messages = []struct {
	name string
	text func(c *cell) string
}{
	{"INVITE", func(c *cell) string { return c.request("INVITE", sdpOffer) }},
	{"INVITE merged", func(c *cell) string {
		c.remote = ""
		return c.write("INVITE", "z9hG4bK-merged", 1, sdpOffer)
	}},
	{"ACK", func(c *cell) string { return c.write("ACK", "z9hG4bK-ack"+c.local, c.seq, "") }},
	{"BYE", func(c *cell) string { return c.request("BYE", "") }},
	{"BYE of another", func(c *cell) string {
		c.local = "stranger"
		return c.request("BYE", "")
	}},
	{"CANCEL", func(c *cell) string {
		if !c.again {
			return c.write("CANCEL", c.branch, 1, "")
		}
		return strings.Replace(c.write("CANCEL", c.branch, c.seq, ""), "@"+c.ua+">\r\nCall-ID", "@"+c.ua+">;tag="+c.remote+"\r\nCall-ID", 1)
	}},
	{"PRACK", func(c *cell) string {
		if c.early.line == "" {
			return c.request("PRACK", "", "RAck: 1 1 INVITE")
		}
		return c.request("PRACK", "", rack(c.early))
	}},
	{"UPDATE", func(c *cell) string { return c.request("UPDATE", "") }},
	{"UPDATE offer", func(c *cell) string { return c.request("UPDATE", sdpOffer) }},
	{"INFO", func(c *cell) string { return c.request("INFO", "5", "Content-Type: application/dtmf") }},
	{"REFER", func(c *cell) string { return c.request("REFER", "", "Refer-To: <sip:x@y>") }},
	{"NOTIFY", func(c *cell) string { return notify(c.script, "active", "SIP/2.0 180 Ringing") }},
	{"NOTIFY last", func(c *cell) string { return notify(c.script, "terminated", "SIP/2.0 200 OK") }},
	{"OPTIONS", func(c *cell) string { return c.request("OPTIONS", "") }},
	{"MESSAGE", func(c *cell) string { return c.request("MESSAGE", "") }},
	{"SUBSCRIBE", func(c *cell) string { return c.request("SUBSCRIBE", "") }},
}

// responses are those that a peer can send to our INVITE.
var responses = []struct{ status, tag, body, line string }{
	{"100 Trying", "", "", ""}, {"180 Ringing", "phone", "", ""}, {"183 Session Progress", "phone", "v=x\r\n", ""},
	{"183 Reliable", "other", "v=x\r\n", "Require: 100rel\r\nRSeq: 9"}, {"200 OK", "phone", "v=x\r\n", ""}, {"200 Of Another", "other", "v=x\r\n", ""},
	{"302 Moved", "phone", "", "Contact: <sip:a@b>"}, {"401 Unauthorized", "phone", "", ""}, {"408 Timeout", "phone", "", ""},
	{"481 No Such Call", "phone", "", ""}, {"486 Busy", "phone", "", ""}, {"491 Pending", "phone", "", ""}, {"603 Decline", "phone", "", ""},
}

// meet returns what comes of one message: what is sent, and what is told.
func (c *cell) meet(text string, quiet time.Duration) string {
	for { // what was under way
		m, ok := c.read(30 * time.Millisecond)
		if !ok {
			break
		}
		c.heard[m.text] = true
	}
	for len(c.leg.events) > 0 {
		<-c.leg.events
	}
	read := c.r.counts.guard.Read.Load()
	c.send(text)
	for end := time.Now().Add(5 * time.Second); c.r.counts.guard.Read.Load() == read && time.Now().Before(end); time.Sleep(time.Millisecond) {
	}
	var out []string
	for {
		m, ok := c.read(quiet)
		if !ok {
			break
		}
		if c.heard[m.text] || c.seen[m.text] && !strings.HasPrefix(m.line, "ACK ") || strings.HasPrefix(m.line, "SIP/2.0 100") {
			continue
		}
		c.heard[m.text] = true
		method, _, _ := strings.Cut(m.line, " ")
		if code, ok := strings.CutPrefix(m.line, "SIP/2.0 "); ok {
			_, of, _ := strings.Cut(m.get("CSeq"), " ")
			method = code[:3] + " " + of
		}
		out = append(out, method)
	}
	slices.Sort(out)
	for len(c.leg.events) > 0 {
		ev := fmt.Sprintf("%T", <-c.leg.events)
		out = append(out, "tell "+strings.TrimPrefix(ev, "sipua."))
	}
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, ", ")
}

// TestEveryMessageInEveryState meets every state with every message, on the wire.
func TestEveryMessageInEveryState(t *testing.T) {
	t.Parallel()
	want, _ := os.ReadFile("testdata/messages.txt")
	rows := make([][]string, len(places))
	var wg sync.WaitGroup
	clock := calm
	clock.reply, clock.wait, clock.remind, clock.refer, clock.collide = time.Minute, time.Minute, time.Minute, time.Minute, time.Minute // nobody's patience ends meanwhile
	for i, place := range places {
		r := run(t, "127.1.0.1", &world{trunks: addrs("127.1.0.9")}, clock, Limits{})
		row := func(n int, name string, text func(c *cell) string) {
			for _, quiet := range []time.Duration{120 * time.Millisecond, time.Second} { // the second for a machine that is busy
				c := &cell{script: newRaw(t, "127.1.0.9", r).script(), r: r, heard: map[string]bool{}}
				place.reach(c)
				rows[i][n] = fmt.Sprintf("%-16s + %-20s -> %s\n", place.name, name, c.meet(text(c), quiet))
				if *update || bytes.Contains(want, []byte(rows[i][n])) {
					return
				}
			}
		}
		rows[i] = make([]string, len(messages)+len(responses))
		wg.Go(func() {
			for n, m := range messages {
				row(n, m.name, m.text)
			}
			for n, m := range responses {
				if place.calls || place.name == "up, offering" {
					row(len(messages)+n, strings.ToUpper(m.status[:3])+m.status[3:], func(c *cell) string {
						return c.response(c.invite, m.status, m.tag, m.body, strings.Split(m.line, "\r\n")...)
					})
				}
			}
		})
	}
	wg.Wait()
	var b strings.Builder
	b.WriteString("# What comes of each message in each state: what is sent, and what the leg's owner is told.\n")
	for _, row := range rows {
		b.WriteString(strings.Join(row, ""))
	}
	golden(t, "testdata/messages.txt", b.String())
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	old := strings.Split(string(want), "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(old) || line != old[i] {
			t.Errorf("%s, line %d: %q", file, i+1, line)
		}
	}
}
