package webleg

import (
	"testing"
	"time"
)

// TestClockTellsWhenItWasSent: a stall, and a crystal that is off by 100 ppm
// for a shift.
func TestClockTellsWhenItWasSent(t *testing.T) {
	t.Parallel()
	began := time.Now()
	var c clock
	for i := range 8 * 3600 * 50 {
		was := began.Add(time.Duration(i) * 20 * time.Millisecond)
		stamp := uint32(i)*160 + 0xFFFF0000 - uint32(i/50)*8000/10_000
		delay := time.Duration(i%5) * time.Millisecond
		if i%5000 == 4999 {
			delay = 3 * time.Second
		}
		got := c.sent(stamp, was.Add(delay))
		if off := got.Sub(was); off < -5*time.Millisecond || off > 5*time.Millisecond {
			t.Fatalf("packet %d, %v late, seems sent %v off", i, delay, off)
		}
	}
}
