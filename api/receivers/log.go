package receivers

import (
	"context"
	"time"

	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/hook"
	"switchboard/tenant/hook/body"
	"switchboard/tenant/page"
)

// Delivery is a message on its way to a receiver.
type Delivery struct {
	ID         uuid.UUID  `json:"id" format:"uuid"`
	ReceiverID uuid.UUID  `json:"receiver_id" format:"uuid"`
	Receiver   string     `json:"receiver" doc:"Its name"`
	WebhookID  uuid.UUID  `json:"webhook_id" format:"uuid" doc:"As it goes out, however often"`
	Event      string     `json:"event" example:"call.ended"`
	ObjectID   uuid.UUID  `json:"object_id" format:"uuid" doc:"The call, the order, the source that it is told in order of"`
	HappenedAt time.Time  `json:"happened_at"`
	State      string     `json:"state" enum:"waiting,failing,done,given_up"`
	Attempts   int        `json:"attempts"`
	DueAt      *time.Time `json:"due_at" doc:"Of the next attempt; null if none is owed"`
	DoneAt     *time.Time `json:"done_at"`
	LastStatus *int       `json:"last_status" doc:"Of HTTP; null if there was no answer"`
	LastError  string     `json:"last_error"`
}

// DeliveryStory is a delivery with what was said and answered.
type DeliveryStory struct {
	Delivery
	Tries []DeliveryAttempt `json:"tries" nullable:"false" doc:"The newest first"`
}

// DeliveryAttempt is what was said and answered once.
type DeliveryAttempt struct {
	N       int       `json:"n"`
	At      time.Time `json:"at"`
	TookMS  int64     `json:"took_ms" doc:"Milliseconds until the answer"`
	Status  *int      `json:"status"`
	Error   string    `json:"error" doc:"Empty: it was taken"`
	Request string    `json:"request" doc:"What is personal is struck out, whatever was sent"`
	Answer  string    `json:"answer" doc:"Its beginning, with what is personal struck out"`
}

func showDelivery(d hook.Delivery) Delivery {
	out := Delivery{ID: d.ID, ReceiverID: d.ReceiverID, Receiver: d.Receiver, WebhookID: d.NewsID, Event: string(d.Event), ObjectID: d.ObjectID,
		HappenedAt: d.HappenedAt, State: string(d.Standing), Attempts: d.Attempts, DoneAt: d.DoneAt, LastStatus: d.LastStatus, LastError: d.LastError}
	if d.DoneAt == nil {
		out.DueAt = &d.DueAt
	}
	return out
}

type filter struct {
	session.Shop
	web.Paging
	ReceiverID uuid.UUID `query:"receiver_id" format:"uuid" doc:"To which"`
	Event      string    `query:"event" maxLength:"40" doc:"As the receiver names it: call.ended"`
	State      string    `query:"state" enum:"waiting,failing,done,given_up" doc:"How far it has come"`
	ObjectID   uuid.UUID `query:"object_id" format:"uuid" doc:"Of the call, the order, the source"`
	From       time.Time `query:"from" doc:"When it happened"`
	To         time.Time `query:"to" doc:"Before that"`
}

func (f filter) narrow() hook.Filter {
	out := hook.Filter{Event: body.Event(f.Event), Standing: hook.Standing(f.State)}
	for to, id := range map[**uuid.UUID]uuid.UUID{&out.ReceiverID: f.ReceiverID, &out.ObjectID: f.ObjectID} {
		if id != uuid.Nil {
			*to = &id
		}
	}
	if !f.From.IsZero() {
		out.From = &f.From
	}
	if !f.To.IsZero() {
		out.To = &f.To
	}
	return out
}

func (h *Handler) deliveries(ctx context.Context, in *filter) (*web.List[Delivery], error) {
	after, err := in.After()
	if err != nil {
		return nil, err
	}
	var found []hook.Delivery
	var next page.Cursor
	err = h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		found, next, err = hook.ListDeliveries(tx, in.narrow(), after, in.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.Page(found, next, showDelivery), nil
}

type story struct{ Body DeliveryStory }

func (h *Handler) delivery(ctx context.Context, in *Named) (*story, error) {
	out := &story{}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		d, tries, err := hook.TakeDelivery(tx, in.ID)
		if err != nil {
			return err
		}
		out.Body = DeliveryStory{showDelivery(d), make([]DeliveryAttempt, len(tries))}
		for i, a := range tries {
			out.Body.Tries[i] = DeliveryAttempt(a)
		}
		return nil
	})
	return out, err
}
