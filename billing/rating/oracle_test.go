package rating_test

import (
	"math/big"
	"math/rand/v2"
	"testing"
	"time"
	_ "time/tzdata" // the zones below, whatever the machine has

	"pgregory.net/rapid"

	"switchboard/billing/money"
	"switchboard/billing/rating"
)

// oracle prices a call as the definition reads: increment by increment, in
// big.Rat, with the clocks of package time. It shares nothing with Rate.
type oracle struct {
	t    rating.Tariff
	u    rating.Usage
	at   time.Time
	cost *big.Rat
	paid map[money.MicroRate]int64 // seconds at a price

	billed, included int64
}

func (o *oracle) rate() (amount *big.Int) {
	s := o.seconds()
	free := !o.u.Answered || s == 0 || s < o.t.FreeUnderS || s <= o.t.FreeUpToS && o.u.FreeCallsLeft > 0
	if free {
		return new(big.Int)
	}
	o.cost, o.paid = o.setup(), map[money.MicroRate]int64{}
	o.bill(o.t.FirstS)
	for o.billed < s {
		o.bill(o.t.NextS)
	}
	for price, seconds := range o.paid {
		o.cost.Add(o.cost, new(big.Rat).Mul(big.NewRat(int64(price), 60_000_000), big.NewRat(seconds, 1)))
	}
	return o.round()
}

// seconds is the billable parts in begun seconds.
func (o *oracle) seconds() int64 {
	ms := big.NewInt(0)
	for part, length := range map[rating.Parts]int64{
		rating.Ring: o.u.RingMs, rating.Queue: o.u.QueueMs, rating.Talk: o.u.TalkMs, rating.Hold: o.u.HoldMs, rating.WrapUp: o.u.WrapUpMs,
	} {
		if o.t.Billable&part != 0 {
			ms.Add(ms, big.NewInt(length))
		}
	}
	return ceil(new(big.Rat).SetFrac(ms, big.NewInt(1000))).Int64()
}

// bill prices one increment, after what is left of the included seconds.
func (o *oracle) bill(seconds int64) {
	free := min(seconds, o.u.IncludedLeftS-o.included)
	o.paid[o.price()] += seconds - free
	o.included += free
	o.billed += seconds
}

// price is that of the increment which starts now.
func (o *oracle) price() money.MicroRate {
	if len(o.t.Bands) == 0 {
		if o.billed > 0 {
			return o.t.NextRate
		}
		return o.t.Rate
	}
	at := o.at
	if o.t.Split == rating.PerSecond {
		at = at.Add(time.Duration(o.billed) * time.Second)
	}
	if b := o.band(at); b != nil {
		return b.Rate
	}
	return o.t.Rate
}

func (o *oracle) setup() *big.Rat {
	setup := o.t.Setup
	if b := o.band(o.at); b != nil {
		setup = b.Setup
	}
	return big.NewRat(int64(setup), 1_000_000)
}

// band is the first that is on by the clock on the wall.
func (o *oracle) band(at time.Time) *rating.Band {
	minute := int64(at.Hour()*60 + at.Minute())
	today := rating.Days(1) << ((at.Weekday() + 6) % 7)
	yesterday := rating.Days(1) << ((at.Weekday() + 5) % 7)
	for i := range o.t.Bands {
		b := &o.t.Bands[i]
		overnight := b.To <= b.From
		switch {
		case b.Days&today != 0 && minute >= b.From && (overnight || minute < b.To),
			b.Days&yesterday != 0 && overnight && minute < b.To:
			return b
		}
	}
	return nil
}

func (o *oracle) round() *big.Int {
	scale := o.t.Scale
	if o.t.Round == rating.None {
		scale = rating.MaxScale
	}
	unit := new(big.Rat).SetInt64(money.PowerOfTen(scale))
	exact := new(big.Rat).Mul(o.cost, unit)
	amount := roundRat(exact, o.t.Round)
	if o.t.MaxPerCall > 0 {
		limit := big.NewRat(int64(o.t.MaxPerCall), 1_000_000)
		if top := limit.Mul(limit, unit).Num(); top.Cmp(amount) < 0 {
			return top
		}
	}
	return amount
}

func roundRat(x *big.Rat, round rating.Rounding) *big.Int {
	half := big.NewRat(1, 2)
	switch round {
	case rating.Up:
		return ceil(x)
	case rating.Even:
		up := floor(new(big.Rat).Add(x, half))
		if tie := new(big.Rat).Sub(new(big.Rat).SetInt(up), x); tie.Cmp(half) == 0 && up.Bit(0) == 1 {
			up.Sub(up, big.NewInt(1))
		}
		return up
	default:
		return floor(new(big.Rat).Add(x, half))
	}
}

func floor(x *big.Rat) *big.Int { return new(big.Int).Quo(x.Num(), x.Denom()) } // x >= 0

func ceil(x *big.Rat) *big.Int {
	whole, rest := new(big.Int).QuoRem(x.Num(), x.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		whole.Add(whole, big.NewInt(1))
	}
	return whole
}

// differentialPairs is the random (tariff, call) pairs of one check. A hundred
// checks are the default, which makes 100,000 pairs; -rapid.checks=1000 makes a
// million.
const differentialPairs = 1000

