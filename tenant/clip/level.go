package clip

import (
	"math"
	"slices"
)

// Loudness of what callers hear, in dB of full scale: that of the stock prompts.
// Peaks are limited, so that a soft piece with one loud bang becomes as loud as
// another, and nothing is clipped.
const (
	target  = -22.0
	ceiling = -1.5
	most    = 30.0 // of gain: what is softer is noise
	block   = rate / 50
	ahead   = rate / 200 // 5 ms: how long before a peak the gain goes down
)

func ratio(db float64) float64 { return math.Pow(10, db/20) }

// level brings pcm to the target: the mean power of its audible blocks decides.
// It reports false if nothing is audible.
func level(pcm []int16) bool {
	loud := loudness(pcm)
	if loud < ratio(target-most) {
		return false
	}
	gain := ratio(target) / loud
	limit := gains(pcm, gain)
	for i, s := range pcm {
		v := math.Round(float64(s) * gain * limit[i])
		pcm[i] = int16(max(math.MinInt16, min(math.MaxInt16, v)))
	}
	return true
}

// loudness is the root of the mean power of what is audible: blocks within 30 dB
// of the loudest. 1 is full scale.
func loudness(pcm []int16) float64 {
	var powers []float64
	for b := range slices.Chunk(pcm, block) {
		sum := 0.0
		for _, s := range b {
			sum += float64(s) * float64(s) / (32768 * 32768)
		}
		powers = append(powers, sum/float64(len(b)))
	}
	if len(powers) == 0 {
		return 0
	}
	least, sum, n := slices.Max(powers)/1000, 0.0, 0
	for _, p := range powers {
		if p >= least {
			sum += p
			n++
		}
	}
	return math.Sqrt(sum / float64(n))
}

// gains is by how much each sample is turned down, so that none is above the
// ceiling: as low as the peaks around it need, and smooth.
func gains(pcm []int16, gain float64) []float64 {
	need := make([]float64, len(pcm))
	top := ratio(ceiling) * 32767
	for i := range need {
		need[i] = 1
		if v := math.Abs(float64(pcm[i])) * gain; v > top {
			need[i] = top / v
		}
	}
	return smooth(lowest(need))
}

// lowest is the least of the values around each, ahead to both sides.
func lowest(x []float64) []float64 {
	out := slices.Clone(x)
	for i, v := range x {
		if v == 1 {
			continue
		}
		for j := max(0, i-ahead); j <= min(len(x)-1, i+ahead); j++ {
			out[j] = min(out[j], v)
		}
	}
	return out
}

// smooth is the mean around each. The mean of values of which each is low enough
// for the one in their middle is low enough too.
func smooth(x []float64) []float64 {
	out := make([]float64, len(x))
	sum, n := 0.0, 0
	for i := -ahead; i < len(x); i++ {
		if j := i + ahead; j < len(x) && j >= 0 {
			sum += x[j]
			n++
		}
		if j := i - ahead - 1; j >= 0 {
			sum -= x[j]
			n--
		}
		if i >= 0 {
			out[i] = min(1, sum/float64(n))
		}
	}
	return out
}
