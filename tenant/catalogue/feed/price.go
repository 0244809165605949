package feed

import (
	"fmt"
	"strconv"
	"strings"

	"switchboard/billing/money"
)

// maxMinor is the highest price that is believed: ten billion rubles.
const maxMinor = 1_000_000_000_000

// minor reads a price into minor units, and says what is wrong with it. The
// decimals stand after a point or a comma; finer ones than the currency has
// are rounded half up. A comma with three digits after it may also part
// thousands: such a price is not guessed.
func minor(text string, c money.Currency) (int64, string) {
	bare := strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "").Replace(text)
	if bare == "" {
		return 0, "the price is missing"
	}
	whole, fraction, ok := separate(bare)
	if !ok {
		return 0, fmt.Sprintf("price %q is not a number", clip(text))
	}
	if strings.HasPrefix(whole, "-") {
		return 0, fmt.Sprintf("price %q is below zero", clip(text))
	}
	if len(fraction) == 3 && strings.Count(bare, ",") == 1 && !strings.Contains(bare, ".") {
		return 0, fmt.Sprintf("price %q can be read in two ways; write a point before the decimals", clip(text))
	}
	n, ok := scale(whole, fraction, c.Exponent())
	switch {
	case !ok:
		return 0, fmt.Sprintf("price %q is not a number", clip(text))
	case n > maxMinor:
		return 0, fmt.Sprintf("price %q is higher than is believed", clip(text))
	case n == 0:
		return 0, "the price is 0"
	}
	return n, ""
}

// separate parts the digits before the decimals from the decimals. Where both
// signs stand, the last is the decimal one and the other parts thousands.
func separate(s string) (whole, fraction string, ok bool) {
	i := strings.LastIndexAny(s, ".,")
	if i < 0 {
		return s, "", true
	}
	whole, fraction = s[:i], s[i+1:]
	if !strings.ContainsAny(whole, ".,") {
		return whole, fraction, true
	}
	groups := strings.FieldsFunc(whole, func(r rune) bool { return r == '.' || r == ',' })
	if strings.IndexByte(whole, s[i]) >= 0 {
		return "", "", false // 1.234.567: no decimals at all, or a mistake
	}
	for _, g := range groups[1:] {
		if len(g) != 3 {
			return "", "", false
		}
	}
	return strings.Join(groups, ""), fraction, true
}

// scale returns whole.fraction in units of 10^-digits.
func scale(whole, fraction string, digits int) (int64, bool) {
	if !onlyDigits(whole) || !onlyDigits(fraction) || whole+fraction == "" || len(whole) > 15 {
		return 0, false
	}
	up := len(fraction) > digits && fraction[digits] >= '5'
	fraction = (fraction + strings.Repeat("0", digits))[:digits]
	n, err := strconv.ParseInt("0"+whole+fraction, 10, 64)
	if up {
		n++
	}
	return n, err == nil
}

func onlyDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}
