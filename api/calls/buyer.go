package calls

import (
	"context"
	"time"

	"github.com/google/uuid"

	"switchboard/api/session"
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

	Caution  string `json:"caution" enum:",blocked,refuses" doc:"Why they need attention: on the shop's blacklist; did not take something that was sent"`
	Reason   string `json:"caution_reason" doc:"Why they are on the blacklist; empty for roles that need not know the buyer"`
	Redeemed int    `json:"redeemed" doc:"Orders bought out, those before us among them"`
	Refused  int    `json:"refused" doc:"Orders that were sent and not taken"`

	Place        *Place       `json:"place" doc:"Where the number is from; null if it does not tell"`
	RecentCalls  []PastCall   `json:"recent_calls" nullable:"false" doc:"Earlier calls, newest first, at most 20; empty for roles that need not know"`
	RecentOrders []PastOrder  `json:"recent_orders" nullable:"false" doc:"Newest first, at most 20, those of this call among them"`
	OpenTasks    []PromisedTo `json:"open_tasks" nullable:"false" doc:"What is owed to them, the soonest due first"`
}

// Buyer is a person who buys from the shop.
type Buyer struct {
	ID      uuid.UUID `json:"id" format:"uuid"`
	Name    string    `json:"name"`
	Address string    `json:"address"`
	Note    string    `json:"note"`

	Segments []string `json:"segments" nullable:"false" doc:"The shop's own words for kinds of buyers"`
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
	var before buyer.History
	err = h.guard.Through(ctx, d, func(tx tenant.Tx) error {
		s, err := cdr.Take(tx, in.ID)
		if err != nil {
			return err
		}
		phone := s.From
		if s.Direction == "outbound" {
			phone = s.To
		}
		if c, err = buyer.CardOf(tx, phone); err != nil {
			return err
		}
		before, err = buyer.HistoryOf(tx, phone, in.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &cardOf{card(c, d.Scope.Role())}
	if out.Body.Phone == string(c.Phone) { // who may not know the number may not know the person
		out.Body.remember(before, in.ID, session.Who(ctx).Account)
	}
	if p, ok := c.Phone.Place(); ok {
		out.Body.Place = &Place{p.RU, p.EN, p.Zone}
	}
	return out, nil
}

func card(c buyer.Card, role string) BuyerCard {
	out := BuyerCard{
		Phone: string(cdr.Phone(role, c.Phone)), Calls: c.Calls, Answered: c.Answered, Lost: c.Lost, Orders: c.Orders,
		LastCallAt: c.LastCallAt, LastOrderNo: c.LastOrderNo, LastOrderAt: c.LastOrderAt,
		RecentCalls: []PastCall{}, RecentOrders: []PastOrder{}, OpenTasks: []PromisedTo{},
	}
	if c.Buyer == nil {
		return out
	}
	out.Caution, out.Redeemed, out.Refused = string(buyer.CautionOf(*c.Buyer, c.Buyouts)), c.Buyouts.Redeemed, c.Buyouts.Refused
	if out.Phone == string(c.Phone) {
		out.Buyer, out.Reason = &Buyer{c.Buyer.ID, c.Buyer.Name, c.Buyer.Address, c.Buyer.Note, c.Buyer.Segments}, c.Buyer.BlockedReason
	}
	return out
}
