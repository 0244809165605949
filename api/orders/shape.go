package orders

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/tenant/order"
)

// Order is what was agreed, at the prices of one catalogue.
type Order struct {
	ID            uuid.UUID   `json:"id" format:"uuid"`
	No            int64       `json:"no" doc:"The shop's own numbering, from 1"`
	Status        string      `json:"status" enum:"draft,confirmed,cancelled"`
	CallID        *uuid.UUID  `json:"call_id" format:"uuid" doc:"The call that it was agreed in"`
	BuyerID       *uuid.UUID  `json:"buyer_id" format:"uuid"`
	OperatorID    *uuid.UUID  `json:"operator_id" format:"uuid"`
	SnapshotID    uuid.UUID   `json:"snapshot_id" format:"uuid" doc:"The catalogue that priced it"`
	Currency      string      `json:"currency" example:"RUB"`
	DeliveryMinor int64       `json:"delivery_minor" doc:"Price of the delivery in minor units"`
	TotalMinor    int64       `json:"total_minor" doc:"Items and delivery in minor units"`
	Items         []OrderItem `json:"items" nullable:"false"`
	Contact       *Contact    `json:"contact" doc:"Whom and where to; null once erased, and for roles that need not know"`
	CreatedAt     time.Time   `json:"created_at"`
	ConfirmedAt   *time.Time  `json:"confirmed_at"`
	CancelledAt   *time.Time  `json:"cancelled_at"`
}

// OrderItem is one line, as the catalogue had it.
type OrderItem struct {
	ItemID     uuid.UUID `json:"item_id" format:"uuid"`
	SKU        string    `json:"sku"`
	Name       string    `json:"name"`
	Quantity   int       `json:"quantity"`
	PriceMinor int64     `json:"price_minor" doc:"Of one, in minor units"`
	SumMinor   int64     `json:"sum_minor" doc:"Of all, in minor units"`
}

// Contact is whom and where to.
type Contact struct {
	Name     string `json:"name,omitempty" maxLength:"200"`
	Phone    string `json:"phone,omitempty" maxLength:"40" doc:"E.164 in answers; as dictated in questions"`
	Address  string `json:"address,omitempty" maxLength:"2000"`
	Entrance string `json:"entrance,omitempty" maxLength:"200" doc:"Entrance, code, floor"`
	Deliver  string `json:"deliver,omitempty" maxLength:"200" doc:"Date and time, as agreed"`
	Comment  string `json:"comment,omitempty" maxLength:"2000"`
}

func (c Contact) order() order.Contact {
	return order.Contact{Name: c.Name, Phone: c.Phone, Address: c.Address, Entrance: c.Entrance, Deliver: c.Deliver, Comment: c.Comment}
}

// Show returns the order as a role may see it.
func Show(o order.Order, role string) Order {
	out := Order{
		ID: o.ID, No: o.No, Status: string(o.Status), CallID: o.CallID, BuyerID: o.BuyerID, OperatorID: o.OperatorID, SnapshotID: o.SnapshotID,
		Currency: string(o.Currency), DeliveryMinor: o.DeliveryMinor, TotalMinor: o.TotalMinor, Items: make([]OrderItem, len(o.Lines)),
		CreatedAt: o.CreatedAt, ConfirmedAt: o.ConfirmedAt, CancelledAt: o.CancelledAt,
	}
	for i, l := range o.Lines {
		out.Items[i] = OrderItem{l.ItemID, l.SKU, l.Name, l.Quantity, l.PriceMinor, l.SumMinor}
	}
	c := Contact{o.Contact.Name, o.Contact.Phone, o.Contact.Address, o.Contact.Entrance, o.Contact.Deliver, o.Contact.Comment}
	if c != (Contact{}) && (role == "key-personal" || slices.Contains(takers, session.Role(role))) {
		out.Contact = &c
	}
	return out
}
