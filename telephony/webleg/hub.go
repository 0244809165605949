package webleg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/webleg/lite"
)

// Tickets know who may open a page's socket.
type Tickets interface {
	// Redeem returns whose ticket it is and makes it worthless. An error that is
	// ErrTicket means that it never was worth anything, or is no longer.
	Redeem(ctx context.Context, ticket string) (operator uuid.UUID, err error)
}

// ErrTicket is that of a ticket that is unknown, used or too old.
var ErrTicket = errors.New("ticket is no good")

// Config is what a Hub works with.
type Config struct {
	Tickets Tickets
	Origins []string                                        // of pages, as browsers name them: https://desk.example.org; plain HTTP on this machine needs no entry
	Listen  netip.AddrPort                                  // UDP, for everybody's audio; port 0 for any
	Public  netip.Addr                                      // that browsers are told; zero for that of Listen
	Law     g711.Law                                        // of the trunk
	ICE     func(operator uuid.UUID) []ICEServer            // STUN and TURN servers for a page; nil for none
	Grace   time.Duration                                   // how long a page may be away; 30 s if zero. A ring may say otherwise for its call
	Node    string                                          // our name, by which a proxy finds us again; pages are told it
	Here    func(operator uuid.UUID) (node string, ok bool) // whether an operator's desk is at this node, else where as far as we know; nil: it is
	Tell    func(Event)                                     // one operator's events one after another; must not block
	Log     *slog.Logger
}

// Hub is all browsers of this node.
type Hub struct {
	cfg  Config
	port *lite.Port

	reporter *media.Reporter
	ctx      context.Context
	stop     context.CancelFunc
	busy     sync.WaitGroup

	mu       sync.Mutex
	sockets  int
	sessions map[uuid.UUID]*session
	tokens   map[string]*session
	closed   bool
}

const (
	defaultGrace = 30 * time.Second
	// maxSockets bounds what strangers can make us keep.
	maxSockets = 4096
	// rhythm is how often sessions are looked at.
	rhythm = 100 * time.Millisecond
)

// New starts a hub, which Close ends.
func New(cfg Config) (*Hub, error) {
	if cfg.Law == 0 {
		return nil, errors.New("start browsers' hub: no law of G.711 is set")
	}
	if cfg.Grace == 0 {
		cfg.Grace = defaultGrace
	}
	port, err := lite.Listen(lite.Config{Listen: cfg.Listen, Public: cfg.Public, Law: cfg.Law, Log: cfg.Log})
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	h := &Hub{cfg: cfg, port: port, reporter: media.NewReporter(), ctx: ctx, stop: stop, sessions: map[uuid.UUID]*session{}, tokens: map[string]*session{}}
	h.busy.Go(h.watch)
	return h, nil
}

// MediaAddr returns the address of everybody's audio.
func (h *Hub) MediaAddr() netip.AddrPort { return h.port.Addr() }

// Close ends all sockets and connections. Nobody is told anything after it
// returns.
func (h *Hub) Close() error {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	for _, s := range h.all() {
		s.do(func() { s.end(closeStopping) })
	}
	h.stop()
	h.busy.Wait()
	h.reporter.Close()
	return h.port.Close()
}

// watch looks at all sessions again and again.
func (h *Hub) watch() {
	t := time.NewTicker(rhythm)
	defer t.Stop()
	for {
		select {
		case <-h.ctx.Done():
			return
		case now := <-t.C:
			for _, s := range h.all() {
				s.do(func() { s.tick(now) })
			}
		}
	}
}

func (h *Hub) all() []*session {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*session, 0, len(h.sessions))
	for _, s := range h.sessions {
		all = append(all, s)
	}
	return all
}

func (h *Hub) session(operator uuid.UUID) *session {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sessions[operator]
}

// Offer is a call that an operator's browser shall ring for.
type Offer struct {
	Leg   uuid.UUID       // of this attempt
	Call  uuid.UUID       // what the card is about
	Until time.Time       // when it goes to somebody else
	Grace time.Duration   // how long the page may be away in the call; the hub's if zero
	Card  json.RawMessage // what the page shows; at most 16 KiB
}

