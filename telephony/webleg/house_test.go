package webleg_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/bench/chrome"
	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/webleg"
)

// patience bounds what tests wait for.
const patience = 20 * time.Second

// tickets stand for the rows of the api.
type tickets struct {
	mu    sync.Mutex
	valid map[string]ticket
}

type ticket struct {
	operator uuid.UUID
	until    time.Time
}

func (k *tickets) issue(operator uuid.UUID, ttl time.Duration) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	id := uuid.NewString()
	k.valid[id] = ticket{operator, time.Now().Add(ttl)}
	return id
}

func (k *tickets) Redeem(_ context.Context, id string) (uuid.UUID, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, ok := k.valid[id]
	delete(k.valid, id)
	if !ok || time.Now().After(t.until) {
		return uuid.Nil, webleg.ErrTicket
	}
	return t.operator, nil
}

// house is a hub with pages to serve and someone who is told.
type house struct {
	*webleg.Hub
	tickets *tickets
	server  *httptest.Server
	told    chan webleg.Event
	player  *media.Player
}

func open(t testing.TB, change ...func(*webleg.Config)) *house {
	t.Helper()
	h := &house{tickets: &tickets{valid: map[string]ticket{}}, told: make(chan webleg.Event, 256), player: media.NewPlayer()}
	cfg := webleg.Config{
		Tickets: h.tickets, Listen: netip.MustParseAddrPort("127.0.0.1:0"), Law: g711.ALaw, Grace: 5 * time.Second,
		Tell: func(ev webleg.Event) {
			if _, ok := ev.(webleg.Measured); !ok {
				h.told <- ev
			}
		},
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	for _, c := range change {
		c(&cfg)
	}
	hub, err := webleg.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	h.Hub = hub
	mux := http.NewServeMux()
	mux.Handle("/rtc", hub)
	mux.Handle("/", http.FileServerFS(chrome.Pages))
	h.server = httptest.NewServer(mux)
	t.Cleanup(func() {
		h.player.Close()
		if err := hub.Close(); err != nil {
			t.Error(err)
		}
		h.server.Close()
	})
	return h
}

// expect waits for an event of kind E and returns it; the others before it are
// an error.
func expect[E webleg.Event](t testing.TB, h *house) E {
	t.Helper()
	select {
	case ev := <-h.told:
		e, ok := ev.(E)
		if !ok {
			t.Fatalf("told %T%+v, want %T", ev, ev, e)
		}
		return e
	case <-time.After(patience):
		var e E
		t.Fatalf("never told %T", e)
		return e
	}
}

// quiet checks that nothing more was told so far.
func (h *house) quiet(t testing.TB) {
	t.Helper()
	select {
	case ev := <-h.told:
		t.Fatalf("told %T%+v, want nothing", ev, ev)
	default:
	}
}

// until polls for ok.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func (h *house) ring(t testing.TB, operator uuid.UUID) webleg.Offer {
	t.Helper()
	o := webleg.Offer{Leg: uuid.New(), Call: uuid.New(), Until: time.Now().Add(12 * time.Second), Card: []byte(`{"shop":"Tyres"}`)}
	if err := h.Ring(operator, o); err != nil {
		t.Fatal(err)
	}
	return o
}

// ear keeps what a leg receives.
type ear struct {
	mu  sync.Mutex
	pcm []int16
}

func (e *ear) hear(p *media.Packet) {
	if p.Law == 0 {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pcm = append(e.pcm, p.Law.Decode(p.Payload)...)
}

// last returns the newest n samples, nil while there are fewer.
func (e *ear) last(n int) []int16 {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.pcm) < n {
		return nil
	}
	return append([]int16(nil), e.pcm[len(e.pcm)-n:]...)
}

func (e *ear) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pcm = nil
}
