package wage_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"switchboard/billing/money"
	"switchboard/billing/wage"
	"switchboard/tenant"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

func rate(t testing.TB, text string) money.MicroRate {
	t.Helper()
	r, err := money.ParseMicroRate(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestALineIsItsArithmetic(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name           string
		currency       money.Currency
		talk, hold, wu string
		work           wage.Work
		amount, exact  string
		parts          int
	}{
		{"a call", "RUB", "7.80", "7.80", "3.90", wage.Work{TalkMS: 248_000, HoldMS: 25_000, WrapUpMS: 22_000}, "36.92 RUB", "36.92", 3},
		{"a third of a kopeck", "RUB", "1.00", "0", "0", wage.Work{TalkMS: 20_000}, "0.33 RUB", "0.333333...", 1},
		{"half a kopeck is one", "RUB", "0.30", "0", "0", wage.Work{TalkMS: 1_000}, "0.01 RUB", "0.005", 1},
		{"less than half is none", "RUB", "0.30", "0", "0", wage.Work{TalkMS: 999}, "0.00 RUB", "0.004995", 1},
		{"halves are added before they are rounded", "RUB", "0.30", "0.30", "0.30", wage.Work{TalkMS: 500, HoldMS: 500, WrapUpMS: 1000}, "0.01 RUB", "0.01", 3},
		{"no work", "RUB", "7.80", "7.80", "3.90", wage.Work{}, "0.00 RUB", "0.00", 0},
		{"without minor units", "JPY", "9.00", "0", "0", wage.Work{TalkMS: 90_000}, "14 JPY", "13.50", 1},
	} {
		terms := wage.Terms{Currency: tc.currency, Talk: rate(t, tc.talk), Hold: rate(t, tc.hold), WrapUp: rate(t, tc.wu)}
		l, err := terms.For(tc.work)
		if err != nil || l.Amount.String() != tc.amount || l.Exact != tc.exact || len(l.Parts) != tc.parts {
			t.Errorf("%s: %s, exactly %s, %d parts, %v; want %s, %s, %d", tc.name, l.Amount, l.Exact, len(l.Parts), err, tc.amount, tc.exact, tc.parts)
		}
	}
	if _, err := (wage.Terms{Currency: "RUB", Talk: money.MaxMicroRate}).For(wage.Work{TalkMS: math.MaxInt64}); err == nil {
		t.Error("more than can be counted is counted")
	}
}

// The sum of the parts in whole numbers: ms x rate in 6e10ths of a unit, 6e8ths of a kopeck.
func TestLinesAgreeWithWholeNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.Int64Range(0, 30_000_000)
		terms := wage.Terms{Currency: "RUB", Talk: money.MicroRate(draw.Draw(t, "talk rate")), Hold: money.MicroRate(draw.Draw(t, "hold rate")), WrapUp: money.MicroRate(draw.Draw(t, "wrap-up rate"))}
		ms := rapid.Int64Range(0, 3_600_000)
		w := wage.Work{TalkMS: ms.Draw(t, "talk"), HoldMS: ms.Draw(t, "hold"), WrapUpMS: ms.Draw(t, "wrap-up")}
		sum := w.TalkMS*int64(terms.Talk) + w.HoldMS*int64(terms.Hold) + w.WrapUpMS*int64(terms.WrapUp)
		const kopeck = 600_000_000
		want := (2*sum + kopeck) / (2 * kopeck)
		if l, err := terms.For(w); err != nil || l.Amount.Minor != want {
			t.Fatalf("%v, %v; want %d", l, err, want)
		}
	})
}

func TestWhoseTermsCount(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna, boris := w.AddOperator(t, "anna"), w.AddOperator(t, "boris")
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	across := func(do func(tenant.AcrossTx) error) {
		t.Helper()
		if err := w.DB.Across(t.Context(), "test", do); err != nil {
			t.Fatal(err)
		}
	}
	across(func(tx tenant.AcrossTx) error {
		for _, a := range []struct {
			operator *uuid.UUID
			talk     string
			from     int
		}{{nil, "5", 1}, {nil, "6", 10}, {&anna, "9", 5}, {&anna, "8", 5}, {nil, "6", 11}} { // agreed twice from one day: the first stays; what counts already is not agreed again
			if err := wage.Agree(tx, a.operator, wage.Terms{Currency: "RUB", Talk: rate(t, a.talk)}, day(a.from)); err != nil {
				return err
			}
		}
		if err := wage.Agree(tx, nil, wage.Terms{Currency: "XXX"}, day(2)); err == nil {
			t.Error("pay in no currency")
		}
		return nil
	})
	across(func(tx tenant.AcrossTx) error {
		for _, tc := range []struct {
			who  uuid.UUID
			day  int
			want string
		}{{anna, 3, "5.00"}, {anna, 5, "9.00"}, {anna, 12, "9.00"}, {boris, 9, "5.00"}, {boris, 10, "6.00"}} {
			b, err := wage.BookOf(tx, tc.who)
			if err != nil {
				return err
			}
			if terms, ok := b.At(day(tc.day)); !ok || fmt.Sprint(terms.Talk) != tc.want {
				t.Errorf("on the %dth: %v, %v, want %s", tc.day, terms, ok, tc.want)
			}
			if _, ok := b.At(day(1).Add(-1)); ok {
				t.Error("terms before any were agreed")
			}
		}
		return nil
	})
	if err := w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) error {
		return tx.Query().Exec("update house.pay_term set talk_rate = 1").Error
	}); err == nil {
		t.Error("terms were changed after the fact")
	}
}
