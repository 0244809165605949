package shops

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/supervision"
)

// registerSupervision adds whether supervisors are announced.
func (h *Handler) registerSupervision(a huma.API) {
	huma.Register(a, web.Op("get-supervision-policy", "GET /shop/supervision-policy", "Whether those in a call are told of a supervisor",
		h.guard.Allow(session.Owner, session.Manager, session.Supervisor, session.Admin)), h.supervision)
	huma.Register(a, web.Op("set-supervision-policy", "PUT /shop/supervision-policy", "Say whether those in a call are told of a supervisor",
		h.guard.Allow(session.Owner),
		web.Says("Either way it is in the call's history and in the shop's audit log.")), h.setSupervision)
}

// SupervisionPolicy is whether those in a call are told of a supervisor.
type SupervisionPolicy struct {
	Policy string `json:"policy" enum:"announced,silent" doc:"announced: by a tone, and at the operator's desk; silent: once the supervisor speaks"`
}

type supervisionAnswer struct{ Body SupervisionPolicy }

func (h *Handler) supervision(ctx context.Context, in *session.Shop) (*supervisionAnswer, error) {
	out := &supervisionAnswer{}
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) error {
		p, err := supervision.Take(tx)
		out.Body.Policy = string(p)
		return err
	})
	return out, err
}

type setSupervision struct {
	session.Shop
	Body SupervisionPolicy
}

func (h *Handler) setSupervision(ctx context.Context, in *setSupervision) (*supervisionAnswer, error) {
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error { return supervision.Set(tx, supervision.Policy(in.Body.Policy)) })
	return &supervisionAnswer{in.Body}, err
}
