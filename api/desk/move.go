package desk

import (
	"context"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/telephony/command"
	"switchboard/tenant"
	"switchboard/tenant/account"
	"switchboard/tenant/fault"
)

// registerMoves adds what an operator does with a call that goes to somebody
// else.
func (h *Handler) registerMoves(a huma.API, operators web.Option) {
	huma.Register(a, web.Op("list-transfer-targets", "GET /desk/calls/{id}/targets", "To whom the call in hand may go", operators,
		web.Says("By the rule of its shop and the word of its script, which hold whatever device asks: 403 and no_transfer_here are the answer to all else.")), h.targets)
	huma.Register(a, web.Op("transfer-desk-call", "POST /desk/calls/{id}/transfer", "Give the call to somebody else, as soon as they answer", operators,
		web.Says("Until they do, it is mine, and the buyer hears music. What nobody takes comes back to me, and missed says why. A queue takes it at once, with the buyer's first arrival.")),
		h.seek(command.Transfer))
	huma.Register(a, web.Op("consult-desk-call", "POST /desk/calls/{id}/consult", "Ask somebody first", operators,
		web.Says("The buyer hears music, and nothing of it; nor does the recording. A queue is nobody who could be asked.")), h.seek(command.Consult))
	for _, v := range []struct {
		verb    command.Verb
		summary string
	}{
		{command.Complete, "Give the call to who is asked, now or when they answer"},
		{command.Conference, "Buyer, who was asked, and I hear each other; who hangs up leaves the others to talk on"},
		{command.Swap, "From who was asked to the buyer, and back; the other hears music"},
		{command.Back, "Back to the buyer, without who was asked"},
	} {
		route := fmt.Sprintf("POST /desk/calls/{id}/%s", v.verb)
		huma.Register(a, web.Op(string(v.verb)+"-desk-call", route, v.summary, operators), h.onCall(v.verb))
	}
	huma.Register(a, web.Op("park-desk-call", "POST /desk/calls/{id}/park", "Music to the buyer for a while, and back to me", operators,
		web.Says("By the shop's rule I take others meanwhile, or not; resume-desk-call ends it before.")), h.park)
}

// Target is somebody to whom a call may go.
type Target struct {
	Kind    string     `json:"kind" enum:"operator,tier,queue,specialist" doc:"One of the pool, anybody with a skill, a queue of the shop, a person of the shop"`
	ID      *uuid.UUID `json:"id" format:"uuid" doc:"Null of a tier"`
	Tier    string     `json:"tier" enum:"order,consultant," doc:"Of an operator, a tier or a queue"`
	Name    string     `json:"name" doc:"Empty of a tier"`
	State   string     `json:"state" doc:"Of an operator: idle, talking, wrap-up ..."`
	Free    bool       `json:"free" doc:"Could be rung now"`
	Waiting int        `json:"waiting" doc:"Calls in the queue"`
}

// Targets are to whom the call in hand may go.
type Targets struct {
	Barred bool     `json:"barred" doc:"To nobody, by the shop's rule or its script: offer the e-mail"`
	Email  string   `json:"email" doc:"That the shop offers instead; empty if it has none"`
	Number bool     `json:"number" doc:"Some numbers outside may be dialled"`
	ParkS  int      `json:"park_s" doc:"The longest parking, in seconds"`
	Items  []Target `json:"items" nullable:"false"`
}

func (h *Handler) targets(ctx context.Context, in *CallPath) (*struct{ Body Targets }, error) {
	if err := h.inHand(ctx, in.ID); err != nil {
		return nil, err
	}
	t, err := h.phones.Targets(ctx, session.Who(ctx).Account)
	if err != nil {
		return nil, coded(err)
	}
	out := &struct{ Body Targets }{Targets{Barred: t.Barred, Email: t.Email, Number: t.Number, ParkS: t.ParkS, Items: make([]Target, 0, len(t.Items))}}
	for _, i := range t.Items {
		shown := Target{Kind: i.Kind, Tier: i.Tier, Name: i.Name, State: string(i.State), Free: i.Free, Waiting: i.Waiting}
		if i.ID != uuid.Nil {
			shown.ID = &i.ID
		}
		out.Body.Items = append(out.Body.Items, shown)
	}
	return out, nil
}

