// Package summary is what a span of a shop's days adds up to. Each of its
// figures is the length, or the sum, of a list that the shop can open.
package summary

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
)

// Summary is the calls that started, the calls that were lost and the orders
// that were written in a span.
type Summary struct {
	Calls   int
	Kept    int // answered within their queue's promise
	Late    int // answered after it
	Lost    int
	GaveUp  int      // of the lost, who hung up while they waited
	Orders  int      // confirmed ones
	Turned  []Money  `gorm:"-"`
	Spent   []Money  `gorm:"-"` // on these calls
	Hours   []Hour   `gorm:"-"` // 0..23 by the shop's clocks
	Sources []Source `gorm:"-"`

	Now `gorm:"-"`
}

// Now is the calls under way at the instant at which it was asked, whatever the
// span.
type Now struct{ Waiting, Talking, WrapUp int }

// Money is whole 10^-Scale of the currency's major unit.
type Money struct {
	Amount   int64
	Scale    int
	Currency string
}

// Hour is the calls of one hour of the day.
type Hour struct {
	Hour, Calls, Kept, Late, Lost int
}

// Source is the calls to one number of the shop.
type Source struct {
	NumberID uuid.UUID
	Calls    int
	Lost     int
	Orders   int // confirmed ones
}

// Span is from From on, before To.
type Span struct{ From, To time.Time }

// answered within the promise, or after it; a call without a queue is promised nothing
const stand = `
with span as (
  select c.id, c.number_id, c.outcome, extract(hour from c.started_at at time zone s.timezone)::int as hour,
         c.outcome = 'answered' and c.queue_ms > coalesce(q.promise_ms, c.queue_ms) as late
    from shop.call c cross join house.shop s left join shop.queue q on q.id = c.queue_id
   where c.started_at >= @from and c.started_at < @to
), gone as (
  select l.reason, c.number_id, extract(hour from l.lost_at at time zone s.timezone)::int as hour
    from shop.lost_call l cross join house.shop s join shop.call c on c.id = l.call_id
   where l.lost_at >= @from and l.lost_at < @to
), won as (
  select o.currency, o.total_minor, c.number_id from shop."order" o left join shop.call c on c.id = o.call_id
   where o.created_at >= @from and o.created_at < @to and o.status = 'confirmed'
)
`

// Of adds up a span of the shop's.
func Of(tx tenant.Tx, span Span) (Summary, error) {
	var s Summary
	args := map[string]any{"from": span.From, "to": span.To, "ended": "ended"}
	for _, read := range []struct {
		query string
		into  any
	}{
		{stand + `
			select (select count(*) from span) as calls, (select count(*) from span where outcome = 'answered' and not late) as kept,
			       (select count(*) from span where late) as late, (select count(*) from gone) as lost,
			       (select count(*) from gone where reason = 'abandoned') as gave_up, (select count(*) from won) as orders`, &s},
		{`select count(*) filter (where state in ('greeting', 'menu', 'waiting')) as waiting,
			       count(*) filter (where state in ('talking', 'held', 'moving')) as talking, count(*) filter (where state = 'wrap-up') as wrap_up
			  from shop.call where state <> @ended`, &s.Now},
		{stand + "select sum(total_minor)::bigint as amount, 2 as scale, currency from won group by currency order by currency", &s.Turned},
		{stand + `
			select sum(h.amount * power(10::numeric, m.scale - h.scale))::bigint as amount, m.scale, h.currency
			  from shop.charge h join span c on c.id = h.call_id
			  join (select currency, max(scale) as scale from shop.charge h join span c on c.id = h.call_id group by currency) m on m.currency = h.currency
			 where h.subject = 'shop' group by h.currency, m.scale order by h.currency`, &s.Spent},
		{stand + `
			select n.hour, count(c.id) as calls, count(*) filter (where c.outcome = 'answered' and not c.late) as kept,
			       count(*) filter (where c.late) as late, (select count(*) from gone g where g.hour = n.hour) as lost
			  from generate_series(0, 23) as n(hour) left join span c on c.hour = n.hour group by n.hour order by n.hour`, &s.Hours},
		{stand + `
			select n.id as number_id, (select count(*) from span c where c.number_id = n.id) as calls,
			       (select count(*) from gone g where g.number_id = n.id) as lost, (select count(*) from won o where o.number_id = n.id) as orders
			  from shop.number n order by calls desc, n.id`, &s.Sources},
	} {
		if err := tx.Query().Raw(read.query, args).Scan(read.into).Error; err != nil {
			return Summary{}, fmt.Errorf("add up calls from %s to %s: %w", span.From, span.To, err)
		}
	}
	return s, nil
}
