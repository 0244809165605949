// Package plan is what a shop has agreed to pay, as it is written by a person
// and published, never to change, as a tariff version.
package plan

import (
	"fmt"
	"strings"

	"switchboard/billing/money"
)

// Plan is the plan object of seeds, plan files and published versions. Its
// prices are in the major unit of Currency, per minute where they are rates.
type Plan struct {
	Name     string         `json:"name" yaml:"name"`
	Currency money.Currency `json:"currency" yaml:"currency"`
	BaseFee  Decimal        `json:"base_fee,omitempty" yaml:"base_fee"` // a month

	FirstIncrementS int64    `json:"first_increment_s" yaml:"first_increment_s"`
	NextIncrementS  int64    `json:"next_increment_s" yaml:"next_increment_s"`
	RatePerMin      Decimal  `json:"rate_per_min" yaml:"rate_per_min"`
	NextRatePerMin  Decimal  `json:"next_rate_per_min,omitempty" yaml:"next_rate_per_min"` // after the first increment; empty: rate_per_min
	IncludedS       int64    `json:"included_s,omitempty" yaml:"included_s"`               // billed seconds a month
	SetupFee        Decimal  `json:"setup_fee,omitempty" yaml:"setup_fee"`                 // a call
	Billable        []string `json:"billable,omitempty" yaml:"billable"`                   // ring, queue, talk, hold, wrap_up; empty: talk and hold

	FreeUnderS int64      `json:"free_under_s,omitempty" yaml:"free_under_s"` // a shorter call is free
	FreeCalls  *FreeCalls `json:"free_calls,omitempty" yaml:"free_calls"`
	MaxPerCall Decimal    `json:"max_per_call,omitempty" yaml:"max_per_call"`

	Round string `json:"round,omitempty" yaml:"round"` // half_up (also if empty), up, even, none
	Scale *int   `json:"scale,omitempty" yaml:"scale"` // decimals of a line; absent: the currency's

	Bands []Band `json:"bands,omitempty" yaml:"bands"` // other prices at other hours; the first that fits
	Split string `json:"split,omitempty" yaml:"split"` // per_second (also if empty), at_answer
}

// FreeCalls is how many short calls a month cost nothing.
type FreeCalls struct {
	UpToS    int64 `json:"up_to_s" yaml:"up_to_s"`
	PerMonth int64 `json:"per_month" yaml:"per_month"`
}

// Band is the price of some hours of the week, by the shop's clocks. It starts
// on Days; To not after From is on the next day.
type Band struct {
	Name       string   `json:"name" yaml:"name"`
	Days       []string `json:"days,omitempty" yaml:"days"` // mon ... sun; empty: every day
	From       string   `json:"from" yaml:"from"`           // 00:00
	To         string   `json:"to" yaml:"to"`               // 24:00
	RatePerMin Decimal  `json:"rate_per_min" yaml:"rate_per_min"`
	SetupFee   Decimal  `json:"setup_fee,omitempty" yaml:"setup_fee"`
}

// Decimal is a number as it was written. It is read when the plan is validated,
// so that no float stands between the text and the price, and every mistake is
// told at once.
type Decimal string

// UnmarshalJSON takes "12.00" and 12.00 alike.
func (d *Decimal) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	switch {
	case text == "null":
		text = ""
	case strings.HasPrefix(text, `"`):
		text = strings.Trim(text, `"`)
	case strings.ContainsAny(text[:1], "tf[{"):
		return fmt.Errorf("%s is no number: write it as 12.50 or \"12.50\"", text)
	}
	*d = Decimal(text)
	return nil
}
