package recording

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/media/wav"
)

// speaker sends a tone to one channel of a recorder, a frame at a time.
type speaker struct {
	channel int
	law     g711.Law
	audio   []byte
	packet  media.Packet
}

func newSpeaker(channel int, law g711.Law, freq float64) *speaker {
	return &speaker{
		channel: channel, law: law, audio: law.Encode(tone.Sine(freq, rate)),
		packet: media.Packet{Law: law, SSRC: uint32(channel + 1), Timestamp: 1<<32 - 1000},
	}
}

func (s *speaker) speak(r *Recorder) {
	p := s.packet
	at := int(s.packet.Timestamp+1000) % len(s.audio)
	p.Payload, p.At = s.audio[at:at+frame], time.Now()
	r.Hear(s.channel, &p)
	s.packet.Timestamp += frame
	s.packet.Sequence++
}

// talk has both parties speak for a while of virtual time.
func talk(r *Recorder, d time.Duration, parties ...*speaker) {
	for range d / (20 * time.Millisecond) {
		time.Sleep(20 * time.Millisecond)
		for _, s := range parties {
			s.speak(r)
		}
	}
}

func read(t *testing.T, path string) wav.Sound {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := wav.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	if s.Rate != rate || len(s.Channels) != channels {
		t.Fatalf("%d channels at %d Hz", len(s.Channels), s.Rate)
	}
	return s
}

func checkFacts(t *testing.T, path string, got Facts) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	digest := hex.EncodeToString(sum[:])
	want := Facts{int64(len(b)), int64(len(b)-wav.HeaderSize) / 16, digest, Stored{int64(len(b)), digest}}
	if got != want {
		t.Errorf("facts %+v, want %+v", got, want)
	}
	if h := wav.StereoHeader(uint32(len(b) - wav.HeaderSize)); string(h[:]) != string(b[:wav.HeaderSize]) {
		t.Errorf("the header is not that of %d bytes", len(b))
	}
}

// TestRecording has the buyer speak for 3 s and the operator from the second
// one on: each is in the right channel, in time, and silence is elsewhere.
func TestRecording(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "2026", "call.wav")
		r, err := Start(path)
		if err != nil {
			t.Fatal(err)
		}
		buyer, operator := newSpeaker(0, g711.ALaw, 700), newSpeaker(1, g711.MuLaw, 1300)
		talk(r, time.Second, buyer)
		talk(r, 2*time.Second, buyer, operator)
		time.Sleep(500 * time.Millisecond)
		facts, err := r.Close()
		if err != nil {
			t.Fatal(err)
		}
		checkFacts(t, path, facts)
		if facts.DurationMS != 3500 {
			t.Errorf("lasts %d ms, want 3500", facts.DurationMS)
		}
		s := read(t, path)
		for _, c := range []struct {
			channel, from, to int
			freq, want        float64
		}{
			{0, 0, 24000, 700, 1}, {1, 8000, 24000, 1300, 1}, {1, 0, 8000, 1300, 0}, {0, 24000, 28000, 700, 0}, {0, 0, 24000, 1300, 0}, {1, 0, 28000, 700, 0},
		} {
			if got := tone.Share(s.Channels[c.channel][c.from:c.to], c.freq); got != c.want {
				t.Errorf("channel %d from %d to %d: %v Hz in %v of the time, want %v", c.channel, c.from, c.to, c.freq, got, c.want)
			}
		}
		again, err := r.Close()
		if again != facts || err != nil {
			t.Errorf("the second Close says %+v, %v", again, err)
		}
		buyer.speak(r)
		if repaired, err := Repair(path); repaired != facts || err != nil {
			t.Errorf("repaired to %+v, %v", repaired, err)
		}
	})
}

// TestRecordingBeginsAfterTheNotice: what is said before its instant is left out.
func TestRecordingBeginsAfterTheNotice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "call.wav")
		r, err := StartAt(path, time.Now().Add(time.Second))
		if err != nil {
			t.Fatal(err)
		}
		before, after := newSpeaker(0, g711.ALaw, 700), newSpeaker(0, g711.ALaw, 1300)
		after.packet.SSRC = 9
		talk(r, time.Second, before)
		talk(r, time.Second, after)
		facts, err := r.Close()
		if err != nil || facts.DurationMS != 1000 {
			t.Fatalf("%+v, %v", facts, err)
		}
		if got := tone.Share(read(t, path).Channels[0], 1300); got != 1 {
			t.Errorf("what was said afterwards is heard in %v of the time", got)
		}
	})
}

// TestFileKeepsUp: at any moment, what was said up to a second ago is in a file
// that can be played.
func TestFileKeepsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "call.wav")
		r, err := Start(path)
		if err != nil {
			t.Fatal(err)
		}
		buyer := newSpeaker(0, g711.ALaw, 700)
		for second := range 20 {
			talk(r, 970*time.Millisecond, buyer)
			if second > 10 { // nobody says a word: the silence goes on, too
				buyer.packet.Timestamp += 8000
				time.Sleep(time.Second)
			}
			synctest.Wait()
			heard := int64(time.Since(r.began)) * rate / int64(time.Second)
			if n := int64(len(read(t, path).Channels[0])); heard-n > rate {
				t.Errorf("second %d: %d samples in the file, %d were heard", second, n, heard)
			}
		}
		if _, err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestFileWaitsForLatePackets: what was flushed meanwhile does not cost a late
