package order

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/buyer"
	"switchboard/tenant/fault"
	"switchboard/tenant/said"
)

// Create writes a draft order. What it names must be in the shop's catalogue,
// else it is fault.Problems with the place of each. Asked twice with the same
// id, it answers the order that is there.
func Create(tx tenant.Tx, n New, now time.Time) (Order, error) {
	n, err := n.checked()
	if err != nil {
		return Order{}, err
	}
	if n.ID == uuid.Nil {
		n.ID = uuid.Must(uuid.NewV7())
	} else if o, err := Take(tx, n.ID); !errors.Is(err, fault.NotFound) {
		return o, err
	}
	c, err := n.call(tx)
	if err != nil {
		return Order{}, err
	}
	o, err := n.fill(tx, c, now.UTC())
	if err != nil {
		return Order{}, err
	}
	if err := insert(tx, o); err != nil {
		return Order{}, err
	}
	return o, said.KeepOrder(tx, o.ID)
}

// call is what an order takes from the call that it is made in.
type call struct {
	ID         uuid.UUID
	OperatorID *uuid.UUID
	SnapshotID *uuid.UUID
	Phone      string
}

// call reads the call that the order is made in. An operator of the pool is in
// the shop for the call they have in hand: no other exists for them.
func (n New) call(tx tenant.Tx) (call, error) {
	if n.CallID == nil {
		return call{}, nil
	}
	var c call
	res := tx.Query().Raw(`
		select c.id, c.operator_id, c.snapshot_id, coalesce((select p.phone from shop.call_party p where p.call_id = c.id), '') as phone
		  from shop.call c where c.id = ? and (? <> 'operator' or 'operator:' || c.operator_id = ?)`,
		*n.CallID, tx.Scope().Role(), tx.Scope().Actor()).Scan(&c)
	if res.Error != nil {
		return call{}, fmt.Errorf("read call %s for an order: %w", n.CallID, res.Error)
	}
	if res.RowsAffected == 0 {
		return call{}, fault.Invalid{Field: "call_id", Problem: "is no call of this shop"}
	}
	return c, nil
}

// fill prices the order and gives it a number and a buyer.
func (n New) fill(tx tenant.Tx, c call, now time.Time) (Order, error) {
	snap, err := n.snapshot(tx, c)
	if err != nil {
		return Order{}, err
	}
	items, err := itemsOf(tx, snap, n.Items)
	if err != nil {
		return Order{}, err
	}
	lines, total, err := shelve(items).price(n.Items, n.DeliveryMinor)
	if err != nil {
		return Order{}, err
	}
	o := Order{ID: n.ID, CallID: n.CallID, OperatorID: c.OperatorID, SnapshotID: snap.ID, Status: Draft, Currency: total.Currency,
		DeliveryMinor: n.DeliveryMinor, TotalMinor: total.Minor, CreatedAt: now, Contact: n.Contact, Lines: lines}
	if o.Contact.Phone == "" {
		o.Contact.Phone = c.Phone
	}
	if err := o.meet(tx, now); err != nil {
		return Order{}, err
	}
	o.No, err = number(tx)
	return o, err
}

// meet writes down the buyer whose number is known.
func (o *Order) meet(tx tenant.Tx, now time.Time) error {
	if o.Contact.Phone == "" {
		return nil
	}
	b, err := buyer.Learn(tx, buyer.Facts{Phone: e164.Number(o.Contact.Phone), Name: o.Contact.Name, Address: short(o.Contact.Address)}, now)
	if err != nil {
		return err
	}
	o.BuyerID = &b.ID
	return nil
}

// short cuts an address to what a buyer's card holds: the order keeps all of it.
func short(address string) string {
	const most = 500
	if r := []rune(address); len(r) > most {
		return string(r[:most])
	}
	return address
}

// snapshot is a state of the catalogue.
type snapshot struct {
	ID  uuid.UUID
	Seq int
}

// snapshot returns the named snapshot, else the one that the call was answered
// with, else the newest.
func (n New) snapshot(tx tenant.Tx, c call) (snapshot, error) {
	named := n.SnapshotID
	if named == nil {
		named = c.SnapshotID
	}
	var s snapshot
	res := tx.Query().Raw(`
		select id, seq from shop.snapshot where state = 'published' and (cast(@named as uuid) is null or id = @named) order by seq desc limit 1`,
		map[string]any{"named": named}).Scan(&s)
	if res.Error != nil {
		return snapshot{}, fmt.Errorf("find the catalogue of an order: %w", res.Error)
	}
	if res.RowsAffected == 0 && n.SnapshotID != nil {
		return snapshot{}, fault.Invalid{Field: "snapshot_id", Problem: "is no published catalogue of this shop"}
	}
	if res.RowsAffected == 0 {
		return snapshot{}, fmt.Errorf("find the catalogue of an order: the shop has published none: %w", fault.Conflict)
	}
	return s, nil
}
