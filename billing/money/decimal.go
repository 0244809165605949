package money

import (
	"fmt"
	"strconv"
	"strings"
)

// longest is the longest decimal text that is looked at: 19 digits, a sign, a
// point and room for zeros that say nothing.
const longest = 48

// MaxDecimals is the largest scale of ParseFixed and FormatFixed.
const MaxDecimals = 18

// ParseFixed reads a decimal text as a whole number of 10^-digits: "12.5" with
// 2 digits is 1250. It takes an optional minus, digits, and optionally a point
// and digits; no exponent, comma, blank or plus. What does not fit exactly is
// an error.
func ParseFixed(text string, digits int) (int64, error) {
	whole, fraction, negative, err := split(text)
	if err != nil {
		return 0, err
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > digits {
		return 0, fmt.Errorf("%q is finer than %d decimals", text, digits)
	}
	number := strings.TrimLeft(whole+fraction+strings.Repeat("0", digits-len(fraction)), "0")
	if number == "" {
		return 0, nil
	}
	if negative {
		number = "-" + number
	}
	v, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q: %w", text, ErrOverflow)
	}
	return v, nil
}

// split takes a decimal text apart.
func split(text string) (whole, fraction string, negative bool, err error) {
	if len(text) > longest {
		return "", "", false, fmt.Errorf("a number of %d characters is too long", len(text))
	}
	body, negative := strings.CutPrefix(text, "-")
	whole, fraction, pointed := strings.Cut(body, ".")
	if !digitsOnly(whole) || (pointed && !digitsOnly(fraction)) {
		return "", "", false, fmt.Errorf("%q is no decimal number: write digits and a point, such as 12.50", text)
	}
	return whole, fraction, negative, nil
}

// digitsOnly reports whether s is one or more of 0-9.
func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// FormatFixed writes v, a whole number of 10^-digits, with exactly that many
// decimals: 1250 with 2 digits is "12.50".
func FormatFixed(v int64, digits int) string {
	minus, whole, fraction := parts(v, digits)
	if digits == 0 {
		return minus + whole
	}
	return minus + whole + "." + fraction
}

// parts returns the sign, the digits before the point and those behind it.
func parts(v int64, digits int) (minus, whole, fraction string) {
	size := uint64(v)
	if v < 0 {
		minus, size = "-", -size // right for MinInt64 too
	}
	text := strconv.FormatUint(size, 10)
	if short := digits + 1 - len(text); short > 0 {
		text = strings.Repeat("0", short) + text
	}
	at := len(text) - digits
	return minus, text[:at], text[at:]
}

// PowerOfTen returns 10^n for 0 <= n <= MaxDecimals.
func PowerOfTen(n int) int64 {
	if n < 0 || n > MaxDecimals {
		panic("money: power of ten out of range: " + strconv.Itoa(n))
	}
	return powers[n]
}

var powers = func() (p [MaxDecimals + 1]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()
