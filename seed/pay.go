package seed

import (
	"fmt"

	"switchboard/billing/money"
	"switchboard/billing/plan"
	"switchboard/billing/wage"
	"switchboard/tenant"
)

// Pay is what every operator's work is paid by: prices of a minute. Absent:
// nothing is agreed, or what was agreed before stays.
type Pay struct {
	Currency     string       `yaml:"currency"`
	TalkPerMin   plan.Decimal `yaml:"talk_per_min"`
	HoldPerMin   plan.Decimal `yaml:"hold_per_min"`
	WrapUpPerMin plan.Decimal `yaml:"wrap_up_per_min"`
}

func (c *checker) pay(p *Pay) {
	if p == nil {
		return
	}
	t := wage.Terms{Currency: money.Currency(p.Currency)}
	if !t.Currency.Known() {
		c.wrong([]any{"pay", "currency"}, "%q is no currency that we count in: write an ISO 4217 code such as RUB", p.Currency)
	}
	for _, r := range []struct {
		field string
		text  plan.Decimal
		into  *money.MicroRate
	}{{"talk_per_min", p.TalkPerMin, &t.Talk}, {"hold_per_min", p.HoldPerMin, &t.Hold}, {"wrap_up_per_min", p.WrapUpPerMin, &t.WrapUp}} {
		if r.text == "" {
			continue // that work is not paid for
		}
		var err error
		if *r.into, err = money.ParseMicroRate(string(r.text)); err != nil {
			c.wrong([]any{"pay", r.field}, "is no price: %v", err)
		}
	}
	c.plan.pay = &t
}

// agree writes the terms down from now on, unless they are what counts already.
func (s *Seeder) agree(tx tenant.AcrossTx, p *Plan) error {
	if p.pay == nil {
		return nil
	}
	if err := wage.Agree(tx, nil, *p.pay, s.now()); err != nil {
		return fmt.Errorf("seed the pay: %w", err)
	}
	return nil
}
