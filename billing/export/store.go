package export

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"switchboard/billing/money"
	"switchboard/tenant"
)

// selectLines reads charges in the order of charge_service, so that the first
// line leaves before the last is read. Whatever its record lacks, no charge is
// left out: the lines add up to the books.
const selectLines = `
select c.id, c.call_id, c.leg, c.version, c.kind, coalesce(l.direction, ''),
       coalesce(l.started_at, c.service_at), c.service_at, coalesce(l.ended_at, c.service_at),
       coalesce(n.e164, ''), coalesce(l.operator_id::text, ''),
       coalesce(l.ring_ms, 0), coalesce(l.greeting_ms, 0), coalesce(l.queue_ms, 0),
       coalesce(l.talk_ms, 0), coalesce(l.hold_ms, 0), coalesce(l.wrap_up_ms, 0),
       c.billed_s, c.bundle_s, c.amount, c.currency, c.tariff_version_id,
       coalesce(c.explain->>'plan', ''), coalesce((c.explain->>'plan_version')::bigint, 0), coalesce(c.explain->>'rule', ''),
       coalesce(c.explain->'tariff'->>'billable', ''), coalesce(c.explain->'segments'->0->>'rate_per_min', c.explain->'tariff'->>'rate_per_min', ''),
       coalesce(c.explain->>'setup_fee', ''), coalesce(c.explain->'segments', '[]')
  from shop.charge c
  left join shop.call_leg l on l.shop_id = c.shop_id and l.call_id = c.call_id and l.leg = c.leg and l.version = c.version
  left join shop.number n on n.shop_id = l.shop_id and n.id = l.number_id
 where ` + within + `
 order by c.service_at, c.call_id, c.leg, c.version, c.kind desc, c.id`

// line is one charge with its detail record.
type line struct {
	ChargeID, CallID           string
	Leg, Version               int64
	Kind, Direction            string
	StartedAt, AnsweredAt      time.Time
	EndedAt                    time.Time
	Number, OperatorID         string
	RingMs, GreetingMs         int64
	QueueMs, TalkMs            int64
	HoldMs, WrapUpMs           int64
	BilledS, IncludedS, Amount int64
	Currency                   money.Currency
	TariffVersionID            string
	Plan                       string
	PlanVersion                int64
	Rule, Billable             string
	Rate, Setup                string
	Segments                   []byte
}

// within is which charges a span has.
const within = "c.subject = 'shop' and c.service_at >= $1 and c.service_at < $2"

// Count returns how many lines Billing would write for the span.
func Count(tx tenant.Tx, s Span) (n int64, err error) {
	rows, err := tx.Rows("select count(*) from shop.charge c where "+within, s.From.UTC(), s.To.UTC())
	if err != nil {
		return 0, fmt.Errorf("count charges: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		err = rows.Scan(&n)
	}
	return n, errors.Join(err, rows.Err())
}

func (l *line) scan(rows *sql.Rows) error {
	return rows.Scan(&l.ChargeID, &l.CallID, &l.Leg, &l.Version, &l.Kind, &l.Direction, &l.StartedAt, &l.AnsweredAt, &l.EndedAt,
		&l.Number, &l.OperatorID, &l.RingMs, &l.GreetingMs, &l.QueueMs, &l.TalkMs, &l.HoldMs, &l.WrapUpMs,
		&l.BilledS, &l.IncludedS, &l.Amount, &l.Currency, &l.TariffVersionID,
		&l.Plan, &l.PlanVersion, &l.Rule, &l.Billable, &l.Rate, &l.Setup, &l.Segments)
}