// TestAgreesWithBigRat: not one of the pairs is a kopeck off.
func TestAgreesWithBigRat(t *testing.T) {
	t.Parallel()
	zones := loadZones(t)
	rapid.Check(t, func(rt *rapid.T) {
		random := randomOf(rt)
		for range differentialPairs {
			tariff := randomTariff(random)
			at := randomInstant(random).In(zones[random.IntN(len(zones))])
			usage := randomUsage(random, at, &tariff)
			compare(rt, tariff, usage, at)
		}
	})
}

func compare(t *rapid.T, tariff rating.Tariff, usage rating.Usage, at time.Time) {
	o := oracle{t: tariff, u: usage, at: at}
	want := o.rate()
	got, err := rating.Rate(tariff, usage)
	if (err == nil) != want.IsInt64() {
		t.Fatalf("%+v\n%+v\nrated %v, %v; the oracle says %s", tariff, usage, got.Amount, err, want)
	}
	if err != nil {
		return
	}
	if got.Amount != want.Int64() || got.BilledS != o.billed || got.IncludedS != o.included {
		t.Fatalf("%+v\n%+v at %s\nrated %d s (%d included) and %d; the oracle says %d (%d) and %s",
			tariff, usage, at, got.BilledS, got.IncludedS, got.Amount, o.billed, o.included, want)
	}
	if again, err := rating.Recompute(got.Explain()); err != nil || again.Amount != got.Amount {
		t.Fatalf("recomputed from its own record: %d, %v; want %d", again.Amount, err, got.Amount)
	}
}

// loadZones gives clocks that are never changed, that are changed by an hour and
// by half of one, and that are not whole hours ahead.
func loadZones(t *testing.T) (zones []*time.Location) {
	t.Helper()
	for _, name := range []string{"UTC", "Europe/Moscow", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, zone)
	}
	return zones
}

func pick[T any](random *rand.Rand, from ...T) T { return from[random.IntN(len(from))] }

func randomTariff(random *rand.Rand) rating.Tariff {
	t := rating.Tariff{
		Currency: pick(random, money.RUB, money.USD, money.JPY, money.KWD),
		FirstS:   pick(random, 1, 6, 18, 30, 60, 60, random.Int64N(200)+1),
		NextS:    pick(random, 1, 6, 30, 60, 60, random.Int64N(200)+1),
		Rate:     randomPrice(random),
		Setup:    pick(random, 0, randomPrice(random)),
		Billable: rating.Parts(random.IntN(31) + 1),
		Round:    rating.Rounding(random.IntN(4)),
	}
	t.NextRate = pick(random, t.Rate, randomPrice(random))
	t.Scale = t.Currency.Exponent() + pick(random, 0, 0, random.IntN(rating.MaxScale-t.Currency.Exponent()+1))
	t.FreeUnderS = pick(random, 0, 0, random.Int64N(10))
	t.FreeUpToS = pick(random, 0, 0, random.Int64N(60))
	t.MaxPerCall = pick(random, 0, 0, money.MicroRate(random.Int64N(1000)*1_000_000))
	if random.IntN(4) == 0 {
		t.NextRate = t.Rate
		t.Split = rating.Split(random.IntN(2))
		for range random.IntN(3) + 1 {
			t.Bands = append(t.Bands, randomBand(random))
		}
	}
	return t
}

func randomBand(random *rand.Rand) rating.Band {
	return rating.Band{
		Name:  string(rune('a' + random.IntN(26))),
		Days:  rating.Days(random.IntN(127) + 1),
		From:  pick(random, 0, random.Int64N(1440)),
		To:    pick(random, 1440, random.Int64N(1441)),
		Rate:  randomPrice(random),
		Setup: randomPrice(random),
	}
}

func randomPrice(random *rand.Rand) money.MicroRate {
	return pick(random, 0, 1, 12_000_000, 18_500_000, 125_000, 49_000, 3_330_000, money.MaxMicroRate,
		money.MicroRate(random.Int64N(50_000_000)), money.MicroRate(random.Int64N(10_000)*10_000))
}

// randomInstant is within two years, and every other time near the change of a
// zone's clocks.
func randomInstant(random *rand.Rand) time.Time {
	near := pick(random,
		time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC), // Berlin
		time.Date(2026, 4, 4, 15, 0, 0, 0, time.UTC), time.Date(2026, 10, 3, 15, 30, 0, 0, time.UTC), // Lord Howe
	)
	if random.IntN(2) == 0 {
		return near.Add(time.Duration(random.Int64N(7_200_000)-3_600_000) * time.Millisecond)
	}
	return time.UnixMilli(1_767_225_600_000 + random.Int64N(63_072_000_000))
}

func randomUsage(random *rand.Rand, at time.Time, t *rating.Tariff) rating.Usage {
	part := func() int64 {
		longest := pick[int64](random, 1, 3_000, 90_000, 600_000)
		if len(t.Bands) > 0 && random.IntN(8) == 0 {
			longest = 20_000_000
		}
		return pick(random, 0, random.Int64N(longest), random.Int64N(longest)/1000*1000)
	}
	u := rating.Usage{
		Answered: random.IntN(20) > 0, AnsweredMs: at.UnixMilli(),
		RingMs: part(), QueueMs: part(), TalkMs: part(), HoldMs: part(), WrapUpMs: part(),
		IncludedLeftS: pick(random, 0, 0, random.Int64N(2000)),
		FreeCallsLeft: random.Int64N(3),
	}
	u.Zone = rating.ZoneOf(at, u.Lasting())
	return u
}
