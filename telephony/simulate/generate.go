package simulate

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"switchboard/telephony/acd"
)

// The scenario's prose in numbers.
const (
	consultShare = 0.25
	dayCV        = 0.10 // of the factor that a day has for all shops
	shopDayCV    = 0.20 // of the factor that a shop has on a day
	serviceMean  = 120.0
	serviceSD    = 90.0
	patienceMean = 120.0
)

// Spike is a peak that nobody announced: on every fifth day the shop's calls
// come Factor times as often for half an hour. The zero Spike is none.
type Spike struct {
	Rank   int
	Factor float64
}

const (
	spikeFrom   = 10_800 * second // after opening
	spikeTo     = 12_600 * second
	spikeWindow = 13_200 * second // whose calls are counted from spikeFrom on
)

// spikeDay reports whether day d, from 0, has the peak: 4, 9, 14, 19.
func spikeDay(d int) bool { return d%5 == 4 }

// inSpike reports whether a call of that instant counts as in the peak.
func inSpike(at acd.Instant) bool {
	d, t := int(at)/int(day), acd.Millis(at)%day
	return spikeDay(d) && t >= spikeFrom && t < spikeWindow
}

// Generate makes up the callers of a scenario. The same seed is the same
// callers. Each shop has its own source of chance, so that one shop's traffic
// does not depend on another's.
func Generate(s Scenario, seed uint64) []Caller {
	days := source(seed, 0)
	busy := make([]float64, s.Days)
	for d := range busy {
		busy[d] = gamma(days, dayCV)
	}
	var callers []Caller
	for rank := 1; rank <= s.Shops; rank++ {
		rng := source(seed, uint64(rank))
		for d := range s.Days {
			factor := busy[d] * gamma(rng, shopDayCV)
			for h := range s.halfHours() {
				rate := factor * s.rate(rank, h)
				callers = draw(rng, callers, stretch{span(d, h), rank, rate})
			}
		}
	}
	return inOrder(callers)
}

// Add returns the callers and those whom the spike adds.
func (spike Spike) Add(callers []Caller, s Scenario, seed uint64) []Caller {
	if spike.Rank == 0 {
		return callers
	}
	rng := source(seed, 1<<32+uint64(spike.Rank))
	callers = slices.Clone(callers)
	for d := range s.Days {
		if !spikeDay(d) {
			continue
		}
		h := int(spikeFrom / halfHour) // the peak is one half-hour of the clock
		if h < s.halfHours() {
			rate := (spike.Factor - 1) * s.rate(spike.Rank, h)
			callers = draw(rng, callers, stretch{span(d, h), spike.Rank, rate})
		}
	}
	return inOrder(callers)
}

func source(seed, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, stream)) //nolint:gosec // chance that can be repeated is the point
}

// rate is how many calls a second the shop expects in that half-hour.
func (s Scenario) rate(rank, halfHour int) float64 {
	return perDay(rank) * s.HourShare[halfHour/2] / 3600
}

func span(d, h int) acd.Instant {
	return acd.Instant(acd.Millis(d)*day + acd.Millis(h)*halfHour)
}

// stretch is half an hour of one shop's calls.
type stretch struct {
	from acd.Instant
	rank int
	rate float64 // per second
}

// draw appends the calls of a stretch: a Poisson process.
func draw(rng *rand.Rand, callers []Caller, s stretch) []Caller {
	if s.rate <= 0 {
		return callers
	}
	for t := rng.ExpFloat64() / s.rate; t < float64(halfHour/second); t += rng.ExpFloat64() / s.rate {
		c := Caller{At: s.from + acd.Instant(t*1000), Rank: s.rank, Tier: acd.Order}
		if rng.Float64() < consultShare {
			c.Tier = acd.Consult
		}
		c.Service = millis(lognormal(rng, serviceMean, serviceSD))
		c.Patience = millis(rng.ExpFloat64() * patienceMean)
		callers = append(callers, c)
	}
	return callers
}

// millis rounds seconds to at least 1 ms.
func millis(s float64) acd.Millis { return max(1, acd.Millis(math.Round(s*1000))) }

func lognormal(rng *rand.Rand, mean, sd float64) float64 {
	v := math.Log(1 + (sd/mean)*(sd/mean))
	return math.Exp(math.Log(mean) - v/2 + math.Sqrt(v)*rng.NormFloat64())
}

// gamma draws from the gamma distribution of mean 1 and the coefficient of
// variation cv < 1 (Marsaglia and Tsang, 2000).
func gamma(rng *rand.Rand, cv float64) float64 {
	shape := 1 / (cv * cv)
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v / shape
		}
	}
}

func inOrder(callers []Caller) []Caller {
	slices.SortStableFunc(callers, func(a, b Caller) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Rank, b.Rank))
	})
	return callers
}
