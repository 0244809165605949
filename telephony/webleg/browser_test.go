package webleg_test

import (
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/media"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/webleg"
)

// The operator's microphone, and buyers who are told apart by their tones.
const (
	voice      = 850.0
	firstBuyer = 1250
	nextBuyer  = 1700
)

// sitDown opens the desk in a tab.
func (h *house) sitDown(b *tab, operator uuid.UUID) {
	b.do("desk.start(%q)", h.tickets.issue(operator, time.Minute))
}

// speaks plays a buyer's tone to a leg until the call is over.
func (h *house) speaks(leg media.Leg, freq float64) *media.Playback {
	return h.player.Loop(leg, media.NewClip(tone.Sine(freq, 8000)))
}

// pick rings a tab, answers there and joins.
func (h *house) pick(t testing.TB, b *tab, operator uuid.UUID) (webleg.Offer, media.Leg) {
	t.Helper()
	o := h.ring(t, operator)
	until(t, "it rings", func() bool { return b.is("desk.call && desk.call.phase === 'ringing'") })
	b.do("desk.answer()")
	expect[webleg.Accepted](t, h)
	leg, err := h.Join(operator, o.Leg)
	if err != nil {
		t.Fatal(err)
	}
	return o, leg
}

// converse has an operator take a call at a browser: it returns once both hear each other.
func (h *house) converse(t *testing.T, b *tab, operator uuid.UUID) (webleg.Offer, media.Leg, *ear) {
	t.Helper()
	h.sitDown(b, operator)
	expect[webleg.Ready](t, h)
	o, leg := h.pick(t, b, operator)
	fromPage := &ear{}
	leg.SetSink(fromPage.hear)
	h.speaks(leg, firstBuyer)
	heard(t, fromPage, voice)
	b.hears(firstBuyer)
	return o, leg, fromPage
}

func heard(t testing.TB, e *ear, freq float64) {
	t.Helper()
	until(t, fmt.Sprintf("%v Hz is heard", freq), func() bool { return tone.Heard(e.last(1600), freq) })
}

func TestBrowserTalks(t *testing.T) {
	t.Parallel()
	h := open(t, func(c *webleg.Config) {
		c.ICE = func(uuid.UUID) []webleg.ICEServer { return []webleg.ICEServer{{URLs: []string{"stun:127.0.0.1:9"}}} }
	})
	b := browse(t, voice).open(h.server.URL + "/page.html")
	operator := uuid.New()
	o, leg, fromPage := h.converse(t, b, operator)

	b.do("desk.open(false)") // mute
	until(t, "the muted operator is silent", func() bool {
		s := fromPage.last(1600)
		return s != nil && tone.Power(s, voice) == 0
	})
	b.do("desk.open(true)")
	heard(t, fromPage, voice)

	pressesKeys(t, b, leg)
	isPrivate(t, b, h)
	reports(t, leg)

	b.do("desk.hangup()")
	expect[webleg.HungUp](t, h)
	leg.Close()
	b.silent()
	_, leg = h.pick(t, b, operator) // without ICE or DTLS
	next := &ear{}
	leg.SetSink(next.hear)
	h.speaks(leg, nextBuyer)
	heard(t, next, voice)
	b.hears(nextBuyer)
	h.Hangup(operator, o.Leg, "of the call before")
	if b.is("!desk.call") {
		t.Error("hanging up the call of before ended this one")
	}
	h.quiet(t)
}

// pressesKeys sends keys of the page as RFC 4733 events.
func pressesKeys(t testing.TB, b *tab, leg media.Leg) {
	t.Helper()
	pressed := make(chan media.Digit, 16)
	leg.OnDigit(func(d media.Digit) { pressed <- d })
	b.do("desk.keys('4#7')")
	for _, want := range "44##77" {
		select {
		case d := <-pressed:
			if d.Key != byte(want) {
				t.Errorf("pressed %c, want %c", d.Key, want)
			}
		case <-time.After(patience):
			t.Fatalf("%c never came", want)
		}
	}
}

// isPrivate checks the cipher, and that the page knows one address of ours.
func isPrivate(t testing.TB, b *tab, h *house) {
	t.Helper()
	var stats struct {
		SRTP       string   `json:"srtp"`
		Candidates []string `json:"candidates"`
		Codecs     []string `json:"codecs"`
		Lost       int      `json:"lost"`
		Received   int      `json:"received"`
	}
	if err := b.eval("desk.stats()", &stats); err != nil {
		t.Fatal(err)
	}
	if len(stats.Candidates) != 1 || stats.Candidates[0] != h.MediaAddr().String() {
		t.Errorf("the page knows of %v", stats.Candidates)
	}
	if stats.SRTP != "SRTP_AEAD_AES_128_GCM" || stats.Lost != 0 {
		t.Errorf("stats: %+v", stats)
	}
	t.Logf("page: %+v", stats)
}

