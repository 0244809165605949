// Package watch looks for calls that are unlike a shop's usual ones, and tells
// supervisors of every alert.
package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/alert"
	"switchboard/tenant/live"
)

// Every is how often to look: soon enough for a person to stop a theft that the
// caps bound meanwhile.
const Every = 15 * time.Second

// Watcher looks.
type Watcher struct {
	db   *tenant.DB
	tell func(live.Hint)
	now  func() time.Time
	told time.Time // alerts up to then were told
}

// New returns a Watcher.
func New(db *tenant.DB, tell func(live.Hint), now func() time.Time) *Watcher {
	return &Watcher{db, tell, now, now()}
}

// Look compares the last hour with the same hour of the days before, raises
// what is unusual, and tells of what was raised by whomever.
func (w *Watcher) Look(ctx context.Context) error {
	now := w.now()
	var news []alert.Alert
	err := w.db.Across(ctx, "look for unusual traffic", func(tx tenant.AcrossTx) error {
		for _, r := range rules {
			if err := r.look(tx, now); err != nil {
				return err
			}
		}
		if err := strange(tx, now); err != nil {
			return err
		}
		var err error
		if news, err = alert.Since(tx, w.told); err != nil {
			return err
		}
		return alert.Tidy(tx, now)
	})
	if err != nil {
		return err
	}
	for _, a := range news {
		w.told = a.LastAt
		h := live.Hint{Kind: live.Alert, ID: a.ID, State: a.Kind}
		if a.ShopID != nil {
			h.Shop = tenant.ID(*a.ShopID)
		}
		w.tell(h)
	}
	return nil
}

// rule is one kind of traffic that is counted by hours. A shop's habits are
// those of 28 days.
type rule struct {
	kind  string
	usual alert.Usual
	from  string // the rows: shop_id and at
}

var rules = []rule{
	{"inbound", alert.Inbound, "select shop_id, started_at as at from shop.call where direction = 'inbound'"},
	{"outbound", alert.Outbound, "select shop_id, asked_at as at from shop.outgoing_call where refused = ''"},
	{"refused", alert.Denied, "select shop_id, asked_at as at from shop.outgoing_call where refused <> ''"},
}

// hourly counts the last hour of each shop that had any, and the same hour of
// the days before, days without any from the first one on included.
const hourly = `
	with rows as not materialized (%s),
	hour as (
	  select s.id as shop_id, c.n from house.shop s cross join lateral (
	    select count(*) as n from rows r where r.shop_id = s.id and r.at > $1::timestamptz - interval '1 hour' and r.at <= $1) c
	   where c.n > $2),
	past as (
	  select h.shop_id, d, (select count(*) from rows r where r.shop_id = h.shop_id and r.at > $1::timestamptz - make_interval(days => d) - interval '1 hour' and r.at <= $1::timestamptz - make_interval(days => d)) as n
	    from hour h, generate_series(1, 28) d
	   where exists (select 1 from rows r where r.shop_id = h.shop_id and r.at <= $1::timestamptz - make_interval(days => d)))
	select h.shop_id, h.n, coalesce(array_to_string(array_agg(p.n), ','), '') as before
	  from hour h left join past p on p.shop_id = h.shop_id group by h.shop_id, h.n`

func (r rule) look(tx tenant.AcrossTx, now time.Time) error {
	rows, err := tx.Rows(fmt.Sprintf(hourly, r.from), now.UTC(), r.usual.Floor)
	if err != nil {
		return fmt.Errorf("count %s calls by hours: %w", r.kind, err)
	}
	defer rows.Close()
	var raised []alert.Alert
	for rows.Next() {
		var shop uuid.UUID
		var n int
		var before string
		if err := rows.Scan(&shop, &n, &before); err != nil {
			return fmt.Errorf("count %s calls by hours: %w", r.kind, err)
		}
		if most, unusual := r.usual.Exceeds(n, numbers(before)); unusual {
			raised = append(raised, raise(r.kind, shop, shop.String(), map[string]any{"calls": n, "usual_most": most}))
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("count %s calls by hours: %w", r.kind, err)
	}
	return all(tx, raised, now)
}

func numbers(list string) (out []int) {
	_ = json.Unmarshal([]byte("["+list+"]"), &out) // our own query wrote it
	return out
}

func raise(kind string, shop uuid.UUID, subject string, detail map[string]any) alert.Alert {
	doc, err := json.Marshal(detail)
	if err != nil {
		panic(err) // numbers only
	}
	return alert.Alert{Kind: kind, ShopID: &shop, Subject: subject, Detail: doc}
}

func all(tx tenant.AcrossTx, raised []alert.Alert, now time.Time) error {
	for _, a := range raised {
		if err := alert.Raise(tx, a, now); err != nil {
			return err
		}
	}
	return nil
}

// strange raises countries that a shop has called in the last hour and never
// before in 28 days, its first day excepted.
func strange(tx tenant.AcrossTx, now time.Time) error {
	rows, err := tx.Rows(`
		select o.shop_id, o.country, count(*) from shop.outgoing_call o
		 where o.refused = '' and o.country <> '' and o.asked_at > $1::timestamptz - interval '1 hour' and o.asked_at <= $1
		   and exists (select 1 from shop.outgoing_call p where p.shop_id = o.shop_id and p.asked_at < $1::timestamptz - interval '1 day')
		   and not exists (select 1 from shop.outgoing_call p where p.shop_id = o.shop_id and p.country = o.country and p.refused = ''
		     and p.asked_at between $1::timestamptz - interval '28 days' and $1::timestamptz - interval '1 hour')
		 group by o.shop_id, o.country`, now.UTC())
	if err != nil {
		return fmt.Errorf("look for new countries: %w", err)
	}
	defer rows.Close()
	var raised []alert.Alert
	for rows.Next() {
		var shop uuid.UUID
		var country string
		var n int
		if err := rows.Scan(&shop, &country, &n); err != nil {
			return fmt.Errorf("look for new countries: %w", err)
		}
		raised = append(raised, raise("country", shop, country, map[string]any{"calls": n}))
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("look for new countries: %w", err)
	}
	return all(tx, raised, now)
}
