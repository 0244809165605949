// Package events serves /events: hints for screens that look at live things.
package events

import (
	"context"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/live"
)

// Handler serves streams of hints.
type Handler struct {
	guard   *session.Guard
	hub     *live.Hub
	streams chan struct{}
}

// most bounds the streams of one process: each holds a connection and 64 hints.
const most = 2000

// check is between two looks whether the person may still see it.
const check = 4 * time.Second

// New returns a Handler that hands out what hub hears.
func New(g *session.Guard, hub *live.Hub) *Handler {
	return &Handler{g, hub, make(chan struct{}, most)}
}

// Register adds the operation.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("stream-events", "GET /events", "Live: what changes in the shop",
		h.guard.Allow(session.Owner, session.Manager, session.Specialist, session.Supervisor, session.Finance, session.Admin),
		web.Streams("text/event-stream", "Server-sent events: call, order, task, lost-call, charge, snapshot, to supervisors and admins of all shops alert, with {id, shop_id, state}; resync: read everything anew; beat every 15 s"),
		web.Says("A hint has ids and a state only: read the thing. Hints may be lost, and then resync comes. A supervisor or admin who names no shop gets those of every shop.")), h.stream)
}

func (h *Handler) stream(ctx context.Context, in *session.Shop) (*huma.StreamResponse, error) {
	reader, still, err := h.read(ctx, *in)
	if err != nil {
		return nil, err
	}
	select {
	case h.streams <- struct{}{}:
	default:
		reader.Close()
		return nil, fmt.Errorf("%d streams are open: %w", most, fault.Unavailable)
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer func() { <-h.streams }()
		defer reader.Close()
		w, r := web.Patient(c)
		s := stream{web.Stream(w), reader.Hints(), still}
		s.run(r.Context())
	}}, nil
}

// read opens the hints that the person may see. still tells later whether they
// may go on.
func (h *Handler) read(ctx context.Context, shop session.Shop) (*live.Reader, func(context.Context) error, error) {
	who := session.Who(ctx)
	if shop.Name == "" && len(who.Memberships) == 0 && who.Is(session.Supervisor, session.Admin) {
		return h.hub.ReadAll(), h.guard.Still, nil
	}
	d, err := h.guard.Enter(ctx, shop)
	if err != nil {
		return nil, nil, err
	}
	return h.hub.Read(d.Scope.Shop()), func(ctx context.Context) error {
		if err := h.guard.Still(ctx); err != nil {
			return err
		}
		return h.guard.Through(ctx, d, func(tenant.Tx) error { return nil })
	}, nil
}

type stream struct {
	events web.Events
	hints  <-chan live.Hint
	still  func(context.Context) error
}

// run sends hints until the client goes, the hub ends, or the person may no
// longer see them.
func (s stream) run(ctx context.Context) {
	beats, checks := time.NewTicker(web.Beat), time.NewTicker(check)
	defer beats.Stop()
	defer checks.Stop()
	err := s.events.Send("resync", struct{}{})
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case hint, open := <-s.hints:
			if !open {
				return
			}
			err = s.hint(hint)
		case now := <-beats.C:
			err = s.events.Beat(now)
		case <-checks.C:
			err = s.still(ctx)
		}
	}
}

// Event is a hint as it is sent.
type Event struct {
	ID     uuid.UUID `json:"id"`
	ShopID tenant.ID `json:"shop_id"`
	State  string    `json:"state"`
}

func (s stream) hint(h live.Hint) error {
	if h.Kind == live.Resync {
		return s.events.Send("resync", struct{}{})
	}
	return s.events.Send(string(h.Kind), Event{h.ID, h.Shop, h.State})
}
