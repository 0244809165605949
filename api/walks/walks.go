// Package walks serves /calls/{id}/walk: the script of a call, step by step.
package walks

import (
	"context"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/once"
	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/fault"
	"switchboard/tenant/script"
	"switchboard/tenant/script/walk"
)

// Handler serves the walks of calls.
type Handler struct {
	guard *session.Guard
	now   func() time.Time
}

// New returns a Handler.
func New(g *session.Guard, now func() time.Time) *Handler { return &Handler{g, now} }

var (
	walkers = []session.Role{session.Operator, session.Owner, session.Manager, session.Specialist}
	readers = append([]session.Role{session.Supervisor}, walkers...)
)

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("get-walk", "GET /calls/{id}/walk", "Where the script of a call stands, and what to say there", h.guard.Allow(readers...)), h.get)
	huma.Register(a, web.Op("begin-walk", "POST /calls/{id}/walk", "Begin the script of the call's queue", h.guard.Allow(walkers...),
		web.Says("One that was begun goes on where it stands, whoever has the call now.")), h.begin)
	huma.Register(a, web.Op("step-walk", "POST /calls/{id}/walk/steps", "Answer where the script stands", h.guard.Allow(walkers...),
		web.Says("A bad answer is told in the buyer's language, and the script stands where it stood.")), h.step)
	huma.Register(a, web.Op("open-walk-card", "POST /calls/{id}/walk/card", "Open a frequent question", h.guard.Allow(walkers...),
		web.Says("The script stands where it stood. Another card that is open closes; so does every card at the next answer.")), h.open)
	huma.Register(a, web.Op("close-walk-card", "DELETE /calls/{id}/walk/card", "Return from a frequent question to the step", h.guard.Allow(walkers...)), h.close)
}

type path struct {
	session.Shop
	ID uuid.UUID `path:"id" format:"uuid" doc:"Of the call"`
}

type answer struct{ Body CallWalk }

// enter opens the shop of a call. To an operator there is only the one in hand.
func (h *Handler) enter(ctx context.Context, shop session.Shop, call uuid.UUID) (session.Door, error) {
	d, err := h.guard.Enter(ctx, shop)
	if err != nil {
		return d, err
	}
	return d, d.Holds(call)
}

func (h *Handler) facts(ctx context.Context, tx tenant.Tx, call uuid.UUID) (walk.Facts, error) {
	return script.FactsOf(tx, call, session.Who(ctx).Name, h.now())
}

func (h *Handler) get(ctx context.Context, in *path) (*answer, error) {
	d, err := h.enter(ctx, in.Shop, in.ID)
	if err != nil {
		return nil, err
	}
	out := &answer{}
	err = h.guard.Through(ctx, d, func(tx tenant.Tx) error {
		s, err := script.Where(tx, in.ID)
		if err != nil {
			return err
		}
		f, err := h.facts(ctx, tx, in.ID)
		out.Body = show(s, f)
		return err
	})
	return out, err
}

