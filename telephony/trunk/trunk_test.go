package trunk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
	"switchboard/telephony/sipua"
	"switchboard/telephony/trunk"
)

// TestBlackHole: the first trunk takes the packets and says nothing. The lead
// rings once, by the second; what the first says late is taken back.
func TestBlackHole(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.0.1")
	hole, good := newCarrier(t, "127.30.0.2"), newCarrier(t, "127.30.0.3")
	o.trunk("a-hole", hole.at())
	o.trunk("b-good", good.at(), "priority=1")
	c := o.call()
	lost := hole.want("INVITE ")
	invite := good.want("INVITE ")
	if took := invite.at.Sub(lost.at); took > 4*time.Second {
		t.Errorf("the next trunk was asked after %v", took)
	}
	good.reply(invite, "180 Ringing", "")
	expect[sipua.Ringing](t, c)
	repeated := hole.count("INVITE ")
	hole.reply(lost, "180 Ringing", "") // it was only slow
	cancel := hole.want("CANCEL ")
	if cancel.line("CSeq") != strings.Replace(lost.line("CSeq"), "INVITE", "CANCEL", 1) || cancel.line("Via") != lost.line("Via") {
		t.Errorf("CANCEL is\n%s\nfor\n%s", cancel.text, lost.text)
	}
	hole.reply(cancel, "200 OK", "")
	hole.reply(lost, "487 Request Terminated", "")
	hole.want("ACK ")
	good.reply(invite, "200 OK", offer)
	expect[sipua.Answered](t, c)
	good.want("ACK ")
	c.trunks(t, "a-hole", "b-good")
	if n := good.count("INVITE "); n != 1 || c.Trunk().Name != "b-good" {
		t.Errorf("%d INVITEs to %s", n, c.Trunk().Name)
	}
	o.cut("no money left")
	good.reply(good.want("BYE "), "200 OK", "")
	expect[sipua.Ended](t, c)
	if told := o.permits(); told != "answered ended" {
		t.Errorf("the rules were told: %s", told)
	}
	if n := hole.count("INVITE "); n != repeated {
		t.Errorf("the dead trunk was sent INVITEs after it was given up: %d, then %d", repeated, n)
	}
}

// TestLateAnswer: the first trunk answers when the second rings already. Nobody
// waits for it: ACK and BYE.
func TestLateAnswer(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.1.1")
	hole, good := newCarrier(t, "127.30.1.2"), newCarrier(t, "127.30.1.3")
	o.trunk("a-hole", hole.at())
	o.trunk("b-good", good.at(), "priority=1")
	c := o.call()
	lost := hole.want("INVITE ")
	ringing := good.want("INVITE ")
	good.reply(ringing, "180 Ringing", "")
	expect[sipua.Ringing](t, c)
	hole.reply(lost, "200 OK", offer)
	hole.want("ACK ")
	hole.reply(hole.want("BYE "), "200 OK", "")
	c.Hangup("enough")
	good.reply(good.want("CANCEL "), "200 OK", "")
	good.reply(ringing, "487 Request Terminated", "")
	if ev := expect[sipua.Failed](t, c); ev.Code != 487 {
		t.Errorf("%+v", ev)
	}
	c.trunks(t, "a-hole", "b-good")
}

