// Package desk serves /desk: an operator's own place in the room.
package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/telephony/command"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/live"
)

// Phones is the switch, as far as one operator reaches.
type Phones interface {
	// Desk returns the operator's state.
	Desk(ctx context.Context, operator uuid.UUID) (command.Desk, error)
	// Do carries out what the operator asks for.
	Do(ctx context.Context, o command.Order) error
	// Targets returns to whom the operator's call may go.
	Targets(ctx context.Context, operator uuid.UUID) (command.Targets, error)
}

// Handler serves operators' desks.
type Handler struct {
	db      *tenant.DB
	guard   *session.Guard
	phones  Phones
	tell    func(live.Hint)
	hub     *live.Hub
	now     func() time.Time
	streams chan struct{}
}

// Live is how a desk tells and hears that something changed.
type Live struct {
	Tell func(live.Hint)
	Hub  *live.Hub
}

// New returns a Handler that asks the switch through phones, and hears by l when
// to ask again.
func New(db *tenant.DB, g *session.Guard, phones Phones, l Live, now func() time.Time) *Handler {
	return &Handler{db, g, phones, l.Tell, l.Hub, now, make(chan struct{}, most)}
}

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	operators := h.guard.Allow(session.Operator)
	huma.Register(a, web.Op("get-desk", "GET /desk", "My state, and the call that is offered to me or in hand", operators), h.get)
	huma.Register(a, web.Op("ready-desk", "POST /desk/ready", "Come on duty", operators), h.plain(command.Ready))
	huma.Register(a, web.Op("pause-desk", "POST /desk/pause", "Go off duty; with a call in hand, after it", operators), h.pause)
	huma.Register(a, web.Op("finish-desk", "POST /desk/finish", "End wrap-up", operators), h.plain(command.Finish))
	huma.Register(a, web.Op("extend-desk", "POST /desk/extend", "30 s more of wrap-up", operators), h.plain(command.Extend))
	huma.Register(a, web.Op("create-desk-ticket", "POST /desk/tickets", "A ticket for the socket of my browser's telephone, /rtc", operators,
		web.Says("Good once, for 30 seconds: it is the first message that the page sends there.")), h.ticket)
	huma.Register(a, web.Op("stream-desk", "GET /desk/events", "Live: my desk, whenever it changes", operators,
		web.Streams("text/event-stream", "Server-sent events: desk with what get-desk answers, first at once; beat every 15 s")), h.stream)
	h.registerWork(a, operators)
	h.registerMoves(a, operators)
	h.registerCallbacks(a, operators)
	for _, v := range []struct {
		verb    command.Verb
		summary string
	}{
		{command.Hangup, "End the call in hand"},
		{command.Hold, "Music to the buyer"},
		{command.Resume, "Talk on"},
		{command.Mute, "Silence to the buyer and in the recording, from a telephone too"},
		{command.Unmute, "Be heard again"},
		{command.PauseTape, "Have the recording stand still while the buyer tells the number of a card; again, for as long anew"},
		{command.ResumeTape, "Have the recording go on"},
		{command.StopTape, "End the recording of the call, because the buyer does not want to be recorded"},
	} {
		route := fmt.Sprintf("POST /desk/calls/{id}/%s", v.verb)
		huma.Register(a, web.Op(string(v.verb)+"-desk-call", route, v.summary, operators), h.onCall(v.verb))
	}
}

type answer struct{ Body Desk }

func (h *Handler) get(ctx context.Context, _ *struct{}) (*answer, error) {
	return h.look(ctx)
}

// look returns the desk as it is now.
func (h *Handler) look(ctx context.Context) (*answer, error) {
	d, err := h.phones.Desk(ctx, session.Who(ctx).Account)
	if err != nil {
		return nil, fmt.Errorf("look at the desk: %w", err)
	}
	out := &answer{Desk{
		OperatorID: d.Operator, State: string(d.State), OnDuty: d.OnDuty, Reason: d.Reason, Phone: d.Phone, Since: d.Since, Until: d.Until,
		PauseReasons: pauseReasons, Now: h.now().UTC(),
	}}
	err = h.db.Across(ctx, "an operator's own figures and the card of their call", func(tx tenant.AcrossTx) error {
		if out.Body.Shift, err = h.shift(tx, d); err != nil || d.Call == nil {
			return err
		}
		out.Body.Call, err = h.card(tx, d, session.Who(ctx).Name)
		return err
	})
	return out, err
}

func (h *Handler) plain(v command.Verb) func(context.Context, *struct{}) (*answer, error) {
	return func(ctx context.Context, _ *struct{}) (*answer, error) { return h.do(ctx, command.Order{Verb: v}) }
}

// pauseReasons are the platform's, in the order in which desks show them.
var pauseReasons = []string{"break", "lunch", "training", "technical", "other"}

type pause struct {
	Body struct {
		Reason string `json:"reason" enum:"break,lunch,training,technical,other" doc:"Why"`
	}
}

func (h *Handler) pause(ctx context.Context, in *pause) (*answer, error) {
	return h.do(ctx, command.Order{Verb: command.Pause, Reason: in.Body.Reason})
}

// CallPath names the call in hand. It is exported because huma reads no parameters of an embedded type that is not.
type CallPath struct {
	ID uuid.UUID `path:"id" format:"uuid" doc:"Of the call in hand"`
}

func (h *Handler) onCall(v command.Verb) func(context.Context, *CallPath) (*answer, error) {
	return func(ctx context.Context, in *CallPath) (*answer, error) {
		d, err := h.phones.Desk(ctx, session.Who(ctx).Account)
		if err != nil {
			return nil, fmt.Errorf("look at the desk: %w", err)
		}
		if d.Call == nil || d.Call.ID != in.ID {
			return nil, fmt.Errorf("%s call %s, which is not in hand: %w", v, in.ID, fault.NotFound)
		}
		return h.do(ctx, command.Order{Verb: v, Call: in.ID})
	}
}

// do asks the switch for it, writes that in the audit log, and tells how the
// desk is then.
func (h *Handler) do(ctx context.Context, o command.Order) (*answer, error) {
	o.Operator = session.Who(ctx).Account
	if err := h.phones.Do(ctx, o); err != nil {
		return nil, coded(err)
	}
	err := h.db.Across(ctx, "audit an operator's order", func(tx tenant.AcrossTx) error {
		subject := "operator:" + o.Operator.String()
		if o.Call != uuid.Nil {
			subject = "call:" + o.Call.String()
		}
		return tenant.AuditAcross(tx, "operator:"+o.Operator.String(), "desk."+string(o.Verb), subject, nil)
	})
	if err != nil {
		return nil, err
	}
	return h.look(ctx)
}

// coded gives a refusal of the switch the code that a page tells it by.
func coded(err error) error {
	if errors.Is(err, command.ErrBarred) {
		return web.Told("no_transfer_here", "Here no transfer: offer the e-mail.", err)
	}
	for code, known := range command.Codes {
		if errors.Is(err, known) {
			return web.Coded(code, err)
		}
	}
	return err
}
