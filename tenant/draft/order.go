package draft

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/money"
	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/fault"
	"switchboard/tenant/order"
)

// Read returns what the draft says to others than its page.
func (d Draft) Read() (Body, error) {
	var b Body
	if err := json.Unmarshal(d.Body, &b); err != nil {
		return b, fmt.Errorf("read the draft of call %s: %w", d.CallID, err)
	}
	return b, nil
}

// New returns the order that is asked for, or all that cannot be understood as
// fault.Problems.
func (o Order) New(call uuid.UUID) (order.New, error) {
	n := order.New{CallID: &call, Contact: o.Contact.order()}
	var p fault.Problems
	for i, item := range o.Items {
		quantity, ok := count(item.Quantity)
		if !ok {
			p = append(p, fault.Invalid{Field: fmt.Sprintf("items[%d].quantity", i), Problem: "is not a whole number"})
		}
		n.Items = append(n.Items, order.Ask{ItemID: &item.ItemID, Quantity: quantity})
	}
	delivery, err := price(o.Delivery, o.currency())
	if err != nil {
		p = append(p, fault.Invalid{Field: "delivery", Problem: "is not a price"})
	}
	n.DeliveryMinor = delivery
	return n, p.Err()
}

// currency is that of the prices that were told.
func (o Order) currency() money.Currency {
	if len(o.Items) == 0 || o.Items[0].Currency == "" {
		return money.RUB
	}
	return o.Items[0].Currency
}

// ids returns the items of the order.
func (o Order) ids() []uuid.UUID {
	ids := make([]uuid.UUID, len(o.Items))
	for i, item := range o.Items {
		ids[i] = item.ItemID
	}
	return ids
}

func (c Contact) order() order.Contact {
	return order.Contact{Name: c.Name, Phone: c.Phone, Address: c.Address, Entrance: c.Entrance, Deliver: c.Deliver, Comment: c.Comment}
}

// count reads a quantity; nothing typed is one.
func count(text string) (int, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 1, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// Count reads how many of the item are asked for.
func (i Item) Count() (int, bool) {
	n, ok := count(i.Quantity)
	return n, ok && n > 0 && n < 10_000
}

// price reads what a delivery costs, as people type it: "1 500,50". Nothing
// typed is nothing.
func price(text string, c money.Currency) (int64, error) {
	text = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "₽", "", ",", ".").Replace(text)
	if text == "" {
		return 0, nil
	}
	a, err := money.Parse(text, c)
	return a.Minor, err
}

// Make makes the order of a call's draft, which must still be of the revision,
// at the prices that the buyer was told: those of the newest catalogue that has
// all of its items as they are in the draft. Problems have their place in the
// draft.
func Make(tx tenant.Tx, call uuid.UUID, revision int64, now time.Time) (order.Order, error) {
	d, err := Lock(tx, call)
	if err != nil {
		return order.Order{}, err
	}
	if d.Revision != revision {
		return order.Order{}, Stale{revision, d}
	}
	b, err := d.Read()
	if err != nil {
		return order.Order{}, err
	}
	n, err := b.Order.New(call)
	if err != nil {
		return order.Order{}, inDraft(err)
	}
	if n.SnapshotID, err = catalogue.Holding(tx, b.Order.ids()); err != nil {
		return order.Order{}, err
	}
	o, err := order.Create(tx, n, now)
	return o, inDraft(err)
}

// inDraft gives input errors their place in the draft.
func inDraft(err error) error {
	var one fault.Invalid
	var many fault.Problems
	switch {
	case errors.As(err, &many):
		many = slices.Clone(many)
	case errors.As(err, &one):
		many = fault.Problems{one}
	default:
		return err
	}
	for i := range many {
		many[i].Field = "order." + many[i].Field
	}
	return many
}
