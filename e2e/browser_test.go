package e2e

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"switchboard/bench/chrome"
	"switchboard/telephony/media/tone"
)

// voice is the tone of the browser's microphone.
const voice = 850.0

const inBrowsers = `  - {name: Anna Belova, email: anna@floor.test, password: "e2e-Password-1", tier: order, shops: [tyres], wrap_up: 30s}
  - {name: Boris, email: boris@floor.test, password: "e2e-Password-1", tier: order, shops: [tyres], wrap_up: 0s}
`

// stageBrowsers prepares a scene where operators have browsers only.
func stageBrowsers(t *testing.T) (*scene, *chrome.Browser) {
	t.Helper()
	s := stage(t, func(netip.AddrPort) string { return inBrowsers }, "RTP_ADDR="+audioHost)
	b, err := chrome.Start(t.Context(), voice)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return s, b
}

// buyerHears waits until the buyer hears a tone, or by 0 something else than the
// operator: music.
func (s *scene) buyerHears(wire *tap, hz float64) {
	s.t.Helper()
	s.await("what the buyer hears", patience, func() bool {
		last := wire.last(2400)
		if hz != 0 {
			return tone.Heard(last, hz)
		}
		return loud(last) && tone.Power(last, voice) < 0.1
	})
}

// buyerHearsNothing waits until packets come that are silent.
func (s *scene) buyerHearsNothing(wire *tap) {
	s.t.Helper()
	s.await("silence for the buyer", patience, func() bool {
		last := wire.last(2400)
		return last != nil && !loud(last)
	})
}

func loud(samples []int16) bool {
	n := 0
	for _, s := range samples {
		if s > 200 || s < -200 {
			n++
		}
	}
	return n > len(samples)/20
}

// TestDeskInABrowser: sipp rings, a browser answers. Tones prove who hears whom,
// through mute, hold, keys, a lost socket and a page that was loaded anew.
func TestDeskInABrowser(t *testing.T) {
	t.Parallel()
	s, browser := stageBrowsers(t)
	anna := s.sitsDown("anna@floor.test")
	if err := anna.Do(t.Context(), "POST", "/desk/ready", nil, nil); err == nil || !strings.Contains(err.Error(), "no_phone") {
		t.Errorf("ready without a telephone: %v", err)
	}
	p := anna.open(browser)
	anna.sees("a browser at the desk", func(d at) bool { return d.Phone == "browser" })
	anna.do("ready", nil)

	wire := openTap(t, s.sip)
	ended := s.sipp(wire, stays)
	p.rings()
	p.until("the card says whose call it is", `desk.call.card.from === "+7999*****01" && desk.call.card.shop.slug === "tyres" && desk.call.card.queue === "orders" && desk.call.card.waited_ms >= 0`)
	if d := anna.desk(); d.State != "offered" || d.Until == nil || d.Call == nil || strings.Contains(d.Call.From, "0000") {
		t.Errorf("offered: %+v", d)
	}
	p.run("desk.answer()")
	p.hears(buyersTone)
	s.buyerHears(wire, voice)
	call := anna.desk().Call.ID

	s.mutes(p, wire, call)
	s.holds(p, wire, call)
	s.dials(p, wire)
	s.comesBack(p, wire)

	p.run("desk.hangup()")
	ended()
	p.hears(0)
	anna.sees("wrap-up", func(d at) bool {
		return d.State == "wrap-up" && d.Until != nil && time.Until(*d.Until) > 20*time.Second
	})
	anna.do("finish", nil)
	anna.sees("the next call may come", func(d at) bool { return d.State == "idle" && d.Call == nil })
	owner := s.owner("tyres")
	s.inChannels(s.recording(owner, s.callFrom(owner, buyer(1), "ended")).Channels)
}

