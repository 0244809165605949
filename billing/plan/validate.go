package plan

import (
	"fmt"
	"strings"

	"switchboard/billing/money"
	"switchboard/billing/rating"
	"switchboard/tenant/fault"
)

const (
	maxNameBytes  = 100
	maxIncludedS  = 1_000_000_000 // 31 years: a slip of the keyboard
	maxFreeCalls  = 1_000_000
	maxWeekBands  = 100
	minutesOfADay = 24 * 60
)

// Validate returns every mistake of the plan, in the order of its fields; none
// if it may be published.
func (p Plan) Validate() fault.Problems {
	_, problems := p.read()
	return problems
}

// Tariff returns what the plan says about a call, or all its mistakes.
func (p Plan) Tariff() (rating.Tariff, error) {
	t, problems := p.read()
	return t, problems.Err()
}

// reading collects mistakes while the plan is read.
type reading struct{ problems fault.Problems }

func (r *reading) wrong(field, format string, args ...any) {
	r.problems = append(r.problems, fault.Invalid{Field: field, Problem: fmt.Sprintf(format, args...)})
}

// check notes err as a mistake of field.
func (r *reading) check(field string, err error) {
	if err != nil {
		r.wrong(field, "%v", err)
	}
}

func (p Plan) read() (rating.Tariff, fault.Problems) {
	r := &reading{}
	t := rating.Tariff{Currency: p.Currency, FirstS: p.FirstIncrementS, NextS: p.NextIncrementS}
	r.head(p)
	r.within("first_increment_s", p.FirstIncrementS, 1, rating.MaxIncrementS)
	r.within("next_increment_s", p.NextIncrementS, 1, rating.MaxIncrementS)
	t.Rate = r.price("rate_per_min", p.RatePerMin)
	t.NextRate = t.Rate
	if p.NextRatePerMin != "" {
		t.NextRate = r.price("next_rate_per_min", p.NextRatePerMin)
	}
	r.within("included_s", p.IncludedS, 0, maxIncludedS)
	t.Setup = r.fee("setup_fee", p.SetupFee)
	t.Billable = r.billable(p.Billable)
	r.within("free_under_s", p.FreeUnderS, 0, rating.MaxIncrementS)
	t.FreeUnderS = p.FreeUnderS
	t.FreeUpToS = r.freeCalls(p.FreeCalls)
	t.Round, t.Scale = r.rounding(p)
	t.MaxPerCall = r.cap(p.MaxPerCall, t)
	t.Bands = r.bands(p)
	t.Split = r.split(p)
	return t, r.problems
}

// head reads what is not about a call.
func (r *reading) head(p Plan) {
	if strings.TrimSpace(p.Name) == "" || len(p.Name) > maxNameBytes {
		r.wrong("name", "give the plan a name of 1..%d bytes", maxNameBytes)
	}
	if !p.Currency.Known() {
		r.wrong("currency", "%q is no currency that we count in: write an ISO 4217 code such as RUB", string(p.Currency))
	}
	if p.BaseFee == "" {
		return
	}
	digits := p.Currency.Exponent()
	switch fee, err := money.ParseFixed(string(p.BaseFee), digits); {
	case err != nil:
		r.wrong("base_fee", "%v", err)
	case fee < 0:
		r.wrong("base_fee", "%q is below 0", p.BaseFee)
	}
}

func (r *reading) within(field string, v, low, high int64) {
	if v < low || v > high {
		r.wrong(field, "%d is not within %d..%d", v, low, high)
	}
}

// price reads a price that must be there.
func (r *reading) price(field string, text Decimal) money.MicroRate {
	if text == "" {
		r.wrong(field, "is missing: write the price of a minute, such as 12.00")
		return 0
	}
	rate, err := money.ParseMicroRate(string(text))
	r.check(field, err)
	return rate
}

// fee reads a price that may be absent: then it is 0.
func (r *reading) fee(field string, text Decimal) money.MicroRate {
	if text == "" {
		return 0
	}
	return r.price(field, text)
}

func (r *reading) billable(names []string) (parts rating.Parts) {
	if len(names) == 0 {
		return rating.Talk | rating.Hold
	}
	for i, name := range names {
		field := fmt.Sprintf("billable[%d]", i)
		part, err := rating.ParsePart(name)
		switch {
		case err != nil:
			r.wrong(field, "%v", err)
		case parts&part != 0:
			r.wrong(field, "%s is there twice", name)
		default:
			parts |= part
		}
	}
	return parts
}

func (r *reading) freeCalls(f *FreeCalls) (upToS int64) {
	if f == nil {
		return 0
	}
	r.within("free_calls.up_to_s", f.UpToS, 1, rating.MaxIncrementS)
	r.within("free_calls.per_month", f.PerMonth, 1, maxFreeCalls)
	return f.UpToS
}

// rounding reads round and scale. A line is never coarser than the currency.
func (r *reading) rounding(p Plan) (round rating.Rounding, scale int) {
	scale = p.Currency.Exponent()
	if p.Round != "" {
		var err error
		round, err = rating.ParseRounding(p.Round)
		r.check("round", err)
	}
	switch {
	case p.Scale == nil:
	case round == rating.None:
		r.wrong("scale", "round: none keeps every decimal, so leave scale out")
	case *p.Scale < scale || *p.Scale > rating.MaxScale:
		r.wrong("scale", "%d is not within %d..%d decimals", *p.Scale, scale, rating.MaxScale)
	default:
		scale = *p.Scale
	}
	return round, scale
}

// cap reads the most that a call may cost.
func (r *reading) cap(text Decimal, t rating.Tariff) money.MicroRate {
	if text == "" {
		return 0
	}
	const field = "max_per_call"
	limit, err := money.ParseMicroRate(string(text))
	switch {
	case err != nil:
		r.wrong(field, "%v", err)
	case limit == 0:
		r.wrong(field, "0 would make every call free: leave it out for no cap")
	case t.Round != rating.None && !limit.Fits(t.Scale):
		r.wrong(field, "%s is finer than the %d decimals of a line", limit, t.Scale)
	default:
		return limit
	}
	return 0
}
