// Package outgoing is what a shop may do with calls out, and what it has done:
// every node counts from the same rows, and a restart forgets nothing.
package outgoing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"switchboard/telephony/destination"
	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Limits is what a shop may do.
type Limits struct {
	Enabled    bool
	Countries  []string // besides its own, sorted
	Currency   string
	Hour       int // calls
	HourEach   int // calls of one operator
	DayMinutes int
	HourSpend  destination.Micro
	DaySpend   destination.Micro
	AtOnce     int
	ChangedAt  time.Time // zero: the defaults
	ChangedBy  string
	Home       e164.Country // the shop's own country
}

const unit destination.Micro = 1_000_000

// Defaults hold for a shop that has set nothing: enough to call back the lost
// callers of a busy day, and so little that a thief takes nothing worth it.
func Defaults() Limits {
	return Limits{Enabled: true, Countries: []string{}, Currency: "RUB", Hour: 120, HourEach: 40, DayMinutes: 600, HourSpend: 300 * unit, DaySpend: 1500 * unit, AtOnce: 10}
}

// Most is what an owner may set. Beyond it the platform would owe a carrier
// what the shop may never pay; staff may go on up to what the columns hold.
func Most() Limits {
	return Limits{Hour: 2000, HourEach: 300, DayMinutes: 10_000, HourSpend: 5000 * unit, DaySpend: 30_000 * unit, AtOnce: 100}
}

// most of staff: what no shop has ever needed.
const mostOfStaff = 1_000_000

// row is Limits as they are kept.
type row struct {
	Enabled                            bool
	Countries                          string
	Currency                           string
	Hour, HourEach, DayMinutes, AtOnce int
	HourSpend, DaySpend                int64
	ChangedAt                          time.Time
	ChangedBy                          string
}

// Take returns the shop's limits.
func Take(tx tenant.Tx) (Limits, error) {
	var r row
	res := tx.Query().Raw(`select enabled, array_to_string(countries, ' ') as countries, currency, hour, hour_each, day_minutes, hour_spend, day_spend, at_once,
		changed_at, changed_by from shop.outgoing_limit`).Scan(&r)
	if res.Error != nil {
		return Limits{}, fmt.Errorf("read the limits of calls out: %w", res.Error)
	}
	l := Defaults()
	if res.RowsAffected > 0 {
		l = Limits{
			Enabled: r.Enabled, Countries: strings.Fields(r.Countries), Currency: r.Currency, Hour: r.Hour, HourEach: r.HourEach, DayMinutes: r.DayMinutes,
			HourSpend: destination.Micro(r.HourSpend), DaySpend: destination.Micro(r.DaySpend), AtOnce: r.AtOnce, ChangedAt: r.ChangedAt, ChangedBy: r.ChangedBy,
		}
	}
	var err error
	l.Home, err = home(tx)
	return l, err
}

// home is the country of the shop's first number.
func home(tx tenant.Tx) (e164.Country, error) {
	var number string
	if err := tx.Query().Raw("select e164 from shop.number order by created_at, id limit 1").Scan(&number).Error; err != nil {
		return "", fmt.Errorf("read the shop's country: %w", err)
	}
	if p, ok := destination.Of(e164.Number(number)); ok {
		return p.Country, nil
	}
	return e164.Russia, nil
}

// Set changes the limits. A person of the shop's stays within Most.
func Set(tx tenant.Tx, l Limits, now time.Time) (Limits, error) {
	l, err := l.checked(tx.Scope().Role())
	if err != nil {
		return Limits{}, err
	}
	n, err := tx.Exec(`
		insert into shop.outgoing_limit (enabled, countries, currency, hour, hour_each, day_minutes, hour_spend, day_spend, at_once, changed_at, changed_by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		on conflict (shop_id) do update set enabled = excluded.enabled, countries = excluded.countries, hour = excluded.hour, hour_each = excluded.hour_each,
		  day_minutes = excluded.day_minutes, hour_spend = excluded.hour_spend, day_spend = excluded.day_spend, at_once = excluded.at_once,
		  changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
		l.Enabled, l.Countries, cmp.Or(l.Currency, "RUB"), l.Hour, l.HourEach, l.DayMinutes, int64(l.HourSpend), int64(l.DaySpend), l.AtOnce, now.UTC(), tx.Scope().Actor())
	if err != nil || n != 1 {
		return Limits{}, fmt.Errorf("set the limits of calls out: %w", err)
	}
	detail := map[string]any{"enabled": l.Enabled, "countries": len(l.Countries), "hour": l.Hour, "hour_each": l.HourEach, "day_minutes": l.DayMinutes,
		"hour_spend": l.HourSpend, "day_spend": l.DaySpend, "at_once": l.AtOnce}
	if err := tenant.Audit(tx, "outgoing.limit", tx.Scope().Shop().String(), detail); err != nil {
		return Limits{}, err
	}
	return Take(tx)
}

// checked returns the limits with their countries sorted, or what is wrong.
func (l Limits) checked(role string) (Limits, error) {
	l.Countries = append([]string{}, slices.Compact(slices.Sorted(slices.Values(l.Countries)))...) // null is no array
	var wrong fault.Problems
	for i, c := range l.Countries {
		if _, ok := destination.Country(e164.Country(c)); !ok {
			wrong = append(wrong, fault.Invalid{Field: fmt.Sprintf("countries[%d]", i), Problem: fmt.Sprintf("%q is the code of no country that has telephone numbers", c)})
		}
	}
	most := Most()
	staff := role == "admin" || role == "job"
	for _, f := range []struct {
		field      string
		is, atMost int64
	}{
		{"calls_per_hour", int64(l.Hour), int64(most.Hour)}, {"operator_calls_per_hour", int64(l.HourEach), int64(most.HourEach)},
		{"minutes_per_day", int64(l.DayMinutes), int64(most.DayMinutes)}, {"at_once", int64(l.AtOnce), int64(most.AtOnce)},
		{"spend_per_hour", int64(l.HourSpend / unit), int64(most.HourSpend / unit)}, {"spend_per_day", int64(l.DaySpend / unit), int64(most.DaySpend / unit)},
	} {
		bound := f.atMost
		if staff {
			bound = mostOfStaff
		}
		if f.is < 0 || f.is > bound {
			wrong = append(wrong, fault.Invalid{Field: f.field, Problem: fmt.Sprintf("is from 0 to %d; more is for the platform to allow", bound)})
		}
	}
	if len(wrong) > 0 {
		return l, wrong
	}
	return l, nil
}

// rules are the limits as the core takes them.
func (l Limits) rules() destination.Rules {
	r := destination.Rules{
		On: l.Enabled, Home: l.Home, Currency: l.Currency, Hour: l.Hour, HourEach: l.HourEach, MinutesOfDay: l.DayMinutes,
		SpendOfHour: l.HourSpend, SpendOfDay: l.DaySpend, AtOnce: l.AtOnce,
	}
	for _, c := range l.Countries {
		r.Countries = append(r.Countries, e164.Country(c))
	}
	return r
}

// Spending returns the limits with other caps, in minor units of money.
func (l Limits) Spending(hour, day int64) Limits {
	const minor = 10_000 // millionths
	l.HourSpend, l.DaySpend = destination.Micro(hour)*minor, destination.Micro(day)*minor
	return l
}

// Country is one that can be allowed.
type Country struct {
	Code, Ru, En string
	Hot          bool // dear, or where thieves call
}

// Countries are all of them by code.
func Countries() []Country {
	var all []Country
	for _, p := range destination.Places() {
		all = append(all, Country{string(p.Country), p.Ru, p.En, p.Zone == "hot"})
	}
	return all
}
