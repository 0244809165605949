package buyer

import (
	"database/sql"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/page"
)

// Filter narrows a list of buyers. Zero fields narrow nothing.
type Filter struct {
	Text    string // of the name, the address, or digits of a number
	Segment string
	Caution Caution
}

// Row is a buyer with what is told in a list.
type Row struct {
	Buyer
	Phones   []e164.Number `gorm:"-"` // the one that is rung first is first
	Orders   int           // confirmed, sent or bought out
	Redeemed int
	Refused  int
}

// Buyouts of the row.
func (r Row) Buyouts() Buyouts { return Buyouts{r.Redeemed, r.Refused} }

const rows = `
select b.*, o.redeemed, o.refused, (select count(*) from shop."order" where buyer_id = b.id and status not in ('draft', 'cancelled')) as orders
  from shop.buyer b, lateral ` + bought + ` o`

// List returns the shop's buyers, the latest changed first, from after on, and
// the cursor of the next page.
func List(tx tenant.Tx, f Filter, after page.Cursor, limit int) ([]Row, page.Cursor, error) {
	limit = page.Limit(limit)
	var found []Row
	err := tx.Query().Raw(rows+`
		 where (@text = '' or b.name ilike @like or b.address ilike @like
		        or (@digits <> '' and exists (select 1 from shop.buyer_phone p where p.buyer_id = b.id and p.phone like @digits)))
		   and (@segment = '' or @segment = any (b.segments))
		   and (@caution <> 'blocked' or b.blocked_at is not null)
		   and (@caution <> 'refuses' or o.refused > 0)
		   and (cast(@at as timestamptz) is null or (b.updated_at <= @at and (b.updated_at < @at or b.id > @after)))
		 order by b.updated_at desc, b.id limit @rows`,
		map[string]any{"text": f.Text, "like": "%" + escaped(f.Text) + "%", "digits": digits(f.Text), "segment": f.Segment, "caution": string(f.Caution),
			"at": sql.NullTime{Time: after.At, Valid: !after.At.IsZero()}, "after": after.ID, "rows": limit + 1}).Scan(&found).Error
	if err != nil {
		return nil, page.Cursor{}, fmt.Errorf("list buyers: %w", err)
	}
	found, more := page.Cut(found, limit, func(r Row) page.Cursor { return page.Cursor{At: r.UpdatedAt, ID: r.ID} })
	return found, more, readPhones(tx, found)
}

// Look returns a buyer as a list has them, or fault.NotFound.
func Look(tx tenant.Tx, id uuid.UUID) (Row, error) {
	b, err := Take(tx, id)
	if err != nil {
		return Row{}, err
	}
	found := []Row{{Buyer: b}}
	if err := tx.Query().Raw(rows+" where b.id = ?", id).Scan(&found).Error; err != nil {
		return Row{}, fmt.Errorf("look at buyer %s: %w", id, err)
	}
	return found[0], readPhones(tx, found)
}

func readPhones(tx tenant.Tx, found []Row) error {
	if len(found) == 0 {
		return nil
	}
	ids, at := make([]uuid.UUID, len(found)), map[uuid.UUID]*Row{}
	for i := range found {
		ids[i], at[found[i].ID] = found[i].ID, &found[i]
		found[i].Phones = []e164.Number{found[i].Phone}
	}
	var all []struct {
		BuyerID uuid.UUID
		Phone   e164.Number
	}
	if err := tx.Query().Raw("select buyer_id, phone from shop.buyer_phone where buyer_id in ? order by phone", ids).Scan(&all).Error; err != nil {
		return fmt.Errorf("read numbers of buyers: %w", err)
	}
	for _, p := range all {
		if r := at[p.BuyerID]; p.Phone != r.Phone {
			r.Phones = append(r.Phones, p.Phone)
		}
	}
	return nil
}

// escaped is text in which LIKE finds nothing special.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text)
}

// digits is a pattern of numbers that have those of the text, if it is one and
// no word: three digits or more. A leading 8 is how Russians dial +7.
func digits(text string) string {
	found := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
	if len(found) < 3 || strings.Trim(text, "+0123456789 ()-") != "" {
		return ""
	}
	if len(found) == 11 && found[0] == '8' {
		found = found[1:]
	}
	return "%" + found + "%"
}
