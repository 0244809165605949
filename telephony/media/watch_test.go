package media

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := NewWatch()
		defer w.Close()
		var mute, quiet, talking, held listener
		var gone [4]atomic.Int32
		for i, l := range []*listener{&mute, &quiet, &talking} {
			w.Guard(l, func() { gone[i].Add(1) })
		}
		stop := w.Guard(&held, func() { gone[3].Add(1) })
		check := func(when string, want [4]int32) {
			t.Helper()
			synctest.Wait()
			for i := range gone {
				if n := gone[i].Load(); n != want[i] {
					t.Errorf("%s: leg %d was told gone %d times, want %d", when, i, n, want[i])
				}
			}
		}
		for second := range 100 {
			time.Sleep(time.Second)
			if second <= 10 {
				quiet.speak()
			}
			talking.speak()
			switch second + 1 {
			case 20:
				stop()
			case 25:
				check("25 s", [4]int32{})
			case 27:
				check("16 s after its last word", [4]int32{0, 1, 0, 0})
			case 29:
				check("29 s", [4]int32{0, 1, 0, 0})
			case 31:
				check("31 s", [4]int32{1, 1, 0, 0})
			}
		}
		check("at last", [4]int32{1, 1, 0, 0})
	})
}

// TestWatchStartsOver: what a leg said before it was put on hold doesn't count
// when it is guarded again.
func TestWatchStartsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := NewWatch()
		defer w.Close()
		var l listener
		var gone atomic.Int32
		l.speak()
		time.Sleep(time.Minute)
		w.Guard(&l, func() { gone.Add(1) })
		time.Sleep(29 * time.Second)
		synctest.Wait()
		if gone.Load() != 0 {
			t.Error("told gone before 30 s")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if gone.Load() != 1 {
			t.Error("not told gone after 30 s")
		}
	})
}
