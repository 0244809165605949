// Package buyer is the shop's own customers, known by their number.
package buyer

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Buyer is a person who buys from the shop.
type Buyer struct {
	ID             uuid.UUID
	Phone          e164.Number // the one that is rung first
	Name           string
	Address        string
	Note           string
	Segments       Segments
	BlockedAt      *time.Time // on the blacklist since
	BlockedReason  string
	RedeemedBefore int // orders bought out elsewhere, by the shop's word
	RefusedBefore  int
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Card is what the operator sees of whoever calls: the buyer, if the shop knows
// them, and what there was between them.
type Card struct {
	Phone       e164.Number
	Buyer       *Buyer // nil: never wrote down
	Calls       int    // the one in hand included
	Answered    int
	Lost        int
	Orders      int // confirmed ones
	LastCallAt  *time.Time
	LastOrderNo *int64
	LastOrderAt *time.Time
	Buyouts     Buyouts
}

// Facts is what was learnt of a buyer. What is empty was not learnt and leaves
// alone what is known.
type Facts struct {
	Phone   e164.Number
	Name    string
	Address string
	Note    string
}

// Limits of what is written down, in characters.
const (
	longestName    = 200
	longestAddress = 500
	longestNote    = 2000
)

func (f Facts) check() error {
	var p fault.Problems
	if !f.Phone.Valid() {
		p = append(p, fault.Invalid{Field: "phone", Problem: "is not a whole number in international form"})
	}
	for _, text := range []struct {
		field, value string
		most         int
	}{{"name", f.Name, longestName}, {"address", f.Address, longestAddress}, {"note", f.Note, longestNote}} {
		if len([]rune(text.value)) > text.most {
			p = append(p, fault.Invalid{Field: text.field, Problem: fmt.Sprintf("is longer than %d characters", text.most)})
		}
	}
	return p.Err()
}

// Take returns a buyer, or fault.NotFound.
func Take(tx tenant.Tx, id uuid.UUID) (Buyer, error) {
	return one(tx, "buyer "+id.String(), "id = ?", id)
}

// ByPhone returns the buyer who has the number, or fault.NotFound.
func ByPhone(tx tenant.Tx, n e164.Number) (Buyer, error) {
	return one(tx, "buyer "+n.Masked(), "id = (select buyer_id from shop.buyer_phone where phone = ?)", n)
}

func one(tx tenant.Tx, who, where string, arg any) (Buyer, error) {
	var b Buyer
	err := tx.Query().Where(where, arg).Take(&b).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Buyer{}, fmt.Errorf("%s: %w", who, fault.NotFound)
	}
	if err != nil {
		return Buyer{}, fmt.Errorf("read %s: %w", who, err)
	}
	return b, nil
}

// learn finds the buyer by any of their numbers, else makes one. Who is made at
// the same moment by somebody else is met by the key.
const learn = `
with known as (select buyer_id from shop.buyer_phone where phone = @phone),
changed as (
  update shop.buyer b set name = coalesce(nullif(@name, ''), b.name), address = coalesce(nullif(@address, ''), b.address),
    note = coalesce(nullif(@note, ''), b.note), updated_at = @now
   from known where b.id = known.buyer_id returning b.*),
made as (
  insert into shop.buyer as b (id, phone, name, address, note, created_at, updated_at)
  select @id, @phone, @name, @address, @note, @now, @now where not exists (select 1 from known)
  on conflict (shop_id, phone) do update set
    name = coalesce(nullif(excluded.name, ''), b.name), address = coalesce(nullif(excluded.address, ''), b.address),
    note = coalesce(nullif(excluded.note, ''), b.note), updated_at = excluded.updated_at
  returning b.*)
select * from changed union all select * from made`

// Put writes down what was learnt of the buyer with the number, who may be new.
func Put(tx tenant.Tx, f Facts, now time.Time) (Buyer, error) {
	b, err := Learn(tx, f, now)
	if err != nil {
		return Buyer{}, err
	}
	return b, tenant.Audit(tx, "buyer.put", b.ID.String(), nil)
}

// Learn is Put as a part of a change that has its own record in the audit log.
func Learn(tx tenant.Tx, f Facts, now time.Time) (Buyer, error) {
	if err := f.check(); err != nil {
		return Buyer{}, err
	}
	var b Buyer
	err := tx.Query().Raw(learn, map[string]any{"id": uuid.Must(uuid.NewV7()), "phone": f.Phone, "name": f.Name, "address": f.Address, "note": f.Note, "now": now.UTC()}).Scan(&b).Error
	if err != nil {
		return Buyer{}, fmt.Errorf("write down buyer %s: %w", f.Phone.Masked(), err)
	}
	return b, nil
}

// CardOf returns the card of whoever has the number; of a stranger it is empty.
func CardOf(tx tenant.Tx, n e164.Number) (Card, error) {
	c := Card{Phone: n}
	b, err := ByPhone(tx, n)
	if err == nil {
		c.Buyer = &b
	} else if !errors.Is(err, fault.NotFound) {
		return Card{}, err
	}
	err = tx.Query().Raw(`
		select count(*) as calls, count(*) filter (where c.answered_at is not null) as answered, count(l.id) as lost, max(c.started_at) as last_call_at
		  from shop.call_party p join shop.call c on c.id = p.call_id left join shop.lost_call l on l.call_id = c.id
		 where p.phone in (`+numbersOf+`)`, map[string]any{"phone": n}).Row().Scan(&c.Calls, &c.Answered, &c.Lost, &c.LastCallAt)
	if err == nil && c.Buyer != nil {
		err = c.readOrders(tx)
	}
	if err == nil && c.Buyer != nil {
		c.Buyouts, err = BuyoutsOf(tx, *c.Buyer)
	}
	if err != nil {
		return Card{}, fmt.Errorf("read the card of %s: %w", n.Masked(), err)
	}
	return c, nil
}

func (c *Card) readOrders(tx tenant.Tx) error {
	err := tx.Query().Raw(`
		select (select count(*) from shop."order" where buyer_id = @buyer and status = 'confirmed'), o.no, o.created_at
		  from shop."order" o where o.buyer_id = @buyer order by o.created_at desc, o.id limit 1`,
		map[string]any{"buyer": c.Buyer.ID}).Row().Scan(&c.Orders, &c.LastOrderNo, &c.LastOrderAt)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}
