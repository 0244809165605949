// Package money is exact amounts and prices: whole minor units of a currency,
// prices in millionths of its major unit. Nothing here is a float.
package money

import (
	"errors"
	"fmt"
	"math"
)

// Currency is an ISO 4217 code.
type Currency string

// The currencies that tests and seeds name. Every key of exponents is usable.
const (
	RUB Currency = "RUB"
	USD Currency = "USD"
	EUR Currency = "EUR"
	GBP Currency = "GBP"
	JPY Currency = "JPY"
	KWD Currency = "KWD"
)

// exponents is how many decimals the minor unit has, ISO 4217 list one.
var exponents = map[Currency]int{
	"AED": 2, "AMD": 2, "ARS": 2, "AUD": 2, "AZN": 2, "BGN": 2, "BRL": 2, "BYN": 2, "CAD": 2,
	"CHF": 2, "CNY": 2, "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2, "GEL": 2, "HKD": 2, "HUF": 2,
	"IDR": 2, "ILS": 2, "INR": 2, "KGS": 2, "KZT": 2, "MDL": 2, "MXN": 2, "MYR": 2, "NOK": 2,
	"NZD": 2, "PHP": 2, "PLN": 2, "RON": 2, "RSD": 2, "RUB": 2, "SAR": 2, "SEK": 2, "SGD": 2,
	"THB": 2, "TJS": 2, "TRY": 2, "TWD": 2, "UAH": 2, "USD": 2, "UZS": 2, "ZAR": 2,
	"CLP": 0, "ISK": 0, "JPY": 0, "KRW": 0, "VND": 0,
	"BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3,
}

// Known reports whether amounts in c can be counted here.
func (c Currency) Known() bool {
	_, ok := exponents[c]
	return ok
}

// Exponent returns how many decimals the minor unit of c has: 2 for RUB, 0 for
// JPY. An unknown currency has 2; ask Known first.
func (c Currency) Exponent() int {
	if n, ok := exponents[c]; ok {
		return n
	}
	return 2
}

// Amount is a sum of money in minor units (kopecks, cents).
type Amount struct {
	Minor    int64    `json:"minor"`
	Currency Currency `json:"currency"`
}

// ErrOverflow is a sum that 64 bits cannot hold. It is a mistake of the data:
// no shop owes 92 quadrillion rubles.
var ErrOverflow = errors.New("the amount does not fit 64 bits")

// Parse reads a decimal text such as "12.00" as an amount of c. More decimals
// than c has are refused, not rounded.
func Parse(text string, c Currency) (Amount, error) {
	if !c.Known() {
		return Amount{}, fmt.Errorf("%q is no currency that we count in: write an ISO 4217 code such as RUB", string(c))
	}
	minor, err := ParseFixed(text, c.Exponent())
	if err != nil {
		return Amount{}, err
	}
	return Amount{minor, c}, nil
}

// Add returns a + b. Sums of two currencies and overflow are errors.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, fmt.Errorf("add %s to %s: the currencies differ", b, a)
	}
	sum := a.Minor + b.Minor
	if (sum > a.Minor) != (b.Minor > 0) {
		return Amount{}, fmt.Errorf("add %s to %s: %w", b, a, ErrOverflow)
	}
	return Amount{sum, a.Currency}, nil
}

// Negate returns -a, which exactly undoes a.
func (a Amount) Negate() (Amount, error) {
	if a.Minor == math.MinInt64 {
		return Amount{}, fmt.Errorf("negate %s: %w", a, ErrOverflow)
	}
	return Amount{-a.Minor, a.Currency}, nil
}

// Sub returns a - b.
func (a Amount) Sub(b Amount) (Amount, error) {
	minus, err := b.Negate()
	if err != nil {
		return Amount{}, err
	}
	return a.Add(minus)
}

// Decimal returns the amount in major units with all decimals of its currency
// and a point: "-1234.50". Parse reads it back.
func (a Amount) Decimal() string { return FormatFixed(a.Minor, a.Currency.Exponent()) }

// String returns the amount for logs and errors: "1234.50 RUB".
func (a Amount) String() string { return a.Decimal() + " " + string(a.Currency) }