func (h *Handler) begin(ctx context.Context, in *path) (*answer, error) {
	d, err := h.enter(ctx, in.Shop, in.ID)
	if err != nil {
		return nil, err
	}
	out := &answer{}
	err = h.guard.Through(ctx, d, func(tx tenant.Tx) error {
		f, err := h.facts(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		queue, direction, err := queueOf(tx, in.ID)
		if err != nil {
			return err
		}
		v, err := script.OfQueue(tx, queue, direction)
		if err != nil {
			return err
		}
		s, err := script.Begin(tx, in.ID, v, f)
		if err != nil {
			return err
		}
		out.Body = show(s, f)
		return tenant.Audit(tx, "walk.begin", "call:"+in.ID.String(), map[string]any{"version_id": s.ScriptVersionID})
	})
	return out, err
}

type step struct {
	session.Shop
	once.Key
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Of the call"`
	Body struct {
		Seen   *int       `json:"seen,omitempty" minimum:"0" doc:"seen of the walk that was answered: if it went on meanwhile, the answer is 409. Absent: wherever it stands"`
		Answer WalkAnswer `json:"answer"`
	}
}

func (h *Handler) step(ctx context.Context, in *step) (*answer, error) {
	d, err := h.enter(ctx, in.Shop, in.ID)
	if err != nil {
		return nil, err
	}
	r := once.Request{Key: in.Key, Operation: "step-walk " + in.ID.String(), Body: in.Body}
	return once.Do(ctx, h.guard, d, r, func(tx tenant.Tx) (*answer, error) {
		f, err := h.facts(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		s, err := h.take(tx, in, f)
		if err != nil {
			return nil, err
		}
		return &answer{show(s, f)}, tenant.Audit(tx, "walk.step", "call:"+in.ID.String(), map[string]any{"seq": len(s.Walk.Path)})
	})
}

// take answers the walk where it stands.
func (h *Handler) take(tx tenant.Tx, in *step, f walk.Facts) (script.Stand, error) {
	before, err := script.Where(tx, in.ID)
	if err != nil {
		return script.Stand{}, err
	}
	a, err := in.Body.Answer.walk(tx, in.ID)
	if err != nil {
		return script.Stand{}, err
	}
	seen := len(before.Walk.Path)
	if in.Body.Seen != nil {
		seen = *in.Body.Seen
	}
	s, err := script.Answer(tx, in.ID, a, seen, f)
	return s, atField(err, "body.answer")
}

// WalkAnswer is what the buyer said.
type WalkAnswer struct {
	Move string `json:"move,omitempty" enum:"none,back,pass" doc:"none: there is no answer; back: to the step before; absent: on. In paths also pass: nobody was asked"`
	Text string `json:"text,omitempty" maxLength:"2000" doc:"Id or key of a choice or a card, or what was typed"`
	SKU  string `json:"sku,omitempty" maxLength:"200" doc:"Of the item that was chosen, where one is looked up"`
}

// walk fills in what the catalogue says of a chosen item: nobody else's word
// for its price is taken.
func (a WalkAnswer) walk(tx tenant.Tx, call uuid.UUID) (walk.Answer, error) {
	out := walk.Answer{Move: walk.Move(a.Move), Text: a.Text}
	if a.SKU == "" {
		return out, nil
	}
	snapshot, err := snapshotOf(tx, call)
	if err != nil {
		return out, err
	}
	i, err := catalogue.ItemAt(tx, snapshot, a.SKU)
	if err != nil {
		return out, missing(err)
	}
	out.Item = &walk.Item{
		SKU: i.SKU, Name: i.Name, Vendor: i.Vendor, PriceMinor: i.PriceMinor, Currency: i.Currency, Available: i.Available,
		AsOf: walk.Instant(i.AsOf.UnixMilli()),
	}
	if i.Stock != nil {
		stock := int64(*i.Stock)
		out.Item.Stock = &stock
	}
	return out, nil
}

type open struct {
	session.Shop
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Of the call"`
	Body struct {
		Card string `json:"card" minLength:"1" maxLength:"100" doc:"Id or key of the card"`
	}
}

func (h *Handler) open(ctx context.Context, in *open) (*answer, error) {
	return h.look(ctx, path{in.Shop, in.ID}, "walk.open", func(tx tenant.Tx) (script.Stand, error) {
		s, err := script.Open(tx, in.ID, in.Body.Card, walk.Instant(h.now().UnixMilli()))
		return s, atField(err, "body.card")
	})
}

func (h *Handler) close(ctx context.Context, in *path) (*answer, error) {
	return h.look(ctx, *in, "walk.close", func(tx tenant.Tx) (script.Stand, error) {
		return script.Close(tx, in.ID, walk.Instant(h.now().UnixMilli()))
	})
}

// look does something beside the path of the walk.
func (h *Handler) look(ctx context.Context, in path, action string, do func(tenant.Tx) (script.Stand, error)) (*answer, error) {
	d, err := h.enter(ctx, in.Shop, in.ID)
	if err != nil {
		return nil, err
	}
	out := &answer{}
	err = h.guard.Through(ctx, d, func(tx tenant.Tx) error {
		f, err := h.facts(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		s, err := do(tx)
		if err != nil {
			return err
		}
		out.Body = show(s, f)
		return tenant.Audit(tx, action, "call:"+in.ID.String(), nil)
	})
	return out, err
}

// atField says where in the request a bad answer was.
func atField(err error, field string) error {
	var invalid fault.Invalid
	if errors.As(err, &invalid) {
		invalid.Field = field
		return invalid
	}
	return err
}
