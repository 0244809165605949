package catalogue

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Hit is an item that was found, with the age of its facts.
type Hit struct {
	Item
	SnapshotID uuid.UUID // the newest of its source
	AsOf       time.Time // when that feed was fetched: the date of price and stock
}

// MostHits is how many items one search returns at most.
const MostHits = 50

// latest is the newest published snapshot of each source: what is current in a
// source is as old as that.
const latest = `(select c.id as source_id, s.id as snapshot_id, s.taken_at as as_of from shop.catalogue_source c
	join lateral (select id, taken_at from shop.snapshot o where o.source_id = c.id and o.state = 'published'
		order by o.seq desc limit 1) s on true)`

// Search returns current items that have every typed word, best first: the very
// SKU, then what is in stock, then what fits best. The last word may be
// unfinished. Nothing typed returns the first items by SKU.
func Search(tx tenant.Tx, typed string, most int) ([]Hit, error) {
	most = min(max(most, 1), MostHits)
	whole, last := query(typed)
	if strings.TrimSpace(typed) == "" {
		return hits(tx, `select i.*, l.snapshot_id, l.as_of from shop.item i join `+latest+` l on l.source_id = i.source_id
			where i.last_seq is null order by i.sku using ~<~, i.id limit ?`, most) // as item_sku is ordered
	}
	if last == "" { // nothing but signs
		return nil, nil
	}
	return hits(tx, `select i.*, l.snapshot_id, l.as_of
		from shop.search_items(?, ?, ?, ?) with ordinality f(item_id, place)
		join shop.item i on i.id = f.item_id join `+latest+` l on l.source_id = i.source_id
		order by f.place`, whole, last, strings.ToLower(strings.TrimSpace(typed)), most)
}

func hits(tx tenant.Tx, sql string, args ...any) ([]Hit, error) {
	var found []Hit
	if err := tx.Query().Raw(sql, args...).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("search the catalogue: %w", err)
	}
	return found, nil
}

// ItemAt returns the item with a SKU as a snapshot has it, dated by it, or
// fault.NotFound. SKUs are compared without case.
func ItemAt(tx tenant.Tx, snapshot uuid.UUID, sku string) (Hit, error) {
	found, err := hits(tx, `select i.*, s.id as snapshot_id, d.as_of from shop.snapshot s
		join shop.item i on i.first_seq <= s.seq and (i.last_seq is null or i.last_seq >= s.seq)
		join lateral (select max(o.taken_at) as as_of from shop.snapshot o
			where o.source_id = i.source_id and o.state = 'published' and o.seq <= s.seq) d on true
		where s.id = ? and s.state = 'published' and i.sku = ? order by i.available desc, i.id limit 1`,
		snapshot, strings.ToLower(strings.TrimSpace(sku)))
	if err != nil {
		return Hit{}, err
	}
	if len(found) == 0 {
		return Hit{}, fmt.Errorf("item %q of snapshot %s: %w", sku, snapshot, fault.NotFound)
	}
	return found[0], nil
}

// TakeItem returns a version of an item by its id, current or not, dated by the
// newest published snapshot that has it; or fault.NotFound.
func TakeItem(tx tenant.Tx, id uuid.UUID) (Hit, error) {
	found, err := hits(tx, `select i.*, s.id as snapshot_id, s.taken_at as as_of from shop.item i
		join lateral (select o.id, o.taken_at from shop.snapshot o
			where o.source_id = i.source_id and o.state = 'published' and o.seq >= i.first_seq and (i.last_seq is null or o.seq <= i.last_seq)
			order by o.seq desc limit 1) s on true
		where i.id = ?`, id)
	if err != nil {
		return Hit{}, err
	}
	if len(found) == 0 {
		return Hit{}, fmt.Errorf("item %s: %w", id, fault.NotFound)
	}
	return found[0], nil
}
