package mix

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
)

// tones are what the parties of these tests say, each its own.
var tones = []float64{400, 700, 1100, 1700}

func id(i int) ID { return ID(fmt.Sprint("party ", i)) }

// gather has a mixer with a voice for each tone, of both laws by turns.
func gather(t *testing.T, tap media.Tap) (*Mixer, []*voice) {
	board := NewBoard()
	t.Cleanup(board.Close)
	m := board.New(id(0), tap)
	t.Cleanup(m.Close)
	voices := make([]*voice, len(tones))
	for i, f := range tones {
		voices[i] = newVoice([]g711.Law{g711.ALaw, g711.MuLaw}[i%2], f)
		if !m.Join(id(i), voices[i]) {
			t.Fatal("no place")
		}
	}
	return m, voices
}

// chat has all voices talk for n frames.
func chat(n int, voices ...*voice) {
	for range n {
		for _, v := range voices {
			v.say()
		}
		time.Sleep(frameLength)
	}
}

// within returns which tones are in samples.
func within(pcm []int16) (in []float64) {
	for _, f := range tones {
		if tone.Power(pcm, f) > 0.1 {
			in = append(in, f)
		}
	}
	return in
}

// TestEverybodyHearsWhomTheyShall tries 64 matrices of four parties.
func TestEverybodyHearsWhomTheyShall(t *testing.T) {
	t.Parallel()
	for seed := range 64 {
		synctest.Test(t, func(t *testing.T) {
			m, voices := gather(t, nil)
			wants := func(l, s int) bool { return l != s && (seed*2654435761>>(l*4+s))&1 == 1 }
			for l := range tones {
				for s := range tones {
					m.Hears(id(l), id(s), wants(l, s))
				}
			}
			chat(10, voices...) // the buffers fill
			for _, v := range voices {
				v.take()
			}
			chat(20, voices...)
			for l, v := range voices {
				var want []float64
				for s, f := range tones {
					if wants(l, s) {
						want = append(want, f)
					}
				}
				if got := within(v.take()); !slices.Equal(got, want) {
					t.Errorf("matrix %d: %s hears %v, want %v", seed, id(l), got, want)
				}
			}
		})
	}
}

// TestChangeIsHeardAtOnceAndDoesNotClick switches a speaker on and off: within
// a frame, and without a step that is steeper than the tone itself.
func TestChangeIsHeardAtOnceAndDoesNotClick(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, voices := gather(t, nil)
		listener, speaker := voices[0], voices[1]
		chat(10, speaker)
		for n, hears := range []bool{true, false, true, false} {
			listener.take()
			m.Hears(id(0), id(1), hears)
			chat(3, speaker)
			got := listener.take()
			if heard := tone.Heard(got[frame:], tones[1]); heard != hears {
				t.Errorf("change %d: heard after a frame: %v, want %v", n, heard, hears)
			}
			steepest := 11600 * 2 * math.Pi * tones[1] / 8000 * 1.1 // and what the law makes of it
			for i := range got[1:] {
				if step := math.Abs(float64(got[i+1]) - float64(got[i])); step > steepest {
					t.Errorf("change %d clicks: a step of %.0f at sample %d", n, step, i)
				}
			}
		}
	})
}

// TestEveryFrameComesOnce: 20 ms apart for 10 s, whoever speaks.
func TestEveryFrameComesOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, voices := gather(t, nil)
		m.Hears(id(0), id(1), true)
		chat(500, voices[1])
		m.Close()
		frames := voices[0].frames
		if len(frames) != 500 {
			t.Errorf("%d frames in 500 times 20 ms", len(frames))
		}
		for i := range frames[1:] {
			if gap := frames[i+1].at.Sub(frames[i].at); gap != frameLength {
				t.Fatalf("frame %d came %v after the one before", i+1, gap)
			}
		}
		time.Sleep(time.Second)
		if n := len(voices[0].frames); n != len(frames) {
			t.Errorf("%d frames after the end", n-len(frames))
		}
	})
}

