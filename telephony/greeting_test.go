package telephony_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"switchboard/telephony/media/wav"
	"switchboard/telephony/sipua"
	"switchboard/tenant/tenanttest"
)

// has reports whether any loud fifth of a second of want is to be found in heard:
// a player that was held up leaves a frame out now and then.
func has(heard, want []int16) bool {
	for from := 1200; from+piece <= len(want); from += 2 * piece {
		if part := want[from:][:piece]; loud(part) {
			if like, _ := find(heard, part); like > 0.95 {
				return true
			}
		}
	}
	return false
}

// likeness is how much half a second out of the middle of want is to be found
// anywhere in heard: 1 is the very same.
func likeness(heard, want []int16) float64 {
	const length = 4000
	part := want[len(want)/2-length/2:][:length]
	best := 0.0
	for at := 0; at+length <= len(heard); at++ {
		dot, a, b := 0.0, 0.0, 0.0
		for i, w := range part {
			h := float64(heard[at+i])
			dot += h * float64(w)
			a += h * h
			b += float64(w) * float64(w)
		}
		if a > 0 && b > 0 {
			best = max(best, dot/math.Sqrt(a*b))
		}
	}
	return best
}

func sound(t *testing.T, path string) []int16 {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := wav.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return s.Channels[0]
}

// spoken waits until so many prompts were spoken, and returns the newest.
func (h *house) spoken(n int) []int16 {
	h.t.Helper()
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		files, err := filepath.Glob(filepath.Join(h.recordings, "speech", "*.wav"))
		if err != nil {
			h.t.Fatal(err)
		}
		if len(files) != n {
			continue
		}
		newest, at := "", time.Time{}
		for _, f := range files {
			if info, err := os.Stat(f); err == nil && info.ModTime().After(at) {
				newest, at = f, info.ModTime()
			}
		}
		return sound(h.t, newest)
	}
	h.t.Fatalf("no %d prompts are spoken in time", n)
	return nil
}

// hears rings and returns what a buyer hears first.
func (h *house) hears(number string) []int16 {
	h.t.Helper()
	call := h.phone().ring(h, number, "89215550144")
	first := listen(call.audio)
	await[sipua.Answered](h.t, call)
	samples := first(3*8000, h.t)
	call.leg.Hangup("heard enough")
	return samples
}

// A shop greets in its own words once a voice has spoken them, and in new ones
// when it changes them; a shop whose words cannot be spoken greets as all do.
func TestAShopGreetsInItsOwnWords(t *testing.T) {
	t.Parallel()
	const words = "Здравствуйте! Вы позвонили в магазин шин. Оставайтесь на линии."
	h := open(t, func(w *tenanttest.World) {
		w.Admin(t, "update house.shop set greeting_text = $2 where id = $1", w.A.ID.UUID(), words)
		w.Admin(t, "update house.shop set greeting_text = '...' where id = $1", w.B.ID.UUID())
	})
	stock := sound(t, "media/prompt/sound/ru.greeting.wav")
	own := h.spoken(1)
	heard := h.hears("84950000001")
	if a, b := has(heard, own), likeness(heard, stock); !a || b > 0.7 {
		t.Errorf("the buyer hears the shop's own greeting: %v, the stock one by %.2f", a, b)
	}
	h.w.Admin(t, "update house.shop set greeting_text = 'Сегодня мы работаем до десяти вечера, как и всегда.' where id = $1", h.w.A.ID.UUID())
	changed := h.spoken(2)
	heard = h.hears("84950000001")
	if a, b := has(heard, changed), likeness(heard, own); !a || b > 0.7 {
		t.Errorf("the buyer hears the changed greeting: %v, the old one by %.2f", a, b)
	}
	if !has(h.hears("84950000002"), stock) {
		t.Error("where a greeting cannot be spoken, the stock one is not heard")
	}
}
