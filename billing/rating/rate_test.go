package rating_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"switchboard/billing/money"
	"switchboard/billing/rating"
)

// minute is the plan of the demo: 12.00 RUB a begun minute of talk and hold.
func minute() rating.Tariff {
	return rating.Tariff{
		Currency: money.RUB, FirstS: 60, NextS: 60, Rate: 12_000_000, NextRate: 12_000_000,
		Billable: rating.Talk | rating.Hold, Scale: 2,
	}
}

// talk is an answered call of so many milliseconds.
func talk(ms int64) rating.Usage { return rating.Usage{Answered: true, TalkMs: ms} }

func mustRate(t interface{ Fatal(args ...any) }, tariff rating.Tariff, u rating.Usage) rating.Charge {
	c, err := rating.Rate(tariff, u)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// drawTariff is one that rounds nothing away before its line: no free calls, no
// cap, no included seconds.
func drawTariff(t *rapid.T) rating.Tariff {
	tariff := minute()
	tariff.FirstS = rapid.SampledFrom([]int64{1, 6, 18, 30, 60, 90}).Draw(t, "first")
	tariff.NextS = rapid.SampledFrom([]int64{1, 6, 18, 30, 60}).Draw(t, "next")
	tariff.Rate = money.MicroRate(rapid.Int64Range(0, 50_000_000).Draw(t, "rate"))
	tariff.NextRate = tariff.Rate
	tariff.Setup = money.MicroRate(rapid.Int64Range(0, 5_000_000).Draw(t, "setup"))
	tariff.Round = rapid.SampledFrom([]rating.Rounding{rating.HalfUp, rating.Up, rating.Even, rating.None}).Draw(t, "round")
	return tariff
}

func drawMs(t *rapid.T) int64 { return rapid.Int64Range(1, 7_200_000).Draw(t, "ms") }

func TestALongerCallNeverCostsLess(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tariff, ms := drawTariff(t), drawMs(t)
		tariff.FreeUnderS = rapid.Int64Range(0, 10).Draw(t, "free")
		tariff.MaxPerCall = money.MicroRate(rapid.Int64Range(0, 3).Draw(t, "cap") * 10_000_000)
		short, long := talk(ms), talk(ms+rapid.Int64Range(0, 200_000).Draw(t, "more"))
		short.IncludedLeftS = rapid.Int64Range(0, 600).Draw(t, "included")
		long.IncludedLeftS = short.IncludedLeftS
		if a, b := mustRate(t, tariff, short), mustRate(t, tariff, long); a.Amount > b.Amount || a.BilledS > b.BilledS {
			t.Fatalf("%d ms cost %d, %d ms %d", short.TalkMs, a.Amount, long.TalkMs, b.Amount)
		}
	})
}

// TestOneMoreIncrement: past the first increment, the next one adds its own
// price and nothing else.
func TestOneMoreIncrement(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tariff := drawTariff(t)
		tariff.Round = rating.None
		tariff.Rate = money.MicroRate(rapid.Int64Range(0, 50_000).Draw(t, "rate") * 60 * 1000)
		tariff.NextRate = tariff.Rate
		ms := tariff.FirstS*1000 + drawMs(t)
		a, b := mustRate(t, tariff, talk(ms)), mustRate(t, tariff, talk(ms+tariff.NextS*1000))
		if want := int64(tariff.Rate) / 60 * tariff.NextS * 1000; b.Amount-a.Amount != want || b.BilledS-a.BilledS != tariff.NextS {
			t.Fatalf("one more increment of %d s costs %d; want %d", tariff.NextS, b.Amount-a.Amount, want)
		}
	})
}

func TestCoarserIncrementsCostMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tariff, ms := drawTariff(t), drawMs(t)
		before := int64(-1)
		for _, step := range []int64{1, 6, 60} {
			tariff.FirstS, tariff.NextS = step, step
			c := mustRate(t, tariff, talk(ms))
			if c.Amount < before {
				t.Fatalf("%d/%d costs %d, the finer one %d", step, step, c.Amount, before)
			}
			before = c.Amount
		}
	})
}

func TestLinearInPriceBeforeRounding(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tariff, ms := drawTariff(t), drawMs(t)
		tariff.Round, tariff.Setup = rating.None, 0
		tariff.Rate = money.MicroRate(rapid.Int64Range(0, 50_000).Draw(t, "rate") * 60)
		tariff.NextRate = tariff.Rate
		once := mustRate(t, tariff, talk(ms))
		times := rapid.Int64Range(2, 50).Draw(t, "times")
		tariff.Rate *= money.MicroRate(times)
		tariff.NextRate = tariff.Rate
		if many := mustRate(t, tariff, talk(ms)); many.Amount != times*once.Amount {
			t.Fatalf("%d times the price costs %d; want %d", times, many.Amount, times*once.Amount)
		}
	})
}