// inHand fails unless the operator has the call in hand.
func (h *Handler) inHand(ctx context.Context, call uuid.UUID) error {
	d, err := h.phones.Desk(ctx, session.Who(ctx).Account)
	if err != nil {
		return fmt.Errorf("look at the desk: %w", err)
	}
	if d.Call == nil || d.Call.ID != call || d.State == "offered" {
		return fmt.Errorf("call %s, which is not in hand: %w", call, fault.NotFound)
	}
	return nil
}

type seekRequest struct {
	CallPath
	Body struct {
		To struct {
			Kind  string     `json:"kind" enum:"operator,tier,queue,specialist,outside"`
			ID    *uuid.UUID `json:"id,omitempty" format:"uuid" doc:"Of an operator, a queue or a specialist"`
			Tier  string     `json:"tier,omitempty" enum:"order,consultant"`
			Phone string     `json:"phone,omitempty" maxLength:"40" doc:"Of a telephone outside, as people write it"`
		} `json:"to"`
		Note string `json:"note,omitempty" maxLength:"300" doc:"Why, for who is asked: shown on their card, said to a telephone"`
	}
}

func (h *Handler) seek(v command.Verb) func(context.Context, *seekRequest) (*answer, error) {
	return func(ctx context.Context, in *seekRequest) (*answer, error) {
		if err := h.inHand(ctx, in.ID); err != nil {
			return nil, err
		}
		if v == command.Consult && in.Body.To.Kind == "queue" {
			return nil, fault.Invalid{Field: "to.kind", Problem: "is a queue: there is nobody to ask"}
		}
		to := &command.To{Kind: in.Body.To.Kind, Tier: in.Body.To.Tier, Phone: in.Body.To.Phone, Note: in.Body.Note}
		if in.Body.To.ID != nil {
			to.ID = *in.Body.To.ID
		}
		return h.do(ctx, command.Order{Verb: v, Call: in.ID, To: to})
	}
}

type parkRequest struct {
	CallPath
	Body struct {
		Seconds int `json:"seconds,omitempty" minimum:"5" maximum:"900" doc:"At most; the shop's rule may allow less"`
	}
}

func (h *Handler) park(ctx context.Context, in *parkRequest) (*answer, error) {
	if err := h.inHand(ctx, in.ID); err != nil {
		return nil, err
	}
	return h.do(ctx, command.Order{Verb: command.Park, Call: in.ID, Seconds: in.Body.Seconds})
}

// Move is a call on its way to somebody else.
type Move struct {
	Kind  string     `json:"kind" enum:"operator,tier,queue,specialist,outside,park" doc:"Whom was asked for"`
	Name  string     `json:"name" doc:"Of who is asked; the number of a telephone outside"`
	State string     `json:"state" enum:"ringing,aside,waits,all,parked" doc:"They are rung; I talk to them; I talk to the buyer, they hear music; all three talk; nobody talks"`
	Blind bool       `json:"blind" doc:"The call is theirs as soon as they answer"`
	Own   bool       `json:"own" doc:"My telephone asks them by a call of its own, and has the keys"`
	Mine  bool       `json:"mine" doc:"I have the call; false: I am asked"`
	By    string     `json:"by" doc:"The operator who asks"`
	Note  string     `json:"note" doc:"Why, in that one's words"`
	Since time.Time  `json:"since"`
	Until *time.Time `json:"until" doc:"When it comes back"`
}

// Miss is a transfer that came to nothing.
type Miss struct {
	Kind string    `json:"kind" enum:"operator,tier,queue,specialist,outside"`
	Name string    `json:"name"`
	Why  string    `json:"why" enum:"lapsed,busy,refused,unreachable,operator away,skills changed,departed,connection lost,forbidden" doc:"departed: they were there, and hung up"`
	At   time.Time `json:"at" doc:"Tells one from the next"`
}

// moves adds to a card where the call goes.
func (c *CallCard) moves(tx tenant.AcrossTx, d command.Desk) error {
	if m := d.Call.Missed; m != nil && d.State == "talking" {
		c.Missed = &Miss{Kind: m.Kind, Name: m.Name, Why: m.Why, At: m.At}
	}
	m := d.Call.Move
	if m == nil {
		return nil
	}
	c.Move = &Move{
		Kind: m.Kind, Name: m.Name, State: m.State, Blind: m.Blind, Own: m.Own, Note: m.Note, Since: m.Since, Until: m.Until,
		Mine: m.Guest == nil || *m.Guest != d.Operator,
	}
	names, err := account.Names(tx, []uuid.UUID{m.By})
	c.Move.By = names[m.By]
	return err
}