// TestWhoseAnswerItIs: what the called person says is told, what the carrier
// says of itself sends the call to the next.
func TestWhoseAnswerItIs(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.2.1")
	first, second := newCarrier(t, "127.30.2.2"), newCarrier(t, "127.30.2.3")
	for i, c := range []struct {
		status string
		rings  bool
		again  bool
	}{
		{"486 Busy Here", false, false}, {"404 Not Found", false, false}, {"603 Decline", false, false}, {"480 Temporarily Unavailable", false, false},
		{"503 Service Unavailable", false, true}, {"500 Server Internal Error", false, true}, {"408 Request Timeout", false, true}, {"403 Forbidden", false, true},
		{"503 Service Unavailable", true, false}, {"302 Moved Temporarily", false, false},
	} {
		a, b := "a"+itoa(i), "b"+itoa(i)
		o.w.Admin(t, "delete from house.trunk")
		o.trunk(a, first.at())
		o.trunk(b, second.at(), "priority=1")
		call := o.call()
		invite := first.want("INVITE ")
		if c.rings {
			first.reply(invite, "180 Ringing", "")
			expect[sipua.Ringing](t, call)
		}
		first.reply(invite, c.status, "", "Contact: <sip:x@127.99.0.1>")
		first.want("ACK ")
		want, tried := c.status[:3], []string{a}
		if c.again {
			second.reply(second.want("INVITE "), "486 Busy Here", "")
			want, tried = "486", []string{a, b}
		}
		if ev := expect[sipua.Failed](t, call); itoa(ev.Code) != want {
			t.Errorf("%s is told as %+v", c.status, ev)
		}
		call.trunks(t, tried...)
	}
}

// TestRetryAfter: a trunk that asks to be left alone is.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.3.1")
	first, second := newCarrier(t, "127.30.3.2"), newCarrier(t, "127.30.3.3")
	o.trunk("a", first.at())
	o.trunk("b", second.at(), "priority=1")
	one := o.call()
	first.reply(first.want("INVITE "), "503 Overloaded", "", "Retry-After: 30")
	second.reply(second.want("INVITE "), "486 Busy Here", "")
	expect[sipua.Failed](t, one)
	two := o.call()
	second.reply(second.want("INVITE "), "486 Busy Here", "")
	expect[sipua.Failed](t, two)
	two.trunks(t, "b")
}

// TestCaps: a full trunk is passed over, an empty one is not, a drained one
// takes no more.
func TestCaps(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.4.1")
	first, second := newCarrier(t, "127.30.4.2"), newCarrier(t, "127.30.4.3")
	o.trunk("a", first.at(), "max_calls=1")
	o.trunk("b", second.at(), "priority=1")
	one, two := o.call(), o.call()
	one.trunks(t, "a")
	two.trunks(t, "b")
	first.reply(first.want("INVITE "), "486 Busy Here", "")
	expect[sipua.Failed](t, one)
	three := o.call()
	three.trunks(t, "a")
	o.w.Admin(t, "update house.trunk set draining_at = now() where name = 'b'")
	o.load()
	if _, err := o.dial(); !errors.Is(err, trunk.ErrNoTrunk) {
		t.Errorf("%v, want no trunk: one is full, one drained", err)
	}
	second.reply(second.want("INVITE "), "486 Busy Here", "") // what is under way goes on
	if ev := expect[sipua.Failed](t, two); ev.Code != 486 {
		t.Errorf("%+v", ev)
	}
}

// TestFullMeanwhile: a trunk that had room when a call was placed and has none
// when its turn comes is not asked.
func TestFullMeanwhile(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.45.1")
	first, second := newCarrier(t, "127.30.45.2"), newCarrier(t, "127.30.45.3")
	o.trunk("a", first.at(), "max_calls=1")
	o.trunk("b", second.at(), "priority=1", "max_calls=1")
	one, two := o.call(), o.call()
	first.reply(first.want("INVITE "), "503 Service Unavailable", "")
	one.wantFailed(t, 503)
	one.trunks(t, "a")
	two.trunks(t, "b")
	second.reply(second.want("INVITE "), "486 Busy Here", "")
	two.wantFailed(t, 486)
}

// TestOwnCarrier: a shop's own trunk is the first one it uses, and no other
// shop's.
func TestOwnCarrier(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.5.1")
	all, own := newCarrier(t, "127.30.5.2"), newCarrier(t, "127.30.5.3")
	o.trunk("everybodys", all.at(), "priority=-5")
	o.trunk("own", own.at(), "shop_id='"+o.w.A.ID.UUID().String()+"'", "priority=5")
	busy := func(c *out, at *carrier, name string) {
		t.Helper()
		at.reply(at.want("INVITE "), "486 Busy Here", "")
		expect[sipua.Failed](t, c)
		c.trunks(t, name)
	}
	busy(o.call(), own, "own")
	other := func(r *trunk.Request) { r.Shop, r.Caller = o.w.B.ID.UUID(), e164.Number(o.w.B.E164) }
	busy(o.call(other), all, "everybodys")
	o.w.Admin(t, "delete from house.trunk where name = 'everybodys'")
	o.load()
	if _, err := o.dial(other); !errors.Is(err, trunk.ErrNoTrunk) {
		t.Errorf("%v, want no trunk", err)
	}
}

