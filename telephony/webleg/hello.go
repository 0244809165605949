package webleg

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

// greet learns who the page is, and gives its session the socket.
func (k *socket) greet(ctx context.Context) (*session, error) {
	m, err := k.first(ctx)
	if err != nil {
		return nil, err
	}
	k.device = clip(m.Device)
	if m.Token != "" {
		return k.resume(ctx, m)
	}
	operator, err := k.hub.cfg.Tickets.Redeem(ctx, m.Ticket)
	if errors.Is(err, ErrTicket) {
		return nil, refusal{closeTicket}
	}
	if err != nil {
		k.hub.cfg.Log.Error("ticket cannot be redeemed", "err", err)
		return nil, refusal{closeLater}
	}
	if err := k.hub.here(operator); err != nil {
		return nil, err
	}
	return k.start(ctx, operator, m)
}

// first waits for the hello.
func (k *socket) first(ctx context.Context) (request, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, helloTime, refusal{closeSilent})
	defer cancel()
	m, err := k.read(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return m, cause
	}
	if err == nil && (m.Type != "hello" || (m.Ticket == "") == (m.Token == "")) {
		return m, refusal{closeForeign}
	}
	return m, err
}

// clip makes what a page says of itself fit for another page.
func clip(s string) string {
	out := make([]rune, 0, maxName)
	for _, r := range s {
		if r >= ' ' && r != 0x7f && len(out) < maxName {
			out = append(out, r)
		}
	}
	return string(out)
}

// resume gives a session its dropped page back.
func (k *socket) resume(ctx context.Context, m request) (*session, error) {
	k.hub.mu.Lock()
	s := k.hub.tokens[m.Token]
	k.hub.mu.Unlock()
	if s == nil {
		return nil, refusal{closeToken}
	}
	var w *welcome
	s.do(func() {
		if !s.ended && s.token == m.Token {
			w = s.attach(k, m)
		}
	})
	if w == nil {
		return nil, refusal{closeToken}
	}
	return s, k.welcome(ctx, s, w)
}

// start gives a fresh page its operator's session, once no other page has it.
func (k *socket) start(ctx context.Context, operator uuid.UUID, m request) (*session, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, takeTime, refusal{closeSilent})
	defer cancel()
	for take := false; ; {
		s := k.hub.obtain(operator)
		if s == nil {
			return nil, refusal{closeStopping}
		}
		var w *welcome
		var busy *reply
		s.do(func() {
			switch {
			case s.ended: // meanwhile: there will be another
			case s.socket != nil && !take:
				busy = &reply{Type: "busy", Device: s.socket.device}
			default:
				w = s.attach(k, m)
			}
		})
		switch {
		case w != nil:
			return s, k.welcome(ctx, s, w)
		case busy == nil:
			continue
		}
		if err := k.write(ctx, busy.encode()); err != nil {
			return nil, err
		}
		if err := k.await(ctx); err != nil {
			return nil, err
		}
		take = true
	}
}

// await waits until the page takes the desk.
func (k *socket) await(ctx context.Context) error {
	m, err := k.read(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	if err == nil && m.Type != "take" {
		return refusal{closeForeign}
	}
	return err
}

// welcome tells the page where it stands, before anything else.
func (k *socket) welcome(ctx context.Context, s *session, w *welcome) error {
	err := k.write(ctx, reply{Type: "welcome", welcome: w}.encode())
	if err != nil {
		s.do(func() { s.detach(k) })
	}
	return err
}

// obtain returns an operator's session, a new one if there is none; nil when
// the hub is closed.
func (h *Hub) obtain(operator uuid.UUID) *session {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil
	}
	s := h.sessions[operator]
	if s == nil {
		s = newSession(h, operator)
		s.cut = time.Now()
		h.sessions[operator] = s
	}
	return s
}
