package calls

import (
	"time"

	"github.com/google/uuid"

	"switchboard/tenant/buyer"
)

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
	Outcome     *string   `json:"outcome" enum:"answered,abandoned,overflowed,voicemail,refused,failed,served,unreached" doc:"How it ended; null while it lives"`
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

// remember fills in what there was before a call, as the account sees it.
func (c *BuyerCard) remember(h buyer.History, call, account uuid.UUID) {
	for _, p := range h.Calls {
		c.RecentCalls = append(c.RecentCalls, PastCall{
			ID: p.ID, No: p.No, Direction: p.Direction, StartedAt: p.StartedAt, TalkS: seconds(p.TalkMS), Outcome: p.Outcome,
			Disposition: p.Disposition, Mine: p.OperatorID != nil && *p.OperatorID == account,
		})
	}
	for _, o := range h.Orders {
		c.RecentOrders = append(c.RecentOrders, PastOrder{
			o.ID, o.No, o.Status, o.TotalMinor, o.Currency, o.CreatedAt, o.CallID != nil && *o.CallID == call,
		})
	}
	for _, t := range h.Tasks {
		c.OpenTasks = append(c.OpenTasks, PromisedTo{t.ID, t.Kind, t.State, t.DueAt, time.Now().After(t.DueAt), t.Subject})
	}
}
