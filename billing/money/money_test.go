package money_test

import (
	"errors"
	"math"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"switchboard/billing/money"
)

func TestParseIsExact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text     string
		currency money.Currency
		minor    int64
	}{
		{"12.00", money.RUB, 1200}, {"12", money.RUB, 1200}, {"12.5", money.RUB, 1250}, {"0", money.RUB, 0},
		{"-0.01", money.RUB, -1}, {"-0", money.RUB, 0}, {"0012.10", money.RUB, 1210}, {"12.500000", money.RUB, 1250},
		{"34300", money.JPY, 34300}, {"34300.00", money.JPY, 34300}, {"1.234", money.KWD, 1234},
		{"92233720368547758.07", money.RUB, math.MaxInt64}, {"-92233720368547758.08", money.RUB, math.MinInt64},
	} {
		got, err := money.Parse(c.text, c.currency)
		if want := (money.Amount{Minor: c.minor, Currency: c.currency}); err != nil || got != want {
			t.Errorf("Parse(%q, %s) = %v, %v; want %v", c.text, c.currency, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, currency, says string }{
		{"", "RUB", "decimal number"}, {"12,50", "RUB", "12.50"}, {"1e3", "RUB", "decimal number"},
		{" 1", "RUB", "decimal number"}, {"+1", "RUB", "decimal number"}, {"1.", "RUB", "decimal number"},
		{".5", "RUB", "decimal number"}, {"--1", "RUB", "decimal number"}, {"١٢", "RUB", "decimal number"},
		{"12.345", "RUB", "finer than 2"}, {"0.5", "JPY", "finer than 0"}, {"1.0001", "KWD", "finer than 3"},
		{"92233720368547758.08", "RUB", "64 bits"}, {"1", "XXX", "ISO 4217"}, {"1", "rub", "ISO 4217"}, {"1", "", "ISO 4217"},
		{strings.Repeat("9", 49), "RUB", "too long"},
	} {
		_, err := money.Parse(c.text, money.Currency(c.currency))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("Parse(%q, %q): %v; want an error that says %q", c.text, c.currency, err, c.says)
		}
	}
}

func TestSumsAreChecked(t *testing.T) {
	t.Parallel()
	rub := func(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: money.RUB} }
	for _, c := range []struct{ a, b int64 }{
		{math.MaxInt64, 1}, {math.MinInt64, -1}, {math.MaxInt64, math.MaxInt64}, {math.MinInt64, math.MinInt64},
	} {
		if got, err := rub(c.a).Add(rub(c.b)); !errors.Is(err, money.ErrOverflow) {
			t.Errorf("%d + %d = %v, %v; want an overflow", c.a, c.b, got, err)
		}
	}
	if _, err := rub(math.MinInt64).Negate(); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("-MinInt64: %v; want an overflow", err)
	}
	if _, err := rub(1).Add(money.Amount{Minor: 1, Currency: money.USD}); err == nil {
		t.Error("rubles and dollars were added")
	}
}

// TestAddAgreesWithBigNumbers: a sum is either right or an error.
func TestAddAgreesWithBigNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		want := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		got, err := money.Amount{Minor: a, Currency: money.RUB}.Add(money.Amount{Minor: b, Currency: money.RUB})
		if (err == nil) != want.IsInt64() || err == nil && got.Minor != want.Int64() {
			t.Fatalf("%d + %d = %v, %v; want %s", a, b, got, err, want)
		}
	})
}

func TestSubUndoesAdd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		small := rapid.Int64Range(-1<<62, 1<<62-1)
		a := money.Amount{Minor: small.Draw(t, "a"), Currency: money.EUR}
		b := money.Amount{Minor: small.Draw(t, "b"), Currency: money.EUR}
		sum, err := a.Add(b)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := sum.Sub(b); err != nil || back != a {
			t.Fatalf("(%v + %v) - %v = %v, %v", a, b, b, back, err)
		}
	})
}

func TestDecimalReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := money.Amount{
			Minor:    rapid.Int64().Draw(t, "minor"),
			Currency: rapid.SampledFrom([]money.Currency{money.RUB, money.JPY, money.KWD}).Draw(t, "currency"),
		}
		if back, err := money.Parse(a.Decimal(), a.Currency); err != nil || back != a {
			t.Fatalf("%v was written %q and read as %v, %v", a, a.Decimal(), back, err)
		}
	})
}

