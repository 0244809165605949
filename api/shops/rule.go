package shops

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/move"
)

// registerRule adds the rule by which calls are handed on.
func (h *Handler) registerRule(a huma.API) {
	huma.Register(a, web.Op("get-transfer-rule", "GET /shop/transfer-rule", "To whom the shop's calls may be handed",
		h.guard.Allow(session.Owner, session.Manager, session.Supervisor, session.Admin)), h.rule)
	huma.Register(a, web.Op("set-transfer-rule", "PUT /shop/transfer-rule", "Say to whom the shop's calls may be handed",
		h.guard.Allow(session.Owner, session.Admin),
		web.Says("It holds whatever device asks: a page, a telephone's REFER or second call, the API. A script may forbid what this allows, never the other way round.")), h.setRule)
}

// Rule is to whom the calls of a shop may be handed.
type Rule struct {
	Operators   bool     `json:"operators" doc:"Others of the pool"`
	Queues      bool     `json:"queues" doc:"Other queues of the shop"`
	Specialists bool     `json:"specialists" doc:"People of the shop who have a telephone"`
	Outside     []string `json:"outside" nullable:"false" maxItems:"50" doc:"Beginnings of the other numbers that are allowed; none: no other number" example:"[\"+7495\"]"`
	Email       string   `json:"email" maxLength:"254" doc:"What a buyer is offered who begs in vain"`
	RingS       int      `json:"ring_s" minimum:"5" maximum:"120" doc:"How long a telephone outside rings before the call comes back"`
	QueueS      int      `json:"queue_s" minimum:"5" maximum:"3600" doc:"After this in a queue the operator who sent the call is asked again"`
	ParkS       int      `json:"park_s" minimum:"5" maximum:"900" doc:"The longest parking"`
	ParkFree    bool     `json:"park_free" doc:"Who parks a call takes others meanwhile"`
}

type ruleAnswer struct{ Body Rule }

func (h *Handler) rule(ctx context.Context, in *session.Shop) (*ruleAnswer, error) {
	out := &ruleAnswer{}
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) error {
		r, err := move.Take(tx)
		out.Body = shown(r)
		return err
	})
	return out, err
}

type setRule struct {
	session.Shop
	Body Rule
}

func (h *Handler) setRule(ctx context.Context, in *setRule) (*ruleAnswer, error) {
	out := &ruleAnswer{}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		if err := move.Set(tx, move.Rule(in.Body), h.now()); err != nil {
			return err
		}
		r, err := move.Take(tx)
		out.Body = shown(r)
		return err
	})
	return out, err
}

func shown(r move.Rule) Rule {
	r.Outside = append([]string{}, r.Outside...)
	return Rule(r)
}
