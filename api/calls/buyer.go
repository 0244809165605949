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
	}
	if c.Buyer != nil && out.Phone == string(c.Phone) {
		out.Buyer = &Buyer{c.Buyer.ID, c.Buyer.Name, c.Buyer.Address, c.Buyer.Note}
	}
	return out
}
