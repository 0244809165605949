package g722

import (
	"math"
	"math/rand/v2"
	"testing"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
)

// TestTonesSurvive both ways, in both laws, at the level that they had.
func TestTonesSurvive(t *testing.T) {
	t.Parallel()
	for _, law := range []g711.Law{g711.ALaw, g711.MuLaw} {
		for _, freq := range []float64{300, 440, 1000, 1900, 3000} {
			var e Encoder
			var d Decoder
			said := law.Encode(tone.Sine(freq, 8000))
			code, back := make([]byte, len(said)), make([]byte, len(said))
			if n := e.Encode(code, said, law); n != len(said) {
				t.Fatal(n)
			}
			d.Decode(back, code, law)
			heard := law.Decode(back[800:])
			if p := tone.Power(heard, freq); p < 0.99 {
				t.Errorf("%s: %v Hz comes back by %.3f", law, freq, p)
			}
			if ratio := loud(heard) / loud(law.Decode(said[800:])); ratio < 0.97 || ratio > 1.03 {
				t.Errorf("%s: %v Hz comes back %.2f times as loud", law, freq, ratio)
			}
		}
	}
}

func loud(samples []int16) float64 {
	sum := 0.0
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return math.Sqrt(sum / float64(len(samples)))
}

// TestSilenceIsSilent after speech, too.
func TestSilenceIsSilent(t *testing.T) {
	t.Parallel()
	var e Encoder
	var d Decoder
	said := g711.ALaw.Encode(append(tone.Sine(440, 800), make([]int16, 4000)...))
	code := make([]byte, len(said))
	e.Encode(code, said, g711.ALaw)
	d.Decode(code, code, g711.ALaw)
	if l := loud(g711.ALaw.Decode(code[2000:])); l > 40 {
		t.Errorf("silence is %.0f loud", l)
	}
}

// TestAnyCodeIsHarmless: the decoder stays within its numbers whatever comes,
// and hears a tone again soon after.
func TestAnyCodeIsHarmless(t *testing.T) {
	t.Parallel()
	var d Decoder
	chance := rand.New(rand.NewPCG(1, 2))
	junk := make([]byte, 100_000)
	for i := range junk {
		junk[i] = byte(chance.Uint32())
	}
	d.Decode(junk, junk, g711.ALaw)
	var e Encoder
	said := g711.ALaw.Encode(tone.Sine(440, 8000))
	e.Encode(said, said, g711.ALaw)
	d.Decode(said, said, g711.ALaw)
	if !tone.Heard(g711.ALaw.Decode(said[4000:]), 440) {
		t.Error("a tone after junk is not heard")
	}
}

func BenchmarkFrame(b *testing.B) {
	var e Encoder
	var d Decoder
	frame := g711.ALaw.Encode(tone.Sine(440, 160))
	code := make([]byte, 160)
	b.ReportAllocs()
	for b.Loop() {
		e.Encode(code, frame, g711.ALaw)
		d.Decode(code, code, g711.ALaw)
	}
}
