package simulate

import (
	"math"
	"slices"

	"switchboard/telephony/acd"
)

// Figures are what came of a shift: numbers of one run, or estimates of many.
type Figures[N any] struct {
	Calls                 N         `json:"calls"`
	Answered              N         `json:"answered"`
	AnsweredWithinPromise N         `json:"answered_within_promise"`
	AbandonedTotal        N         `json:"abandoned_total"`
	Abandoned5s           N         `json:"abandoned_5s_or_more"`
	SumWaitAnswered       N         `json:"sum_wait_answered_s"`
	ShopsMeetingPromise   N         `json:"shops_meeting_promise"`
	WorstShopSL           N         `json:"worst_shop_sl"` // percent
	P95Wait               N         `json:"p95_wait_s"`    // of answered calls, as are the next
	P99Wait               N         `json:"p99_wait_s"`
	MaxWait               N         `json:"max_wait_s"`
	OthersInSpike         Others[N] `json:"others_in_spike"`
}

// Others are the calls of the other shops while one has its peak; where none
// has, those of all shops in the same hours.
type Others[N any] struct {
	Calls                 N `json:"calls"`
	AnsweredWithinPromise N `json:"answered_within_promise"`
	Abandoned             N `json:"abandoned"`
}

// names are those of the figures, in the order of all.
var names = []string{
	"calls", "answered", "answered within promise", "abandoned", "abandoned after 5 s or more", "waits of the answered, s",
	"shops meeting their promise", "service level of the worst, %", "p95 wait, s", "p99 wait, s", "longest wait, s",
	"others in the spike: calls", "others: answered within promise", "others: abandoned",
}

// all lists the figures in order.
func (f *Figures[N]) all() []*N {
	return []*N{
		&f.Calls, &f.Answered, &f.AnsweredWithinPromise, &f.AbandonedTotal, &f.Abandoned5s, &f.SumWaitAnswered,
		&f.ShopsMeetingPromise, &f.WorstShopSL, &f.P95Wait, &f.P99Wait, &f.MaxWait,
		&f.OthersInSpike.Calls, &f.OthersInSpike.AnsweredWithinPromise, &f.OthersInSpike.Abandoned,
	}
}

// forgiven is the wait below which giving up is not held against the shop: the
// caller dialled wrongly or changed their mind.
const forgiven = 5 * second

// Count sums up what became of the callers, when the shop of rank spiked (0 for
// none) had the peak.
func Count(s Scenario, callers []Caller, fates []Fate, spiked int) Figures[float64] {
	shops := make([]tally, s.Shops+1)
	var whole, others tally
	var waits []acd.Millis
	for i, c := range callers {
		shops[c.Rank].add(c, fates[i])
		whole.add(c, fates[i])
		if c.Rank != spiked && inSpike(c.At) {
			others.add(c, fates[i])
		}
		if fates[i].Answered {
			waits = append(waits, fates[i].Waited)
		}
	}
	slices.Sort(waits)
	f := whole.figures()
	f.OthersInSpike = Others[float64]{float64(others.calls), float64(others.kept), float64(others.calls - others.answered)}
	f.P95Wait, f.P99Wait, f.MaxWait = rank(waits, 95), rank(waits, 99), rank(waits, 100)
	judge(&f, shops[1:])
	return f
}

// tally counts calls.
type tally struct {
	calls, answered, kept, counted int
	waited                         acd.Millis // by the answered
}

func (t *tally) add(c Caller, x Fate) {
	t.calls++
	if x.Answered {
		t.answered++
		t.waited += x.Waited
	}
	if x.Answered && x.Waited <= promiseOf(c.Rank).Within {
		t.kept++
	}
	if x.Answered || x.Waited >= forgiven {
		t.counted++
	}
}

func (t *tally) figures() Figures[float64] {
	return Figures[float64]{
		Calls:                 float64(t.calls),
		Answered:              float64(t.answered),
		AnsweredWithinPromise: float64(t.kept),
		AbandonedTotal:        float64(t.calls - t.answered),
		Abandoned5s:           float64(t.counted - t.answered),
		SumWaitAnswered:       seconds(t.waited),
	}
}

// keeps reports whether the tally of the shop of that rank meets its promise.
func (t *tally) keeps(rank int) bool { return t.kept*1000 >= t.counted*promiseOf(rank).Share }

// level is the service level in percent; of no calls it is perfect.
func (t *tally) level() float64 {
	if t.counted == 0 {
		return 100
	}
	return 100 * float64(t.kept) / float64(t.counted)
}

// judge says which shops got what they bought; shops[0] has rank 1.
func judge(f *Figures[float64], shops []tally) {
	f.WorstShopSL = 100
	for i := range shops {
		if shops[i].keeps(i + 1) {
			f.ShopsMeetingPromise++
		}
		f.WorstShopSL = min(f.WorstShopSL, shops[i].level())
	}
}

func seconds(ms acd.Millis) float64 { return float64(ms) / 1000 }

// rank returns the wait, in seconds, that percent of the sorted waits do not
// exceed.
func rank(waits []acd.Millis, percent int) float64 {
	if len(waits) == 0 {
		return 0
	}
	return seconds(waits[max(0, (len(waits)*percent+99)/100-1)])
}

// Estimate is a mean over seeds and the half-width of its 95 % confidence
// interval.
type Estimate struct {
	Mean float64 `json:"mean"`
	CI95 float64 `json:"ci95"`
}

// Summarize estimates each figure from at least two runs.
func Summarize(runs []Figures[float64]) Figures[Estimate] {
	var f Figures[Estimate]
	for i, e := range f.all() {
		xs := make([]float64, len(runs))
		for j := range runs {
			xs[j] = *runs[j].all()[i]
		}
		*e = estimate(xs)
	}
	return f
}

func estimate(xs []float64) Estimate {
	n := float64(len(xs))
	var sum, squares float64
	for _, x := range xs {
		sum += x
	}
	mean := sum / n
	for _, x := range xs {
		squares += (x - mean) * (x - mean)
	}
	return Estimate{mean, student(len(xs)-1) * math.Sqrt(squares/(n-1)/n)}
}

// student returns the 97.5 % quantile of Student's t.
func student(freedom int) float64 {
	quantiles := []float64{
		12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
		2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
	}
	if freedom <= len(quantiles) {
		return quantiles[freedom-1]
	}
	return 1.96 + 2.5/float64(freedom) // within 0.002 from 30 degrees on
}
