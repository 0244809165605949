package asked

import (
	"fmt"
	"time"

	"switchboard/tenant"
)

type row struct {
	found        bool
	key, example string
}

func count(tx tenant.Tx, r row, now time.Time) error {
	_, err := tx.Exec(`insert into shop.asked as a (day, found, key, example, times)
		select ($4::timestamptz at time zone s.timezone)::date, $1, $2, $3, 1 from house.shop s where s.id = house.app_shop()
		on conflict (shop_id, day, found, key) do update set times = a.times + 1, example = excluded.example`,
		r.found, r.key, r.example, now)
	if err != nil {
		return fmt.Errorf("count a search: %w", err)
	}
	return nil
}

// Topics returns what was asked at least so often in a span, the most first: of
// each kind at most most. What was asked once may be about one person, and is
// left out whatever least is.
func Topics(tx tenant.Tx, d Days, least, most int) ([]Topic, error) {
	var all []Topic
	for _, query := range []string{searched, opened} {
		var some []Topic
		err := tx.Query().Raw(query, map[string]any{"from": d.From, "to": d.To, "least": max(least, 2), "most": most}).Scan(&some).Error
		if err != nil {
			return nil, fmt.Errorf("find what is asked again and again: %w", err)
		}
		all = append(all, some...)
	}
	return all, nil
}

const searched = `
select kind, example, times, days, last_on from (
  select case when found then 'search' else 'nothing' end as kind, (array_agg(example order by day desc))[1] as example,
    sum(times) as times, count(*) as days, max(day) as last_on,
    row_number() over (partition by found order by sum(times) desc, key) as place
   from shop.asked where day between cast(@from as date) and cast(@to as date)
  group by found, key having sum(times) >= @least) t
 where place <= @most order by kind, place`

// opened counts cards by their question as it is worded now: those that were
// opened aside, and those that a step of the script asked for.
const opened = `
with looks as (
  select v.script_id, j->>'card' as card, (to_timestamp((j->>'at')::bigint / 1000.0) at time zone s.timezone)::date as day
   from shop.walk w join shop.script_version v on v.id = w.script_version_id join house.shop s on s.id = house.app_shop(),
     jsonb_array_elements(coalesce(w.state->'jumps', '[]')) j
  where w.started_at between cast(@from as date) - 2 and cast(@to as date) + 2
  union all
  select v.script_id, p->'answer'->>'text', (to_timestamp((p->>'at')::bigint / 1000.0) at time zone s.timezone)::date
   from shop.walk w join shop.script_version v on v.id = w.script_version_id join house.shop s on s.id = house.app_shop(),
     jsonb_array_elements(w.state->'path') p, jsonb_array_elements(v.graph->'nodes') n
  where w.started_at between cast(@from as date) - 2 and cast(@to as date) + 2 and n->>'id' = p->>'node' and n->>'lookup' = 'faq' and p->'answer'->>'move' is null),
worded as (
  select distinct on (v.script_id, c->>'id') v.script_id, c->>'id' as card, coalesce(c->'question'->>'ru', c->'question'->>'en') as question
   from shop.script_version v, jsonb_array_elements(coalesce(v.graph->'faq', '[]')) c order by v.script_id, c->>'id', v.version desc)
select 'card' as kind, coalesce(max(q.question), l.card) as example, count(*) as times, count(distinct l.day) as days, max(l.day) as last_on
  from looks l left join worded q on q.script_id = l.script_id and q.card = l.card
 where l.day between cast(@from as date) and cast(@to as date)
 group by l.script_id, l.card having count(*) >= @least
 order by times desc, example limit @most`
