package recording

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/media/wav"
	"switchboard/tenant/sealed"
	"switchboard/tenant/sound"
)

func newSecret() sealed.Secret {
	return sealed.Secret{Key: sealed.NewKey(), Shop: uuid.New(), ID: uuid.New()}
}

// opened is the WAV file in a sealed one.
func opened(t *testing.T, path string, secret sealed.Secret) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := sealed.Open(bytes.NewReader(b), int64(len(b)), secret)
	if err != nil {
		t.Fatal(err)
	}
	file, err := io.ReadAll(sound.NewWAV(r, r.Size()))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestSealed: what is heard in a sealed recording is what a plain one has, to
// the byte, and the file has none of it.
func TestSealed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir, secret := t.TempDir(), newSecret()
		plain, err := Start(filepath.Join(dir, "plain"))
		if err != nil {
			t.Fatal(err)
		}
		vault, err := StartSealed(filepath.Join(dir, "sealed"), secret)
		if err != nil {
			t.Fatal(err)
		}
		buyer, operator := newSpeaker(0, g711.ALaw, 700), newSpeaker(1, g711.MuLaw, 1300)
		for range 3300 / 20 {
			time.Sleep(20 * time.Millisecond)
			for _, s := range []*speaker{buyer, operator} {
				again := *s
				again.speak(plain)
				s.speak(vault)
			}
		}
		want, err := plain.Close()
		if err != nil {
			t.Fatal(err)
		}
		got, err := vault.Close()
		if err != nil {
			t.Fatal(err)
		}
		if got.Bytes != want.Bytes || got.SHA256 != want.SHA256 || got.DurationMS != want.DurationMS {
			t.Errorf("facts %+v, of the plain one %+v", got, want)
		}
		file, err := os.ReadFile(filepath.Join(dir, "plain"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(opened(t, filepath.Join(dir, "sealed"), secret), file) {
			t.Error("another file is heard")
		}
		stored, err := os.ReadFile(filepath.Join(dir, "sealed"))
		if err != nil {
			t.Fatal(err)
		}
		if int64(len(stored)) != got.Stored.Bytes || bytes.Contains(stored, file[20000:20064]) {
			t.Errorf("the sealed file has %d bytes, or the sound as it is; told %d", len(stored), got.Stored.Bytes)
		}
	})
}

// TestPausedIsSilent: nothing that is said while a recording stands still is on
// it, whatever comes late; what is said before and after is.
func TestPausedIsSilent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "call.wav")
		r, err := Start(path)
		if err != nil {
			t.Fatal(err)
		}
		before, secret, after := newSpeaker(0, g711.ALaw, 700), newSpeaker(0, g711.ALaw, 1900), newSpeaker(0, g711.ALaw, 1300)
		both := newSpeaker(1, g711.MuLaw, 1900)
		talk(r, 2*time.Second, before)
		time.Sleep(100 * time.Millisecond)
		from := r.Pause(time.Now())
		if again := r.Pause(time.Now().Add(time.Second)); again != from {
			t.Errorf("paused at %d ms, and again at %d", from, again)
		}
		secret.packet.Timestamp = before.packet.Timestamp // as if nothing had been silent meanwhile
		talk(r, 2*time.Second, secret, both)
		talk(r, time.Second, secret) // of the other a second is kept back by the network
		late := *secret              // spoken now, heard 240 ms later
		to := r.Resume(time.Now())
		time.Sleep(240 * time.Millisecond)
		late.speak(r)
		time.Sleep(760 * time.Millisecond)
		for range 50 {
			both.speak(r)
		}
		after.packet.Timestamp = secret.packet.Timestamp + 8*1120
		talk(r, 2*time.Second, after)
		if _, err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if from < 2090 || from > 2110 || to < 5100 || to > 5450 {
			t.Errorf("stood still from %d to %d ms", from, to)
		}
		s := read(t, path)
		for c, samples := range s.Channels {
			if p := tone.Power(samples, 1900); p > 1e-4 {
				t.Errorf("channel %d has the marker in it: %v", c, p)
			}
			for i, v := range samples[from*8 : to*8] {
				if v > 16 || v < -16 {
					t.Fatalf("channel %d has %d at %d ms", c, v, from+int64(i/8))
				}
			}
		}
		if a, b := tone.Share(s.Channels[0][:from*8], 700), tone.Share(s.Channels[0][to*8:], 1300); a < 0.93 || b < 0.7 {
			t.Errorf("before it %v of the time has its tone, after it %v", a, b)
		}
	})
}

// TestSealedOnAFullDisk: what fitted can be heard.
func TestSealedOnAFullDisk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path, secret := filepath.Join(t.TempDir(), "call"), newSecret()
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		full := &fullDisk{f, 30000}
		r, err := begin(path, full, func() (medium, error) { return newVault(full, secret) }, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		talk(r, 5*time.Second, newSpeaker(0, g711.ALaw, 700))
		facts, err := r.Close()
		if !errors.Is(err, syscall.ENOSPC) || facts.DurationMS != 1500 {
			t.Errorf("closed with %d ms, %v", facts.DurationMS, err)
		}
		s, err := wav.Read(opened(t, path, secret))
		if err != nil || tone.Share(s.Channels[0], 700) < 0.97 {
			t.Errorf("what fitted is not heard: %v", err)
		}
	})
}

// TestSealedIsRepaired: a process that dies takes at most 1.5 s with it.
func TestSealedIsRepaired(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir, secret := t.TempDir(), newSecret()
		path, dead := filepath.Join(dir, "call"), filepath.Join(dir, "dead")
		r, err := StartSealed(path, secret)
		if err != nil {
			t.Fatal(err)
		}
		talk(r, 7310*time.Millisecond, newSpeaker(0, g711.ALaw, 700))
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dead, append(b, "torn"...), 0o600); err != nil {
			t.Fatal(err)
		}
		facts, err := RepairSealed(dead, secret)
		if err != nil || facts.DurationMS < 5800 {
			t.Errorf("%d ms of 7310 are left, %v", facts.DurationMS, err)
		}
		if again, err := RepairSealed(dead, secret); again != facts || err != nil {
			t.Errorf("repaired again: %+v, %v", again, err)
		}
		b[len(b)/2] ^= 1
		if err := os.WriteFile(dead, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := RepairSealed(dead, secret); !errors.Is(err, sealed.ErrChanged) {
			t.Errorf("a file that somebody changed: %v", err)
		}
		if _, err := r.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// TestTheTwoHeadersAgree: that of a file as it is, and that of a sealed one.
func TestTheTwoHeadersAgree(t *testing.T) {
	t.Parallel()
	for _, size := range []uint32{0, 2, 16000, 1 << 31} {
		want := wav.StereoHeader(size)
		got := make([]byte, sound.HeaderSize)
		if _, err := sound.NewWAV(bytes.NewReader(nil), int64(size)).Read(got); err != nil || !bytes.Equal(got, want[:]) {
			t.Errorf("%d bytes: %x, want %x, %v", size, got, want, err)
		}
	}
}
