// Package ledger posts what a finished call costs: charges that explain
// themselves and transfers of double entry, each exactly once, none ever changed.
package ledger

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/money"
	"switchboard/billing/plan"
	"switchboard/billing/rating"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
)

// Posted is what a Post left in the books for a leg.
type Posted struct {
	ChargeID  uuid.UUID // uuid.Nil: nothing is owed, or a newer version of the record is there
	Amount    money.Amount
	BilledS   int64
	IncludedS int64
	Again     bool // it had been posted before
	Reversed  int  // charges of older versions that were taken back now
}

// Record is what is stored with a charge: the arithmetic, from which
// rating.Recompute gives the same amount alone, and where its inputs are from.
type Record struct {
	Plan        string `json:"plan"`
	PlanVersion int    `json:"plan_version"`
	CDR         string `json:"cdr_sha256"` // of the call_leg that was rated
	rating.Explain
}

// Post charges the shop of tx for a finished leg, in tx or not at all. A leg that
// nobody answered costs nothing and leaves nothing. Posting the same record again
// changes nothing; a newer version of it takes the older one's charge back,
// exactly, and posts its own. An older version that comes late leaves nothing,
// since the newest has a job of its own. A record that says other than the one
// which was posted under its version is fault.Conflict; a leg that is not there,
// or was answered while the shop was on no plan, is fault.NotFound.
func Post(tx tenant.Tx, f cdr.FinishedCall, now time.Time) (Posted, error) {
	p, err := post(tx, f, now.UTC().Truncate(time.Microsecond))
	if err != nil {
		return Posted{}, fmt.Errorf("post leg %d of call %s, version %d: %w", f.Leg, f.CallID, f.Version, err)
	}
	return p, nil
}

func post(tx tenant.Tx, f cdr.FinishedCall, now time.Time) (Posted, error) {
	if err := lockLeg(tx, f); err != nil {
		return Posted{}, err
	}
	l, err := readLeg(tx, f)
	if err != nil || l.Newest > f.Version {
		return Posted{}, err
	}
	charges, err := readCharges(tx, f)
	if err != nil {
		return Posted{}, err
	}
	if c, ok := charges[f.Version]; ok {
		return c.again(l)
	}
	reversed, err := reverseAll(tx, charges, f.Version, now)
	if err != nil {
		return Posted{}, err
	}
	p := Posted{}
	if l.AnsweredAt != nil {
		if p, err = charge(tx, l, now); err != nil {
			return Posted{}, err
		}
	}
	p.Reversed = reversed
	return p, nil
}

// again returns what was posted for the record, if it was this one.
func (c posted) again(l leg) (Posted, error) {
	if c.CDR != l.SHA256 {
		return Posted{}, fmt.Errorf("charge %s was posted for other content (%s, now %s): %w", c.ID, c.CDR, l.SHA256, fault.Conflict)
	}
	return Posted{
		ChargeID: c.ID, Amount: money.Amount{Minor: c.Amount, Currency: c.Currency},
		BilledS: c.BilledS, IncludedS: c.BundleS, Again: true,
	}, nil
}

// reverseAll takes back every charge of a version before newer that still
// stands, and returns how many.
func reverseAll(tx tenant.Tx, charges map[int]posted, newer int, now time.Time) (n int, err error) {
	for version, c := range charges {
		if version >= newer || c.Reversed {
			continue
		}
		if err := reverse(tx, c, newer, now); err != nil {
			return n, fmt.Errorf("reverse charge %s: %w", c.ID, err)
		}
		n++
	}
	return n, nil
}

// charge rates the leg by the terms of the moment it was answered, and posts.
func charge(tx tenant.Tx, l leg, now time.Time) (Posted, error) {
	terms, err := plan.At(tx, *l.AnsweredAt)
	if err != nil {
		return Posted{}, err
	}
	usage := l.usage(terms.Zone)
	period := plan.Period(*l.AnsweredAt, terms.Zone)
	if usage.IncludedLeftS, usage.FreeCallsLeft, err = allowance(tx, terms, period); err != nil {
		return Posted{}, err
	}
	c, err := rating.Rate(terms.Tariff, usage)
	if err != nil {
		return Posted{}, fmt.Errorf("rate by version %d of plan %s: %w", terms.Version, terms.Plan.Name, err)
	}
	amount, whole := c.Minor()
	if !whole {
		return Posted{}, fmt.Errorf("%s minor units of %s are not whole", c.MinorText(), amount.Currency)
	}
	record, err := json.Marshal(Record{terms.Plan.Name, terms.Version, l.SHA256, c.Explain()})
	if err != nil {
		return Posted{}, err
	}
	e := entry{
		leg: l, terms: terms, period: period, charge: c, amount: amount, record: record,
		id: uuid.Must(uuid.NewV7()), at: now,
	}
	if err := e.insert(tx); err != nil {
		return Posted{}, err
	}
	return Posted{ChargeID: e.id, Amount: amount, BilledS: c.BilledS, IncludedS: c.IncludedS}, nil
}

// usage is the leg as rating sees it. The greeting is no part that can be billed.
func (l leg) usage(zone *time.Location) rating.Usage {
	at := l.AnsweredAt.In(zone)
	u := rating.Usage{
		Answered: true, AnsweredMs: at.UnixMilli(),
		RingMs: l.RingMS, QueueMs: l.QueueMS, TalkMs: l.TalkMS, HoldMs: l.HoldMS, WrapUpMs: l.WrapUpMS,
	}
	u.Zone = rating.ZoneOf(at, u.Lasting())
	return u
}

// allowance returns what is left of the month's included seconds and free calls.
// Where a plan has such, the shop's calls of a month are posted one after the
// other, since each leaves less to the next; else nothing waits.
func allowance(tx tenant.Tx, terms plan.Terms, period string) (includedS, freeCalls int64, err error) {
	free := terms.Plan.FreeCalls
	if terms.Plan.IncludedS == 0 && free == nil {
		return 0, 0, nil
	}
	usedS, usedCalls, err := readUsed(tx, terms.PlanID, period)
	if err != nil {
		return 0, 0, fmt.Errorf("what is left of %s: %w", period, err)
	}
	if free != nil {
		freeCalls = max(0, free.PerMonth-usedCalls)
	}
	return max(0, terms.Plan.IncludedS-usedS), freeCalls, nil
}