func TestFormat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount   money.Amount
		language string
		want     string
	}{
		{money.Amount{Minor: 3430000, Currency: money.RUB}, "ru", "34\u202f300,00\u202f₽"},
		{money.Amount{Minor: 3843, Currency: money.RUB}, "en", "38.43\u202fRUB"},
		{money.Amount{Minor: -123456789, Currency: money.USD}, "ru", "\u22121\u202f234\u202f567,89\u202f$"},
		{money.Amount{Minor: -123456789, Currency: money.USD}, "en", "\u22121,234,567.89\u202fUSD"},
		{money.Amount{Minor: 100000, Currency: money.JPY}, "en", "100,000\u202fJPY"},
		{money.Amount{Minor: 5, Currency: money.KWD}, "ru", "0,005\u202fKWD"},
		{money.Amount{Minor: math.MinInt64, Currency: money.RUB}, "en", "\u221292,233,720,368,547,758.08\u202fRUB"},
	} {
		if got := c.amount.Format(c.language); got != c.want {
			t.Errorf("%v in %s is %q; want %q", c.amount, c.language, got, c.want)
		}
	}
	if got := (money.Amount{Minor: -5, Currency: money.RUB}).String(); got != "-0.05 RUB" {
		t.Errorf("in a log: %q", got)
	}
}

func TestMicroRate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]money.MicroRate{
		"12.00": 12_000_000, "12": 12_000_000, "0.049": 49_000, "0.000001": 1, "18.50": 18_500_000, "1000000000": money.MaxMicroRate,
	} {
		got, err := money.ParseMicroRate(text)
		if err != nil || got != want {
			t.Errorf("ParseMicroRate(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for rate, want := range map[money.MicroRate]string{12_000_000: "12.00", 49_000: "0.049", 1: "0.000001", 0: "0.00", 12_500_000: "12.50"} {
		if rate.String() != want {
			t.Errorf("%d is written %q; want %q", int64(rate), rate, want)
		}
	}
	for _, text := range []string{"", "-1", "0.0000001", "1000000000.01", "12,5", "1e3", "NaN"} {
		if got, err := money.ParseMicroRate(text); err == nil {
			t.Errorf("ParseMicroRate(%q) = %d; want an error", text, got)
		}
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rate   money.MicroRate
		digits int
		want   bool
	}{{120_000, 2, true}, {125_000, 2, false}, {125_000, 3, true}, {1, 5, false}, {1, 6, true}, {1, 9, true}, {3_000_000, 0, true}} {
		if got := c.rate.Fits(c.digits); got != c.want {
			t.Errorf("%s with %d decimals: %t", c.rate, c.digits, got)
		}
	}
}

var plain = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// wanted returns what a text is worth in 10^-digits, as math/big reads it, if it
// is plainly written, whole and within 64 bits.
func wanted(text string, digits int) (int64, bool) {
	value, ok := new(big.Rat).SetString(text)
	if !ok || !plain.MatchString(text) || len(text) > 48 {
		return 0, false
	}
	value.Mul(value, big.NewRat(money.PowerOfTen(digits), 1))
	return value.Num().Int64(), value.IsInt() && value.Num().IsInt64()
}

// FuzzParseFixed: a text is accepted, with the value that math/big reads, just
// if it is plainly written and fits.
func FuzzParseFixed(f *testing.F) {
	for _, seed := range []string{"12.50", "-0", "1e5", "0x10", ".5", "5.", "92233720368547758.07", "1_000", "00.10", "٣", "--5", "0.0000000000000000001"} {
		f.Add(seed, 2)
	}
	f.Fuzz(func(t *testing.T, text string, digits int) {
		if digits < 0 || digits > money.MaxDecimals {
			return
		}
		got, err := money.ParseFixed(text, digits)
		want, ok := wanted(text, digits)
		if (err == nil) != ok || err == nil && got != want {
			t.Fatalf("%q with %d digits was read as %d, %v; want %d, %t", text, digits, got, err, want, ok)
		}
		if err != nil {
			return
		}
		if back, err := money.ParseFixed(money.FormatFixed(got, digits), digits); err != nil || back != got {
			t.Fatalf("%d was written %q and read as %d, %v", got, money.FormatFixed(got, digits), back, err)
		}
	})
}
