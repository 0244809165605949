package speech

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"switchboard/telephony/media/wav"
)

// rate is that of the telephone; a block is 20 ms of it.
const (
	rate  = wav.Rate
	block = rate / 50
)

var errSilent = errors.New("nothing is heard in it")

// prepare turns the WAV file of a voice into samples of 8 kHz for a telephone:
// its band, its loudness, and no silence to wait through.
func prepare(file []byte) ([]int16, error) {
	s, err := wav.Read(file)
	if err != nil {
		return nil, err
	}
	if s.Rate < rate || s.Rate > 96000 {
		return nil, fmt.Errorf("%d samples a second, want %d to 96000", s.Rate, rate)
	}
	if n := len(s.Channels[0]); n > int(mostLength.Seconds())*s.Rate {
		return nil, fmt.Errorf("longer than %v", mostLength)
	}
	x := highPass(resample(mono(s), s.Rate))
	if x = trim(x); len(x) == 0 {
		return nil, errSilent
	}
	level(x)
	return pad(x), nil
}

// mono is the mean of the channels, 1 being full scale.
func mono(s wav.Sound) []float64 {
	x := make([]float64, len(s.Channels[0]))
	for _, c := range s.Channels {
		for i, v := range c {
			x[i] += float64(v) / float64(len(s.Channels)) / 32768
		}
	}
	return x
}

// resample brings x to 8 kHz: each new sample is a mean of the old ones around
// it, weighed by a sinc under a Hann window that lets pass what a telephone
// does, up to 3.6 kHz.
func resample(x []float64, from int) []float64 {
	if from == rate {
		return x
	}
	const lobes = 16
	cut := 2 * 3600 / float64(from) // of the old Nyquist frequency
	reach := lobes / cut
	out := make([]float64, len(x)*rate/from)
	for i := range out {
		at := float64(i) * float64(from) / rate
		sum := 0.0
		for n := max(int(math.Ceil(at-reach)), 0); n < len(x) && float64(n) < at+reach; n++ {
			d := float64(n) - at
			sum += x[n] * sinc(cut*d) * (1 + math.Cos(math.Pi*d/reach)) / 2
		}
		out[i] = sum * cut
	}
	return out
}

func sinc(t float64) float64 {
	if t == 0 {
		return 1
	}
	return math.Sin(math.Pi*t) / (math.Pi * t)
}

// highPass takes away what is below 150 Hz and only hums in a telephone: a
// Butterworth filter of the second order.
func highPass(x []float64) []float64 {
	w := 2 * math.Pi * 150 / rate
	alpha, cos := math.Sin(w)/math.Sqrt2, math.Cos(w)
	b, a0, a1, a2 := (1+cos)/2, 1+alpha, -2*cos, 1-alpha
	out := make([]float64, len(x))
	var x1, x2, y1, y2 float64
	for i, v := range x {
		y := (b*v - 2*b*x1 + b*x2 - a1*y1 - a2*y2) / a0
		x1, x2, y1, y2 = v, x1, y, y1
		out[i] = y
	}
	return out
}

// powers are those of the whole blocks of x.
func powers(x []float64) []float64 {
	var all []float64
	for b := range slices.Chunk(x, block) {
		sum := 0.0
		for _, v := range b {
			sum += v * v
		}
		all = append(all, sum/block)
	}
	return all
}

// audible is the least power of a block of speech: 30 dB below the loudest
// block, as sounds fade into the noise of a line. Nothing is audible in a file
// without any sound above -60 dB.
func audible(p []float64) float64 {
	if len(p) == 0 || slices.Max(p) < 1e-6 {
		return math.Inf(1)
	}
	return slices.Max(p) / 1000
}

// trim cuts off what is not audible at both ends.
func trim(x []float64) []float64 {
	p := powers(x)
	least := audible(p)
	heard := func(v float64) bool { return v >= least }
	first := slices.IndexFunc(p, heard)
	if first < 0 {
		return nil
	}
	last := len(p) - 1
	for !heard(p[last]) {
		last--
	}
	return x[first*block : min((last+1)*block, len(x))]
}

// Levels in dB of full scale. Speech is what the stock prompts have; peaks stay
// below full scale even after a law's rounding.
const (
	speechLevel = -22
	peakLevel   = -1
)

// level makes what is spoken in x as loud as every other prompt: the mean
// power of its audible blocks decides, pauses don't. Nothing is clipped: a
// voice with sharper peaks stays a little softer.
func level(x []float64) {
	p := powers(x)
	least := audible(p)
	p = slices.DeleteFunc(p, func(v float64) bool { return v < least })
	sum := 0.0
	for _, v := range p {
		sum += v
	}
	peak := max(slices.Max(x), -slices.Min(x))
	gain := min(math.Pow(10, speechLevel/20.)/math.Sqrt(sum/float64(len(p))), math.Pow(10, peakLevel/20.)/peak)
	for i := range x {
		x[i] *= gain
	}
}

// pad puts a little silence around x: a phone that was just picked up eats the
// first moment, and what follows is not to come on its heels.
func pad(x []float64) []int16 {
	const before, after = rate / 10, rate / 4
	whole := (before + len(x) + after + block - 1) / block * block // what a file holds is then what a clip of it does
	out := make([]int16, whole)
	for i, v := range x {
		out[before+i] = int16(math.Round(v * 32767))
	}
	return out
}
