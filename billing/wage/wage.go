// Package wage computes what work earns an operator, as lines with their
// arithmetic. It is the first form: figures for the operator's own screen,
// not yet postings of the ledger.
package wage

import (
	"fmt"
	"math/big"

	"switchboard/billing/money"
)

// Terms are what an operator's work is paid by: rates of a minute.
type Terms struct {
	Currency money.Currency
	Talk     money.MicroRate
	Hold     money.MicroRate
	WrapUp   money.MicroRate
}

// Work is what an operator did in a call, in milliseconds.
type Work struct{ TalkMS, HoldMS, WrapUpMS int64 }

// Part is one kind of work in a line.
type Part struct {
	Name string // talk, hold, wrap_up
	MS   int64
	Rate money.MicroRate // of a minute
}

// Line is what a call earns: the parts, each ms x rate / 60000, are added, and
// the sum is rounded once, half away from zero.
type Line struct {
	Amount money.Amount
	Exact  string // the sum before rounding, in major units
	Parts  []Part // those that have work in them
}

// exactDigits are the decimals of a sum that has no end.
const exactDigits = 6

// For returns the line of a call.
func (t Terms) For(w Work) (Line, error) {
	l := Line{Parts: []Part{}}
	sum := new(big.Rat)
	for _, p := range []Part{{"talk", w.TalkMS, t.Talk}, {"hold", w.HoldMS, t.Hold}, {"wrap_up", w.WrapUpMS, t.WrapUp}} {
		if p.MS == 0 {
			continue
		}
		l.Parts = append(l.Parts, p)
		sum.Add(sum, p.earns())
	}
	minor, err := round(sum, t.Currency.Exponent())
	if err != nil {
		return Line{}, fmt.Errorf("pay %+v by %+v: %w", w, t, err)
	}
	l.Amount, l.Exact = money.Amount{Minor: minor, Currency: t.Currency}, text(sum)
	return l, nil
}

// earns returns what a part earns in major units: its rate is in millionths of
// them, of a minute.
func (p Part) earns() *big.Rat {
	worth := new(big.Int).Mul(big.NewInt(p.MS), big.NewInt(int64(p.Rate)))
	return new(big.Rat).SetFrac(worth, big.NewInt(60_000*1_000_000))
}

// round returns a sum of major units in minor ones, half away from zero.
func round(sum *big.Rat, digits int) (int64, error) {
	minor := new(big.Rat).Mul(sum, new(big.Rat).SetInt64(money.PowerOfTen(digits)))
	twice := new(big.Int).Lsh(new(big.Int).Abs(minor.Num()), 1)
	whole := new(big.Int).Quo(twice.Add(twice, minor.Denom()), new(big.Int).Lsh(minor.Denom(), 1))
	if minor.Sign() < 0 {
		whole.Neg(whole)
	}
	if !whole.IsInt64() {
		return 0, money.ErrOverflow
	}
	return whole.Int64(), nil
}

// text writes a sum as a decimal: whole if it has an end within exactDigits,
// else cut there with dots.
func text(sum *big.Rat) string {
	cut := sum.FloatString(exactDigits)
	if back, ok := new(big.Rat).SetString(cut); ok && back.Cmp(sum) == 0 {
		return trimmed(cut)
	}
	unit := big.NewInt(money.PowerOfTen(exactDigits))
	whole := new(big.Int).Mul(sum.Num(), unit)
	return new(big.Rat).SetFrac(whole.Quo(whole, sum.Denom()), unit).FloatString(exactDigits) + "..."
}

// trimmed keeps two decimals at least.
func trimmed(decimal string) string {
	for range exactDigits - 2 {
		if decimal[len(decimal)-1] != '0' {
			break
		}
		decimal = decimal[:len(decimal)-1]
	}
	return decimal
}
