// Package floor serves /floor: the room as its supervisor sees it.
package floor

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
)

// Phones is the switch, seen from above.
type Phones interface {
	// Floor returns the whole room.
	Floor(ctx context.Context) (command.Floor, error)
}

// Handler serves the floor.
type Handler struct {
	db     *tenant.DB
	guard  *session.Guard
	phones Phones
}

// New returns a Handler that asks the switch through phones.
func New(db *tenant.DB, g *session.Guard, phones Phones) *Handler { return &Handler{db, g, phones} }

// Register adds the operation.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("get-floor", "GET /floor", "Who waits and who works, now",
		h.guard.Allow(session.Supervisor, session.Admin)), h.get)
}

// Floor is all of a room at one instant.
type Floor struct {
	At        time.Time  `json:"at" doc:"When it was so"`
	Pool      string     `json:"pool"`
	Epoch     int64      `json:"epoch" doc:"Of the room's leader"`
	Calls     []LiveCall `json:"calls" nullable:"false" doc:"Those that wait first, in their order"`
	Operators []Operator `json:"operators" nullable:"false"`
}

// LiveCall is one that is up.
type LiveCall struct {
	ID         uuid.UUID  `json:"id" format:"uuid"`
	ShopID     uuid.UUID  `json:"shop_id" format:"uuid"`
	Shop       string     `json:"shop" doc:"Its slug"`
	QueueID    uuid.UUID  `json:"queue_id" format:"uuid"`
	State      string     `json:"state"`
	StartedAt  time.Time  `json:"started_at"`
	AnsweredAt *time.Time `json:"answered_at"`
	Position   int        `json:"position" doc:"Among those that wait; 1 is the first, 0 does not wait"`
	Due        *time.Time `json:"due" doc:"When the promise breaks"`
	OperatorID *uuid.UUID `json:"operator_id" format:"uuid" doc:"To whom it is offered, or who talks"`
}

// Operator is one who has a desk.
type Operator struct {
	ID     uuid.UUID  `json:"id" format:"uuid"`
	Name   string     `json:"name"`
	State  string     `json:"state" enum:"away,idle,offered,talking,wrap-up,resting"`
	OnDuty bool       `json:"on_duty"`
	Reason string     `json:"reason" doc:"Why they are away"`
	Phone  string     `json:"phone" enum:"fixed,registered,missing"`
	Since  time.Time  `json:"since"`
	Until  *time.Time `json:"until"`
	CallID *uuid.UUID `json:"call_id" format:"uuid"`
}

type answer struct{ Body Floor }

func (h *Handler) get(ctx context.Context, _ *struct{}) (*answer, error) {
	f, err := h.phones.Floor(ctx)
	if err != nil {
		return nil, fmt.Errorf("look at the floor: %w", err)
	}
	var n names
	err = h.db.Across(ctx, "names of who is on the floor", func(tx tenant.AcrossTx) error {
		n, err = read(tx, f)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &answer{show(f, n)}, nil
}

func show(f command.Floor, n names) Floor {
	out := Floor{f.At, f.Pool, f.Epoch, make([]LiveCall, len(f.Calls)), make([]Operator, len(f.Operators))}
	for i, c := range f.Calls {
		out.Calls[i] = LiveCall{c.ID, c.ShopID, n.shops[c.ShopID], c.QueueID, string(c.State), c.StartedAt, c.AnsweredAt, c.Position, c.Due, c.Operator}
	}
	for i, o := range f.Operators {
		out.Operators[i] = Operator{o.Operator, n.operators[o.Operator], string(o.State), o.OnDuty, o.Reason, o.Phone, o.Since, o.Until, nil}
		if o.Call != nil {
			out.Operators[i].CallID = &o.Call.ID
		}
	}
	return out
}
