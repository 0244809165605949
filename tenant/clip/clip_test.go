package clip_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"switchboard/telephony/media/wav"
	"switchboard/tenant"
	"switchboard/tenant/clip"
	"switchboard/tenant/fault"
	"switchboard/tenant/menu"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

// tone has sox make a file of a tone, by its ending.
func tone(t *testing.T, ending string, effects ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x."+ending)
	rate := "44100"
	if len(effects[0]) > 1 {
		rate = "3000" // a long one
	}
	args := append([]string{"-V1", "-n", "-r", rate, "-c", "2", path, "synth"}, effects...)
	if out, err := exec.CommandContext(t.Context(), "sox", args...).CombinedOutput(); err != nil {
		t.Fatalf("sox: %v: %s", err, out)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// rms is the loudness of a prepared sound in dB, and its peak.
func rms(t *testing.T, p clip.Prepared) (loud, peak float64) {
	t.Helper()
	s, err := wav.Read(p.WAV)
	if err != nil || s.Rate != 8000 || len(s.Channels) != 1 {
		t.Fatalf("%d channels at %d Hz, %v", len(s.Channels), s.Rate, err)
	}
	sum := 0.0
	for _, v := range s.Channels[0] {
		x := float64(v) / 32768
		sum += x * x
		peak = max(peak, math.Abs(x))
	}
	return 20 * math.Log10(math.Sqrt(sum/float64(len(s.Channels[0])))), peak
}

// Whatever it comes as, it is one channel of 8 kHz, as loud as any other.
func TestEveryFormatIsAsLoud(t *testing.T) {
	t.Parallel()
	for _, ending := range []string{"wav", "mp3", "ogg", "flac", "aiff", "au"} {
		for _, volume := range []string{"0.02", "0.9"} {
			p, err := clip.Prepare(t.Context(), tone(t, ending, "2", "sine", "440", "vol", volume))
			if err != nil {
				t.Errorf("%s: %v", ending, err)
				continue
			}
			if loud, _ := rms(t, p); math.Abs(loud+22) > 1 || p.Duration < 1900*time.Millisecond || p.Duration > 2200*time.Millisecond || p.Source != ending {
				t.Errorf("%s at %s is %.1f dB, lasts %v, came as %s", ending, volume, loud, p.Duration, p.Source)
			}
		}
	}
}

// A soft piece with a bang is made loud, and its bang is not clipped.
func TestPeaksAreLimited(t *testing.T) {
	t.Parallel()
	soft := make([]byte, 44+2*8000*4)
	copy(soft, "RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data")
	binary.LittleEndian.PutUint32(soft[4:], uint32(len(soft)-8))
	binary.LittleEndian.PutUint32(soft[40:], uint32(len(soft)-44))
	for i := range 8000 * 4 {
		v := 900 * math.Sin(float64(i)/3)
		if i > 16000 && i < 16040 {
			v *= 33
		}
		binary.LittleEndian.PutUint16(soft[44+2*i:], uint16(int16(v)))
	}
	p, err := clip.Prepare(t.Context(), soft)
	if err != nil {
		t.Fatal(err)
	}
	if loud, peak := rms(t, p); loud < -26 || peak > 0.87 {
		t.Errorf("%.1f dB with a peak of %.2f", loud, peak)
	}
}

// What cannot be used is told, in a sentence.
func TestWhatIsNoSound(t *testing.T) {
	t.Parallel()
	mp3 := tone(t, "mp3", "1", "sine", "440")
	for name, x := range map[string]struct {
		file []byte
		says string
	}{
		"empty":                 {nil, "empty"},
		"a text":                {[]byte("Здравствуйте, это магазин шин."), "no sound that we know"},
		"lies about itself":     {append([]byte("RIFF\x00\x00\x00\x00WAVE"), bytes.Repeat([]byte("junk"), 1000)...), "cannot be read as that"},
		"a page":                {[]byte("<!doctype html><title>x</title>"), "no sound that we know"},
		"a program":             {[]byte("\x7fELF\x02\x01\x01"), "no sound that we know"},
		"ID3 and no music":      {append([]byte("ID3\x03\x00\x00\x00\x00\x00\x00"), bytes.Repeat([]byte{0}, 5000)...), ""},
		"silence":               {tone(t, "wav", "2", "sine", "440", "vol", "0"), "nothing is heard"},
		"too large":             {make([]byte, clip.MaxBytes+1), "larger than"},
		"ten minutes and a bit": {tone(t, "wav", "602", "sine", "440"), "longer than 10 minutes"},
		"flac that is an mp3":   {append([]byte("fLaC"), mp3...), "cannot be read as that"},
	} {
		_, err := clip.Prepare(t.Context(), x.file)
		var invalid fault.Invalid
		if !errors.As(err, &invalid) || !strings.Contains(invalid.Problem, x.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p, err := clip.Prepare(t.Context(), mp3[:len(mp3)/2]); err != nil || p.Duration > 700*time.Millisecond {
		t.Errorf("half a file: %v, %v", p.Duration, err)
	}
}

// A sound is one shop's; what plays cannot be removed.
func TestASoundInUseStays(t *testing.T) {
	t.Parallel()
	w, dir := tenanttest.Open(t), t.TempDir()
	p, err := clip.Prepare(t.Context(), tone(t, "wav", "1", "sine", "440"))
	if err != nil {
		t.Fatal(err)
	}
	var s clip.Sound
	err = w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error {
		if s, err = clip.Add(tx, dir, "jingle", p); err != nil {
			return err
		}
		if _, err := clip.Add(tx, dir, "jingle", p); !errors.Is(err, fault.Conflict) {
			t.Errorf("a name is taken twice: %v", err)
		}
		if _, err := tx.Exec("update shop.queue set music_id = $1", s.ID); err != nil {
			return err
		}
		m, err := menu.Shelf.Create(tx, "main", "name: x\nstart: a\nnodes:\n  a: {queue: {sound: jingle}}\n", time.Now())
		if err != nil {
			return err
		}
		if _, err := menu.Shelf.Publish(tx, m.ID, "", time.Now()); err != nil {
			return err
		}
		err = clip.Remove(tx, dir, s.ID, "jingle")
		if !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "the music of queue") || !strings.Contains(err.Error(), "menu main") {
			t.Errorf("what plays is removed: %v", err)
		}
		if err := clip.Remove(tx, dir, s.ID, "yes"); !errors.As(err, &fault.Invalid{}) {
			t.Errorf("removed without its name: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, s.Path(w.A.ID))); err != nil {
		t.Error(err)
	}
	err = w.DB.Within(t.Context(), w.B.Scope, func(tx tenant.Tx) error {
		if _, err := clip.Take(tx, s.ID); !errors.Is(err, fault.NotFound) {
			t.Errorf("shop b reads it: %v", err)
		}
		if err := clip.Remove(tx, dir, s.ID, "jingle"); !errors.Is(err, fault.NotFound) {
			t.Errorf("shop b removes it: %v", err)
		}
		own, err := clip.Add(tx, dir, "jingle", p)
		if err != nil {
			return err
		}
		if err := clip.Remove(tx, dir, own.ID, "jingle"); err != nil {
			return err
		}
		if _, err := os.Stat(filepath.Join(dir, own.Path(w.B.ID))); err == nil {
			t.Error("its file stays")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
