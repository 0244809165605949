// Package export is the per-minute billing export: a line for each charge with
// what it was computed from.
package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"switchboard/billing/money"
	"switchboard/billing/plan"
	"switchboard/billing/rating"
	"switchboard/tenant"
)

// Columns of the export, in their order. Seconds are those of the shop's detail
// record; a reversal has every number of what it takes back negated, so that each
// column of seconds and money adds up to what is owed.
var Columns = []string{
	"call_id", "leg", "version", "kind", "direction", "started_at", "answered_at", "ended_at", "number", "operator_id",
	"ring_s", "greeting_s", "queue_s", "talk_s", "hold_s", "wrap_up_s",
	"billable", "billed_s", "included_s", "rule", "rate_per_min", "setup_fee", "amount", "amount_minor", "currency",
	"plan", "tariff_version", "tariff_version_id", "charge_id",
}

// Total is what a written export adds up to.
type Total struct {
	Lines    int
	BilledS  int64
	Minor    int64
	Currency money.Currency // of the last line; a shop whose plan changed currency has lines of both
}

// Billing writes the charges of the shop of tx for calls that were answered
// within the span, by the instant of their answer, as CSV with a header. It
// holds one line at a time, however long the span is. No line holds anything of a
// buyer's. Instants are in the shop's time zone.
func Billing(tx tenant.Tx, w io.Writer, s Span) (Total, error) {
	zone, err := plan.Zone(tx)
	if err != nil {
		return Total{}, err
	}
	e := &exporter{zone: zone, out: csv.NewWriter(w)}
	if err := e.out.Write(Columns); err != nil {
		return Total{}, fmt.Errorf("export charges: %w", err)
	}
	if err := e.lines(tx, s); err != nil {
		return e.total, fmt.Errorf("export charges from %s to %s: %w", s.From.Format(time.RFC3339), s.To.Format(time.RFC3339), err)
	}
	return e.total, nil
}

// exporter is one export under way.
type exporter struct {
	zone  *time.Location
	out   *csv.Writer
	cells []string
	total Total
}

func (e *exporter) lines(tx tenant.Tx, s Span) error {
	rows, err := tx.Rows(selectLines, s.From.UTC(), s.To.UTC())
	if err != nil {
		return err
	}
	defer rows.Close()
	var l line
	for rows.Next() {
		if err := l.scan(rows); err != nil {
			return err
		}
		if err := e.write(&l); err != nil {
			return fmt.Errorf("charge %s: %w", l.ChargeID, err)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	e.out.Flush()
	return e.out.Error()
}

func (e *exporter) write(l *line) error {
	rate, err := l.rate()
	if err != nil {
		return err
	}
	amount := money.Amount{Minor: l.Amount, Currency: l.Currency}
	e.total.Lines++
	e.total.BilledS += l.BilledS
	e.total.Minor += l.Amount
	e.total.Currency = l.Currency
	whole := func(v int64) string { return strconv.FormatInt(v, 10) }
	e.cells = append(e.cells[:0],
		l.CallID, whole(l.Leg), whole(l.Version), l.Kind, l.Direction, e.instant(l.StartedAt), e.instant(l.AnsweredAt), e.instant(l.EndedAt),
		Safe(l.Number), l.OperatorID,
		l.seconds(l.RingMs), l.seconds(l.GreetingMs), l.seconds(l.QueueMs), l.seconds(l.TalkMs), l.seconds(l.HoldMs), l.seconds(l.WrapUpMs),
		Safe(l.Billable), whole(l.BilledS), whole(l.IncludedS), Safe(l.Rule), Safe(rate), Safe(l.Setup), amount.Decimal(), whole(l.Amount), string(l.Currency),
		Safe(l.Plan), whole(l.PlanVersion), l.TariffVersionID, l.ChargeID,
	)
	return e.out.Write(e.cells)
}

// instant writes milliseconds, since the seconds of the parts have them too.
func (e *exporter) instant(at time.Time) string {
	return at.In(e.zone).Format("2006-01-02T15:04:05.000-07:00")
}

// seconds writes milliseconds as seconds, negated in a reversal.
func (l *line) seconds(ms int64) string {
	if l.Kind == "reversal" {
		ms = -ms
	}
	return money.FormatFixed(ms, 3)
}

// rate returns the price of the minute or, where several were charged, each in
// the order of the call: "12.00 + 6.00".
func (l *line) rate() (string, error) {
	if bytes.Count(l.Segments, []byte(`"rate_per_min"`)) < 2 {
		return l.Rate, nil
	}
	var segments []rating.Segment
	if err := json.Unmarshal(l.Segments, &segments); err != nil {
		return "", fmt.Errorf("read its segments: %w", err)
	}
	rates := make([]string, len(segments))
	for i, s := range segments {
		rates[i] = s.Rate.String()
	}
	return strings.Join(rates, " + "), nil
}
