package emodel

import (
	"math"
	"testing"
	"time"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.Abs(got-want) > within {
		t.Errorf("%s: %.2f, want %.2f", what, got, want)
	}
}

// TestDefaults is the value that G.107 itself gives for its defaults.
func TestDefaults(t *testing.T) {
	t.Parallel()
	r := Rating(Line{Codec: G711})
	near(t, "R of all defaults", r, 93.2, 0.05)
	near(t, "and its MOS", MOS(r), 4.41, 0.005)
}

// TestMOS is the pairs of G.107 table B.1.
func TestMOS(t *testing.T) {
	t.Parallel()
	for r, want := range map[float64]float64{90: 4.34, 80: 4.03, 70: 3.60, 60: 3.10, 50: 2.58, 0: 1, -5: 1, 100: 4.5, 120: 4.5} {
		near(t, "MOS", MOS(r), want, 0.01)
	}
}

// TestLoss is Ie of G.711 with concealment as measured (G.113 of 2001, table
// I.3), which the formula that took its place meets within 3.
func TestLoss(t *testing.T) {
	t.Parallel()
	for percent, want := range map[float64]float64{0: 0, 1: 5, 2: 7, 3: 10, 5: 15, 7: 20, 10: 25, 15: 35, 20: 45} {
		near(t, "Ie", Line{Codec: G711, Loss: percent / 100}.equipment(), want, 3)
	}
}

// TestDelay is G.114 figure 1, read off to the point.
func TestDelay(t *testing.T) {
	t.Parallel()
	for ms, want := range map[time.Duration]float64{0: 93, 100: 91, 150: 90, 200: 87, 250: 80, 300: 74, 400: 65} {
		near(t, ms.String(), Rating(Line{Codec: G711, Delay: ms * time.Millisecond}), want, 5)
	}
}

// TestWorseIsNeverRatedBetter over the whole of what can happen.
func TestWorseIsNeverRatedBetter(t *testing.T) {
	t.Parallel()
	last := 200.0
	for loss := 0.0; loss <= 1; loss += 0.01 {
		r := Rating(Line{Codec: G711, Loss: loss, Delay: 60 * time.Millisecond})
		if r > last {
			t.Errorf("loss of %.2f is rated %.2f, less of it %.2f", loss, r, last)
		}
		last = r
	}
	last = 200
	for delay := time.Duration(0); delay < 3*time.Second; delay += 5 * time.Millisecond {
		r := Rating(Line{Codec: G711, Delay: delay})
		if r > last+0.01 || math.IsNaN(r) {
			t.Errorf("%s is rated %.2f, less of it %.2f", delay, r, last)
		}
		last = r
	}
	if m := MOS(Rating(Line{Codec: G711, Loss: 3, Delay: time.Hour})); m != 1 {
		t.Errorf("the worst is rated %.2f", m)
	}
	one, many := Rating(Line{Codec: G711, Loss: 0.05}), Rating(Line{Codec: G711, Loss: 0.05, Burst: 2})
	if many >= one {
		t.Errorf("bursts are rated %.2f, single losses %.2f", many, one)
	}
}
