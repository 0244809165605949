package rating

import (
	"math"
	"math/bits"

	"switchboard/billing/money"
)

// sixtieths is an exact amount in sixtieths of a millionth of the major unit,
// the unit in which a price per minute times seconds is whole. It holds 128
// bits; the ranges that Tariff and Usage check keep it below 2^90.
type sixtieths struct{ hi, lo uint64 }

// add returns s + rate x times, neither of them negative.
func (s sixtieths) add(rate money.MicroRate, times int64) sixtieths {
	hi, lo := bits.Mul64(uint64(rate), uint64(times))
	lo, carry := bits.Add64(s.lo, lo, 0)
	hi, _ = bits.Add64(s.hi, hi, carry)
	return sixtieths{hi, lo}
}

// times returns s x n.
func (s sixtieths) times(n uint64) sixtieths {
	hi, lo := bits.Mul64(s.lo, n)
	return sixtieths{hi + s.hi*n, lo}
}

// at rounds s once to a whole number of 10^-scale of the major unit. It is not
// ok if that does not fit 64 bits.
func (s sixtieths) at(scale int, round Rounding) (amount int64, ok bool) {
	const micro = 6
	unit := uint64(60)
	if scale <= micro {
		unit *= uint64(money.PowerOfTen(micro - scale))
	} else {
		s = s.times(uint64(money.PowerOfTen(scale - micro)))
	}
	if s.hi >= unit {
		return 0, false
	}
	whole, rest := bits.Div64(s.hi, s.lo, unit)
	if away(whole, rest, unit, round) {
		whole++
	}
	return int64(whole), whole <= math.MaxInt64
}

// away reports whether whole + rest/unit is rounded away from zero.
func away(whole, rest, unit uint64, round Rounding) bool {
	switch round {
	case Up:
		return rest > 0
	case Even:
		return rest > unit-rest || rest == unit-rest && whole%2 == 1
	default:
		return rest >= unit-rest
	}
}
