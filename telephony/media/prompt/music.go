package prompt

import (
	"math"
	"sync"

	"switchboard/telephony/media"
)

// Music returns the music on hold: 16 s that join at their ends. It is made by
// us, so that nobody's rights are in it.
var Music = sync.OnceValue(func() *media.Clip { return media.NewClip(compose()) })

const (
	rate        = 8000
	beat        = rate / 2 // samples
	beatsAChord = 8
)

// progression is four chords, as semitones from the A of 220 Hz; the first note
// is the bass, the others are played in turn.
var progression = [4][4]int{
	{-12, 3, 7, 12}, // A minor 7
	{-16, 3, 8, 12}, // F major 7
	{-9, 3, 7, 10},  // C major
	{-14, 2, 5, 10}, // G minor 7
}

// compose returns the samples of the whole.
func compose() []int16 {
	const length = len(progression) * beatsAChord * beat
	sum := make([]float64, length)
	for c, chord := range progression {
		for b := range beatsAChord {
			at := (c*beatsAChord + b) * beat
			strike(sum, at, note{semitone: chord[1+b%3], loudness: 0.5, beats: 3})
			if b%4 == 0 {
				strike(sum, at, note{semitone: chord[0], loudness: 0.9, beats: 4})
			}
		}
	}
	const amplitude = 4000 // -18 dBFS: below speech, so that a prompt after it is no shock
	out := make([]int16, length)
	for i, s := range sum {
		out[i] = int16(math.Round(amplitude * math.Tanh(s)))
	}
	return out
}

type note struct {
	semitone int
	loudness float64
	beats    int
}

// strike adds a note that begins at sample at and dies away; what reaches over
// the end goes on at the beginning.
func strike(sum []float64, at int, n note) {
	const attack = rate / 50 // soft: 20 ms
	freq := 220 * math.Pow(2, float64(n.semitone)/12)
	length := n.beats * beat
	for i := range length {
		t := float64(i) / float64(length)
		shape := n.loudness * min(float64(i)/attack, 1) * math.Exp(-4*t) * (1 - t)
		w := 2 * math.Pi * freq * float64(i) / rate
		sum[(at+i)%len(sum)] += shape * (math.Sin(w) + 0.3*math.Sin(2*w) + 0.1*math.Sin(3*w))
	}
}
