// Package tone makes and recognises pure tones, by which tests and the demo
// prove who hears whom.
package tone

import "math"

// rate is the sampling rate of G.711 in Hz.
const rate = 8000

// Sine returns n samples of a tone of freq Hz, loud but not clipped (-9 dBFS).
// Frames that continue each other come from one Sine cut in pieces.
func Sine(freq float64, n int) []int16 {
	const amplitude = 11600
	out := make([]int16, n)
	for i := range out {
		out[i] = int16(math.Round(amplitude * math.Sin(2*math.Pi*freq*float64(i)/rate)))
	}
	return out
}

// Power returns how much of the energy of samples is at freq Hz, from 0 (none)
// to 1 (nothing else), by Goertzel's algorithm. Silence has no power anywhere.
func Power(samples []int16, freq float64) float64 {
	w := 2 * math.Pi * freq / rate
	c := 2 * math.Cos(w)
	var s1, s2, energy float64
	for _, s := range samples {
		x := float64(s)
		energy += x * x
		s1, s2 = x+c*s1-s2, s1
	}
	const hush = 32 * 32 // the mean square of G.711's quantisation noise in silence, and a margin
	n := float64(len(samples))
	if n == 0 || energy/n < hush {
		return 0
	}
	at := s1*s1 + s2*s2 - c*s1*s2 // |X(freq)|^2; a pure sine has n/2 times its energy
	return 2 * at / (n * energy)
}

// Heard reports whether samples are, above all, a tone of freq Hz. A tone with
// another of equal strength beside it is not heard.
func Heard(samples []int16, freq float64) bool { return Power(samples, freq) > 0.6 }

// Share returns the share of 20 ms frames of samples in which freq Hz is heard.
func Share(samples []int16, freq float64) float64 {
	const frame = rate / 50
	heard, frames := 0, 0
	for ; len(samples) >= frame; samples = samples[frame:] {
		frames++
		if Heard(samples[:frame], freq) {
			heard++
		}
	}
	if frames == 0 {
		return 0
	}
	return float64(heard) / float64(frames)
}
