package tasks

import (
	"context"
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/task"
)

// registerRule adds when and how often buyers are called back.
func (h *Handler) registerRule(a huma.API) {
	huma.Register(a, web.Op("get-callback-rule", "GET /callback-rule", "When and how often buyers are called back who do not answer",
		h.guard.Allow(append(workers, session.Admin)...)), h.rule)
	huma.Register(a, web.Op("set-callback-rule", "PUT /callback-rule", "Change it", h.guard.Allow(session.Owner, session.Manager),
		web.Says("It holds for calls that begin from now on: each keeps the rule that allowed it.")), h.setRule)
}

// CallbackRule is when and how often a buyer is called back.
type CallbackRule struct {
	Attempts int             `json:"attempts" doc:"That reach nobody; after the last the task is closed" example:"3"`
	BusyS    int             `json:"busy_s" doc:"Seconds until the next one, where the buyer's line was in use" example:"600"`
	SilentS  int             `json:"silent_s" doc:"Seconds until the next one, where nobody answered" example:"7200"`
	RingS    int             `json:"ring_s" doc:"Seconds that the buyer's telephone rings: 15 at least" example:"30"`
	Hours    json.RawMessage `json:"hours" doc:"In which buyers are called: \"always\", or weekly windows in the shop's zone"`
}

type ruleAnswer struct{ Body CallbackRule }

func showRule(r task.Rule) CallbackRule {
	second := func(d time.Duration) int { return int(d / time.Second) }
	return CallbackRule{r.Attempts, second(r.Busy), second(r.Silent), second(r.Ring), json.RawMessage(r.Source)}
}

func (h *Handler) rule(ctx context.Context, in *session.Shop) (*ruleAnswer, error) {
	out := &ruleAnswer{}
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) error {
		r, err := task.TakeRule(tx)
		out.Body = showRule(r)
		return err
	})
	return out, err
}

type setRule struct {
	session.Shop
	Body CallbackRule
}

func (h *Handler) setRule(ctx context.Context, in *setRule) (*ruleAnswer, error) {
	b, out := in.Body, &ruleAnswer{}
	rule := task.Rule{
		Attempts: b.Attempts, Busy: time.Duration(b.BusyS) * time.Second, Silent: time.Duration(b.SilentS) * time.Second,
		Ring: time.Duration(b.RingS) * time.Second, Source: string(b.Hours),
	}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		r, err := task.SetRule(tx, rule, h.now())
		out.Body = showRule(r)
		return err
	})
	return out, err
}
