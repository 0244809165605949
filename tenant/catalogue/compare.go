package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/catalogue/feed"
)

// Holding returns the newest published snapshot that has all of the items in
// these very versions: the prices that were read out hold, also if a newer
// catalogue came since. Nil if there is none.
func Holding(tx tenant.Tx, items []uuid.UUID) (*uuid.UUID, error) {
	ids := make([]string, len(items))
	for i, id := range items {
		ids[i] = id.String()
	}
	rows, err := tx.Rows(`
		select s.id from shop.snapshot s
		 where s.state = 'published' and cardinality($1::uuid[]) > 0 and not exists (
		   select 1 from unnest($1::uuid[]) as n(id) where not exists (
		     select 1 from shop.item i where i.id = n.id and i.first_seq <= s.seq and (i.last_seq is null or i.last_seq >= s.seq)))
		 order by s.seq desc limit 1`, ids)
	if err != nil {
		return nil, fmt.Errorf("find the catalogue that has %d items: %w", len(items), err)
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, rows.Err()
	}
	var id uuid.UUID
	if err := rows.Scan(&id); err != nil {
		return nil, fmt.Errorf("find the catalogue that has %d items: %w", len(items), err)
	}
	return &id, rows.Err()
}

// TakeItems is TakeItem for a few: in their order, all of them or
// fault.NotFound.
func TakeItems(tx tenant.Tx, ids []uuid.UUID) ([]Hit, error) {
	found := make([]Hit, len(ids))
	for i, id := range ids {
		var err error
		if found[i], err = TakeItem(tx, id); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Row is one property of several items side by side.
type Row struct {
	Name   string
	Values []string // with the unit; "" where the feed does not say
}

// Differ tells whether the values are not all the same.
func (r Row) Differ() bool {
	return slices.ContainsFunc(r.Values, func(v string) bool { return v != r.Values[0] })
}

// Beside puts the properties of items side by side, in the order of the first
// item that has each. Names that differ in case only are the same property.
func Beside(items []Hit) []Row {
	var rows []Row
	place := map[string]int{}
	for n, item := range items {
		for _, p := range item.Params {
			key := strings.ToLower(strings.TrimSpace(p.Name))
			at, known := place[key]
			if !known {
				at = len(rows)
				place[key] = at
				rows = append(rows, Row{Name: p.Name, Values: make([]string, len(items))})
			}
			if rows[at].Values[n] == "" {
				rows[at].Values[n] = withUnit(p)
			}
		}
	}
	return rows
}

func withUnit(p feed.Param) string { return strings.TrimSpace(p.Value + " " + p.Unit) }
