package ledger

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/plan"
	"switchboard/tenant"
)

// month is what included seconds and free calls are counted in.
type month struct {
	plan   uuid.UUID
	period string
}

func monthOf(t plan.Terms, at time.Time) month { return month{t.PlanID, plan.Period(at, t.Zone)} }

// allowances is what has been used up of the months whose plans include some.
type allowances map[month]*used

type used struct{ seconds, calls int64 }

// readUsed reads what charges have used up of the months of the instants, and
// keeps the next reader waiting until tx ends: the shop's calls of such a month
// are posted one after the other, since each leaves less to the next. Where a
// plan includes nothing, nobody waits.
func readUsed(tx tenant.Tx, agreed plan.Agreed, ats []time.Time) (allowances, error) {
	a := allowances{}
	for _, at := range ats {
		if terms, err := agreed.At(at); err == nil && (terms.Plan.IncludedS > 0 || terms.Plan.FreeCalls != nil) {
			a[monthOf(terms, at)] = &used{}
		}
	}
	if len(a) == 0 {
		return a, nil
	}
	var things, plans, periods []string
	for _, m := range slices.SortedFunc(maps.Keys(a), month.compare) {
		plans, periods = append(plans, m.plan.String()), append(periods, m.period)
		things = append(things, "allowance:"+m.plan.String()+":"+m.period)
	}
	if err := lock(tx, things); err != nil {
		return nil, fmt.Errorf("lock what is left of %v: %w", periods, err)
	}
	return a, a.read(tx, plans, periods)
}

func (m month) compare(o month) int {
	return cmp.Or(cmp.Compare(m.plan.String(), o.plan.String()), cmp.Compare(m.period, o.period))
}

func (a allowances) read(tx tenant.Tx, plans, periods []string) error {
	rows, err := tx.Rows(`
		select plan_id, period, sum(seconds)::bigint, sum(calls)::bigint from shop.bundle_use
		 where (plan_id, period) in (select p::uuid, m from unnest($1::text[], $2::text[]) n(p, m)) group by plan_id, period`, plans, periods)
	if err != nil {
		return fmt.Errorf("read what was used in %v: %w", periods, err)
	}
	defer rows.Close()
	for rows.Next() {
		var m month
		var u used
		if err := rows.Scan(&m.plan, &m.period, &u.seconds, &u.calls); err != nil {
			return fmt.Errorf("read what was used in %v: %w", periods, err)
		}
		a[m] = &u
	}
	return rows.Err()
}

// add uses up so much of a month, or gives it back.
func (a allowances) add(m month, seconds, calls int64) {
	if u := a[m]; u != nil {
		u.seconds += seconds
		u.calls += calls
	}
}

// left returns what is left of a month's included seconds and free calls, once
// older charges have given back theirs.
func (a allowances) left(t plan.Terms, m month, older []*posted) (includedS, freeCalls int64) {
	u := a[m]
	if u == nil {
		return 0, 0
	}
	now := *u
	for _, c := range older {
		if c.PlanID == m.plan && c.Period == m.period {
			now.seconds -= c.Seconds
			now.calls -= c.Calls
		}
	}
	if t.Plan.FreeCalls != nil {
		freeCalls = max(0, t.Plan.FreeCalls.PerMonth-now.calls)
	}
	return max(0, t.Plan.IncludedS-now.seconds), freeCalls
}