// cable is the network between browsers and the hub's audio, which can be cut.
// Browsers are told of an address at which only it is.
type cable struct {
	front *net.UDPConn
	hub   netip.AddrPort
	cut   atomic.Bool
	went  atomic.Int64

	forgets atomic.Bool // at the next packet, from which ports it passed on
}

const publicAddress = "127.0.0.2"

func lay(t testing.TB, h *house) *cable {
	t.Helper()
	hub := h.MediaAddr()
	front, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(publicAddress), Port: int(hub.Port())})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { front.Close() })
	c := &cable{front: front, hub: hub}
	go c.run()
	return c
}

// run passes on what browsers send, each from a port of its own.
func (c *cable) run() {
	backs := map[netip.AddrPort]*net.UDPConn{}
	defer func() {
		for _, b := range backs {
			b.Close()
		}
	}()
	buffer := make([]byte, 1500)
	for {
		n, from, err := c.front.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		if c.forgets.Swap(false) {
			for _, b := range backs {
				b.Close()
			}
			clear(backs)
		}
		back := backs[from]
		if back == nil {
			if back, err = net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(c.hub)); err != nil {
				return
			}
			backs[from] = back
			go c.reply(back, from)
		}
		if !c.cut.Load() {
			c.went.Add(1)
			_, _ = back.Write(buffer[:n])
		}
	}
}

func (c *cable) reply(back *net.UDPConn, to netip.AddrPort) {
	buffer := make([]byte, 1500)
	for {
		n, err := back.Read(buffer)
		if err != nil {
			return
		}
		if !c.cut.Load() {
			_, _ = c.front.WriteToUDPAddrPort(buffer[:n], to)
		}
	}
}

// TestBrowserLosesItsNetwork: first the socket alone, then the audio, then both
// and the tab with them.
func TestBrowserLosesItsNetwork(t *testing.T) {
	t.Parallel()
	h := open(t, func(c *webleg.Config) {
		c.Public, c.Grace = netip.MustParseAddr(publicAddress), 30*time.Second
	})
	cable := lay(t, h)
	browser := browse(t, voice)
	b := browser.open(h.server.URL + "/page.html")
	operator := uuid.New()
	_, _, fromPage := h.converse(t, b, operator)
	if cable.went.Load() == 0 {
		t.Fatal("audio does not go by the public address")
	}

	b.do("desk.ws.close()")
	until(t, "the socket is back", func() bool {
		return b.is("desk.log.filter(l => l.heard && l.heard.type === 'welcome' && l.heard.resumed).length === 1")
	})
	heard(t, fromPage, voice)
	h.quiet(t) // and nobody noticed

	cable.cut.Store(true)
	expect[webleg.Away](t, h)
	fromPage.forget()
	cable.cut.Store(false)
	expect[webleg.Back](t, h)
	heard(t, fromPage, voice)
	b.hears(firstBuyer)

	killed := time.Now()
	b.kill()
	expect[webleg.Away](t, h)
	fromPage.forget()
	b = browser.open(h.server.URL + "/page.html") // another profile: nothing is remembered there
	reopened := time.Now()
	h.sitDown(b, operator)
	expect[webleg.Back](t, h)
	t.Logf("away noticed and page reopened %v after the kill; talking again %v after reopening", reopened.Sub(killed), time.Since(reopened))
	heard(t, fromPage, voice)
	b.hears(firstBuyer)
}

func TestSecondTabAsks(t *testing.T) {
	t.Parallel()
	h := open(t)
	browser := browse(t, voice)
	first := browser.open(h.server.URL + "/page.html")
	operator := uuid.New()
	_, _, fromPage := h.converse(t, first, operator)

	second := browser.open(h.server.URL + "/page.html")
	h.sitDown(second, operator)
	until(t, "the second tab asks", func() bool { return second.is("desk.heard('busy')") })
	first.hears(firstBuyer)
	second.do("desk.ws.send(JSON.stringify({v: 1, type: 'take'}))")
	until(t, "the first yields", func() bool { return first.is("desk.closed() === 4409") })
	second.hears(firstBuyer)
	fromPage.forget()
	heard(t, fromPage, voice)
	if !second.is("desk.call.phase === 'talking'") {
		t.Error("the second tab does not know the call")
	}
	// The first one reloads, and is the one who asks now.
	first.load(h.server.URL + "/page.html")
	h.sitDown(first, operator)
	until(t, "the first tab asks", func() bool { return first.is("desk.heard('busy')") })
}

// reports waits until the page has said what it hears, and how far away it is.
func reports(t *testing.T, leg media.Leg) {
	t.Helper()
	of := leg.(*webleg.Leg).Quality
	until(t, "the page reports what it hears", func() bool { q := of(); return q.Told.Packets > 0 && q.RTT > 0 && q.Heard.Score > 0 })
	if q := of(); q.Told.Lost > 5 || q.Heard.Lost > 5 || q.RTT > time.Second || q.Heard.Score < 4 || q.Told.Score < 3.5 && q.Told.Score != 0 {
		t.Errorf("%+v", q)
	}
}