// packet its place.
func TestFileWaitsForLatePackets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "call.wav")
		r, err := Start(path)
		if err != nil {
			t.Fatal(err)
		}
		buyer := newSpeaker(0, g711.ALaw, 700)
		for range 100 { // packets in bursts, the first of each 290 ms late
			time.Sleep(300 * time.Millisecond)
			for range 300 / 20 {
				buyer.speak(r)
				if buyer.packet.Sequence == 1 {
					break // the first one only places the source
				}
			}
		}
		if _, err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if got := tone.Share(read(t, path).Channels[0][300*8:], 700); got != 1 {
			t.Errorf("the tone is heard in %v of the time", got)
		}
	})
}

// TestRepair cuts a recording that nobody closed at every length: what is left
// becomes a whole file, and repairing it again changes nothing.
func TestRepair(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	unclosed := wav.StereoHeader(wav.Endless)
	whole := append(unclosed[:], g711.ALaw.Encode(tone.Sine(700, 400))...)
	path := filepath.Join(dir, "call.wav")
	for size := range len(whole) + 1 {
		if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		facts, err := Repair(path)
		if err != nil {
			t.Fatalf("cut at %d: %v", size, err)
		}
		checkFacts(t, path, facts)
		samples := max(size-wav.HeaderSize, 0) / channels
		if want := int64(wav.HeaderSize + samples*channels); facts.Bytes != want {
			t.Fatalf("cut at %d: %d bytes, want %d", size, facts.Bytes, want)
		}
		b, err := os.ReadFile(path)
		if err != nil || string(b[wav.HeaderSize:]) != string(whole[wav.HeaderSize:max(len(b), wav.HeaderSize)]) {
			t.Fatalf("cut at %d: the samples changed, %v", size, err)
		}
		if again, err := Repair(path); again != facts || err != nil {
			t.Fatalf("cut at %d: repaired again to %+v, %v", size, again, err)
		}
	}
}

func TestRepairLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "notes.wav")
	for _, text := range []string{"RIFX", "no recording at all, but long enough to have a header in front of it"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if facts, err := Repair(path); !errors.Is(err, errForeign) {
			t.Errorf("%q: repaired to %+v, %v", text, facts, err)
		}
		if b, err := os.ReadFile(path); string(b) != text {
			t.Errorf("%q became %q, %v", text, b, err)
		}
	}
	if _, err := Repair(path + ".none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "call.wav")
	if err := os.WriteFile(path, []byte("evidence"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("started over a file: %v", err)
	}
	if b, err := os.ReadFile(path); string(b) != "evidence" {
		t.Errorf("the file is now %q, %v", b, err)
	}
}

func startPlain(path string, f file) (*Recorder, error) {
	return begin(path, f, func() (medium, error) { return newPlain(f) }, time.Now())
}

// fullDisk is a file on a disk that has room for so many bytes.
type fullDisk struct {
	*os.File
	room int
}

func (f *fullDisk) Write(b []byte) (int, error) {
	if len(b) <= f.room {
		f.room -= len(b)
		return f.File.Write(b)
	}
	n, err := f.File.Write(b[:f.room])
	f.room = 0
	return n, errors.Join(err, syscall.ENOSPC)
}

// TestDiskFull: the recording stops and says so once; what fitted is a whole
// file, and the call's packets are still taken.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "call.wav")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := startPlain(path, &fullDisk{f, wav.HeaderSize + 16001})
		if err != nil {
			t.Fatal(err)
		}
		var told []error
		r.OnFailure(func(err error) { told = append(told, err) })
		buyer := newSpeaker(0, g711.ALaw, 700)
		talk(r, 5*time.Second, buyer)
		synctest.Wait()
		if len(told) != 1 || !errors.Is(told[0], syscall.ENOSPC) {
			t.Errorf("told %v", told)
		}
		r.OnFailure(func(err error) { told = append(told, err) })
		if len(told) != 2 {
			t.Errorf("who asks later is told %v", told[1:])
		}
		facts, err := r.Close()
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("closed with %v", err)
		}
		checkFacts(t, path, facts)
		if facts.DurationMS != 1000 || tone.Share(read(t, path).Channels[0], 700) != 1 {
			t.Errorf("%d ms were kept, want 1000", facts.DurationMS)
		}
	})
}

func TestNoRoomForTheHeader(t *testing.T) {
	t.Parallel()
	f, err := os.Create(filepath.Join(t.TempDir(), "call.wav"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := startPlain("call.wav", &fullDisk{f, 10}); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("started with %v", err)
	}
}
