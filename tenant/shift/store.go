package shift

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/page"
)

// Calls returns the calls that an operator joined on a day, newest first, from
// after on, and the cursor of the next page.
func Calls(tx tenant.AcrossTx, operator uuid.UUID, d Day, p Page) ([]Call, page.Cursor, error) {
	limit := page.Limit(p.Limit)
	var calls []Call
	err := tx.Query().Raw(`
		select c.id, c.started_at, c.answered_at, c.talk_ms, c.hold_ms, c.wrap_up_ms, c.state = 'ended' as ended, coalesce(q.name, '') as queue,
		  d.outcome as disposition, o.no as order_no, s.id as shop_id, s.slug as shop_slug, s.name_ru as shop_name_ru, s.name_en as shop_name_en,
		  s.spoken_ru as shop_spoken_ru, s.spoken_en as shop_spoken_en, s.timezone as shop_timezone, s.language as shop_language, s.colour as shop_colour
		  from shop.call c join house.shop s on s.id = c.shop_id
		  left join shop.queue q on q.shop_id = c.shop_id and q.id = c.queue_id
		  left join shop.disposition d on d.shop_id = c.shop_id and d.call_id = c.id
		  left join lateral (select o.no from shop."order" o where o.shop_id = c.shop_id and o.call_id = c.id and o.status <> 'cancelled'
		    order by o.created_at desc, o.id limit 1) o on true
		 where c.operator_id = @operator and c.answered_at >= @from and c.answered_at < @to
		   and (cast(@at as timestamptz) is null or (c.answered_at <= @at and (c.answered_at < @at or c.id > @after)))
		 order by c.answered_at desc, c.id limit @rows`,
		map[string]any{"operator": operator, "from": d.From, "to": d.To,
			"at": sql.NullTime{Time: p.After.At, Valid: !p.After.At.IsZero()}, "after": p.After.ID, "rows": limit + 1}).Scan(&calls).Error
	if err != nil {
		return nil, page.Cursor{}, fmt.Errorf("list the calls of operator %s on %s: %w", operator, d.Date, err)
	}
	calls, next := page.Cut(calls, limit, func(c Call) page.Cursor { return page.Cursor{At: c.AnsweredAt, ID: c.ID} })
	return calls, next, nil
}

// Page is a part of a list.
type Page struct {
	After page.Cursor
	Limit int
}

// FiguresOf adds up a day of an operator's until an instant. Who is on duty
// without a desk has no hours here.
func FiguresOf(tx tenant.AcrossTx, operator uuid.UUID, d Day, until time.Time) (Figures, error) {
	var f Figures
	args := map[string]any{"operator": operator, "from": d.From, "to": d.To}
	err := tx.Query().Raw(`select answered_at, talk_ms, hold_ms, wrap_up_ms from shop.call
		where operator_id = @operator and answered_at >= @from and answered_at < @to`, args).Scan(&f.Works).Error
	if err == nil {
		err = tx.Query().Raw(`select count(*) from shop."order" where operator_id = @operator and confirmed_at >= @from and confirmed_at < @to
			and status = 'confirmed'`, args).Scan(&f.Orders).Error
	}
	if err == nil {
		f.OnDuty, err = duty(tx, operator, d, until)
	}
	if err != nil {
		return f, fmt.Errorf("add up the day of operator %s: %w", operator, err)
	}
	return f, nil
}

// duty is read from the operator's own words, which the audit log keeps.
func duty(tx tenant.AcrossTx, operator uuid.UUID, d Day, until time.Time) (*time.Duration, error) {
	var always bool
	err := tx.Query().Raw("select always_on from house.operator where id = ?", operator).Row().Scan(&always)
	if errors.Is(err, sql.ErrNoRows) || always {
		return nil, nil //nolint:nilnil // no hours are an answer
	}
	if err != nil {
		return nil, err
	}
	var turns []turn
	err = tx.Query().Raw(`select at, action = 'desk.ready' as "on" from house.audit
		where actor = @actor and action in ('desk.ready', 'desk.pause') and at < @to
		  and at >= coalesce((select max(at) from house.audit where actor = @actor and action in ('desk.ready', 'desk.pause') and at < @from), @from)
		order by at`, map[string]any{"actor": "operator:" + operator.String(), "from": d.From, "to": d.To}).Scan(&turns).Error
	if err != nil {
		return nil, err
	}
	if until.After(d.To) {
		until = d.To
	}
	sum := onDuty(turns, d.From, until)
	return &sum, nil
}
