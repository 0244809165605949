package speech

import (
	"encoding/binary"
	"math"
	"testing"

	"switchboard/telephony/media/tone"
)

// pcmFile is a WAV file of 16 bits in one channel.
func pcmFile(hz int, pcm []int16) []byte {
	le := binary.LittleEndian
	b := []byte("RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	b = le.AppendUint32(b, uint32(hz))
	b = le.AppendUint32(b, uint32(2*hz))
	b = append(b, 2, 0, 16, 0)
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(2*len(pcm)))
	for _, v := range pcm {
		b = le.AppendUint16(b, uint16(v))
	}
	return b
}

// sine is a second of a tone with half a second of silence around it.
func sine(hz int, freq, amplitude float64) []int16 {
	out := make([]int16, 2*hz)
	for i := range hz {
		out[hz/2+i] = int16(amplitude * math.Sin(2*math.Pi*freq*float64(i)/float64(hz)))
	}
	return out
}

func decibels(pcm []int16) float64 {
	sum := 0.0
	for _, v := range pcm {
		sum += float64(v) * float64(v)
	}
	return 10 * math.Log10(sum/float64(len(pcm))/32768/32768)
}

// TestEveryRateBecomesTheTelephones: a tone keeps its pitch and its length
// whatever the rate of the voice, and is as loud however loud the voice was.
func TestEveryRateBecomesTheTelephones(t *testing.T) {
	t.Parallel()
	for _, hz := range []int{8000, 11025, 16000, 22050, 24000, 44100, 48000, 96000} {
		for _, amplitude := range []float64{150, 3000, 32000} {
			pcm, err := prepare(pcmFile(hz, sine(hz, 440, amplitude)))
			if err != nil {
				t.Fatal(hz, amplitude, err)
			}
			if n := len(pcm); n < 10800 || n > 11400 {
				t.Errorf("%d Hz: %d samples, want about 800 + 8000 + 2000", hz, n)
			}
			middle := pcm[2400:6400]
			if !tone.Heard(middle, 440) {
				t.Errorf("%d Hz: the tone is no longer heard", hz)
			}
			if db := decibels(middle); math.Abs(db-speechLevel) > 0.7 {
				t.Errorf("%d Hz, amplitude %.0f: %.1f dB, want %d", hz, amplitude, db, speechLevel)
			}
		}
	}
}

// TestTheBandIsATelephones: what a telephone cannot carry does not come back as
// something else.
func TestTheBandIsATelephones(t *testing.T) {
	t.Parallel()
	for _, freq := range []float64{5000, 6500, 7700} {
		x := resample(mono16(sine(22050, freq, 20000)), 22050)
		if db := decibels(to16(x[5000:11000])); db > -55 {
			t.Errorf("%.0f Hz comes through with %.1f dB", freq, db)
		}
	}
	if db := decibels(to16(highPass(mono16(sine(8000, 30, 20000)))[6000:11000])); db > -30 {
		t.Errorf("a hum of 30 Hz comes through with %.1f dB", db)
	}
	for _, freq := range []float64{300, 1000, 3000} {
		x := to16(highPass(resample(mono16(sine(22050, freq, 20000)), 22050))[5000:11000])
		if db := decibels(x); math.Abs(db+7.3) > 1 {
			t.Errorf("%.0f Hz comes through with %.1f dB, want -7.3", freq, db)
		}
	}
}

func mono16(pcm []int16) []float64 {
	x := make([]float64, len(pcm))
	for i, v := range pcm {
		x[i] = float64(v) / 32768
	}
	return x
}

func to16(x []float64) []int16 {
	out := make([]int16, len(x))
	for i, v := range x {
		out[i] = int16(v * 32767)
	}
	return out
}

// TestPausesDoNotCount: half of it silent, speech is as loud; and one click
// does not make the rest loud beyond what can be played.
func TestPausesDoNotCount(t *testing.T) {
	t.Parallel()
	pause := append(sine(8000, 440, 2000), sine(8000, 440, 2000)...)
	pcm, err := prepare(pcmFile(8000, pause))
	if err != nil {
		t.Fatal(err)
	}
	if db := decibels(pcm[2400:6400]); math.Abs(db-speechLevel) > 0.7 {
		t.Errorf("with pauses %.1f dB, want %d", db, speechLevel)
	}
	click := sine(8000, 440, 100)
	click[8000], click[8001] = 32767, -32768
	if pcm, err = prepare(pcmFile(8000, click)); err != nil {
		t.Fatal(err)
	}
	for _, v := range pcm {
		if v > 29250 || v < -29250 {
			t.Fatalf("a sample of %d: louder than -1 dB", v)
		}
	}
}

func TestWhatIsNoPrompt(t *testing.T) {
	t.Parallel()
	for name, file := range map[string][]byte{
		"no file": nil, "text": []byte("<html>no credit left</html>"), "silence": pcmFile(8000, make([]int16, 8000)), "no sample": pcmFile(8000, nil),
		"half a telephone": pcmFile(4000, sine(4000, 440, 9000)), "radar": pcmFile(4_000_000_000, sine(8000, 440, 9000)),
		"no end": pcmFile(8000, make([]int16, 61*8000)), "a rate of 0": pcmFile(0, sine(8000, 440, 9000)),
	} {
		if pcm, err := prepare(file); err == nil {
			t.Errorf("%s becomes a prompt of %d samples", name, len(pcm))
		}
	}
}

// FuzzPrepare: a service may send anything; what becomes of it is a prompt or
// an error.
func FuzzPrepare(f *testing.F) {
	f.Add(pcmFile(22050, sine(2205, 440, 9000)))
	f.Add(pcmFile(8000, []int16{1, -1}))
	f.Fuzz(func(t *testing.T, b []byte) {
		pcm, err := prepare(b)
		if err == nil && (len(pcm)%block != 0 || len(pcm) == 0) {
			t.Errorf("%d samples", len(pcm))
		}
	})
}