var (
	// ErrUnreachable: the operator has no page, or it has no audio.
	ErrUnreachable = errors.New("operator has no browser that could ring")
	// ErrBusy: the operator has a call.
	ErrBusy = errors.New("operator's browser has a call")
	// ErrOver: the leg is not, or no longer, what was asked of it.
	ErrOver = errors.New("leg is not there")
)

// Ring has an operator's browser ring.
func (h *Hub) Ring(operator uuid.UUID, o Offer) (err error) {
	if len(o.Card) > maxCard || len(o.Card) > 0 && !json.Valid(o.Card) {
		return fmt.Errorf("ring operator %s: card of %d bytes is not JSON or too long", operator, len(o.Card))
	}
	s := h.session(operator)
	if s == nil {
		return fmt.Errorf("ring operator %s: %w", operator, ErrUnreachable)
	}
	s.do(func() { err = s.ring(o) })
	if err != nil {
		return fmt.Errorf("ring operator %s: %w", operator, err)
	}
	return nil
}

// StopRinging takes a leg back that was not joined, be it answered.
func (h *Hub) StopRinging(operator, leg uuid.UUID, reason string) { h.Hangup(operator, leg, reason) }

// Join lets the operator talk on a leg that they answered. The leg is fresh:
// nothing of an earlier call comes out of it.
func (h *Hub) Join(operator, leg uuid.UUID) (media.Leg, error) {
	var g *Leg
	if s := h.session(operator); s != nil {
		s.do(func() { g = s.join(leg) })
	}
	if g == nil {
		return nil, fmt.Errorf("join operator %s on leg %s: %w", operator, leg, ErrOver)
	}
	return g, nil
}

// ShowHeld tells the page whether the buyer hears music now.
func (h *Hub) ShowHeld(operator, leg uuid.UUID, held bool) {
	if s := h.session(operator); s != nil {
		s.do(func() { s.showHeld(leg, held) })
	}
}

// ShowPressed tells the page which keys the buyer pressed.
func (h *Hub) ShowPressed(operator, leg uuid.UUID, keys string) {
	if s := h.session(operator); s != nil {
		s.do(func() {
			if s.at(leg, talking) != nil {
				s.send(reply{Type: "pressed", Leg: &leg, Keys: keys})
			}
		})
	}
}

// Hangup ends a leg, whatever it is doing. What is over already stays so.
func (h *Hub) Hangup(operator, leg uuid.UUID, reason string) {
	if s := h.session(operator); s != nil {
		s.do(func() {
			if s.call != nil && s.call.Leg == leg {
				s.over(reason)
			}
		})
	}
}

// Dismiss ends an operator's session, and their call if they have one.
func (h *Hub) Dismiss(operator uuid.UUID) {
	if s := h.session(operator); s != nil {
		s.do(func() { s.leave(Dismissed, closeDone) })
	}
}

// Move sends an operator's page, which has no call, to another node. Nobody is
// told that the operator is gone: they are not.
func (h *Hub) Move(operator uuid.UUID) {
	if s := h.session(operator); s != nil {
		s.do(func() { s.end(closeMoved) })
	}
}

// Operators returns those who have a page.
func (h *Hub) Operators() []uuid.UUID {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.sessions))
}

// here refuses a page whose operator is another node's.
func (h *Hub) here(operator uuid.UUID) error {
	if h.cfg.Here == nil {
		return nil
	}
	if node, ok := h.cfg.Here(operator); !ok {
		return refusal{end{closeMoved.code, node}}
	}
	return nil
}

// Present reports whether an operator has a page, or had one a moment ago that
// may be back.
func (h *Hub) Present(operator uuid.UUID) bool { return h.session(operator) != nil }

// Reachable reports whether an operator's browser could ring now.
func (h *Hub) Reachable(operator uuid.UUID) (ok bool) {
	if s := h.session(operator); s != nil {
		s.do(func() { ok = s.reachable() })
	}
	return ok
}
