package e2e

import (
	"net/netip"
	"testing"
	"time"

	"switchboard/bench/chrome"
	"switchboard/telephony/media/tone"
)

// TestATabIsKilled: its buyer hears music, and is the first whom the next
// operator gets. Then the switch dies under that one: the call is closed, and
// the page that comes back takes the next.
func TestATabIsKilled(t *testing.T) {
	t.Parallel()
	s, browser := stageBrowsers(t)
	const away = 5 * time.Second
	var seconds int
	if err := s.look("update house.shop set away_seconds = $1 where slug = 'tyres' returning away_seconds", []any{int(away.Seconds())}, &seconds); err != nil {
		t.Fatal(err)
	}
	anna, boris := s.sitsDown("anna@floor.test"), s.sitsDown("boris@floor.test")
	first := anna.open(browser)
	anna.ready()
	wire := openTap(t, s.sip)
	ended := s.sipp(wire, stays)
	first.rings()
	first.run("desk.answer()")
	s.buyerHears(wire, voice)
	call := anna.desk().Call.ID
	later := s.dial(buyer(2), tyres, deaf)
	s.await("a second buyer waits", patience, func() bool {
		return s.count("select count(*) from shop.call where state = 'waiting'") == 1
	})

	<-time.After(2 * time.Second) // they talk
	anna.do("calls/"+call+"/mute", nil)
	s.buyerHearsNothing(wire)
	killed := time.Now()
	if err := first.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.buyerHears(wire, 0)
	t.Logf("the buyer hears music %s after the tab was killed", time.Since(killed).Round(time.Millisecond))
	anna.sees("that her connection was lost", func(d at) bool { return d.State == "away" && d.Reason == "connection lost" && d.Call == nil })
	if took := time.Since(killed); took < away {
		t.Errorf("the call was given back after %s", took)
	}
	anna.staysAway(browser)
	s.nextGets(boris, browser, wire, call)

	s.Kill()
	s.start()
	ended() // by the successor's BYE
	<-later.Ended()
	s.await("both calls are closed", closedWithin, func() bool { return s.count("select count(*) from shop.call where state <> 'ended'") == 0 })
	owner := s.owner("tyres")
	one := s.callFrom(owner, buyer(1), "ended")
	s.inBoth(s.recording(owner, one).Channels)
	s.livesOn(browser)
}

// staysAway: who opens the desk again is not on duty by that alone.
func (o *operator) staysAway(b *chrome.Browser) {
	o.s.t.Helper()
	o.open(b)
	o.sees("a browser at the desk", func(d at) bool { return d.Phone == "browser" })
	<-time.After(1500 * time.Millisecond) // telephony looks each second who is there
	if d := o.desk(); d.State != "away" || d.Reason != "connection lost" {
		o.s.t.Errorf("a desk that was opened again is %+v", d)
	}
}

// ready comes on duty once the browser can ring.
func (o *operator) ready() {
	o.s.t.Helper()
	o.sees("a browser at the desk", func(d at) bool { return d.Phone == "browser" })
	o.do("ready", nil)
}

// nextGets: the next operator gets the buyer who came first, and talks on.
func (s *scene) nextGets(next *operator, browser *chrome.Browser, wire *tap, call string) {
	s.t.Helper()
	p := next.open(browser)
	next.ready()
	p.rings()
	d := next.desk()
	if d.Call == nil || d.Call.ID != call || !d.Call.Handed {
		s.t.Fatalf("the next operator is offered %+v, not call %s", d.Call, call)
	}
	p.run("desk.answer()")
	p.hears(buyersTone)
	s.buyerHears(wire, voice)
	if n := s.count("select count(*) from shop.recording where call_id = $1", call); n != 1 {
		s.t.Errorf("the call has %d recordings", n)
	}
	const order = "select string_agg(kind, ' ' order by seq) from shop.call_event where call_id = $1 and kind in ('connect', 'cut', 'gone', 'return')"
	var kinds string
	s.await("what happened is on the call's page", patience, func() bool {
		return s.look(order, []any{call}, &kinds) == nil && kinds == "connect cut gone return connect"
	})
	var grants int
	if err := s.look("select count(*) from house.operator_grant where subject = $1 and reason = 'call' and lapses_at > now()", []any{call}, &grants); err != nil || grants != 1 {
		s.t.Errorf("%d operators may see the call: %v", grants, err)
	}
	<-time.After(3 * time.Second) // they talk, and the leader has written that it heard so
}

// inBoth checks that the recording has the first operator, a gap, and the second.
func (s *scene) inBoth(channels [][]int16) {
	s.t.Helper()
	const second = 8000
	operator := channels[1]
	begin, end := operator[:second*2], operator[max(0, len(operator)-second*2):]
	if tone.Share(begin, voice) < 0.3 || tone.Share(end, voice) < 0.3 || tone.Share(operator, voice) > 0.8 {
		s.t.Errorf("the operators are heard in %.0f%% of the beginning, %.0f%% of the end and %.0f%% of all of %d s",
			100*tone.Share(begin, voice), 100*tone.Share(end, voice), 100*tone.Share(operator, voice), len(operator)/second)
	}
}

// livesOn: an operator who opens the desk again takes the next call.
func (s *scene) livesOn(browser *chrome.Browser) {
	s.t.Helper()
	anna := s.sitsDown("anna@floor.test")
	p := anna.open(browser)
	anna.ready()
	c := s.dial(buyer(3), tyres, netip.AddrPortFrom(deaf.Addr(), deaf.Port()))
	p.rings()
	p.run("desk.answer()")
	s.within("the answer after the restart", c.Answered())
	c.Hangup()
	<-c.Ended()
}
