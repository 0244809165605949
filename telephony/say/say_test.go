package say

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"switchboard/billing/money"
	"switchboard/telephony/e164"
)

// TestSpoken holds every function against words that a person wrote down.
func TestSpoken(t *testing.T) {
	t.Parallel()
	for _, l := range []Language{Russian, English} {
		file, err := os.ReadFile("testdata/" + string(l) + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range strings.Lines(string(file)) {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			asked, want, _ := strings.Cut(line, " =")
			n++
			if got := spoken(t, l, asked); got != strings.TrimPrefix(want, " ") {
				t.Errorf("%s %s:\n got %q\nwant %q", l, asked, got, strings.TrimPrefix(want, " "))
			}
		}
		if n < 50 {
			t.Errorf("only %d lines of %s were read", n, l)
		}
	}
}

// spoken calls what a line of the tables names.
func spoken(t *testing.T, l Language, asked string) string {
	t.Helper()
	what, rest, _ := strings.Cut(asked, " ")
	args := strings.Fields(rest)
	form := formOf(args)
	switch what {
	case "number":
		return l.Number(integer(t, args[0]), form)
	case "ordinal":
		return l.Ordinal(integer(t, args[0]), form)
	case "money":
		return l.Money(money.Amount{Minor: integer(t, args[0]), Currency: money.Currency(args[1])}, form.Case)
	case "day":
		return l.Day(instant(t, time.DateOnly, args[0]), form.Case)
	case "date":
		return l.Date(instant(t, time.DateOnly, args[0]), form.Case)
	case "time":
		return l.Time(instant(t, "15:04", args[0]))
	case "duration":
		return l.Duration(length(t, args[0]), form.Case)
	case "phone":
		return l.Phone(e164.Number(rest))
	case "order":
		return l.OrderNumber(rest)
	case "address":
		return l.Address(rest)
	case "waiting":
		return l.Waiting(int(integer(t, args[0])), length(t, args[1]))
	}
	t.Fatalf("nothing here is called %s", what)
	return ""
}

func formOf(args []string) (f Form) {
	f.Gender = map[bool]Gender{true: Feminine}[slices.Contains(args, "f")]
	if slices.Contains(args, "n") {
		f.Gender = Neuter
	}
	f.Case = map[bool]Case{true: Genitive}[slices.Contains(args, "gen")]
	if slices.Contains(args, "acc") {
		f.Case = Accusative
	}
	return f
}

func integer(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func instant(t *testing.T, layout, s string) time.Time {
	t.Helper()
	at, err := time.Parse(layout, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func length(t *testing.T, s string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// FuzzText: whatever a shop calls an order or an address, something that can be
// spoken comes out: text, without a figure left in it.
func FuzzText(f *testing.F) {
	for _, s := range []string{"г. Москва, д.12/3", "A-10457", "\xff\x00", "12Ⅻ٣", "99999999999999999999999999", "5th", "1-й", "0-я"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, l := range []Language{Russian, English} {
			for _, said := range []string{l.OrderNumber(s), l.Address(s), l.Phone(e164.Number(s))} {
				if utf8.ValidString(s) && !utf8.ValidString(said) {
					t.Errorf("%q is spoken as %q", s, said)
				}
			}
			if said := l.OrderNumber(s); strings.ContainsAny(said, "0123456789") {
				t.Errorf("order %q is spoken as %q", s, said)
			}
		}
	})
}
