package wave_test

import (
	"bytes"
	"slices"
	"testing"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/wav"
	"switchboard/tenant/wave"
)

// recording is four seconds: the buyer is loud in the second one, the operator
// half as loud in the last.
func recording(size uint32) []byte {
	head := wav.StereoHeader(size)
	file := head[:]
	for i := range 4 * wav.Rate {
		var buyer, operator int16
		if i/wav.Rate == 1 {
			buyer = -32_000
		}
		if i/wav.Rate == 3 {
			operator = 16_000
		}
		file = append(file, g711.ALaw.Byte(buyer), g711.ALaw.Byte(operator))
	}
	return file
}

func TestEachChannelIsDrawnByItself(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]uint32{"closed": 4 * 2 * wav.Rate, "never closed": wav.Endless} {
		file := recording(size)
		w, err := wave.Draw(bytes.NewReader(file), int64(len(file)), 4)
		if err != nil {
			t.Fatal(err)
		}
		if w.DurationMS != 4000 || !slices.Equal(loud(w.Buyer), []int{0, 2, 0, 0}) || !slices.Equal(loud(w.Operator), []int{0, 0, 0, 1}) {
			t.Errorf("%s: %+v", name, w)
		}
	}
}

// loud counts the quarters of full loudness.
func loud(bars []uint8) (quarters []int) {
	for _, b := range bars {
		quarters = append(quarters, int(b)/100)
	}
	return quarters
}

func TestMoreBarsThanSoundAreSilent(t *testing.T) {
	t.Parallel()
	head := wav.StereoHeader(2)
	file := append(head[:], g711.ALaw.Byte(30_000), g711.ALaw.Byte(0))
	w, err := wave.Draw(bytes.NewReader(file), int64(len(file)), 8)
	if err != nil || w.Buyer[0] < 200 || slices.Max(w.Buyer[1:]) != 0 {
		t.Errorf("%+v, %v", w, err)
	}
}

func FuzzDraw(f *testing.F) {
	f.Add(recording(64)[:300])
	f.Add([]byte("RIFF"))
	f.Fuzz(func(t *testing.T, file []byte) {
		w, err := wave.Draw(bytes.NewReader(file), int64(len(file)), 16)
		if err == nil && (len(w.Buyer) != 16 || len(w.Operator) != 16 || w.DurationMS < 0) {
			t.Errorf("%+v", w)
		}
	})
}
