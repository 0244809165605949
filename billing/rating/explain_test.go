package rating_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"switchboard/billing/money"
	"switchboard/billing/rating"
)

// TestExplained: what an accountant reads beside each line.
func TestExplained(t *testing.T) {
	t.Parallel()
	tied := minute()
	tied.Rate, tied.NextRate, tied.FirstS, tied.NextS = 3_330_000, 3_330_000, 1, 1
	connect := minute()
	connect.Setup, connect.Rate, connect.NextRate = 200_000, 1_200_000, 100_000
	third := minute()
	third.FirstS, third.NextS, third.Round, third.Rate, third.NextRate = 1, 1, rating.Up, 10_000, 10_000
	capped := minute()
	capped.MaxPerCall, capped.FreeUnderS = 50_000_000, 3
	for _, c := range []struct {
		tariff rating.Tariff
		usage  rating.Usage
		want   string
	}{
		{minute(), rating.Usage{Answered: true, QueueMs: 6000, TalkMs: 95_000, HoldMs: 30_000}, `60/60 half_up
talk 95 s + hold 30 s = 125 s
125 s -> 60 + 2 x 60 = 180 s
180/60 x 12.00 = 36.00`},
		{minute(), rating.Usage{Answered: true, TalkMs: 124_400, HoldMs: 100, IncludedLeftS: 100}, `60/60 half_up
talk 124.4 s + hold 0.1 s = 124.5 s, counted as 125 s
125 s -> 60 + 2 x 60 = 180 s
included seconds: 100 of 100 left cover 100 s, 80 s to pay
80/60 x 12.00 = 16.00`},
		{tied, talk(310_000), `1/1 half_up
talk 310 s + hold 0 s = 310 s
310 s -> 1 + 309 x 1 = 310 s
310/60 x 3.33 = 17.205, rounded half_up to 17.21`},
		{connect, talk(61_000), `60/60 half_up
talk 61 s + hold 0 s = 61 s
61 s -> 60 + 1 x 60 = 120 s
0.20 + 60/60 x 1.20 + 60/60 x 0.10 = 1.50`},
		{third, talk(1000), `1/1 up
talk 1 s + hold 0 s = 1 s
1 s -> 1 s
1/60 x 0.01 = 0.00016666..., rounded up to 0.01`},
		{capped, talk(600_000), `60/60 half_up free under 3 s
talk 600 s + hold 0 s = 600 s
600 s -> 60 + 9 x 60 = 600 s
600/60 x 12.00 = 120.00
capped at 50.00`},
		{capped, talk(1999), `60/60 half_up free under 3 s
talk 1.999 s + hold 0 s = 1.999 s, counted as 2 s
under the free threshold: nothing is owed`},
		{minute(), rating.Usage{QueueMs: 9000}, `60/60 half_up
not answered: nothing is owed`},
		{minute(), rating.Usage{Answered: true, TalkMs: 61_000, IncludedLeftS: 600}, `60/60 half_up
talk 61 s + hold 0 s = 61 s
61 s -> 60 + 1 x 60 = 120 s
included seconds: 120 of 600 left cover 120 s, 0 s to pay
nothing is left to pay`},
	} {
		e := mustRate(t, c.tariff, c.usage).Explain()
		if got := strings.Join(append([]string{e.Rule}, e.Steps...), "\n"); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

// night is 12.00 by day, and 6.00 from 22:00 to 08:00 with a setup fee of 1.00.
func night() rating.Tariff {
	t := minute()
	t.Bands = []rating.Band{{Name: "night", Days: rating.EveryDay, From: 22 * 60, To: 8 * 60, Rate: 6_000_000, Setup: 1_000_000}}
	return t
}

func at(t *testing.T, zone, local string) time.Time {
	t.Helper()
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	when, err := time.ParseInLocation("2006-01-02 15:04:05.000", local, location)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// TestBands: an increment belongs to the band in which it starts, and the setup
// fee to the band of the answer.
func TestBands(t *testing.T) {
	t.Parallel()
	type segments []rating.Segment
	day := func(s int64) rating.Segment { return rating.Segment{Seconds: s, Rate: 12_000_000} }
	dark := func(s int64) rating.Segment { return rating.Segment{Band: "night", Seconds: s, Rate: 6_000_000} }
	whole := night()
	whole.Split = rating.AtAnswer
	for _, c := range []struct {
		tariff      rating.Tariff
		zone, local string
		talkMs      int64
		want        segments
		minor       int64
	}{
		{night(), "Europe/Moscow", "2026-11-25 21:58:00.000", 240_000, segments{day(120), dark(120)}, 2400 + 1200},
		{night(), "Europe/Moscow", "2026-11-25 21:58:00.001", 240_000, segments{day(120), dark(120)}, 3600},
		{night(), "Europe/Moscow", "2026-11-25 21:57:59.999", 240_000, segments{day(180), dark(60)}, 3600 + 600},
		{night(), "Europe/Moscow", "2026-11-25 07:59:30.000", 61_000, segments{dark(60), day(60)}, 100 + 600 + 1200},
		{whole, "Europe/Moscow", "2026-11-25 07:59:30.000", 61_000, segments{dark(120)}, 100 + 1200},
		{whole, "Europe/Moscow", "2026-11-25 21:59:59.000", 61_000, segments{day(120)}, 2400},
		// The clocks go back from 3:00 to 2:00: the night has an hour more, and forward: one less.
		{night(), "Europe/Berlin", "2026-10-24 22:00:00.000", 12 * 3_600_000, segments{dark(11 * 3600), day(3600)}, 100 + 11*36_000 + 72_000},
		{night(), "Europe/Berlin", "2026-03-28 22:00:00.000", 12 * 3_600_000, segments{dark(9 * 3600), day(3 * 3600)}, 100 + 9*36_000 + 3*72_000},
	} {
		u := talk(c.talkMs)
		when := at(t, c.zone, c.local)
		u.AnsweredMs, u.Zone = when.UnixMilli(), rating.ZoneOf(when, u.Lasting())
		got := mustRate(t, c.tariff, u)
		if !slices.Equal(got.Segments, c.want) || got.Amount != c.minor {
			t.Errorf("%s %s, %d ms: %v for %d; want %v for %d", c.zone, c.local, c.talkMs, got.Segments, got.Amount, c.want, c.minor)
		}
	}
}

func TestRule(t *testing.T) {
	t.Parallel()
	fine := minute()
	fine.FirstS, fine.NextS, fine.Scale, fine.Round, fine.Currency = 30, 6, 4, rating.Even, money.USD
	none := fine
	none.Round = rating.None
	for want, tariff := range map[string]rating.Tariff{
		"60/60 half_up": minute(), "30/6 even 4 decimals": fine, "30/6 none": none, "60/60 half_up per_second": night(),
	} {
		if got := tariff.Rule(); got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}
