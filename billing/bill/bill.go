// Package bill tells a shop how the charge of a call was reckoned.
package bill

import (
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/money"
	"switchboard/billing/rating"
	"switchboard/tenant"
)

// Bill is what a shop owes for a call, with each step that led there. It is
// read from the charge's own record, which needs nothing else.
type Bill struct {
	Plan        string
	PlanVersion int
	Currency    string
	Amount      int64 // whole 10^-Scale of the currency's major unit, without VAT
	Scale       int
	PostedAt    time.Time
	Proven      bool // reckoned again from its record, it gives the same
	Record      rating.Charge
	Steps       []string // in words, for machines to quote
	Parts       []Part
	Rounding    int64 // of Amount: what whole seconds and increments cost; 0 where the price is no single one
}

// Part is one part of the call's time.
type Part struct {
	Name     string // ring, queue, talk, hold, wrap_up
	MS       int64
	Billable bool
}

type row struct {
	Amount   int64
	Scale    int
	Currency string
	Explain  string
	PostedAt time.Time
}

// Of returns the bill of a call: its newest charge that stands. It is not ok if
// there is none.
func Of(tx tenant.Tx, call uuid.UUID) (b Bill, ok bool, err error) {
	var r row
	res := tx.Query().Raw(`
		select c.amount, c.scale, c.currency, c.explain::text as explain, c.posted_at from shop.charge c
		 where c.subject = 'shop' and c.call_id = ? and c.kind = 'usage'
		   and not exists (select 1 from shop.charge r where r.reverses_id = c.id)
		 order by c.version desc, c.leg limit 1`, call).Scan(&r)
	if res.Error != nil || res.RowsAffected == 0 {
		return Bill{}, false, wrap(call, res.Error)
	}
	if b, err = r.read(); err != nil {
		return Bill{}, false, wrap(call, err)
	}
	return b, true, nil
}

func wrap(call uuid.UUID, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("read the bill of call %s: %w", call, err)
}

func (r row) read() (Bill, error) {
	var record struct {
		Plan        string `json:"plan"`
		PlanVersion int    `json:"plan_version"`
		rating.Explain
	}
	if err := json.Unmarshal([]byte(r.Explain), &record); err != nil {
		return Bill{}, err
	}
	again, err := rating.Recompute(record.Explain)
	c := record.Explain.Charge
	return Bill{
		Plan: record.Plan, PlanVersion: record.PlanVersion, Currency: r.Currency, Amount: r.Amount, Scale: r.Scale, PostedAt: r.PostedAt,
		Proven: err == nil && again.Amount == r.Amount && again.Scale == r.Scale,
		Record: c, Steps: record.Steps, Parts: parts(c), Rounding: rounding(c),
	}, nil
}

func parts(c rating.Charge) []Part {
	u := c.Usage
	all := []Part{{"ring", u.RingMs, false}, {"queue", u.QueueMs, false}, {"talk", u.TalkMs, false}, {"hold", u.HoldMs, false}, {"wrap_up", u.WrapUpMs, false}}
	for i := range all {
		all[i].Billable = c.Tariff.Billable&(1<<i) != 0
	}
	return all
}

// rounding is the price of the milliseconds that were billed beyond those that
// were counted, rounded half up. Included seconds, bands, caps and free calls
// have no such price.
func rounding(c rating.Charge) int64 {
	if c.Free != "" || c.Capped || c.IncludedS > 0 || len(c.Segments) != 1 {
		return 0
	}
	over := big.NewInt(c.BilledS*1000 - c.RawMs)
	cost := over.Mul(over, big.NewInt(int64(c.Segments[0].Rate)))
	cost.Mul(cost, big.NewInt(money.PowerOfTen(c.Scale))) // millionths a minute x ms
	const whole = 60_000 * 1_000_000
	return cost.Add(cost, big.NewInt(whole/2)).Div(cost, big.NewInt(whole)).Int64()
}