// TestOneBandIsNoSplit: where a call stays in one band, its hour changes nothing,
// nor does the zone in which the instants are written.
func TestOneBandIsNoSplit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		plain, ms := drawTariff(t), drawMs(t)
		banded := plain
		banded.Bands = []rating.Band{{Name: "all day", Days: rating.EveryDay, To: 1440, Rate: plain.Rate, Setup: plain.Setup}}
		u := talk(ms)
		at := time.Unix(rapid.Int64Range(0, 4_000_000_000).Draw(t, "at"), 0)
		zone := time.FixedZone("", rapid.IntRange(-720, 840).Draw(t, "minutes ahead")*60)
		u.AnsweredMs, u.Zone = at.UnixMilli(), rating.ZoneOf(at.In(zone), u.Lasting())
		if a, b := mustRate(t, plain, u), mustRate(t, banded, u); a.Amount != b.Amount || a.BilledS != b.BilledS || len(b.Segments) != 1 {
			t.Fatalf("without bands %d for %d s, with one %d for %d s in %d segments", a.Amount, a.BilledS, b.Amount, b.BilledS, len(b.Segments))
		}
	})
}

// TestPartsAreSummedThenRounded: 65 s + 20.2 s + 89.8 s are three minutes, not four.
func TestPartsAreSummedThenRounded(t *testing.T) {
	t.Parallel()
	tariff := minute()
	tariff.Billable |= rating.WrapUp
	c := mustRate(t, tariff, rating.Usage{Answered: true, RingMs: 9000, QueueMs: 8000, TalkMs: 65_000, HoldMs: 20_200, WrapUpMs: 89_800})
	if c.RawMs != 175_000 || c.WholeS != 175 || c.BilledS != 180 || c.Amount != 3600 {
		t.Errorf("%d ms became %d s, billed %d s for %d", c.RawMs, c.WholeS, c.BilledS, c.Amount)
	}
}

