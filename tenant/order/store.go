package order

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/page"
)

// itemsOf reads the items that are asked for, as the snapshot has them.
func itemsOf(tx tenant.Tx, s snapshot, asks []Ask) ([]item, error) {
	ids, skus := named(asks)
	rows, err := tx.Rows(`
		select id, sku, name, price_minor, currency from shop.item
		 where (id = any ($1::uuid[]) or sku = any ($2::text[])) and first_seq <= $3 and (last_seq is null or last_seq >= $3)
		 order by id`, ids, skus, s.Seq)
	if err != nil {
		return nil, fmt.Errorf("read items of snapshot %s: %w", s.ID, err)
	}
	defer rows.Close()
	var items []item
	for rows.Next() {
		var i item
		if err := rows.Scan(&i.ID, &i.SKU, &i.Name, &i.PriceMinor, &i.Currency); err != nil {
			return nil, fmt.Errorf("read items of snapshot %s: %w", s.ID, err)
		}
		items = append(items, i)
	}
	return items, rows.Err()
}

// number returns the shop's next order number. It holds the shop's row until
// the transaction ends: the numbers have no gaps, and orders of one shop are
// written one after another.
func number(tx tenant.Tx) (no int64, err error) {
	err = tx.Query().Raw(`
		insert into shop.numbering as n (kind, last) values ('order', 1)
		on conflict (shop_id, kind) do update set last = n.last + 1 returning last`).Row().Scan(&no)
	if err != nil {
		return 0, fmt.Errorf("number an order: %w", err)
	}
	return no, nil
}

func insert(tx tenant.Tx, o Order) error {
	o.Contact.OrderID = o.ID
	for i := range o.Lines {
		o.Lines[i].OrderID = o.ID
	}
	for _, rows := range []any{&o, &o.Contact, &o.Lines} {
		if err := tx.Query().Create(rows).Error; err != nil {
			return fmt.Errorf("write order %s: %w", o.ID, twice(err))
		}
	}
	return tenant.Audit(tx, "order.create", o.ID.String(), map[string]any{"call": o.CallID, "no": o.No, "total_minor": o.TotalMinor, "lines": len(o.Lines)})
}

// twice makes a conflict of an id that somebody else wrote meanwhile: the same
// request, sent twice at once. Asked again, Create finds the order.
func twice(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		return fmt.Errorf("%w: %w", fault.Conflict, err)
	}
	return err
}

// Take returns an order with its contact and lines, or fault.NotFound.
func Take(tx tenant.Tx, id uuid.UUID) (Order, error) {
	var o Order
	err := tx.Query().Take(&o, "id = ?", id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Order{}, fmt.Errorf("order %s: %w", id, fault.NotFound)
	}
	if err != nil {
		return Order{}, fmt.Errorf("read order %s: %w", id, err)
	}
	all := []Order{o}
	if err := complete(tx, all); err != nil {
		return Order{}, err
	}
	return all[0], nil
}

// Filter narrows a list of orders. Zero fields narrow nothing.
type Filter struct {
	No       int64 // the shop's own numbering
	Status   Status
	CallID   *uuid.UUID
	BuyerID  *uuid.UUID
	From, To *time.Time
}

// List returns the shop's orders, newest first, from after on, and the cursor
// of the next page.
func List(tx tenant.Tx, f Filter, after page.Cursor, limit int) ([]Order, page.Cursor, error) {
	limit = page.Limit(limit)
	var orders []Order
	err := tx.Query().Raw(`
		select * from shop."order" o
		 where (@status = '' or o.status = @status)
		   and (@no = 0 or o.no = @no)
		   and (cast(@call as uuid) is null or o.call_id = @call)
		   and (cast(@buyer as uuid) is null or o.buyer_id = @buyer)
		   and (cast(@from as timestamptz) is null or o.created_at >= @from)
		   and (cast(@to as timestamptz) is null or o.created_at < @to)
		   and (cast(@at as timestamptz) is null or (o.created_at <= @at and (o.created_at < @at or o.id > @after)))
		 order by o.created_at desc, o.id limit @rows`,
		map[string]any{"status": string(f.Status), "no": f.No, "call": f.CallID, "buyer": f.BuyerID, "from": f.From, "to": f.To,
			"at": sql.NullTime{Time: after.At, Valid: !after.At.IsZero()}, "after": after.ID, "rows": limit + 1}).Scan(&orders).Error
	if err != nil {
		return nil, page.Cursor{}, fmt.Errorf("list orders: %w", err)
	}
	orders, more := page.Cut(orders, limit, func(o Order) page.Cursor { return page.Cursor{At: o.CreatedAt, ID: o.ID} })
	return orders, more, complete(tx, orders)
}

// complete reads what hangs on the orders, in two queries however many.
func complete(tx tenant.Tx, orders []Order) error {
	if len(orders) == 0 {
		return nil
	}
	ids, at := make([]uuid.UUID, len(orders)), make(map[uuid.UUID]*Order, len(orders))
	for i := range orders {
		ids[i], at[orders[i].ID] = orders[i].ID, &orders[i]
	}
	var contacts []Contact
	if err := tx.Query().Find(&contacts, "order_id in ?", ids).Error; err != nil {
		return fmt.Errorf("read contacts of orders: %w", err)
	}
	for _, c := range contacts {
		at[c.OrderID].Contact = c
	}
	var lines []Line
	if err := tx.Query().Order("order_id, line").Find(&lines, "order_id in ?", ids).Error; err != nil {
		return fmt.Errorf("read lines of orders: %w", err)
	}
	for _, l := range lines {
		at[l.OrderID].Lines = append(at[l.OrderID].Lines, l)
	}
	return nil
}

// Confirm settles a draft order. It returns fault.Conflict for an order that is
// no draft, so that two operators cannot both confirm it.
func Confirm(tx tenant.Tx, id uuid.UUID, now time.Time) (Order, error) {
	o, err := lock(tx, id)
	if err != nil {
		return Order{}, err
	}
	if o.Status != Draft {
		return Order{}, fmt.Errorf("confirm order %s, which is %s: %w", id, o.Status, fault.Conflict)
	}
	now = now.UTC()
	o.Status, o.ConfirmedAt = Confirmed, &now
	return save(tx, o, "order.confirm")
}

// Cancel ends an order that is not to be delivered. It returns fault.Conflict
// for one that is cancelled already.
func Cancel(tx tenant.Tx, id uuid.UUID, now time.Time) (Order, error) {
	o, err := lock(tx, id)
	if err != nil {
		return Order{}, err
	}
	if o.Status == Cancelled {
		return Order{}, fmt.Errorf("cancel order %s, which is %s: %w", id, o.Status, fault.Conflict)
	}
	now = now.UTC()
	o.Status, o.CancelledAt = Cancelled, &now
	return save(tx, o, "order.cancel")
}

func lock(tx tenant.Tx, id uuid.UUID) (Order, error) {
	var locked Order
	err := tx.Query().Clauses(clause.Locking{Strength: "UPDATE"}).Select("id").Take(&locked, "id = ?", id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Order{}, fmt.Errorf("order %s: %w", id, fault.NotFound)
	}
	if err != nil {
		return Order{}, fmt.Errorf("lock order %s: %w", id, err)
	}
	return Take(tx, id)
}

func save(tx tenant.Tx, o Order, action string) (Order, error) {
	err := tx.Query().Model(&o).Select("Status", "ConfirmedAt", "CancelledAt").Updates(&o).Error
	if err != nil {
		return Order{}, fmt.Errorf("%s %s: %w", action, o.ID, err)
	}
	return o, tenant.Audit(tx, action, o.ID.String(), nil)
}
