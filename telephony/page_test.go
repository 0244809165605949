package telephony_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
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
	"switchboard/tenant/ticket"
)

// page is a browser's page as far as a program can be one: it answers what
// rings, speaks a tone all the time, and keeps what it hears.
type page struct {
	t    *testing.T
	ws   *websocket.Conn
	pc   *webrtc.PeerConnection
	mic  *webrtc.TrackLocalStaticRTP
	up   chan struct{} // closed once audio flows
	ear  earpiece
	stop func()

	mu   sync.Mutex
	n    int64
	leg  uuid.UUID // of the call that was answered last
	gone bool      // it was ended
}

// earpiece keeps what is heard.
type earpiece struct {
	mu  sync.Mutex
	pcm []int16
}

func (e *earpiece) hear(payload []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pcm = append(e.pcm, g711.ALaw.Decode(payload)...)
}

// heard returns the newest n samples; none while there are fewer since the last
// forget.
func (e *earpiece) heard(n int) []int16 {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.pcm) < n {
		return nil
	}
	return append([]int16(nil), e.pcm[len(e.pcm)-n:]...)
}

func (e *earpiece) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pcm = nil
}

type fields = map[string]any

// page opens one for an operator or supervisor, who speaks freq Hz.
func (h *house) page(who uuid.UUID, freq float64) *page {
	h.t.Helper()
	server := httptest.NewServer(h.node.Browsers())
	h.t.Cleanup(server.Close)
	p := &page{t: h.t, up: make(chan struct{})}
	h.eventually("the node serves pages, and knows whose this is", func() bool { return p.enter(h, server.URL, who) })
	var all sync.WaitGroup
	over := make(chan struct{})
	p.stop = sync.OnceFunc(func() { close(over); _ = p.ws.CloseNow(); _ = p.pc.Close(); all.Wait() })
	p.connect()
	all.Go(p.listen)
	all.Go(func() { p.speak(freq, over) })
	h.t.Cleanup(p.stop)
	select {
	case <-p.up:
	case <-time.After(patience):
		h.t.Fatal("a page has no audio in time")
	}
	return p
}

// enter begins a session, and reports false for one that is sent away: the node
// may not lead yet, or not have heard of who it is.
func (p *page) enter(h *house, url string, who uuid.UUID) bool {
	var secret string
	err := h.w.DB.Across(h.t.Context(), "test", func(tx tenant.AcrossTx) (err error) {
		secret, err = ticket.Issue(tx, who)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	ws, _, err := websocket.Dial(h.t.Context(), url+"/rtc", &websocket.DialOptions{HTTPHeader: map[string][]string{"Origin": {url}}}) //nolint:bodyclose // there is none after an upgrade
	if err != nil {
		return false
	}
	ws.SetReadLimit(1 << 20)
	p.ws = ws
	p.write(fields{"type": "hello", "ticket": secret, "device": "a program"})
	_, b, err := ws.Read(h.t.Context())
	if err != nil || !strings.Contains(string(b), `"welcome"`) {
		_ = ws.CloseNow()
		return false
	}
	return true
}

func (p *page) write(m fields) {
	m["v"] = 1
	b, err := json.Marshal(m)
	if err == nil {
		err = p.ws.Write(p.t.Context(), websocket.MessageText, b)
	}
	if err != nil {
		p.t.Logf("a page cannot write: %v", err)
	}
}

func (p *page) send(kind string, m fields) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	m["type"], m["n"] = kind, p.n
	p.write(m)
}

// connect makes the connection for audio and offers it.
func (p *page) connect() {
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
	var err error
	p.pc, err = webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(settings), webrtc.WithInterceptorRegistry(&interceptor.Registry{})).NewPeerConnection(webrtc.Configuration{})
	if err == nil {
		p.mic, err = webrtc.NewTrackLocalStaticRTP(law, "mic", "mic")
	}
	if err == nil {
		_, err = p.pc.AddTrack(p.mic)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			pkt, _, err := t.ReadRTP()
			if err != nil {
				return
			}
			if pkt.PayloadType == 8 {
				p.ear.hear(pkt.Payload)
			}
		}
	})
	o, err := p.pc.CreateOffer(nil)
	if err == nil {
		err = p.pc.SetLocalDescription(o)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.send("offer", fields{"id": 1, "sdp": o.SDP})
}

// listen does what the messages ask for.
func (p *page) listen() {
	for {
		_, b, err := p.ws.Read(p.t.Context())
		if err != nil {
			return
		}
		var m struct {
			Type, SDP string
			Leg       uuid.UUID
			Up        bool
		}
		if err := json.Unmarshal(b, &m); err != nil {
			p.t.Errorf("a page is sent %s: %v", b, err)
		}
		switch m.Type {
		case "answer":
			if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: m.SDP}); err != nil {
				p.t.Error(err)
			}
		case "media":
			select {
			case <-p.up:
			default:
				if m.Up {
					close(p.up)
				}
			}
		case "ring":
			p.send("answer", fields{"leg": m.Leg})
		case "joined":
			p.mu.Lock()
			p.leg, p.gone = m.Leg, false
			p.mu.Unlock()
		case "ended":
			p.mu.Lock()
			p.gone = true
			p.mu.Unlock()
		}
	}
}

// joined returns the leg of the call that the page is in, or uuid.Nil.
func (p *page) joined() uuid.UUID {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return uuid.Nil
	}
	return p.leg
}

// speak sends a frame of freq Hz each 20 ms, by the clock.
func (p *page) speak(freq float64, over <-chan struct{}) {
	const frame = 160
	said := g711.ALaw.Encode(tone.Sine(freq, 50*frame))
	began := time.Now()
	pace := time.NewTicker(20 * time.Millisecond)
	defer pace.Stop()
	for n := 0; ; n++ {
		for time.Since(began) < time.Duration(n)*20*time.Millisecond {
			select {
			case <-over:
				return
			case <-pace.C:
			}
		}
		_ = p.mic.WriteRTP(&rtp.Packet{ // not yet connected, or no more
			Header:  rtp.Header{Version: 2, PayloadType: 8, SequenceNumber: uint16(n), Timestamp: uint32(n * frame)},
			Payload: said[n%50*frame : n%50*frame+frame],
		})
	}
}
