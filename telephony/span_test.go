package telephony_test

import (
	"slices"
	"testing"
	"time"

	"switchboard/telephony/media/tone"
	"switchboard/telephony/media/wav"
)

// span is a time in which everybody heard what they should.
type span struct{ from, to time.Time }

func since() *span { return &span{from: time.Now()} }

func (s *span) over() { s.to = time.Now() }

// taped is a finished recording, and between which instants it ended: by that
// the test finds its spans on it, to a margin that grows as the machine is busy.
type taped struct {
	wav.Sound
	hungUp, ready time.Time
}

// tape hangs the buyer up and returns the recording, on which the buyer must be
// alone on the left.
func (st *stage) tape() *taped {
	st.t.Helper()
	tape := &taped{hungUp: time.Now()}
	st.buyer.hang()
	st.until("the recording is ready", "select 1 from shop.recording where state = 'ready'")
	tape.ready = time.Now()
	tape.Sound = st.sound()
	left := tape.Channels[0]
	if n := frames(left, buyerTone); n < 20 {
		st.t.Errorf("the buyer is in %d frames of the left channel", n)
	}
	for _, hz := range []float64{operatorTone, supervisorTone} {
		if n := frames(left, hz); n > 0 {
			st.t.Errorf("%v Hz is in %d frames of the buyer's channel", hz, n)
		}
	}
	return tape
}

// has fails if somebody else than those who speak in these tones is on the right
// channel in a span, or one of them is never. A stretch of 0.1 s in which nothing
// came is nobody's.
func (tape *taped) has(t *testing.T, when string, s *span, tones ...float64) {
	t.Helper()
	const piece = 800
	right := tape.Channels[1]
	at := func(instant, end time.Time) int { return len(right) - int(end.Sub(instant).Milliseconds())*8 }
	from, to := max(at(s.from, tape.hungUp)+piece, 0), min(at(s.to, tape.ready)-piece, len(right))
	seen := map[float64]bool{}
	for i := from; i+piece <= to; i += piece {
		for _, hz := range []float64{buyerTone, operatorTone, supervisorTone} {
			if tone.Power(right[i:i+piece], hz) < 0.2 {
				continue
			}
			if seen[hz] = true; !slices.Contains(tones, hz) {
				t.Errorf("%s, %v Hz is on the tape at %d ms", when, hz, i/8)
				return
			}
		}
	}
	t.Logf("%s: %d ms of the tape", when, max(0, to-from)/8)
	for _, hz := range tones {
		if to-from > 4*piece && !seen[hz] {
			t.Errorf("%s, %v Hz is not on the tape between %d and %d ms", when, hz, from/8, to/8)
		}
	}
}