// mutes: at the page's own microphone, and by the desk.
func (s *scene) mutes(p *page, wire *tap, call string) {
	s.t.Helper()
	p.run("desk.open(false)")
	s.buyerHearsNothing(wire)
	p.run("desk.open(true)")
	s.buyerHears(wire, voice)
	p.do("calls/"+call+"/mute", nil)
	s.buyerHearsNothing(wire)
	p.sees("that it is muted", func(d at) bool { return d.Call.Muted })
	p.hears(buyersTone)
	p.do("calls/"+call+"/unmute", nil)
	s.buyerHears(wire, voice)
}

// holds: by the page, and back by the desk.
func (s *scene) holds(p *page, wire *tap, call string) {
	s.t.Helper()
	p.run("desk.send('hold', {leg: desk.call.leg})")
	s.buyerHears(wire, 0)
	p.hears(0)
	p.until("the page knows of the hold", "desk.call.held")
	p.sees("the hold", func(d at) bool { return d.State == "talking" && d.Call.Held && d.Call.AwayUntil == nil })
	p.do("calls/"+call+"/resume", nil)
	s.buyerHears(wire, voice)
	p.hears(buyersTone)
	p.until("the page knows that they talk", "!desk.call.held")
}

// dials: keys both ways, by RFC 4733 and by message.
func (s *scene) dials(p *page, wire *tap) {
	s.t.Helper()
	p.run("desk.keys('4#7')")
	s.await("the buyer is told the keys", patience, func() bool { return wire.pressed() == "4#7" })
	p.run("desk.send('dtmf', {leg: desk.call.leg, keys: '95'})")
	s.await("the buyer is told the keys of a message", patience, func() bool { return wire.pressed() == "4#795" })
	wire.press('6')
	p.until("the page is told the buyer's key", "desk.log.some(l => l.heard && l.heard.type === 'pressed' && l.heard.keys === '6')")
	s.buyerHears(wire, voice)
}

// comesBack: a socket that is cut is not noticed; a page that is loaded anew
// finds its call.
func (s *scene) comesBack(p *page, wire *tap) {
	s.t.Helper()
	p.run("desk.ws.close()")
	p.until("the socket is back", "desk.log.filter(l => l.heard && l.heard.type === 'welcome' && l.heard.resumed).length === 1")
	s.buyerHears(wire, voice)
	p.hears(buyersTone)

	if err := p.Load(s.t.Context(), "about:blank"); err != nil {
		s.t.Fatal(err)
	}
	s.buyerHears(wire, 0)
	p.sees("until when the call waits for it", func(d at) bool {
		return d.State == "talking" && d.Call.Held && d.Call.AwayUntil != nil && time.Until(*d.Call.AwayUntil) > 50*time.Second
	})
	began := time.Now()
	p.reload()
	p.hears(buyersTone)
	s.buyerHears(wire, voice)
	s.t.Logf("%s from reopening the page to talking", time.Since(began).Round(time.Millisecond))
	p.sees("that they talk", func(d at) bool { return d.State == "talking" && !d.Call.Held && d.Call.AwayUntil == nil })
	p.until("the page has the card again", `desk.call.card.shop.slug === "tyres"`)
}

// inChannels checks that each side is on its own.
func (s *scene) inChannels(channels [][]int16) {
	s.t.Helper()
	for what, got := range map[string]float64{
		"the buyer is left": tone.Share(channels[0], buyersTone), "the operator is right": tone.Share(channels[1], voice),
	} {
		s.t.Logf("%s in %.0f%%", what, 100*got)
		if got < 0.2 { // of a call with holds, and a page that was away
			s.t.Errorf("%s in %.0f%% of the time only", what, 100*got)
		}
	}
	for what, got := range map[string]float64{
		"the operator is left": tone.Share(channels[0], voice), "the buyer is right": tone.Share(channels[1], buyersTone),
	} {
		if got > 0.01 {
			s.t.Errorf("%s in %.0f%% of the time", what, 100*got)
		}
	}
}
