package catalogue

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"switchboard/tenant"
	"switchboard/tenant/catalogue/term"
)

// Facet is one value of a property, and how many of the items that fit have it.
type Facet struct {
	Name  string // "" for the category
	Value string
	Count int
}

// most facets that are told, and values of one: more is no choice.
const (
	mostFacets = 12
	mostValues = 12
)

// Facets returns by what the items that fit could be narrowed, what most have
// first. Words that fit thousands of items are counted among 2000 of them.
func Facets(tx tenant.Tx, a Ask) ([]Facet, error) {
	words, err := vocabulary(tx)
	if err != nil {
		return nil, err
	}
	q := term.Read(a.Typed, words)
	typed := q.All(tag(tx))
	query := join(typed, a.Filter.query(tag(tx)))
	if query == "" || typed == "" && strings.TrimSpace(a.Typed) != "" {
		return nil, nil
	}
	very, begun := q.Code(tag(tx))
	var found []Facet
	err = tx.Query().Raw(counted, map[string]any{
		"query": query, "very": very, "begun": begun, "low": a.Filter.PriceFrom, "high": a.Filter.upto(), "facets": mostFacets, "most": mostValues,
	}).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("count by what items differ: %w", err)
	}
	return found, nil
}

const counted = `
with fit as materialized (
  select i.category, i.params from shop.search_items(cast(@query as tsquery), cast(@very as tsquery), cast(@begun as tsquery), @low, @high, 2000) f(item_id)
   join shop.item i on i.id = f.item_id),
every as (
  select '' as name, category as value, count(*) as count from fit where category <> '' group by category
  union all
  select p->>'name', p->>'value', count(*) from fit, jsonb_array_elements(params) p group by 1, 2),
ranked as (
  select *, row_number() over (partition by name order by count desc, value) as place, sum(count) over (partition by name) as total,
    count(*) over (partition by name) as kinds from every)
select name, value, count from (
  select *, dense_rank() over (order by name <> '', total desc, name) as facet from ranked where kinds > 1 or name = '') t
 where facet <= @facets and place <= @most order by facet, place`

// mostAside is how many alternatives are offered: who asks for one has three to
// choose from, and two more if they don't like those.
const mostAside = 5

// Alternatives returns what is in stock in place of an item: of its category,
// what has most properties in common first, then what costs about as much.
func Alternatives(tx tenant.Tx, i Item) ([]Hit, error) {
	if i.Category == "" {
		return nil, nil
	}
	params, err := json.Marshal(i.Params)
	if err != nil {
		return nil, fmt.Errorf("write properties of item %s: %w", i.ID, err)
	}
	query := (Filter{Category: i.Category, InStock: true}).query(tag(tx))
	nothing := term.Among(tag(tx), "", "")
	return hits(tx, `select i.*, l.snapshot_id, l.as_of
		from shop.search_items(?::tsquery, ?::tsquery, ?::tsquery, ?, ?, 2000) f(item_id)
		join shop.item i on i.id = f.item_id join `+latest+` l on l.source_id = i.source_id
		where i.id <> ? and i.currency = ?
		order by (select count(*) from jsonb_array_elements(i.params) p where jsonb_build_array(p) <@ ?::jsonb) desc, abs(i.price_minor - ?), i.id limit ?`,
		query, nothing, nothing, i.PriceMinor/4, i.PriceMinor*4, i.ID, i.Currency, string(params), i.PriceMinor, mostAside)
}

// United takes the items that are one thing from several of the shop's sources
// for one: those with one barcode, or one SKU. It stands where the best of them
// stood; which of them it shows is what is in stock, then what is cheapest. The
// rest are returned beside it.
func United(tx tenant.Tx, found []Hit) (lead []Hit, others [][]Hit, err error) {
	twins, err := twins(tx, found)
	if err != nil {
		return nil, nil, err
	}
	seen := map[string]bool{}
	for _, h := range found {
		if seen[h.ID.String()] {
			continue
		}
		same := []Hit{h}
		seen[h.ID.String()] = true
		for _, t := range append(found, twins...) {
			if !seen[t.ID.String()] && h.isSame(t) {
				seen[t.ID.String()] = true
				same = append(same, t)
			}
		}
		at := best(same)
		lead = append(lead, same[at])
		others = append(others, append(same[:at:at], same[at+1:]...))
	}
	return lead, others, nil
}

// Twins returns the same thing from others of the shop's sources.
func Twins(tx tenant.Tx, h Hit) ([]Hit, error) {
	all, err := twins(tx, []Hit{h})
	return slices.DeleteFunc(all, func(t Hit) bool { return !h.isSame(t) }), err
}

func best(same []Hit) int {
	at := 0
	for i, h := range same {
		b := same[at]
		if h.Available != b.Available && h.Available || h.Available == b.Available && h.Currency == b.Currency && h.PriceMinor < b.PriceMinor {
			at = i
		}
	}
	return at
}

// isSame tells whether two items of different sources are one thing. One source
// may well have one barcode twice: that is for the shop to put right.
func (h Hit) isSame(o Hit) bool {
	return h.SourceID != o.SourceID && (h.Barcode != "" && h.Barcode == o.Barcode || strings.EqualFold(h.SKU, o.SKU))
}

// twins are the current items of other sources with the SKU or barcode of one of
// those found. Most shops have one source, and are not asked.
func twins(tx tenant.Tx, found []Hit) ([]Hit, error) {
	if len(found) == 0 {
		return nil, nil
	}
	var skus, codes []string
	for _, h := range found {
		skus = append(skus, h.SKU)
		if h.Barcode != "" {
			codes = append(codes, h.Barcode)
		}
	}
	var sources int
	if err := tx.Query().Raw("select count(*) from shop.catalogue_source").Scan(&sources).Error; err != nil {
		return nil, fmt.Errorf("count sources: %w", err)
	}
	if sources < 2 {
		return nil, nil
	}
	all := `select i.*, l.snapshot_id, l.as_of from shop.item i join ` + latest + ` l on l.source_id = i.source_id where i.last_seq is null and `
	bySKU, err := hits(tx, all+"i.sku in ? order by i.sku, i.id limit 200", skus)
	if err != nil || len(codes) == 0 {
		return bySKU, err
	}
	byCode, err := hits(tx, all+"i.barcode <> '' and i.barcode in ? and i.sku not in ? order by i.barcode, i.id limit 200", codes, skus)
	return append(bySKU, byCode...), err
}
