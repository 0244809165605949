// Package order is what a buyer bought.
package order

import (
	"time"

	"github.com/google/uuid"

	"switchboard/billing/money"
)

// Status of an order.
type Status string

// The statuses. A cancelled order stays cancelled.
const (
	Draft     Status = "draft"
	Confirmed Status = "confirmed"
	Cancelled Status = "cancelled"
)

// Order is what was agreed, at the prices of one snapshot of the catalogue.
type Order struct {
	ID            uuid.UUID
	No            int64 // the shop's own numbering
	CallID        *uuid.UUID
	BuyerID       *uuid.UUID
	OperatorID    *uuid.UUID
	SnapshotID    uuid.UUID
	Status        Status
	Currency      money.Currency
	DeliveryMinor int64
	TotalMinor    int64 // lines and delivery
	CreatedAt     time.Time
	ConfirmedAt   *time.Time
	CancelledAt   *time.Time

	Contact Contact `gorm:"-"`
	Lines   []Line  `gorm:"-"`
}

// Total is the sum of the lines and the delivery.
func (o Order) Total() money.Amount { return money.Amount{Minor: o.TotalMinor, Currency: o.Currency} }

// Contact is whom and where to: the part of an order that can be erased.
type Contact struct {
	OrderID  uuid.UUID
	Name     string
	Phone    string // E.164
	Address  string
	Entrance string // entrance, code, floor
	Deliver  string // date and time, as agreed
	Comment  string
}

// TableName implements gorm's Tabler.
func (Contact) TableName() string { return "order_contact" }

// Line is one item of an order, as the snapshot had it.
type Line struct {
	OrderID    uuid.UUID
	Line       int
	ItemID     uuid.UUID
	SKU        string `gorm:"column:sku"`
	Name       string
	Quantity   int
	PriceMinor int64
	SumMinor   int64
}

// TableName implements gorm's Tabler.
func (Line) TableName() string { return "order_line" }

// New is an order as it is asked for. Items are priced by the catalogue, never
// by whoever asks.
type New struct {
	ID            uuid.UUID  // made of the request's idempotency key; zero: a new one each time
	CallID        *uuid.UUID // nil: taken outside a call
	SnapshotID    *uuid.UUID // nil: the one that the call was answered with, else the newest
	Items         []Ask
	Contact       Contact
	DeliveryMinor int64
}

// Ask names an item by its id or by its SKU.
type Ask struct {
	ItemID   *uuid.UUID
	SKU      string
	Quantity int
}
