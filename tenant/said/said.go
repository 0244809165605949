// Package said keeps how old prices and stock were when operators gave them.
package said

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
)

// Fact is a price or a stock that an operator gave in a call. Its JSON is what is
// inserted.
type Fact struct {
	ID       uuid.UUID `json:"id"`
	CallID   uuid.UUID `json:"call_id"`
	Field    string    `json:"field"`
	SKU      string    `json:"sku"`
	Source   string    `json:"source"`
	AgeS     int64     `json:"age_s"`
	Withheld bool      `json:"withheld"` // it was stale: they were to promise to confirm it
	At       time.Time `json:"at"`
}

// Keep writes what a step of a script said. Its record in the audit log is that
// of the step.
func Keep(tx tenant.Tx, facts []Fact) error {
	if len(facts) == 0 {
		return nil
	}
	for i := range facts {
		facts[i].ID = uuid.Must(uuid.NewV7())
	}
	doc, err := json.Marshal(facts)
	if err != nil {
		return fmt.Errorf("keep what was said: %w", err)
	}
	_, err = tx.Exec(`insert into shop.said_fact (id, call_id, via, field, sku, source, age_s, withheld, said_at)
		select id, call_id, 'walk', field, sku, source, age_s, withheld, at
		  from json_to_recordset($1) as n(id uuid, call_id uuid, field text, sku text, source text, age_s int, withheld boolean, at timestamptz)`, string(doc))
	if err != nil {
		return fmt.Errorf("keep what was said: %w", err)
	}
	return nil
}

// KeepOrder writes how old the prices of an order's lines were when it was made.
// Its record in the audit log is that of the order.
func KeepOrder(tx tenant.Tx, order uuid.UUID) error {
	_, err := tx.Exec(`insert into shop.said_fact (id, call_id, via, field, sku, source, age_s, withheld, said_at)
		select gen_random_uuid(), o.call_id, 'order', 'price', l.sku, 'feed', greatest(0, extract(epoch from o.created_at - d.as_of))::int, false, o.created_at
		  from shop."order" o join shop.order_line l on l.order_id = o.id join shop.item i on i.id = l.item_id
		  join shop.snapshot s on s.id = o.snapshot_id
		  join lateral (select max(p.taken_at) as as_of from shop.snapshot p
		    where p.source_id = i.source_id and p.state = 'published' and p.seq <= s.seq) d on true
		 where o.id = $1`, order)
	if err != nil {
		return fmt.Errorf("keep how old the prices of order %s were: %w", order, err)
	}
	return nil
}

// Span is what a report is of.
type Span struct {
	From, To time.Time
	Older    time.Duration // answers on older data are counted as old
}

// Day is the answers of one day by the shop's clocks.
type Day struct {
	Day      string // 2026-11-25
	Answers  int    // prices and stock that were given
	Old      int    // of those, on data older than the span's bound
	Withheld int    // promised to be confirmed instead: not among the answers
	OldestS  int64  // age of the oldest that was given, in seconds
}

// Report counts the answers of each day that has any, the first day first.
func Report(tx tenant.Tx, s Span) ([]Day, error) {
	var days []Day
	err := tx.Query().Raw(`
		select to_char(f.said_at at time zone h.timezone, 'YYYY-MM-DD') as day,
		       count(*) filter (where not f.withheld) as answers,
		       count(*) filter (where not f.withheld and f.age_s > @older) as old,
		       count(*) filter (where f.withheld) as withheld,
		       coalesce(max(f.age_s) filter (where not f.withheld), 0) as oldest_s
		  from shop.said_fact f join house.shop h on h.id = f.shop_id
		 where f.said_at >= @from and f.said_at < @to
		 group by 1 order by 1`, map[string]any{"from": s.From.UTC(), "to": s.To.UTC(), "older": int64(s.Older / time.Second)}).Scan(&days).Error
	if err != nil {
		return nil, fmt.Errorf("count answers on old data: %w", err)
	}
	return days, nil
}
