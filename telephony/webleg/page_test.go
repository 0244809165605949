package webleg_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
)

// page is a browser's page as far as a program can be one: for what is about
// messages, and for figures.
type page struct {
	t     testing.TB
	h     *house
	ws    *websocket.Conn
	n     int64
	ack   int64
	token string

	pc       *webrtc.PeerConnection
	track    *webrtc.TrackLocalStaticRTP
	received atomic.Int64
	first    chan struct{} // closed by the first packet of audio
	sequence uint16
	began    time.Time
}

// message is what we are sent.
type message struct {
	V       int             `json:"v"`
	Type    string          `json:"type"`
	N       int64           `json:"n"`
	Token   string          `json:"token"`
	Resumed bool            `json:"resumed"`
	Heard   int64           `json:"heard"`
	State   *state          `json:"state"`
	ID      int64           `json:"id"`
	SDP     string          `json:"sdp"`
	Up      bool            `json:"up"`
	Leg     uuid.UUID       `json:"leg"`
	Call    uuid.UUID       `json:"call"`
	ForMS   int64           `json:"for_ms"`
	Card    json.RawMessage `json:"card"`
	Held    bool            `json:"held"`
	Reason  string          `json:"reason"`
	Keys    string          `json:"keys"`
	Device  string          `json:"device"`
	Code    string          `json:"code"`
	Re      int64           `json:"re"`
	Lost    int64           `json:"lost"`
}

type state struct {
	Phase string    `json:"phase"`
	Leg   uuid.UUID `json:"leg"`
	Held  bool      `json:"held"`
	Away  bool      `json:"away"`
}

type fields = map[string]any

func (h *house) dial(t testing.TB) *page {
	t.Helper()
	ws, _, err := h.connect(t, h.server.URL) //nolint:bodyclose // there is none after an upgrade
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	return &page{t: t, h: h, ws: ws, first: make(chan struct{}), began: time.Now()}
}

func (h *house) connect(t testing.TB, origin string) (*websocket.Conn, *http.Response, error) {
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	ws, response, err := websocket.Dial(t.Context(), h.server.URL+"/rtc", &websocket.DialOptions{HTTPHeader: header})
	if err == nil {
		ws.SetReadLimit(1 << 20)
	}
	return ws, response, err
}

// enter is a fresh page with a good ticket that was let in.
func (h *house) enter(t testing.TB, operator uuid.UUID) *page {
	t.Helper()
	p := h.dial(t)
	p.raw(fields{"type": "hello", "ticket": h.tickets.issue(operator, time.Minute), "device": "a program"})
	p.token = p.want("welcome").Token
	return p
}

func (p *page) raw(m fields) {
	p.t.Helper()
	if m["v"] == nil {
		m["v"] = 1
	}
	b, err := json.Marshal(m)
	if err == nil {
		err = p.ws.Write(p.t.Context(), websocket.MessageText, b)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *page) send(kind string, m fields) {
	p.t.Helper()
	if m == nil {
		m = fields{}
	}
	p.n++
	m["type"], m["n"], m["ack"] = kind, p.n, p.ack
	p.raw(m)
}

func (p *page) next() (message, error) {
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	_, b, err := p.ws.Read(ctx)
	if err != nil {
		return message{}, err
	}
	var m message
	if err := json.Unmarshal(b, &m); err != nil {
		return m, err
	}
	if m.N > 0 {
		p.ack = m.N
	}
	return m, nil
}

// want waits for a message of a kind, past those about media.
func (p *page) want(kind string) message {
	p.t.Helper()
	for {
		m, err := p.next()
		if err != nil {
			p.t.Fatalf("waiting for %s: %v", kind, err)
		}
		if m.Type == kind {
			return m
		}
		if m.Type != "media" {
			p.t.Fatalf("got %+v, want %s", m, kind)
		}
	}
}

// ends waits for the socket's end and returns its code.
func (p *page) ends() websocket.StatusCode {
	p.t.Helper()
	for {
		if _, err := p.next(); err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				p.t.Fatal("the socket does not end")
			}
			return websocket.CloseStatus(err)
		}
	}
}

// offer begins a connection for audio, and returns when it is up.
func (p *page) offer() {
	p.t.Helper()
	m := &webrtc.MediaEngine{}
	law := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000}
	for number, c := range map[webrtc.PayloadType]webrtc.RTPCodecCapability{8: law, 126: {MimeType: "audio/telephone-event", ClockRate: 8000}} {
		if err := m.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: c, PayloadType: number}, webrtc.RTPCodecTypeAudio); err != nil {
			p.t.Fatal(err)
		}
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	api := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(settings), webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = pc.Close() })
	p.pc = pc
	if p.track, err = webrtc.NewTrackLocalStaticRTP(law, "mic", "mic"); err != nil {
		p.t.Fatal(err)
	}
	if _, err := pc.AddTrack(p.track); err != nil {
		p.t.Fatal(err)
	}
	pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		b := make([]byte, 1500)
		for {
			if _, _, err := t.Read(b); err != nil {
				return
			}
			if p.received.Add(1) == 1 {
				close(p.first)
			}
		}
	})
	o, err := pc.CreateOffer(nil)
	if err == nil {
		err = pc.SetLocalDescription(o)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.send("offer", fields{"id": 1, "sdp": o.SDP})
	answer := p.want("answer")
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.SDP}); err != nil {
		p.t.Fatal(err)
	}
	for up := false; !up; {
		m, err := p.next()
		if err != nil {
			p.t.Fatal(err)
		}
		up = m.Type == "media" && m.Up
	}
	until(p.t, "the page is connected too", func() bool { return pc.ConnectionState() == webrtc.PeerConnectionStateConnected })
}

// speak sends one packet of freq Hz, n packets after the last.
func (p *page) speak(freq float64, n uint16) {
	p.sequence += n
	p.say(p.sequence, time.Now(), freq)
}

// say sends a packet of freq Hz that was recorded at an instant.
func (p *page) say(sequence uint16, at time.Time, freq float64) {
	err := p.track.WriteRTP(&rtp.Packet{
		Header:  rtp.Header{Version: 2, PayloadType: 8, SequenceNumber: sequence, Timestamp: uint32(at.Sub(p.began).Microseconds() / 125)},
		Payload: g711.ALaw.Encode(tone.Sine(freq, 160)),
	})
	if err != nil && !strings.Contains(err.Error(), "closed") {
		p.t.Error(err)
	}
}
