// Package receivers serves /receivers and /deliveries: which of a shop's systems
// are told what happens, and how far each telling has come.
package receivers

import (
	"context"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/catalogue/fetch"
	"switchboard/tenant/fault"
	"switchboard/tenant/hook"
	"switchboard/tenant/seal"
)

// Handler serves receivers.
type Handler struct {
	guard *session.Guard
	door  fetch.Door
	box   seal.Box // seals their secrets
	now   func() time.Time
}

// New returns a Handler of receivers that the door leads to.
func New(g *session.Guard, door fetch.Door, box seal.Box, now func() time.Time) *Handler {
	return &Handler{g, door, box, now}
}

// Register adds the operations, and the messages themselves.
func (h *Handler) Register(a huma.API) {
	own := h.guard.Allow(session.Owner, session.Manager)
	huma.Register(a, web.Op("list-receivers", "GET /receivers", "Systems of the shop that are told what happens, by name", own), h.list)
	huma.Register(a, web.Op("create-receiver", "POST /receivers", "Have a system told what happens", own,
		web.Says("The address must be https and lead to a public server. The answer has the secret that messages are signed with (Standard Webhooks 1.0); it is shown this once. "+
			"Only an owner may set personal.")), h.create)
	huma.Register(a, web.Op("save-receiver", "PUT /receivers/{id}", "Change a receiver", own), h.save)
	huma.Register(a, web.Op("delete-receiver", "DELETE /receivers/{id}", "Take a receiver away, with its log", own), h.delete)
	huma.Register(a, web.Op("pause-receiver", "POST /receivers/{id}/pause", "Let what happens wait", own), h.turn(hook.Pause))
	huma.Register(a, web.Op("resume-receiver", "POST /receivers/{id}/resume", "Tell a receiver again that was paused, or that was turned off", own,
		web.Says("What waited is tried anew. What happened while it was off is not told: replay it.")), h.turn(hook.Resume))
	huma.Register(a, web.Op("test-receiver", "POST /receivers/{id}/test", "Send a receiver.test now", own), h.test)
	huma.Register(a, web.Op("rotate-receiver", "POST /receivers/{id}/rotate", "Change the secret", own,
		web.Says("Until old_until the messages carry two signatures, by the new secret and by the one before.")), h.rotate)
	huma.Register(a, web.Op("replay-receiver", "POST /receivers/{id}/replay", "Tell again what happened in a span", own,
		web.Says("What was given up and what the receiver was never told; with taken also what it took. Each message has the id that it had, so that a receiver that knows the id can pass it over.")), h.replaySpan)
	huma.Register(a, web.Op("list-deliveries", "GET /deliveries", "What was told, or is to be, the newest first", own), h.deliveries)
	huma.Register(a, web.Op("get-delivery", "GET /deliveries/{id}", "A delivery with every attempt; what is personal is struck out", own), h.delivery)
	huma.Register(a, web.Op("replay-delivery", "POST /deliveries/{id}/replay", "Tell it again, under the same id", own), h.replay)
	describe(a.OpenAPI())
}

func (h *Handler) change() hook.Change { return hook.Change{At: h.now(), Box: h.box} }

func (h *Handler) list(ctx context.Context, in *session.Shop) (*web.List[Receiver], error) {
	var found []hook.Receiver
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) (err error) {
		found, err = hook.List(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.All(found, show), nil
}

type created struct{ Body NewReceiver }

func (h *Handler) create(ctx context.Context, in *struct {
	session.Shop
	Body ReceiverSettings
}) (*created, error) {
	d, err := h.enter(ctx, in.Shop, in.Body)
	if err != nil {
		return nil, err
	}
	out := &created{}
	err = h.guard.Through(ctx, d, func(tx tenant.Tx) (err error) {
		out.Body.ID, out.Body.Secret, err = hook.Create(tx, in.Body.settings(), h.change())
		return err
	})
	return out, err
}

// enter opens the shop, and looks whether the address may be told. The name is
// looked up outside of any transaction.
func (h *Handler) enter(ctx context.Context, shop session.Shop, s ReceiverSettings) (session.Door, error) {
	d, err := h.guard.Enter(ctx, shop)
	if err != nil {
		return d, err
	}
	var invalid fault.Invalid
	if err := h.door.Check(ctx, s.URL); errors.As(err, &invalid) {
		invalid.Field = "url"
		return d, invalid
	} else if err != nil {
		return d, err
	}
	return d, nil
}

// Named names a receiver or a delivery.
type Named struct {
	session.Shop
	ID uuid.UUID `path:"id" format:"uuid"`
}

func (h *Handler) save(ctx context.Context, in *struct {
	Named
	Body ReceiverSettings
}) (*struct{}, error) {
	d, err := h.enter(ctx, in.Shop, in.Body)
	if err != nil {
		return nil, err
	}
	return nil, h.guard.Through(ctx, d, func(tx tenant.Tx) error { return hook.Save(tx, in.ID, in.Body.settings(), h.now()) })
}

func (h *Handler) delete(ctx context.Context, in *Named) (*struct{}, error) {
	return nil, h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error { return hook.Delete(tx, in.ID) })
}

func (h *Handler) turn(do func(tenant.Tx, uuid.UUID, time.Time) error) func(context.Context, *Named) (*struct{}, error) {
	return func(ctx context.Context, in *Named) (*struct{}, error) {
		return nil, h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error { return do(tx, in.ID, h.now()) })
	}
}

type tested struct {
	Body struct {
		DeliveryID uuid.UUID `json:"delivery_id" format:"uuid" doc:"Look there how it went"`
	}
}

func (h *Handler) test(ctx context.Context, in *Named) (*tested, error) {
	out := &tested{}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		out.Body.DeliveryID, err = hook.Try(tx, in.ID, h.now())
		return err
	})
	return out, err
}

type rotated struct {
	Body struct {
		Secret   string    `json:"secret" doc:"Shown this once"`
		OldUntil time.Time `json:"old_until" doc:"Until then the old secret signs too"`
	}
}

func (h *Handler) rotate(ctx context.Context, in *struct {
	Named
	Body struct {
		OverlapHours int `json:"overlap_hours" minimum:"0" maximum:"168" doc:"How long both secrets sign; 0 where the old one is known to strangers"`
	}
}) (*rotated, error) {
	out := &rotated{}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		out.Body.Secret, out.Body.OldUntil, err = hook.Rotate(tx, in.ID, time.Duration(in.Body.OverlapHours)*time.Hour, h.change())
		return err
	})
	return out, err
}

type replayed struct {
	Body struct {
		Count int `json:"count" doc:"Messages that are owed"`
	}
}

func (h *Handler) replaySpan(ctx context.Context, in *struct {
	Named
	Body struct {
		From  time.Time `json:"from" doc:"When it happened; 30 days are kept"`
		To    time.Time `json:"to"`
		Taken bool      `json:"taken" doc:"Also what the receiver has taken"`
	}
}) (*replayed, error) {
	out := &replayed{}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		out.Body.Count, err = hook.ReplaySpan(tx, in.ID, hook.Span(in.Body), h.now())
		return err
	})
	return out, err
}

func (h *Handler) replay(ctx context.Context, in *Named) (*struct{}, error) {
	return nil, h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error { return hook.Replay(tx, in.ID, h.now()) })
}
