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
	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/live"
)

// Phones is the switch, seen from above.
type Phones interface {
	// Floor returns the whole room.
	Floor(ctx context.Context) (command.Floor, error)
	// Supervise has a supervisor listen to a call, speak in it, or leave it.
	Supervise(ctx context.Context, s command.Supervision) error
	// Do carries out what is asked for an operator.
	Do(ctx context.Context, o command.Order) error
}

// Handler serves the floor.
type Handler struct {
	db     *tenant.DB
	guard  *session.Guard
	phones Phones

	hub     *live.Hub
	streams chan struct{}
}

// New returns a Handler that asks the switch through phones, and hears by hub
// when to ask again.
func New(db *tenant.DB, g *session.Guard, phones Phones, hub *live.Hub) *Handler {
	return &Handler{db, g, phones, hub, make(chan struct{}, most)}
}

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("get-floor", "GET /floor", "Who waits and who works, now",
		h.guard.Allow(session.Supervisor, session.Admin)), h.get)
	huma.Register(a, web.Op("stream-floor", "GET /floor/events", "Live: the floor, whenever it changes",
		h.guard.Allow(session.Supervisor, session.Admin),
		web.Streams("text/event-stream", "Server-sent events: floor with what get-floor answers, first at once, then soon after a change and every 2 s; unavailable while the switch is away")), h.stream)
	h.registerSupervision(a)
	h.registerQuality(a)
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
	ID         uuid.UUID    `json:"id" format:"uuid"`
	ShopID     uuid.UUID    `json:"shop_id" format:"uuid"`
	Shop       string       `json:"shop" doc:"Its slug"`
	ShopName   Names        `json:"shop_name"`
	Colour     string       `json:"colour" doc:"Of the shop"`
	QueueID    uuid.UUID    `json:"queue_id" format:"uuid"`
	Queue      string       `json:"queue" doc:"Its name"`
	Promise    Promise      `json:"promise" doc:"Of the queue"`
	State      string       `json:"state"`
	From       string       `json:"from" doc:"The buyer's number, masked"`
	StartedAt  time.Time    `json:"started_at"`
	AnsweredAt *time.Time   `json:"answered_at"`
	Since      time.Time    `json:"since" doc:"In this state"`
	Position   int          `json:"position" doc:"Among those that wait; 1 is the first, 0 does not wait"`
	Due        *time.Time   `json:"due" doc:"When the promise breaks"`
	Why        *Why         `json:"why" doc:"Why it waits, as of now; null if it does not"`
	OperatorID *uuid.UUID   `json:"operator_id" format:"uuid" doc:"To whom it is offered, or who talks"`
	Muted      bool         `json:"muted" doc:"The operator's voice"`
	AwayUntil  *time.Time   `json:"away_until" doc:"While the operator's browser is gone: until when it is waited for"`
	Watchers   []Supervisor `json:"watchers" nullable:"false" doc:"Who supervises it"`
	Legs       []LiveLeg    `json:"legs" nullable:"false" doc:"How the buyer and the operator come through, now"`
}

// Names are a shop's, as its people read it.
type Names struct {
	Ru string `json:"ru"`
	En string `json:"en"`
}

// Promise is what a queue has promised.
type Promise struct {
	Share    int   `json:"share" doc:"Of its calls, permille"`
	WithinMS int64 `json:"within_ms" doc:"That are answered within"`
}

// Why is the reason of a wait, in numbers.
type Why struct {
	Ahead   int `json:"ahead" doc:"Calls before it that wait for the same operators"`
	Able    int `json:"able" doc:"Operators on duty who serve the shop and tier"`
	Idle    int `json:"idle" doc:"Of them, who are free"`
	Refused int `json:"refused" doc:"Of them, who did not take it"`
}

// Supervisor is one at a call.
type Supervisor struct {
	ID        uuid.UUID `json:"id" format:"uuid"`
	Name      string    `json:"name"`
	Me        bool      `json:"me"`
	Mode      string    `json:"mode" enum:"listen,whisper,barge"`
	Up        bool      `json:"up" doc:"False while their telephone rings"`
	Announced bool      `json:"announced" doc:"Those in the call are told"`
	Since     time.Time `json:"since"`
}

// Operator is one who has a desk.
type Operator struct {
	ID     uuid.UUID  `json:"id" format:"uuid"`
	Name   string     `json:"name"`
	State  string     `json:"state" enum:"away,idle,offered,talking,wrap-up,resting"`
	OnDuty bool       `json:"on_duty"`
	Reason string     `json:"reason" doc:"Why they are away; supervisor: and a reason of theirs, if they were sent"`
	Phone  string     `json:"phone" enum:"browser,fixed,registered,missing"`
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
	return &answer{show(f, n, session.Who(ctx).Account)}, nil
}

func show(f command.Floor, n names, me uuid.UUID) Floor {
	out := Floor{f.At, f.Pool, f.Epoch, make([]LiveCall, len(f.Calls)), make([]Operator, len(f.Operators))}
	for i, c := range f.Calls {
		out.Calls[i] = n.call(c, me)
	}
	for i, o := range f.Operators {
		out.Operators[i] = Operator{o.Operator, n.people[o.Operator], string(o.State), o.OnDuty, o.Reason, o.Phone, o.Since, o.Until, nil}
		if o.Call != nil {
			out.Operators[i].CallID = &o.Call.ID
		}
	}
	return out
}

func (n names) call(c command.Call, me uuid.UUID) LiveCall {
	s, q := n.shops[c.ShopID], n.queues[c.QueueID]
	out := LiveCall{
		ID: c.ID, ShopID: c.ShopID, Shop: s.Slug, ShopName: Names{s.NameRu, s.NameEn}, Colour: s.Colour,
		QueueID: c.QueueID, Queue: q.Name, Promise: Promise{q.PromiseShare, q.PromiseMs}, State: string(c.State), From: e164.Number(c.From).Masked(),
		StartedAt: c.StartedAt, AnsweredAt: c.AnsweredAt, Since: c.Since, Position: c.Position, Due: c.Due, OperatorID: c.Operator,
		Muted: c.Muted, AwayUntil: c.AwayUntil, Watchers: make([]Supervisor, len(c.Watchers)), Legs: liveLegs(c.Legs),
	}
	if c.Why != nil {
		out.Why = &Why{c.Why.Ahead, c.Why.Able, c.Why.Idle, c.Why.Refused}
	}
	for i, w := range c.Watchers {
		out.Watchers[i] = Supervisor{w.Supervisor, n.people[w.Supervisor], w.Supervisor == me, string(w.Mode), w.Up, w.Announced, w.Since}
	}
	return out
}