// TestRefused is what is never dialled.
func TestRefused(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.6.1")
	o.trunk("a", newCarrier(t, "127.30.6.2").at())
	for name, c := range map[string]struct {
		change func(*trunk.Request)
		want   error
	}{
		"not a number":        {func(r *trunk.Request) { r.Number = "112" }, trunk.ErrNumber},
		"not written as one":  {func(r *trunk.Request) { r.Number = "89161234567" }, trunk.ErrNumber},
		"another's caller id": {func(r *trunk.Request) { r.Caller = e164.Number(o.w.B.E164) }, trunk.ErrCaller},
		"nobody's caller id":  {func(r *trunk.Request) { r.Caller = "+74951112233" }, trunk.ErrCaller},
		"what rules forbid":   {func(r *trunk.Request) { r.Number = forbidden }, errForbidden},
		"no shop":             {func(r *trunk.Request) { r.Shop = uuid.New() }, trunk.ErrCaller},
	} {
		if _, err := o.dial(c.change); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestWhoCalls is what each kind of carrier is told about caller and called.
func TestWhoCalls(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.7.1")
	own := o.w.A.E164
	for name, c := range map[string]struct {
		settings []string
		private  bool
		want     map[string]string
	}{
		"plain": {nil, false, map[string]string{"INVITE": "sip:+79161234567@AT", "From": "<sip:" + own + "@127.30.7.1>", "P-Asserted-Identity": "", "Privacy": ""}},
		"withheld": {nil, true, map[string]string{
			"From": `"Anonymous" <sip:anonymous@anonymous.invalid>`, "P-Asserted-Identity": "<sip:" + own + "@127.30.7.1>", "Privacy": "id"}},
		"national": {[]string{`number_out='{"style":"national","country":"7","prefix":"8","abroad":"810"}'`}, false, map[string]string{
			"INVITE": "sip:89161234567@AT", "From": "<sip:8" + own[2:] + "@127.30.7.1>"}},
		"with a route and a domain": {[]string{`number_out='{"style":"digits","prepend":"99#"}'`, "domain='carrier.example'"}, false, map[string]string{
			"INVITE": "sip:99%2379161234567@AT", "From": "<sip:99%23" + own[1:] + "@carrier.example>"}},
		"asserted": {[]string{"caller_out='asserted'"}, false, map[string]string{"P-Asserted-Identity": "<sip:" + own + "@127.30.7.1>"}},
		"remote party": {[]string{"caller_out='remote_party'"}, true, map[string]string{
			"Remote-Party-ID": "<sip:" + own + "@127.30.7.1>;party=calling;screen=yes;privacy=full", "P-Asserted-Identity": "", "Privacy": "id"}},
		"no 100rel": {[]string{"reliable=false"}, false, map[string]string{"Supported": "replaces, timer"}},
	} {
		carrier := newCarrier(t, "127.30.7.2")
		o.w.Admin(t, "delete from house.trunk")
		o.trunk("t", carrier.at(), c.settings...)
		call := o.call(func(r *trunk.Request) { r.Private = c.private })
		invite := carrier.want("INVITE ")
		for line, want := range c.want {
			got := invite.line(line)
			if line == "INVITE" {
				got = strings.Fields(invite.text)[1]
			}
			want = strings.Replace(want, "AT", carrier.at(), 1)
			if got, _, _ = strings.Cut(got, ";tag="); got != want {
				t.Errorf("%s: %s is %s, want %s", name, line, got, want)
			}
		}
		carrier.reply(invite, "486 Busy Here", "")
		expect[sipua.Failed](t, call)
	}
}
