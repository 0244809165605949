package telephony_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
)

// The tones by which the parties are told apart: above the notes of the music.
const (
	buyerTone    = 1330.0
	operatorTone = 1870.0
	thirdTone    = 2410.0
)

var names = map[float64]string{buyerTone: "the buyer", operatorTone: "the operator", thirdTone: "the third"}

// hearing keeps the last half second of what a party hears.
type hearing struct{ *heardLately }

type heardLately struct {
	mu      sync.Mutex
	samples []int16
}

const earful = 4000 // samples

func newEar() hearing { return hearing{&heardLately{}} }

func (e hearing) take(payload []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.samples = append(e.samples, g711.ALaw.Decode(payload)...)
	if n := len(e.samples) - earful; n > 0 {
		e.samples = slices.Delete(e.samples, 0, n)
	}
}

// lately returns whom the party hears; nil as long as it is not half a second.
func (e hearing) lately() (who []string, whole bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.samples) < earful {
		return nil, false
	}
	return heardIn(e.samples), true
}

func heardIn(samples []int16) (who []string) {
	for _, hz := range []float64{buyerTone, operatorTone, thirdTone} {
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
	e.mu.Lock()
	e.samples = nil // what was heard before
	e.mu.Unlock()
	var got []string
	for limit := time.Now().Add(8 * time.Second); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		who, whole := e.lately()
		if !whole && len(want) > 0 {
			continue
		}
		slices.Sort(who)
		if got = who; slices.Equal(got, want) {
			return
		}
	}
	t.Errorf("%s hears %s, want %s", party, fmt.Sprint(got), fmt.Sprint(want))
}

// earOf listens to a telephone.
func earOf(leg *media.RTPLeg) hearing {
	e := newEar()
	leg.SetSink(func(p *media.Packet) {
		if p.Law != 0 {
			e.take(p.Payload)
		}
	})
	return e
}
