package money

import (
	"fmt"
	"strings"
)

// MicroRate is a price in millionths of the major unit, usually of one minute:
// 12.50 RUB a minute is 12_500_000. A price of one second is never stored, since
// 18.50 a minute is not a whole number of millionths a second.
type MicroRate int64

// microDecimals is the decimals of a MicroRate.
const microDecimals = 6

// MaxMicroRate keeps a price below a thousand million major units, so that a
// slip of the keyboard is noticed before it is multiplied.
const MaxMicroRate MicroRate = 1e15

// ParseMicroRate reads a decimal price exactly: "0.049" is 49_000. A price is
// not negative.
func ParseMicroRate(text string) (MicroRate, error) {
	v, err := ParseFixed(text, microDecimals)
	switch {
	case err != nil:
		return 0, err
	case v < 0:
		return 0, fmt.Errorf("%q is below 0", text)
	case v > int64(MaxMicroRate):
		return 0, fmt.Errorf("%q is above %s", text, MaxMicroRate)
	}
	return MicroRate(v), nil
}

// String writes the price with two decimals, or as many as it needs: "12.00",
// "0.049".
func (r MicroRate) String() string {
	text := FormatFixed(int64(r), microDecimals)
	for range microDecimals - 2 {
		if !strings.HasSuffix(text, "0") {
			break
		}
		text = text[:len(text)-1]
	}
	return text
}

// MarshalText writes the price as String does, so that JSON holds "12.00".
func (r MicroRate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (r *MicroRate) UnmarshalText(text []byte) error {
	v, err := ParseMicroRate(string(text))
	if err != nil {
		return err
	}
	*r = v
	return nil
}

// Fits reports whether the price is a whole number of 10^-digits.
func (r MicroRate) Fits(digits int) bool {
	return digits >= microDecimals || digits >= 0 && int64(r)%PowerOfTen(microDecimals-digits) == 0
}
