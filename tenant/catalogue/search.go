package catalogue

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/catalogue/term"
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

// Ask is what is looked for.
type Ask struct {
	Typed  string // as it was typed: the last word may be unfinished
	Filter Filter
	Most   int // up to MostHits
}

// Filter narrows a search. The zero Filter lets everything through.
type Filter struct {
	Category  string // of exactly this path
	Params    []Param
	InStock   bool
	PriceFrom int64 // minor units
	PriceUpto int64 // 0: no bound
}

// Param is one value of one property.
type Param struct{ Name, Value string }

// Search returns the current items that fit what was typed, best first.
func Search(tx tenant.Tx, typed string, most int) ([]Hit, error) {
	return Find(tx, Ask{Typed: typed, Most: most})
}

// Find returns the current items that fit: the very SKU or barcode first, then
// those whose name has every word, then what is in stock. What nothing fits as it
// stands is taken for the shop's words that it may be slips of, and then may lack
// a word. Nothing asked returns the first items by SKU.
func Find(tx tenant.Tx, a Ask) ([]Hit, error) {
	a.Most = min(max(a.Most, 1), MostHits)
	within := a.Filter.query(tag(tx))
	if strings.TrimSpace(a.Typed) == "" && within == "" {
		return hits(tx, `select i.*, l.snapshot_id, l.as_of from shop.item i join `+latest+` l on l.source_id = i.source_id
			where i.last_seq is null and i.price_minor between ? and ? order by i.sku using ~<~, i.id limit ?`,
			a.Filter.PriceFrom, a.Filter.upto(), a.Most) // as item_sku is ordered
	}
	words, err := vocabulary(tx)
	if err != nil {
		return nil, err
	}
	return find(tx, a, words)
}

// find asks ever less, until something fits.
func find(tx tenant.Tx, a Ask, words term.Vocabulary) ([]Hit, error) {
	q := term.Read(a.Typed, words)
	typed := strings.TrimSpace(a.Typed) != ""
	if typed && q.Empty() { // nothing but signs
		return nil, nil
	}
	found, err := fitting(tx, q.All(tag(tx)), q, a)
	if err != nil || len(found) > 0 || !typed {
		return found, err
	}
	if found, err = butOne(tx, term.Doubtful, q, a); err != nil || len(found) > 0 {
		return found, err
	}
	if q.Widen(words) {
		if found, err = fitting(tx, q.All(tag(tx)), q, a); err != nil || len(found) > 0 {
			return found, err
		}
	}
	return butOne(tx, 0, q, a)
}

// butOne looks for what lacks one of the words that cost least or more.
func butOne(tx tenant.Tx, least int, q term.Query, a Ask) ([]Hit, error) {
	for _, less := range q.ButOne(tag(tx), least) {
		if found, err := fitting(tx, less, q, a); err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

func tag(tx tenant.Tx) string { return term.Tag(tx.Scope().Shop()) }

// fitting returns the items that fit a tsquery of q.
func fitting(tx tenant.Tx, query string, q term.Query, a Ask) ([]Hit, error) {
	very, begun := q.Code(tag(tx))
	if query == "" && strings.TrimSpace(a.Typed) != "" {
		return nil, nil // no word is known
	}
	query = join(query, a.Filter.query(tag(tx)))
	return hits(tx, `select i.*, l.snapshot_id, l.as_of
		from shop.search_items(?::tsquery, ?::tsquery, ?::tsquery, ?, ?, ?) with ordinality f(item_id, place)
		join shop.item i on i.id = f.item_id join `+latest+` l on l.source_id = i.source_id
		order by f.place`, query, very, begun, a.Filter.PriceFrom, a.Filter.upto(), a.Most)
}

func (f Filter) upto() int64 {
	if f.PriceUpto == 0 {
		return math.MaxInt64
	}
	return f.PriceUpto
}

// query is the tsquery of what the filter asks for but the price.
func (f Filter) query(tag string) string {
	var all []string
	if f.Category != "" {
		all = append(all, term.Among(tag, term.Category, f.Category))
	}
	if f.InStock {
		all = append(all, term.Among(tag, term.InStock, ""))
	}
	for _, p := range f.Params {
		all = append(all, term.Among(tag, p.Name, p.Value))
	}
	return strings.Join(all, "&")
}

// join is both of two tsqueries, either of which may be empty.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return "(" + a + ")&" + b
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
