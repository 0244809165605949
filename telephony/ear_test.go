package telephony_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/tone"
)

// The tones by which the parties are told apart: above the notes of the music.
const (
	buyerHz    = 1330.0
	operatorHz = 1870.0
	thirdHz    = 2410.0
)

var names = map[float64]string{buyerHz: "the buyer", operatorHz: "the operator", thirdHz: "the third"}

// hearing is what a party hears.
type hearing struct{ *earpiece }

const earful = 4000 // samples: half a second

func heardIn(samples []int16) (who []string) {
	for _, hz := range []float64{buyerHz, operatorHz, thirdHz} {
		if tone.Power(samples, hz) > 0.1 {
			who = append(who, names[hz])
		}
	}
	return who
}

// hears waits until the party hears those who speak in these tones, and nobody
// else.
func (e hearing) hears(t *testing.T, party string, tones ...float64) {
	t.Helper()
	var want []string
	for _, hz := range tones {
		want = append(want, names[hz])
	}
	slices.Sort(want)
	e.forget() // what was heard before
	var got []string
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		samples := e.heard(earful)
		if samples == nil && len(want) > 0 {
			continue
		}
		who := heardIn(samples)
		slices.Sort(who)
		if got = who; slices.Equal(got, want) {
			return
		}
	}
	t.Errorf("%s hears %s, want %s", party, fmt.Sprint(got), fmt.Sprint(want))
}

// frames returns how many frames of 20 ms of samples have a tone of hz, above all.
func frames(samples []int16, hz float64) (n int) {
	const frame = 160
	for ; len(samples) >= frame; samples = samples[frame:] {
		if tone.Heard(samples[:frame], hz) {
			n++
		}
	}
	return n
}

// frames returns how many it heard since the last forget.
func (e *earpiece) frames(hz float64) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return frames(e.pcm, hz)
}

// earOf listens to a telephone.
func earOf(leg *media.RTPLeg) hearing {
	e := hearing{&earpiece{}}
	leg.SetSink(func(p *media.Packet) {
		if p.Law != 0 {
			e.hear(p.Payload)
		}
	})
	return e
}
