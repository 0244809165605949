package floor

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
	"switchboard/tenant/ticket"
)

// registerSupervision adds what a supervisor may do.
func (h *Handler) registerSupervision(a huma.API) {
	supervisors := h.guard.Allow(session.Supervisor, session.Admin)
	huma.Register(a, web.Op("supervise-call", "PUT /floor/calls/{id}/supervision", "Listen to a call, whisper to its operator, or barge in", supervisors,
		web.Says("My browser rings and answers by itself, or my telephone rings. At a call where I am already, this changes what I do; I leave any other. "+
			"It stays with the call through hold, transfers and other operators, and ends with it. "+
			"Codes of 409: not_talking, crowded (three are there), own_call, deaf (I have no browser or telephone).")), h.supervise)
	huma.Register(a, web.Op("leave-call", "DELETE /floor/calls/{id}/supervision", "Hear no more of a call", supervisors), h.leave)
	huma.Register(a, web.Op("take-over-call", "POST /floor/calls/{id}/take-over", "Have a call that I am at; its operator begins the after-call work", supervisors,
		web.Says("Codes of 409: not_watching (listen first), not_talking, in_transfer.")), h.takeOver)
	huma.Register(a, web.Op("pause-operator", "POST /floor/operators/{id}/pause", "Take an operator off duty; with a call in hand, after it", supervisors), h.pause)
	huma.Register(a, web.Op("create-floor-ticket", "POST /floor/tickets", "A ticket for the socket of my browser's telephone, /rtc", supervisors,
		web.Says("Good once, for 30 seconds: it is the first message that the page sends there.")), h.ticket)
}

// CallPath names a call of the floor. It is exported because huma reads no
// parameters of an embedded type that is not.
type CallPath struct {
	ID uuid.UUID `path:"id" format:"uuid" doc:"Of a call that is up"`
}

type superviseCall struct {
	CallPath
	Body struct {
		Mode   string `json:"mode" enum:"listen,whisper,barge"`
		Device string `json:"device,omitempty" enum:"browser,telephone" default:"browser" doc:"browser: my telephone, if I have no browser open"`
	}
}

// Supervision is what was begun.
type Supervision struct {
	CallID uuid.UUID `json:"call_id" format:"uuid"`
	Mode   string    `json:"mode" enum:"listen,whisper,barge,stop,take-over"`
}

type supervisionAnswer struct{ Body Supervision }

func (h *Handler) supervise(ctx context.Context, in *superviseCall) (*supervisionAnswer, error) {
	return h.order(ctx, command.Supervision{Do: command.Supervise(in.Body.Mode), Call: in.ID, Telephone: in.Body.Device == "telephone"})
}

func (h *Handler) leave(ctx context.Context, in *CallPath) (*supervisionAnswer, error) {
	return h.order(ctx, command.Supervision{Do: command.StopIt, Call: in.ID})
}

func (h *Handler) takeOver(ctx context.Context, in *CallPath) (*supervisionAnswer, error) {
	return h.order(ctx, command.Supervision{Do: command.TakeOver, Call: in.ID})
}

// order asks the switch for it and writes that in the audit log of the shop. It
// is audited if and only if it was done: the log's row is taken back where the
// switch refuses.
func (h *Handler) order(ctx context.Context, s command.Supervision) (*supervisionAnswer, error) {
	s.Supervisor = session.Who(ctx).Account
	c, err := h.call(ctx, s.Call)
	if err != nil {
		return nil, err
	}
	err = h.db.Across(ctx, "audit a supervisor's order", func(tx tenant.AcrossTx) error {
		e := tenant.Entry{Actor: "staff:" + s.Supervisor.String(), Action: "floor." + string(s.Do), Subject: "call:" + s.Call.String()}
		if c.Operator != nil {
			e.Detail = map[string]any{"operator": c.Operator}
		}
		if err := tenant.AuditIn(tx, tenant.ID(c.ShopID), e); err != nil {
			return err
		}
		return coded(h.phones.Supervise(ctx, s))
	})
	if err != nil {
		return nil, err
	}
	return &supervisionAnswer{Supervision{s.Call, string(s.Do)}}, nil
}

// call returns a call that is up.
func (h *Handler) call(ctx context.Context, id uuid.UUID) (command.Call, error) {
	f, err := h.phones.Floor(ctx)
	if err != nil {
		return command.Call{}, fmt.Errorf("look for call %s on the floor: %w", id, err)
	}
	for _, c := range f.Calls {
		if c.ID == id {
			return c, nil
		}
	}
	return command.Call{}, fmt.Errorf("call %s is not up: %w", id, fault.NotFound)
}

// coded gives a refusal of the switch the code that a page knows it by.
func coded(err error) error {
	for code, known := range command.Codes {
		if errors.Is(err, known) {
			return web.Coded(code, err)
		}
	}
	return err
}

type pauseOperator struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		Reason string `json:"reason" enum:"break,lunch,training,technical,other" doc:"Why: the operator sees it"`
	}
}

type pausedAnswer struct {
	Body struct {
		OperatorID uuid.UUID `json:"operator_id" format:"uuid"`
		Reason     string    `json:"reason"`
	}
}

// bySupervisor begins the reason of a pause that was not the operator's wish.
const bySupervisor = "supervisor:"

func (h *Handler) pause(ctx context.Context, in *pauseOperator) (*pausedAnswer, error) {
	err := h.db.Across(ctx, "audit a forced pause", func(tx tenant.AcrossTx) error {
		who := "operator:" + in.ID.String()
		err := tenant.AuditAcross(tx, "staff:"+session.Who(ctx).Account.String(), "floor.pause", who, map[string]any{"reason": in.Body.Reason})
		if err != nil {
			return err
		}
		return coded(h.phones.Do(ctx, command.Order{Verb: command.Pause, Operator: in.ID, Reason: bySupervisor + in.Body.Reason}))
	})
	if err != nil {
		return nil, err
	}
	out := &pausedAnswer{}
	out.Body.OperatorID, out.Body.Reason = in.ID, bySupervisor+in.Body.Reason
	return out, nil
}

type ticketAnswer struct {
	Body struct {
		Ticket string `json:"ticket" doc:"To be sent to /rtc, once"`
		GoodS  int64  `json:"good_s" doc:"For how long it is good" example:"30"`
	}
}

func (h *Handler) ticket(ctx context.Context, _ *struct{}) (*ticketAnswer, error) {
	out := &ticketAnswer{}
	out.Body.GoodS = int64(ticket.Good / time.Second)
	err := h.db.Across(ctx, "let a supervisor's browser in", func(tx tenant.AcrossTx) (err error) {
		out.Body.Ticket, err = ticket.Issue(tx, session.Who(ctx).Account)
		return err
	})
	return out, err
}