func TestNothingIsOwed(t *testing.T) {
	t.Parallel()
	tariff := minute()
	tariff.Setup, tariff.FreeUnderS, tariff.FreeUpToS = 5_000_000, 3, 30
	for _, c := range []struct {
		usage rating.Usage
		why   rating.Free
	}{
		{rating.Usage{QueueMs: 40_000, TalkMs: 1}, rating.NotAnswered},
		{rating.Usage{Answered: true, RingMs: 4000, QueueMs: 40_000}, rating.NoTime},
		{talk(2000), rating.TooShort},
		{talk(2001), ""},
		{rating.Usage{Answered: true, TalkMs: 30_000, FreeCallsLeft: 1}, rating.FreeCall},
		{rating.Usage{Answered: true, TalkMs: 30_001, FreeCallsLeft: 1}, ""},
		{talk(30_000), ""},
	} {
		got := mustRate(t, tariff, c.usage)
		if got.Free != c.why || (got.Amount == 0) != (c.why != "") || (got.BilledS == 0) != (c.why != "") {
			t.Errorf("%+v: free because %q, %d s for %d; want %q", c.usage, got.Free, got.BilledS, got.Amount, c.why)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	change := func(f func(*rating.Tariff)) rating.Tariff { t := minute(); f(&t); return t }
	for name, c := range map[string]struct {
		tariff rating.Tariff
		usage  rating.Usage
	}{
		"negative talk":     {minute(), talk(-1)},
		"endless talk":      {minute(), talk(rating.MaxPartMs + 1)},
		"negative included": {minute(), rating.Usage{Answered: true, TalkMs: 1, IncludedLeftS: -1}},
		"no increment":      {change(func(t *rating.Tariff) { t.NextS = 0 }), talk(1)},
		"negative price":    {change(func(t *rating.Tariff) { t.Rate = -1 }), talk(1)},
		"nothing billable":  {change(func(t *rating.Tariff) { t.Billable = 0 }), talk(1)},
		"fine cap":          {change(func(t *rating.Tariff) { t.MaxPerCall = 1 }), talk(1)},
		"coarse line":       {change(func(t *rating.Tariff) { t.Scale = 1 }), talk(1)},
		"unknown rounding":  {change(func(t *rating.Tariff) { t.Round = 9 }), talk(1)},
		"bands, no zone":    {change(func(t *rating.Tariff) { t.Bands = []rating.Band{{Name: "n", Days: 1, To: 60}} }), talk(1)},
		"empty band":        {change(func(t *rating.Tariff) { t.Bands = []rating.Band{{Name: "n"}} }), talk(1)},
	} {
		if got, err := rating.Rate(c.tariff, c.usage); err == nil {
			t.Errorf("%s was rated %d", name, got.Amount)
		}
	}
	dear := minute()
	dear.Rate, dear.NextRate, dear.Round = money.MaxMicroRate, money.MaxMicroRate, rating.None
	if _, err := rating.Rate(dear, talk(rating.MaxPartMs)); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("an amount beyond 64 bits: %v", err)
	}
	dear.FirstS, dear.NextS = 1, 1
	if _, err := rating.Rate(dear, talk(1_110_000)); !errors.Is(err, money.ErrOverflow) { // a quotient of just 64 bits
		t.Errorf("an amount at the edge of 64 bits: %v", err)
	}
	dear.MaxPerCall = 100_000_000
	if got := mustRate(t, dear, talk(rating.MaxPartMs)); got.Amount != 100_000_000_000 || !got.Capped {
		t.Errorf("capped at 100.00, it costs %d e-9", got.Amount)
	}
}

func TestTheCapItselfIsNotCapped(t *testing.T) {
	t.Parallel()
	tariff := minute()
	tariff.MaxPerCall = 24_000_000
	if c := mustRate(t, tariff, talk(120_000)); c.Amount != 2400 || c.Capped {
		t.Errorf("two minutes cost %d, capped %t", c.Amount, c.Capped)
	}
	if c := mustRate(t, tariff, talk(120_001)); c.Amount != 2400 || !c.Capped {
		t.Errorf("three minutes cost %d, capped %t", c.Amount, c.Capped)
	}
}

func TestRecordIsEnough(t *testing.T) {
	t.Parallel()
	zones := loadZones(t)
	rapid.Check(t, func(rt *rapid.T) {
		random := randomOf(rt)
		tariff := randomTariff(random)
		at := randomInstant(random).In(zones[random.IntN(len(zones))])
		c, err := rating.Rate(tariff, randomUsage(random, at, &tariff))
		if err != nil {
			return
		}
		text, err := json.Marshal(c.Explain())
		if err != nil {
			rt.Fatal(err)
		}
		var record rating.Explain
		if err := json.Unmarshal(text, &record); err != nil {
			rt.Fatalf("%s: %v", text, err)
		}
		again, err := rating.Recompute(record)
		if err != nil || again.Amount != c.Amount || again.BilledS != c.BilledS {
			rt.Fatalf("%s\ngives %d, %v; want %d", text, again.Amount, err, c.Amount)
		}
		record.Amount++
		if _, err := rating.Recompute(record); err == nil {
			rt.Fatal("a record with another amount was believed")
		}
	})
}

func TestMinor(t *testing.T) {
	t.Parallel()
	tariff := minute()
	tariff.Rate, tariff.NextRate, tariff.Round = 6_000, 6_000, rating.None
	tariff.FirstS, tariff.NextS = 30, 6
	c := mustRate(t, tariff, talk(75_000)) // case B46
	if amount, whole := c.Minor(); whole || amount.Minor != 0 || c.MinorText() != "0.78" {
		t.Errorf("0.0078 RUB is %v, whole %t, written %s", amount, whole, c.MinorText())
	}
	c = mustRate(t, minute(), talk(1))
	if amount, whole := c.Minor(); !whole || amount.Minor != 1200 || c.MinorText() != "1200" {
		t.Errorf("12.00 RUB is %v, whole %t, written %s", amount, whole, c.MinorText())
	}
}

// FuzzRate: whatever the numbers, the answer is an error or a sane charge.
func FuzzRate(f *testing.F) {
	f.Add(int64(60), int64(60), int64(12_000_000), int64(0), int64(125_000), int64(0), uint8(0), uint8(2))
	f.Add(int64(1), int64(86_400), int64(math.MaxInt64), int64(1), int64(math.MaxInt64), int64(-1), uint8(3), uint8(9))
	f.Fuzz(func(t *testing.T, first, next, price, limit, ms, included int64, round, scale uint8) {
		tariff := minute()
		tariff.FirstS, tariff.NextS, tariff.Rate, tariff.MaxPerCall = first, next, money.MicroRate(price), money.MicroRate(limit)
		tariff.Round, tariff.Scale = rating.Rounding(round), int(scale)
		u := talk(ms)
		u.IncludedLeftS = included
		c, err := rating.Rate(tariff, u)
		if err != nil {
			return
		}
		if c.Amount < 0 || c.BilledS < c.WholeS && c.Free == "" || c.IncludedS > c.BilledS || c.IncludedS > included {
			t.Fatalf("%+v", c)
		}
		if e := c.Explain(); len(e.Steps) == 0 || strings.Contains(strings.Join(e.Steps, ""), "%!") {
			t.Fatalf("%q", e.Steps)
		}
	})
}
