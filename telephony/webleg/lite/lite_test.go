package lite_test

import (
	"bytes"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v4"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/webleg/lite"
)

// stage is a port with one browser before it.
type stage struct {
	t       testing.TB
	port    *lite.Port
	browser *browser
	peer    *lite.Peer
	answer  string

	mu     sync.Mutex
	heard  [][]byte
	states []lite.State
}

func enter(t testing.TB, change ...func(offer string) string) *stage {
	t.Helper()
	port, err := lite.Listen(lite.Config{Listen: netip.MustParseAddrPort("127.0.0.1:0"), Law: g711.ALaw, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBrowser()
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, port: port, browser: b}
	t.Cleanup(func() {
		b.close()
		if err := port.Close(); err != nil {
			t.Error(err)
		}
	})
	offer := b.offer()
	for _, c := range change {
		offer = c(offer)
	}
	s.peer, s.answer, err = port.Answer(offer, lite.Ears{Packet: s.hear, State: s.turn})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *stage) hear(b []byte, _ time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = append(s.heard, bytes.Clone(b))
}

func (s *stage) turn(state lite.State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.states = append(s.states, state)
}

func (s *stage) was() []lite.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.states)
}

func (s *stage) got() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.heard)
}

func (s *stage) connect() {
	s.t.Helper()
	if err := s.browser.connect(s.answer); err != nil {
		s.t.Fatal(err)
	}
	until(s.t, "the peer is connected", func() bool { return slices.Contains(s.was(), lite.Connected) })
}

// packet is RTP as legs write it.
func packet(number byte) []byte {
	return append([]byte{0x80, 8, 0, number, 0, 0, 0, number, 9, 9, 9, 9}, bytes.Repeat([]byte{0xD5}, 160)...)
}

// Audio passes both ways, as the source that the answer named.
func TestAudioPassesBothWays(t *testing.T) {
	t.Parallel()
	s := enter(t)
	s.connect()
	s.browser.send(s.browser.seal([]byte("to us")))
	until(t, "we hear the browser", func() bool { return s.got() == 1 })
	if !bytes.HasSuffix(s.heard[0], []byte("to us")) || s.heard[0][1] != 8 {
		t.Errorf("we heard %x", s.heard[0])
	}
	if s.peer.EventType() != 126 {
		t.Errorf("telephone events are %d, want 126", s.peer.EventType())
	}
	if err := s.peer.Send(packet(1)); err != nil {
		t.Fatal(err)
	}
	until(t, "the browser hears us", func() bool { return len(s.browser.got()) == 1 })
	p := s.browser.got()[0]
	if p.SequenceNumber != 1 || len(p.Payload) != 160 || p.SSRC == 0x09090909 || !strings.Contains(s.answer, "a=ssrc:") {
		t.Errorf("it heard %v", p.Header)
	}
}

// Who has not proven the password gets nothing, whatever they send.
func TestStrangersGetNothing(t *testing.T) {
	t.Parallel()
	s := enter(t)
	if err := s.browser.understand(s.answer); err != nil {
		t.Fatal(err)
	}
	const moment = 150 * time.Millisecond
	if m := s.browser.check("not the password", moment, chosen{}); m != nil {
		t.Errorf("a wrong password was answered with %v", m)
	}
	name := s.browser.name
	s.browser.name = "nobody"
	if m := s.browser.check(s.browser.pass, moment, chosen{}); m != nil {
		t.Errorf("an unknown name was answered with %v", m)
	}
	s.browser.name = name
	for _, d := range [][]byte{{}, {0}, {1, 2, 3}, {22, 254, 253, 0}, packet(1), bytes.Repeat([]byte{0xFF}, 1400), make([]byte, 20)} {
		s.browser.send(d)
	}
	if n := s.port.Routes(); n != 0 {
		t.Errorf("%d addresses are believed, want none", n)
	}
	s.connect() // and the port goes on
}

// We are controlled: a browser that wants to be so is told (RFC 8445, 7.3.1.1).
func TestABrowserThatIsControlledIsTold(t *testing.T) {
	t.Parallel()
	s := enter(t)
	if err := s.browser.understand(s.answer); err != nil {
		t.Fatal(err)
	}
	m := s.browser.check(s.browser.pass, patience, stun.RawAttribute{Type: stun.AttrICEControlled, Value: make([]byte, 8)})
	var code stun.ErrorCodeAttribute
	if m == nil || code.GetFrom(m) != nil || code.Code != stun.CodeRoleConflict {
		t.Errorf("it was told %v, want role conflict", m)
	}
}

// Keys are agreed only with the certificate of the offer.
func TestAnotherCertificateHasNoKeys(t *testing.T) {
	t.Parallel()
	s := enter(t, func(offer string) string {
		at := strings.Index(offer, "sha-256 ") + len("sha-256 ")
		return offer[:at] + strings.Repeat("AB:", 31) + "AB\r\n"
	})
	if err := s.browser.connect(s.answer); err == nil {
		t.Log("the browser's side of the handshake was done before ours")
	}
	until(t, "it failed", func() bool { return slices.Equal(s.was(), []lite.State{lite.Failed}) })
	if err := s.peer.Send(packet(1)); err == nil {
		t.Error("audio was sent without keys")
	}
}

