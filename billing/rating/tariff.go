// Package rating says what a call costs, exactly, as a pure function of a
// tariff and the call's lengths.
package rating

import (
	"fmt"

	"switchboard/billing/money"
)

// Limits that keep every product far inside 128 bits, so that only the final
// amount can be too large.
const (
	MaxIncrementS = 86_400            // a day
	MaxPartMs     = 1_000_000_000_000 // 31 years in one part of a call
	MaxScale      = 9                 // decimals of the major unit
)

// Tariff is what one published version of a plan says about a call. Prices are
// per minute, in the major unit of Currency.
type Tariff struct {
	Currency money.Currency  `json:"currency"`
	FirstS   int64           `json:"first_increment_s"`
	NextS    int64           `json:"next_increment_s"`
	Rate     money.MicroRate `json:"rate_per_min"`
	NextRate money.MicroRate `json:"next_rate_per_min"` // of what follows the first increment; mostly equal to Rate
	Setup    money.MicroRate `json:"setup_fee"`         // once a call that is not free
	Billable Parts           `json:"billable"`

	FreeUnderS int64 `json:"free_under_s,omitempty"` // a shorter call is free: a threshold, no deduction
	// FreeUpToS is the longest call that the month's free calls cover; 0 for none.
	FreeUpToS  int64           `json:"free_calls_up_to_s,omitempty"`
	MaxPerCall money.MicroRate `json:"max_per_call,omitempty"` // 0 for no cap

	Round Rounding `json:"round"`
	Scale int      `json:"scale"` // decimals of a line, at least the currency's
	Bands []Band   `json:"bands,omitempty"`
	Split Split    `json:"split,omitempty"`
}

// Rule names how seconds and money are rounded, as an export line shows it:
// "60/60 half_up".
func (t Tariff) Rule() string {
	rule := fmt.Sprintf("%d/%d %s", t.FirstS, t.NextS, t.Round)
	if t.Round != None && t.Scale != t.Currency.Exponent() {
		rule += fmt.Sprintf(" %d decimals", t.Scale)
	}
	if t.FreeUnderS > 0 {
		rule += fmt.Sprintf(" free under %d s", t.FreeUnderS)
	}
	if len(t.Bands) > 0 {
		rule += " " + t.Split.String()
	}
	return rule
}

// check refuses a tariff that plan.Validate would have refused, so that the
// arithmetic may rely on its ranges.
func (t *Tariff) check() error {
	switch {
	case t.FirstS < 1 || t.FirstS > MaxIncrementS || t.NextS < 1 || t.NextS > MaxIncrementS:
		return fmt.Errorf("increments %d/%d are not within 1..%d s", t.FirstS, t.NextS, MaxIncrementS)
	case !priced(t.Rate) || !priced(t.NextRate) || !priced(t.Setup) || !priced(t.MaxPerCall):
		return fmt.Errorf("a price is not within 0..%s", money.MaxMicroRate)
	case t.FreeUnderS < 0 || t.FreeUpToS < 0:
		return fmt.Errorf("a free length is below 0")
	case t.Round > None || t.Scale < t.Currency.Exponent() || t.Scale > MaxScale:
		return fmt.Errorf("no rounding %d to %d decimals", t.Round, t.Scale)
	case t.Billable == 0 || t.Billable >= everyPart<<1:
		return fmt.Errorf("no part of the call is billable")
	case !t.MaxPerCall.Fits(t.lineScale()):
		return fmt.Errorf("the cap %s is finer than a line", t.MaxPerCall)
	}
	for i := range t.Bands {
		if err := t.Bands[i].check(); err != nil {
			return err
		}
	}
	return nil
}

func priced(r money.MicroRate) bool { return r >= 0 && r <= money.MaxMicroRate }

// lineScale is the decimals of the amount: those of the line, or the finest
// that are kept where the tariff rounds nothing.
func (t *Tariff) lineScale() int {
	if t.Round == None {
		return MaxScale
	}
	return t.Scale
}

// Rounding is how the exact amount of a line becomes one that can be paid.
type Rounding uint8

// The ways to round. HalfUp is half away from zero, so that a reversal is the
// exact negative; Up is the full cent of old tariffs; None keeps MaxScale
// decimals (and the last of them half up).
const (
	HalfUp Rounding = iota
	Up
	Even
	None
)

var roundings = []string{"half_up", "up", "even", "none"}

func (r Rounding) String() string { return roundings[r] }

// Parts is the parts of a call that are billed.
type Parts uint8

// The parts, in the order of a call.
const (
	Ring Parts = 1 << iota
	Queue
	Talk
	Hold
	WrapUp
	everyPart = WrapUp
)

var partNames = []string{"ring", "queue", "talk", "hold", "wrap_up"}

// Split is which band prices a call that crosses from one into another.
type Split uint8

// PerSecond gives an increment to the band in which it starts; AtAnswer gives
// the whole call to the band in which it was answered.
const (
	PerSecond Split = iota
	AtAnswer
)

var splits = []string{"per_second", "at_answer"}

func (s Split) String() string { return splits[s] }
