package task

import (
	"encoding/json"
	"fmt"
	"time"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/hours"
)

// Rule is when and how often a buyer is called back who does not answer.
type Rule struct {
	Attempts int           // that count; after the last the task is closed
	Busy     time.Duration // until the next one: their line was in use
	Silent   time.Duration // nobody answered
	Ring     time.Duration // how long a telephone rings
	Hours    hours.Week    // in which buyers are called, in the shop's zone
	Source   string        // Hours as they are written, JSON
}

// Usual is the rule of a shop that has set none: hours that every law we know of
// allows on a working day, and no more calls than a buyer bears.
func Usual() Rule {
	return Rule{Attempts: 3, Busy: 10 * time.Minute, Silent: 2 * time.Hour, Ring: 30 * time.Second, Hours: usualHours, Source: usualSource}
}

const usualSource = `{"mon": ["09:00-21:00"], "tue": ["09:00-21:00"], "wed": ["09:00-21:00"], "thu": ["09:00-21:00"], "fri": ["09:00-21:00"], "sat": ["09:00-21:00"], "sun": ["09:00-21:00"]}`

var usualHours = func() hours.Week {
	w, err := hours.Parse([]byte(usualSource))
	if err != nil {
		panic("the usual hours: " + err.Error())
	}
	return w
}()

// Result says what came of one attempt to call a buyer.
type Result string

// The results. Those that count are the buyer's doing, or their telephone's.
const (
	Answered Result = "answered"
	InUse    Result = "busy"    // their line
	Silent   Result = "silent"  // it rang
	Rejected Result = "refused" // by a key
	NoWay    Result = "failed"  // no such number, or no carrier took it
	Barred   Result = "barred"  // our own rules of calls out
	Dropped  Result = "dropped" // the operator hung up, or did not take their own telephone
	Rang     Result = "rang"    // the buyer rang meanwhile
	Cut      Result = "cut"     // the node died
)

// Counts reports whether the attempt is one of those that the rule allows.
func (r Result) Counts() bool { return r == InUse || r == Silent || r == Rejected || r == NoWay }

// ResultOf is what a telephone's final answer means (RFC 3261, 21.4 and 21.6). 0
// is none.
func ResultOf(sip int) Result {
	switch sip {
	case 486, 600:
		return InUse
	case 0, 408, 480, 487:
		return Silent
	case 603, 607, 608:
		return Rejected
	case 403:
		return Barred
	default:
		return NoWay
	}
}

// Next returns when the buyer may be called again after an attempt that ended at
// an instant in the shop's zone. It reports false if they are not.
func (r Rule) Next(was Result, at time.Time) (time.Time, bool) {
	gap := r.Silent
	switch was {
	case InUse, NoWay, Barred:
		gap = r.Busy
	case Dropped, Cut:
		gap = 0
	}
	return r.Hours.Next(at.Add(gap))
}

// row is a Rule as it is kept.
type row struct {
	Attempts, BusyS, SilentS, RingS int
	Hours                           json.RawMessage
}

func (r row) rule() (Rule, error) {
	week, err := hours.Parse(r.Hours)
	second := func(n int) time.Duration { return time.Duration(n) * time.Second }
	return Rule{Attempts: r.Attempts, Busy: second(r.BusyS), Silent: second(r.SilentS), Ring: second(r.RingS), Hours: week, Source: string(r.Hours)}, err
}

// TakeRule returns the shop's rule.
func TakeRule(tx tenant.Tx) (Rule, error) {
	var r row
	res := tx.Query().Raw("select attempts, busy_s, silent_s, ring_s, hours from shop.callback_rule").Scan(&r)
	if res.Error != nil {
		return Rule{}, fmt.Errorf("read the rule of callbacks: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return Usual(), nil
	}
	rule, err := r.rule()
	if err != nil {
		return Rule{}, fmt.Errorf("read the rule of callbacks: %w", err)
	}
	return rule, nil
}

// SetRule changes the shop's rule.
func SetRule(tx tenant.Tx, r Rule, now time.Time) (Rule, error) {
	if err := r.check(); err != nil {
		return Rule{}, err
	}
	_, err := tx.Exec(`
		insert into shop.callback_rule (attempts, busy_s, silent_s, ring_s, hours, changed_at, changed_by) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (shop_id) do update set attempts = excluded.attempts, busy_s = excluded.busy_s, silent_s = excluded.silent_s, ring_s = excluded.ring_s,
		  hours = excluded.hours, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
		r.Attempts, seconds(r.Busy), seconds(r.Silent), seconds(r.Ring), r.Source, now.UTC(), tx.Scope().Actor())
	if err != nil {
		return Rule{}, fmt.Errorf("set the rule of callbacks: %w", err)
	}
	if err := tenant.Audit(tx, "callback.rule", tx.Scope().Shop().String(), map[string]any{"attempts": r.Attempts, "busy_s": seconds(r.Busy), "silent_s": seconds(r.Silent)}); err != nil {
		return Rule{}, err
	}
	return TakeRule(tx)
}

func seconds(d time.Duration) int { return int(d / time.Second) }

// check returns what is wrong with a rule. Its bounds are those of the table.
func (r Rule) check() error {
	var wrong fault.Problems
	for _, f := range []struct {
		field        string
		is, from, to int
	}{
		{"attempts", r.Attempts, 1, 10}, {"busy_s", seconds(r.Busy), 60, 86_400}, {"silent_s", seconds(r.Silent), 300, 604_800}, {"ring_s", seconds(r.Ring), 15, 60},
	} {
		if f.is < f.from || f.is > f.to {
			wrong = append(wrong, fault.Invalid{Field: f.field, Problem: fmt.Sprintf("is from %d to %d", f.from, f.to)})
		}
	}
	week, err := hours.Parse([]byte(r.Source))
	if err != nil {
		wrong = append(wrong, fault.Invalid{Field: "hours", Problem: err.Error()})
	} else if _, ever := week.Next(time.Unix(0, 0).UTC()); !ever {
		wrong = append(wrong, fault.Invalid{Field: "hours", Problem: "are none: then nobody is ever called back"})
	}
	return wrong.Err()
}