// A packet counts once, and a broken one never.
func TestWhatIsReplayedOrForgedIsNotHeard(t *testing.T) {
	t.Parallel()
	s := enter(t)
	s.connect()
	first := s.browser.seal([]byte("once"))
	forged := bytes.Clone(s.browser.seal([]byte("forged")))
	forged[20] ^= 1
	for range 3 {
		s.browser.send(first)
		s.browser.send(forged)
	}
	s.browser.send([]byte{0x80, 200, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}) // RTCP
	s.browser.send(s.browser.seal([]byte("last")))
	until(t, "the last is heard", func() bool { return s.got() >= 2 })
	if n := s.got(); n != 2 {
		t.Errorf("%d packets were heard, want the first and the last", n)
	}
}

// A browser that moves is followed when it says so, without another handshake.
func TestABrowserThatMovesIsFollowed(t *testing.T) {
	t.Parallel()
	s := enter(t)
	s.connect()
	old := s.browser.conn
	defer old.Close()
	if err := s.browser.move(); err != nil {
		t.Fatal(err)
	}
	if m := s.browser.check(s.browser.pass, patience); m == nil || m.Type != stun.BindingSuccess {
		t.Fatalf("the check from elsewhere was answered with %v", m)
	}
	s.browser.send(s.browser.seal([]byte("from elsewhere")))
	until(t, "it is heard from there", func() bool { return s.got() == 1 })
	if err := old.SetReadDeadline(time.Now()); err != nil { // whatever comes there is lost
		t.Fatal(err)
	}
	if s.browser.check(s.browser.pass, patience, chosen{}) == nil {
		t.Fatal("the choice of another way was not answered")
	}
	if err := s.peer.Send(packet(1)); err != nil {
		t.Fatal(err)
	}
	until(t, "it hears us there", func() bool { return len(s.browser.got()) == 1 })
	for range 40 {
		if err := s.browser.move(); err != nil {
			t.Fatal(err)
		}
		s.browser.check(s.browser.pass, patience)
	}
	if n := s.port.Routes(); n > 16 {
		t.Errorf("%d addresses are kept for one browser", n)
	}
}

// Silence is noticed, and its end.
func TestSilenceIsNoticed(t *testing.T) {
	t.Parallel()
	s := enter(t)
	s.connect()
	now := time.Now()
	s.peer.Look(now.Add(6 * time.Second))
	s.peer.Look(now)
	s.peer.Look(now.Add(11 * time.Second))
	s.peer.Look(now)
	want := []lite.State{lite.Connected, lite.Disconnected, lite.Connected, lite.Failed}
	if got := s.was(); !slices.Equal(got, want) {
		t.Errorf("it was %v, want %v", got, want)
	}
}

// A browser that says goodbye is gone at once, and one that never came after a
// while. What is closed says nothing more.
func TestAnEndIsAnEnd(t *testing.T) {
	t.Parallel()
	s := enter(t)
	s.connect()
	_ = s.browser.dtls.Close()
	until(t, "the goodbye is heard", func() bool { return slices.Contains(s.was(), lite.Failed) })

	never := enter(t)
	never.peer.Look(time.Now().Add(31 * time.Second))
	if got := never.was(); !slices.Equal(got, []lite.State{lite.Failed}) {
		t.Errorf("who never came is %v", got)
	}
	closed := enter(t)
	closed.connect()
	closed.peer.Close()
	closed.peer.Close()
	closed.peer.Look(time.Now().Add(time.Minute))
	if got := closed.was(); len(got) != 1 || closed.peer.Send(packet(1)) == nil || closed.port.Routes() != 0 {
		t.Errorf("closed, and then %v, %d addresses", got, closed.port.Routes())
	}
}

// What cannot be answered is refused with a reason.
func TestOffersThatAreRefused(t *testing.T) {
	t.Parallel()
	s := enter(t)
	good := s.browser.offer()
	_, line, _ := strings.Cut(good, offerHead)
	trusting, _, _ := strings.Cut(good, "sha-256")
	for name, c := range map[string]struct{ offer, want string }{
		"nothing":       {"", "one audio line"},
		"garbage":       {"\x00\xff", "read a browser's offer"},
		"no line":       {offerHead, "one audio line"},
		"two lines":     {good + line, "one audio line"},
		"video":         {strings.Replace(good, "m=audio", "m=video", 1), "one audio line"},
		"opus":          {strings.Replace(good, "PCMA/8000", "opus/48000/2", 1), "trunk's G.711"},
		"other law":     {strings.Replace(good, "8 PCMA", "0 PCMU", 1), "trunk's G.711"},
		"no mux":        {strings.Replace(good, "a=rtcp-mux\r\n", "", 1), "RTCP"},
		"passive":       {strings.Replace(good, "actpass", "passive", 1), "first word"},
		"no print":      {strings.Replace(good, "a=fingerprint", "a=x", 1), "fingerprint"},
		"weak print":    {strings.Replace(good, "sha-256", "md5", 1), "fingerprint"},
		"short print":   {trusting + "sha-256 AB:CD\r\n", "fingerprint"},
		"candidates":    {good + "a=candidate:1 1 udp 1 10.0.0.1 5000 typ host\r\n", ""},
		"absurd rtpmap": {strings.Replace(good, "a=rtpmap:8 ", "a=rtpmap:99999 ", 1), "trunk's G.711"},
	} {
		_, _, err := s.port.Answer(c.offer, lite.Ears{})
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
