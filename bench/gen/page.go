package gen

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// Page is an operator's page without a browser around it: it speaks the
// protocol of telephony/webleg, sends silence, and notes when audio comes.
type Page struct {
	ws    *websocket.Conn
	pc    *webrtc.PeerConnection
	track *webrtc.TrackLocalStaticRTP
	stop  context.CancelFunc
	busy  sync.WaitGroup
	up    chan struct{}
	rings chan Ring
	audio chan time.Time

	mu     sync.Mutex
	n, ack int64
	waits  bool // for audio
	media  bool
}

// Ring is a call that a page rings for.
type Ring struct {
	At   time.Time
	Leg  uuid.UUID
	Call uuid.UUID
}

type pageMessage struct {
	Type string    `json:"type"`
	N    int64     `json:"n"`
	SDP  string    `json:"sdp"`
	Up   bool      `json:"up"`
	Leg  uuid.UUID `json:"leg"`
	Call uuid.UUID `json:"call"`
}

// OpenPage opens a page of the service at base with a ticket, and returns when
// it can ring.
func OpenPage(ctx context.Context, base, ticket string) (*Page, error) {
	ws, _, err := websocket.Dial(ctx, base+"/rtc", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {base}}}) //nolint:bodyclose // there is none after an upgrade
	if err != nil {
		return nil, fmt.Errorf("open a page's socket: %w", err)
	}
	ws.SetReadLimit(1 << 20)
	living, stop := context.WithCancel(context.WithoutCancel(ctx))
	p := &Page{ws: ws, stop: stop, up: make(chan struct{}), rings: make(chan Ring, 8), audio: make(chan time.Time, 1)}
	if err := p.begin(ctx, living, ticket); err != nil {
		p.Close()
		return nil, err
	}
	select {
	case <-p.up:
		return p, nil
	case <-ctx.Done():
		p.Close()
		return nil, fmt.Errorf("wait for a page's audio: %w", ctx.Err())
	}
}

func (p *Page) begin(ctx, living context.Context, ticket string) error {
	hello, err := json.Marshal(map[string]any{"v": 1, "type": "hello", "ticket": ticket, "device": "a program"})
	if err != nil {
		return err
	}
	if err := p.ws.Write(ctx, websocket.MessageText, hello); err != nil {
		return fmt.Errorf("say hello: %w", err)
	}
	if err := p.connect(); err != nil {
		return fmt.Errorf("make a page's connection: %w", err)
	}
	p.busy.Go(func() { p.read(living) })
	p.busy.Go(func() { p.breathe(living) })
	offer, err := p.pc.CreateOffer(nil)
	if err == nil {
		err = p.pc.SetLocalDescription(offer)
	}
	if err != nil {
		return fmt.Errorf("offer a page's audio: %w", err)
	}
	return p.send(ctx, map[string]any{"type": "offer", "id": 1, "sdp": offer.SDP})
}

// connect makes the connection, with the one law that it is for.
func (p *Page) connect() error {
	law := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000}
	codecs, settings := &webrtc.MediaEngine{}, webrtc.SettingEngine{}
	if err := codecs.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: law, PayloadType: pcma}, webrtc.RTPCodecTypeAudio); err != nil {
		return err
	}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	api := webrtc.NewAPI(webrtc.WithMediaEngine(codecs), webrtc.WithSettingEngine(settings), webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	var err error
	if p.pc, err = api.NewPeerConnection(webrtc.Configuration{}); err != nil {
		return err
	}
	if p.track, err = webrtc.NewTrackLocalStaticRTP(law, "mic", "mic"); err != nil {
		return err
	}
	p.pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { p.hear(t) })
	_, err = p.pc.AddTrack(p.track)
	return err
}

// Rings returns where calls are told.
func (p *Page) Rings() <-chan Ring { return p.rings }

// Audio returns where it is told when the first audio came after Answer.
func (p *Page) Audio() <-chan time.Time { return p.audio }

// Answer takes a call.
func (p *Page) Answer(ctx context.Context, leg uuid.UUID) error {
	p.mu.Lock()
	p.waits = true
	p.mu.Unlock()
	return p.send(ctx, map[string]any{"type": "answer", "leg": leg})
}

// Hangup ends a call.
func (p *Page) Hangup(ctx context.Context, leg uuid.UUID) error {
	return p.send(ctx, map[string]any{"type": "hangup", "leg": leg})
}

// Close ends the page without a word.
func (p *Page) Close() {
	p.stop()
	_ = p.ws.CloseNow()
	if p.pc != nil {
		_ = p.pc.Close()
	}
	p.busy.Wait()
}

func (p *Page) send(ctx context.Context, m map[string]any) error {
	p.mu.Lock()
	p.n++
	m["v"], m["n"], m["ack"] = 1, p.n, p.ack
	p.mu.Unlock()
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := p.ws.Write(ctx, websocket.MessageText, text); err != nil {
		return fmt.Errorf("send %s: %w", m["type"], err)
	}
	return nil
}

// read takes what the page is sent until it is closed.
func (p *Page) read(ctx context.Context) {
	for {
		_, text, err := p.ws.Read(ctx)
		if err != nil {
			return
		}
		now := time.Now()
		var m pageMessage
		if json.Unmarshal(text, &m) != nil {
			continue
		}
		p.mu.Lock()
		p.ack = max(p.ack, m.N)
		p.mu.Unlock()
		switch m.Type {
		case "answer":
			_ = p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: m.SDP}) // a page without audio never rings, which is counted
		case "media":
			if m.Up && !p.media {
				p.media = true
				close(p.up)
			}
		case "ring":
			select {
			case p.rings <- Ring{now, m.Leg, m.Call}:
			default: // nobody takes so many
			}
		}
	}
}

// hear notes the first packet that is waited for.
func (p *Page) hear(t *webrtc.TrackRemote) {
	b := make([]byte, 1500)
	for {
		if _, _, err := t.Read(b); err != nil {
			return
		}
		now := time.Now()
		p.mu.Lock()
		waits := p.waits
		p.waits = false
		p.mu.Unlock()
		if waits {
			select {
			case p.audio <- now:
			default:
			}
		}
	}
}

// breathe sends silence, as the microphone of a page does between words.
func (p *Page) breathe(ctx context.Context) {
	const silence = 0xD5 // of A-law
	payload := make([]byte, frame)
	for i := range payload {
		payload[i] = silence
	}
	t := time.NewTicker(20 * time.Millisecond)
	defer t.Stop()
	for h := (rtp.Header{Version: 2, PayloadType: pcma}); ; h.SequenceNumber, h.Timestamp = h.SequenceNumber+1, h.Timestamp+frame {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			_ = p.track.WriteRTP(&rtp.Packet{Header: h, Payload: payload}) // before the connection is up there is nowhere to send it
		}
	}
}
