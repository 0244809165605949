package webleg_test

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/webleg"
)

func TestTicketIsForOnePageAndATime(t *testing.T) {
	t.Parallel()
	h := open(t)
	used := h.tickets.issue(uuid.New(), time.Minute)
	first := h.dial(t)
	first.raw(fields{"type": "hello", "ticket": used})
	first.want("welcome")
	for name, id := range map[string]string{
		"used": used, "old": h.tickets.issue(uuid.New(), -time.Second), "unknown": "guess",
	} {
		p := h.dial(t)
		p.raw(fields{"type": "hello", "ticket": id})
		if code := p.ends(); code != 4401 {
			t.Errorf("%s ticket: closed with %d", name, code)
		}
	}
}

func TestForeignPagesStayOutside(t *testing.T) {
	t.Parallel()
	h := open(t, func(c *webleg.Config) { c.Origins = []string{"https://desk.example.org"} })
	port := strings.TrimPrefix(h.server.URL, "http://127.0.0.1")
	for origin, in := range map[string]bool{
		h.server.URL: true, "https://desk.example.org": true,
		"": false, "null": false, "https://evil.example.org": false, "http://desk.example.org": false,
		"https://desk.example.org.evil.example": false, "http://127.0.0.1:1": false, "http://localhost" + port: false,
		"file://": false, "https://127.0.0.1" + port: false,
	} {
		ws, response, err := h.connect(t, origin) //nolint:bodyclose // Dial has read it
		if (err == nil) != in {
			t.Errorf("origin %q: %v", origin, err)
		}
		if err == nil {
			_ = ws.CloseNow()
		} else if response.StatusCode != http.StatusForbidden {
			t.Errorf("origin %q: status %d", origin, response.StatusCode)
		}
	}
}

func TestHelloComesFirst(t *testing.T) {
	t.Parallel()
	h := open(t)
	for name, m := range map[string]fields{
		"no ticket":     {"type": "hello"},
		"both":          {"type": "hello", "ticket": "a", "token": "b"},
		"something":     {"type": "answer", "n": 1},
		"other version": {"type": "hello", "ticket": h.tickets.issue(uuid.New(), time.Minute), "v": 2},
	} {
		p := h.dial(t)
		p.raw(m)
		if code := p.ends(); code != 4400 {
			t.Errorf("%s: closed with %d", name, code)
		}
	}
	p := h.dial(t)
	p.raw(fields{"type": "hello", "token": "guess"})
	if code := p.ends(); code != 4410 {
		t.Errorf("guessed token: closed with %d", code)
	}
}

func TestJunkEndsTheSocketAlone(t *testing.T) {
	t.Parallel()
	h := open(t)
	operator := uuid.New()
	for name, junk := range map[string]struct {
		kind websocket.MessageType
		body string
		code websocket.StatusCode
	}{
		"not JSON": {websocket.MessageText, "{", 4400},
		"number":   {websocket.MessageText, "7", 4400},
		"no type":  {websocket.MessageText, `{"v":1}`, 4400},
		"wrong":    {websocket.MessageText, `{"v":1,"type":"answer","leg":"x"}`, 4400},
		"negative": {websocket.MessageText, `{"v":1,"type":"ack","ack":-1}`, 4400},
		"binary":   {websocket.MessageBinary, `{"v":1,"type":"ack"}`, 4400},
		"10 MB":    {websocket.MessageText, `{"v":1,"type":"dtmf","keys":"` + strings.Repeat("1", 10<<20) + `"}`, websocket.StatusMessageTooBig},
	} {
		p := h.enter(t, uuid.New())
		err := p.ws.Write(t.Context(), junk.kind, []byte(junk.body))
		if err != nil && name != "10 MB" { // that one may be cut off while we write
			t.Fatal(err)
		}
		if code := p.ends(); code != junk.code && (name != "10 MB" || code != -1) {
			t.Errorf("%s: closed with %d", name, code)
		}
	}
	h.enter(t, operator) // the hub lives
}

func TestFloodIsCut(t *testing.T) {
	t.Parallel()
	p := open(t).enter(t, uuid.New())
	go func() {
		for range 200 {
			if p.ws.Write(t.Context(), websocket.MessageText, []byte(`{"v":1,"type":"ack","ack":0}`)) != nil {
				return
			}
		}
	}()
	if code := p.ends(); code != 4429 {
		t.Errorf("closed with %d", code)
	}
}

func TestNonsenseIsAnsweredAndIgnored(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.enter(t, uuid.New())
	for _, c := range []struct {
		kind string
		with fields
		code string
	}{
		{"sing", nil, "unknown"},
		{"decline", fields{"reason": "tired"}, "invalid"},
		{"decline", fields{"reason": "refused", "leg": uuid.New()}, "over"},
		{"hangup", fields{"leg": uuid.New()}, "over"},
		{"hold", nil, "over"},
		{"dtmf", fields{"keys": "12345678901234567890123456789012345"}, "invalid"},
		{"dtmf", fields{"keys": "1;rm"}, "invalid"},
		{"dtmf", fields{"keys": "1"}, "over"},
		{"quality", fields{"loss": 2}, "invalid"},
		{"quality", fields{"jitter_ms": -1}, "invalid"},
		{"offer", fields{"id": 1, "sdp": "v=0"}, "media"},
		{"offer", fields{"id": 1, "sdp": "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"}, "media"},
		{"offer", fields{"id": 1, "sdp": "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n"}, "media"},
	} {
		p.send(c.kind, c.with)
		if m := p.want("error"); m.Code != c.code || m.Re != p.n {
			t.Errorf("%s %v: %s to %d", c.kind, c.with, m.Code, m.Re)
		}
	}
	p.send("answer", fields{"leg": uuid.New()})
	if m := p.want("stop"); m.Reason != "too late" {
		t.Errorf("answer to nothing: %+v", m)
	}
	h.quiet(t)
}

func TestListensOnlyWhereBrowsersCanBeSent(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"0.0.0.0:0", "[::]:0"} {
		if _, err := webleg.New(webleg.Config{Law: g711.ALaw, Listen: netip.MustParseAddrPort(at)}); err == nil {
			t.Errorf("listens at %s", at)
		}
	}
	if err := open(t).Ring(uuid.New(), webleg.Offer{}); !errors.Is(err, webleg.ErrUnreachable) {
		t.Errorf("nobody rings: %v", err)
	}
}
