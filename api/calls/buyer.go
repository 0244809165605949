package calls

import (
	"context"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/buyer"
	"switchboard/tenant/cdr"
)

// BuyerCard is what there was between the shop and whoever calls.
type BuyerCard struct {
	Phone       string     `json:"phone" doc:"E.164; masked for roles that need not know it; empty if withheld"`
	Buyer       *Buyer     `json:"buyer" doc:"Null for a stranger, and for roles that need not know"`
	Calls       int        `json:"calls" doc:"How often they called, this call included"`
	Answered    int        `json:"answered" doc:"How often somebody spoke to them"`
	Lost        int        `json:"lost" doc:"How often they called in vain"`
	Orders      int        `json:"orders" doc:"Confirmed ones"`
	LastCallAt  *time.Time `json:"last_call_at"`
	LastOrderNo *int64     `json:"last_order_no"`
	LastOrderAt *time.Time `json:"last_order_at"`

	Place        *Place       `json:"place" doc:"Where the number is from; null if it does not tell"`
	RecentCalls  []PastCall   `json:"recent_calls" nullable:"false" doc:"Earlier calls, newest first, at most 20; empty for roles that need not know"`
	RecentOrders []PastOrder  `json:"recent_orders" nullable:"false" doc:"Newest first, at most 20, those of this call among them"`
	OpenTasks    []PromisedTo `json:"open_tasks" nullable:"false" doc:"What is owed to them, the soonest due first"`
}

// Place is where a telephone number is from.
type Place struct {
	CityRu string `json:"city_ru" example:"Санкт-Петербург"`
	CityEn string `json:"city_en" example:"Saint Petersburg"`
	Zone   string `json:"zone" example:"Europe/Moscow"`
}

// PastCall is an earlier call of a buyer.
type PastCall struct {
	ID          uuid.UUID `json:"id" format:"uuid"`
	No          int64     `json:"no" doc:"The shop's own numbering"`
	Direction   string    `json:"direction" enum:"inbound,outbound"`
	StartedAt   time.Time `json:"started_at"`
	TalkS       float64   `json:"talk_s" doc:"Seconds of talk"`
	Outcome     *string   `json:"outcome" enum:"answered,abandoned,overflowed,voicemail,refused,failed,served" doc:"How it ended; null while it lives"`
	Disposition *string   `json:"disposition" enum:"order,consultation,callback,claim,transferred,refused,wrong_number,other" doc:"What came of it; null if nobody said"`
	Mine        bool      `json:"mine" doc:"I was the operator"`
}

// PastOrder is an order of a buyer.
type PastOrder struct {
	ID         uuid.UUID `json:"id" format:"uuid"`
	No         int64     `json:"no" doc:"The shop's own numbering"`
	Status     string    `json:"status" enum:"draft,confirmed,cancelled"`
	TotalMinor int64     `json:"total_minor" doc:"Items and delivery in minor units"`
	Currency   string    `json:"currency" example:"RUB"`
	CreatedAt  time.Time `json:"created_at"`
	OfThisCall bool      `json:"of_this_call"`
}

// PromisedTo is a task that is owed to a buyer.
type PromisedTo struct {
	ID      uuid.UUID `json:"id" format:"uuid"`
	Kind    string    `json:"kind" enum:"callback"`
	State   string    `json:"state" enum:"open,claimed"`
	DueAt   time.Time `json:"due_at"`
	Overdue bool      `json:"overdue"`
	Subject string    `json:"subject" doc:"What about; empty for a lost call"`
}

// Buyer is a person who buys from the shop.
type Buyer struct {
	ID      uuid.UUID `json:"id" format:"uuid"`
	Name    string    `json:"name"`
	Address string    `json:"address"`
	Note    string    `json:"note"`
}

type cardOf struct{ Body BuyerCard }

func (h *Handler) buyer(ctx context.Context, in *one) (*cardOf, error) {
	d, err := h.guard.Enter(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	if err := d.Holds(in.ID); err != nil {
		return nil, err
	}
	var c buyer.Card
	err = h.guard.Through(ctx, d, func(tx tenant.Tx) error {
		s, err := cdr.Take(tx, in.ID)
		if err != nil {
			return err
		}
		phone := s.From
		if s.Direction == "outbound" {
			phone = s.To
		}
		c, err = buyer.CardOf(tx, phone)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &cardOf{card(c, d.Scope.Role())}, nil
}

func card(c buyer.Card, role string) BuyerCard {
	out := BuyerCard{
		Phone: string(cdr.Phone(role, c.Phone)), Calls: c.Calls, Answered: c.Answered, Lost: c.Lost, Orders: c.Orders,
		LastCallAt: c.LastCallAt, LastOrderNo: c.LastOrderNo, LastOrderAt: c.LastOrderAt,
		RecentCalls: []PastCall{}, RecentOrders: []PastOrder{}, OpenTasks: []PromisedTo{},
	}
	if c.Buyer != nil && out.Phone == string(c.Phone) {
		out.Buyer = &Buyer{c.Buyer.ID, c.Buyer.Name, c.Buyer.Address, c.Buyer.Note}
	}
	return out
}
