package tone

import (
	"testing"

	"switchboard/telephony/media/g711"
)

func TestHearsItsToneOnly(t *testing.T) {
	t.Parallel()
	for _, law := range []g711.Law{g711.ALaw, g711.MuLaw} {
		for _, f := range []float64{350, 425, 700, 1000, 1300, 2000} {
			heard := law.Decode(law.Encode(Sine(f, 1600)))
			if !Heard(heard, f) || Share(heard, f) != 1 {
				t.Errorf("%s: %v Hz is not heard: power %v", law, f, Power(heard, f))
			}
			for _, other := range []float64{500, 850, 1150, 1600, 2400} {
				if Heard(heard, other) || Power(heard, other) > 0.05 {
					t.Errorf("%s: %v Hz is heard as %v Hz", law, f, other)
				}
			}
		}
	}
}

func TestSilenceIsNoTone(t *testing.T) {
	t.Parallel()
	hush := g711.ALaw.Decode(make([]byte, 800))
	for i := range hush {
		hush[i] = g711.ALaw.Sample(g711.ALaw.Silence())
	}
	if p := Power(hush, 1000); p != 0 {
		t.Errorf("silence has power %v", p)
	}
	if Power(nil, 1000) != 0 || Share(nil, 1000) != 0 {
		t.Error("nothing has power")
	}
}

// TestMixtureIsNotHeard: an attacker's tone mixed in at equal strength must not
// pass for a clean one.
func TestMixtureIsNotHeard(t *testing.T) {
	t.Parallel()
	a, b := Sine(700, 1600), Sine(1300, 1600)
	for i := range a {
		a[i] = a[i]/2 + b[i]/2
	}
	if Heard(a, 700) || Heard(a, 1300) {
		t.Errorf("a mixture is heard as clean: %v %v", Power(a, 700), Power(a, 1300))
	}
	if p := Power(a, 1300); p < 0.3 {
		t.Errorf("half of a mixture has power %v", p)
	}
}

func TestShareCountsFrames(t *testing.T) {
	t.Parallel()
	got := Share(append(Sine(1000, 1600), Sine(400, 4800)...), 1000)
	if got != 0.25 {
		t.Errorf("share is %v, want a quarter", got)
	}
}
