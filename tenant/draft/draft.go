// Package draft keeps what an operator has typed in a call, so that nothing of
// it is lost with a tab, a machine or a line.
package draft

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/money"
)

// Draft is what was typed in a call so far.
type Draft struct {
	CallID   uuid.UUID
	Revision int64           // rises with every save; 0: nothing was typed
	Body     json.RawMessage // a Body as it was sent
	SavedBy  string          // actor
	SavedAt  time.Time
}

// TableName is the table of Draft.
func (Draft) TableName() string { return "shop.call_draft" }

// Change is what is typed now, and the revision that it was made from.
type Change struct {
	Revision int64
	Body     json.RawMessage
}

// MaxBody is the size of a draft in bytes. What people type is some kilobytes;
// more is a paste by mistake.
const MaxBody = 256 << 10

// Body is the part of a draft that others than its page read.
type Body struct {
	Note  string `json:"note"`
	Order Order  `json:"order"`
}

// Order is an order that is being typed.
type Order struct {
	Items    []Item  `json:"items"`
	Delivery string  `json:"delivery"` // its price: "500", "499,50"
	Contact  Contact `json:"contact"`
}

// Item is a line as it was chosen.
type Item struct {
	ItemID   uuid.UUID      `json:"item_id"`
	Quantity string         `json:"quantity"`
	Currency money.Currency `json:"currency"` // of the price that was told
}

// Contact is whom and where to.
type Contact struct {
	Name     string `json:"name"`
	Phone    string `json:"phone"`
	Address  string `json:"address"`
	Entrance string `json:"entrance"`
	Deliver  string `json:"deliver"`
	Comment  string `json:"comment"`
}
