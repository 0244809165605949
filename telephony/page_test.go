package telephony_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
	"switchboard/tenant"
	"switchboard/tenant/tenanttest"
	"switchboard/tenant/ticket"
)

// page is an operator's page without a browser around it: it speaks one tone
// all the time, and keeps what it hears.
type page struct {
	t     *testing.T
	ws    *websocket.Conn
	pc    *webrtc.PeerConnection
	track *webrtc.TrackLocalStaticRTP
	rings chan heardOf
	ended chan string
	up    chan struct{}
	ear   hearing

	mu     sync.Mutex
	n, ack int64
}

// heardOf is what a page is sent.
type heardOf struct {
	Type   string          `json:"type"`
	N      int64           `json:"n"`
	SDP    string          `json:"sdp"`
	Up     bool            `json:"up"`
	Leg    uuid.UUID       `json:"leg"`
	Call   uuid.UUID       `json:"call"`
	Reason string          `json:"reason"`
	Card   json.RawMessage `json:"card"`
}

// page opens one for an operator who speaks hz.
func (h *house) page(operator uuid.UUID, hz float64) *page {
	h.t.Helper()
	server := httptest.NewServer(h.node.Browsers())
	h.t.Cleanup(server.Close)
	var ws *websocket.Conn
	var err error
	for range 200 { // until the node leads
		ws, _, err = websocket.Dial(h.t.Context(), server.URL+"/rtc", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {server.URL}}}) //nolint:bodyclose // there is none after an upgrade
		if err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	ws.SetReadLimit(1 << 20)
	p := &page{t: h.t, ws: ws, rings: make(chan heardOf, 8), ended: make(chan string, 8), up: make(chan struct{}), ear: newEar()}
	p.raw(map[string]any{"type": "hello", "ticket": issue(h.t, h.w, operator), "device": "a program"})
	p.connect()
	ctx, stop := context.WithCancel(context.Background())
	var busy sync.WaitGroup
	busy.Go(func() { p.read(ctx) })
	busy.Go(func() { p.speak(ctx, hz) })
	h.t.Cleanup(func() { stop(); _ = ws.CloseNow(); _ = p.pc.Close(); busy.Wait() })
	offer, err := p.pc.CreateOffer(nil)
	if err == nil {
		err = p.pc.SetLocalDescription(offer)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	p.send("offer", map[string]any{"id": 1, "sdp": offer.SDP})
	select {
	case <-p.up:
	case <-time.After(10 * time.Second):
		h.t.Fatal("the page has no audio")
	}
	return p
}

func issue(t *testing.T, w *tenanttest.World, operator uuid.UUID) (secret string) {
	t.Helper()
	err := w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) (err error) {
		secret, err = ticket.Issue(tx, operator)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func (p *page) raw(m map[string]any) {
	m["v"] = 1
	b, err := json.Marshal(m)
	if err == nil {
		err = p.ws.Write(context.Background(), websocket.MessageText, b)
	}
	if err != nil {
		p.t.Error(err)
	}
}

func (p *page) send(kind string, m map[string]any) {
	p.mu.Lock()
	p.n++
	m["type"], m["n"], m["ack"] = kind, p.n, p.ack
	p.mu.Unlock()
	p.raw(m)
}

func (p *page) connect() {
	codecs, settings := &webrtc.MediaEngine{}, webrtc.SettingEngine{}
	law := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000}
	if err := codecs.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: law, PayloadType: 8}, webrtc.RTPCodecTypeAudio); err != nil {
		p.t.Fatal(err)
	}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	api := webrtc.NewAPI(webrtc.WithMediaEngine(codecs), webrtc.WithSettingEngine(settings), webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	var err error
	if p.pc, err = api.NewPeerConnection(webrtc.Configuration{}); err != nil {
		p.t.Fatal(err)
	}
	if p.track, err = webrtc.NewTrackLocalStaticRTP(law, "mic", "mic"); err != nil {
		p.t.Fatal(err)
	}
	p.pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			packet, _, err := t.ReadRTP()
			if err != nil {
				return
			}
			p.ear.take(packet.Payload)
		}
	})
	if _, err = p.pc.AddTrack(p.track); err != nil {
		p.t.Fatal(err)
	}
}

func (p *page) read(ctx context.Context) {
	for {
		_, text, err := p.ws.Read(ctx)
		if err != nil {
			return
		}
		var m heardOf
		if json.Unmarshal(text, &m) != nil {
			continue
		}
		p.mu.Lock()
		p.ack = max(p.ack, m.N)
		p.mu.Unlock()
		switch m.Type {
		case "answer":
			_ = p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: m.SDP}) // without audio the test fails by itself
		case "media":
			if m.Up {
				select {
				case <-p.up:
				default:
					close(p.up)
				}
			}
		case "ring":
			p.rings <- m
		case "ended", "stop":
			select {
			case p.ended <- m.Reason:
			default:
			}
		}
	}
}

func (p *page) speak(ctx context.Context, hz float64) {
	const frame = 160
	sound := g711.ALaw.Encode(tone.Sine(hz, 8000))
	t := time.NewTicker(20 * time.Millisecond)
	defer t.Stop()
	h := rtp.Header{Version: 2, PayloadType: 8}
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		at := i * frame % len(sound)
		_ = p.track.WriteRTP(&rtp.Packet{Header: h, Payload: sound[at : at+frame]}) // there is nowhere to send it before it is up
		h.SequenceNumber, h.Timestamp = h.SequenceNumber+1, h.Timestamp+frame
	}
}
