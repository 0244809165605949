// Package quality is how the sound of calls came through, a leg each, and what
// that adds up to.
package quality

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
)

// Leg is how one leg's sound came through. Scores are MOS in hundredths; what is
// nil is not known.
type Leg struct {
	LegID         uuid.UUID
	Party         string // buyer, operator, third, supervisor
	Device        string // telephone, browser
	OperatorID    *uuid.UUID
	Trunk         string
	Node          string
	Codec         string
	Encrypted     bool
	StartedAt     time.Time
	DurationMs    int64
	HeardPackets  int64
	HeardLost     int64
	HeardJitterUs int64
	HeardWorst    *int
	HeardMean     *int
	ToldPackets   *int64
	ToldLost      *int64
	ToldJitterUs  *int64
	ToldWorst     *int
	ToldMean      *int
	RttUs         *int64
}

// Of returns the legs of a call, in the order in which they joined.
func Of(tx tenant.Tx, call uuid.UUID) ([]Leg, error) {
	var legs []Leg
	err := tx.Query().Raw("select * from shop.leg_quality where call_id = ? order by started_at, leg_id", call).Scan(&legs).Error
	if err != nil {
		return nil, fmt.Errorf("read how call %s sounded: %w", call, err)
	}
	return legs, nil
}

// By is what a report has a line for.
type By string

// The reports.
const (
	Operator By = "operator"
	Trunk    By = "trunk"
	Hour     By = "hour"
)

// Span is from an instant up to another.
type Span struct{ From, To time.Time }

// Line is what many legs add up to.
type Line struct {
	Key        string // id of an operator, name of a trunk, RFC 3339 of an hour's beginning
	Name       string // of an operator
	Legs       int64
	Calls      int64
	HeardLoss  *float64 // percent of what came from the parties
	ToldLoss   *float64 // and of what they heard of us
	JitterMs   *float64
	RttMs      *float64
	Mean       *float64 // MOS
	Worst      *float64
	Good       int64 // legs of which both ways were, by their means
	Fair       int64
	Poor       int64
	Unreported int64 // legs of parties that say nothing of what they hear
}

// Bounds of words: of ITU-T G.109, in hundredths of MOS. Below Fair many are not
// content.
const (
	GoodFrom = 403
	FairFrom = 360
)

// Word is a score in a word.
func Word(hundredths *int) string {
	switch {
	case hundredths == nil:
		return "unknown"
	case *hundredths >= GoodFrom:
		return "good"
	case *hundredths >= FairFrom:
		return "fair"
	}
	return "poor"
}

// group is how a report is grouped, which is by nothing that anybody sends.
var group = map[By]struct{ key, name, where, order string }{
	Operator: {"q.operator_id::text", "coalesce(min(a.name), '')", "q.party = 'operator' and q.operator_id is not null", "mean asc nulls last, key"},
	Trunk:    {"q.trunk", "''", "q.trunk <> ''", "mean asc nulls last, key"},
	Hour:     {"to_char(date_trunc('hour', q.started_at at time zone 'utc'), 'YYYY-MM-DD\"T\"HH24:00:00\"Z\"')", "''", "true", "key"},
}

// Report returns what the legs of all shops that began in a span add up to: the
// worst first, or hour by hour.
func Report(tx tenant.AcrossTx, by By, s Span) ([]Line, error) {
	g := group[by]
	var lines []Line
	err := tx.Query().Raw(fmt.Sprintf(`
		with q as (
		  select l.*, least(heard_mean, told_mean) as score, least(heard_worst, told_worst) as lowest
		    from shop.leg_quality l where started_at >= ? and started_at < ?)
		select %s as key, %s as name, count(*) as legs, count(distinct q.call_id) as calls,
		       100.0 * sum(heard_lost) / nullif(sum(heard_packets), 0) as heard_loss,
		       100.0 * sum(told_lost) / nullif(sum(told_packets), 0) as told_loss,
		       avg(greatest(heard_jitter_us, told_jitter_us)) / 1000 as jitter_ms, avg(rtt_us) / 1000 as rtt_ms,
		       avg(score) / 100 as mean, min(lowest) / 100.0 as worst,
		       count(*) filter (where score >= %d) as good, count(*) filter (where score >= %d and score < %d) as fair,
		       count(*) filter (where score < %d) as poor, count(*) filter (where told_packets is null) as unreported
		  from q left join house.account a on a.id = q.operator_id
		 where %s group by 1 order by %s limit 1000`, g.key, g.name, GoodFrom, FairFrom, GoodFrom, FairFrom, g.where, g.order), s.From, s.To).Scan(&lines).Error
	if err != nil {
		return nil, fmt.Errorf("report how calls sounded by %s: %w", by, err)
	}
	return lines, nil
}