// TestTapHearsTheBuyerAndWhomTheBuyerHears: a whisper is not on the tape.
func TestTapHearsTheBuyerAndWhomTheBuyerHears(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tap := &reel{}
		m, voices := gather(t, tap)
		m.Hears(id(0), id(1), true) // the operator is heard by the buyer
		m.Hears(id(1), id(0), true)
		m.Hears(id(1), id(2), true) // and hears the supervisor
		m.Hears(id(2), id(0), true)
		m.Hears(id(2), id(1), true)
		chat(100, voices...)
		for channel, want := range tones[:2] {
			if got := within(tap.heard(channel)); !slices.Equal(got, []float64{want}) {
				t.Errorf("channel %d has %v, want %v alone", channel, got, want)
			}
			if n := len(tap.heard(channel)) / frame; n < 95 || n > 105 {
				t.Errorf("channel %d has %d frames of 100", channel, n)
			}
		}
	})
}

// TestKeysReachWhoHearsThePresser and nobody else.
func TestKeysReachWhoHearsThePresser(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, voices := gather(t, nil)
		m.Hears(id(1), id(0), true)
		m.Hears(id(2), id(0), true)
		want := []media.Event{{Code: 5, Duration: 160}, {Code: 5, Duration: 320, End: true}}
		for _, e := range want {
			voices[0].press(e)
		}
		for i, n := range []int{0, 2, 2, 0} {
			if got := voices[i].pressed(); len(got) != n || n > 0 && !slices.Equal(got, want) {
				t.Errorf("%s was sent keys %v, want %d packets", id(i), got, n)
			}
		}
	})
}

// TestLoudVoicesAreCutOff: a sum that is too large is the largest sample, and
// not its opposite.
func TestLoudVoicesAreCutOff(t *testing.T) {
	t.Parallel()
	var sum [frame]int32
	var out [frame]byte
	sum[0], sum[1] = 90000, -90000
	for _, law := range []g711.Law{g711.ALaw, g711.MuLaw} {
		encode(law, &sum, &out)
		if a, b := law.Sample(out[0]), law.Sample(out[1]); a < 32000 || b > -32000 {
			t.Errorf("%s: %d and %d", law, a, b)
		}
	}
}

// TestCueIsHeardByOne plays a sound to one party alone, beside whom it hears.
func TestCueIsHeardByOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, voices := gather(t, nil)
		m.Hears(id(0), id(1), true)
		chat(10, voices[1])
		for _, v := range voices {
			v.take()
		}
		m.Play(id(0), tone.Sine(tones[2], 10*frame))
		chat(10, voices[1])
		if got := within(voices[0].take()); !slices.Equal(got, tones[1:3]) {
			t.Errorf("its listener hears %v", got)
		}
		if got := within(voices[3].take()); got != nil {
			t.Errorf("somebody else hears %v", got)
		}
		chat(3, voices[1])
		if got := within(voices[0].take()); !slices.Equal(got, tones[1:2]) {
			t.Errorf("after it: %v", got)
		}
	})
}

// TestPlacesAreGivenBack: parties come and go, and one too many is refused.
func TestPlacesAreGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, voices := gather(t, nil)
		for i := len(voices); i < MaxParties; i++ {
			if !m.Join(id(i), newVoice(g711.ALaw, 1)) {
				t.Fatalf("%s found no place", id(i))
			}
		}
		if m.Join("one more", newVoice(g711.ALaw, 1)) {
			t.Error("there is no bound")
		}
		m.Hears(id(0), id(1), true)
		m.Leave(id(1))
		chat(2)
		late := newVoice(g711.ALaw, tones[3])
		if !m.Join("late", late) {
			t.Fatal("the place was not given back")
		}
		voices[0].take()
		chat(10, late, voices[1])
		if got := within(voices[0].take()); got != nil {
			t.Errorf("who took the place of another is heard: %v", got)
		}
		voices[1].take()
		chat(2)
		if got := voices[1].take(); got != nil {
			t.Errorf("who left is sent %d samples", len(got))
		}
	})
}
