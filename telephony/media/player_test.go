package media

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
)

func finished(b *Playback) bool {
	select {
	case <-b.Done():
		return true
	default:
		return false
	}
}

// TestPlayKeepsTime plays 30 s to four legs: a frame each 20 ms and no drift,
// all in turn, and done when the last sample is over.
func TestPlayKeepsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := NewPlayer()
		defer p.Close()
		const frames = 1500
		clip := NewClip(tone.Sine(700, frames*frame))
		var legs [phases]*listener
		var done [phases]*Playback
		for i := range legs {
			legs[i] = &listener{law: g711.ALaw}
			done[i] = p.Play(legs[i], clip)
		}
		for i, l := range legs {
			<-done[i].Done()
			first, last := l.heard()[0].at, l.heard()[frames-1].at
			if n := len(l.heard()); n != frames || last.Sub(first) != (frames-1)*frameLength {
				t.Errorf("leg %d: %d frames in %v", i, n, last.Sub(first))
			}
			if over := time.Since(last); over != frameLength {
				t.Errorf("leg %d: done %v after its last frame began", i, over)
			}
			if i > 0 && first.Sub(legs[i-1].heard()[0].at) != turn {
				t.Errorf("leg %d begins at %v, the one before at %v", i, first, legs[i-1].heard()[0].at)
			}
		}
	})
}

// TestPlayCatchesUp holds the player up: it makes up for as many frames as a
// jitter buffer takes, and no more.
func TestPlayCatchesUp(t *testing.T) {
	t.Parallel()
	for stall, want := range map[time.Duration]int{ // frames at once after the stall
		10 * time.Millisecond:  1,
		45 * time.Millisecond:  2,
		62 * time.Millisecond:  3,
		500 * time.Millisecond: maxCatchUp,
	} {
		synctest.Test(t, func(t *testing.T) {
			p := NewPlayer()
			defer p.Close()
			l := &listener{law: g711.ALaw, stall: stall}
			b := p.Loop(l, NewClip(tone.Sine(700, 10*frame)))
			defer b.Stop()
			time.Sleep(time.Second)
			synctest.Wait()
			heard := l.heard()
			burst := 1
			for burst+1 < len(heard) && heard[burst+1].at.Equal(heard[burst].at) {
				burst++
			}
			if burst != want {
				t.Errorf("after %v: %d frames at once, want %d", stall, burst, want)
			}
			if next := heard[burst+1].at.Sub(heard[burst].at); next > frameLength {
				t.Errorf("after %v and the burst: %v to the next frame", stall, next)
			}
		})
	}
}

func TestLoopGoesOnUntilStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := NewPlayer()
		defer p.Close()
		l := &listener{law: g711.MuLaw}
		b := p.Loop(l, NewClip(tone.Sine(400, 3*frame)), NewClip(nil), NewClip(tone.Sine(1000, 2*frame)))
		time.Sleep(time.Second)
		b.Stop()
		n := len(l.heard())
		if n < 49 || n > 50 || !finished(b) {
			t.Errorf("%d frames in a second, finished %v", n, finished(b))
		}
		for i, h := range l.heard() {
			want := []float64{400, 400, 400, 1000, 1000}[i%5]
			if !tone.Heard(g711.MuLaw.Decode(h.payload), want) {
				t.Fatalf("frame %d is not %v Hz", i, want)
			}
		}
		b.Stop()
		time.Sleep(time.Second)
		if len(l.heard()) != n {
			t.Errorf("%d frames after the stop", len(l.heard())-n)
		}
	})
}

func TestPlayTakesThePlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := NewPlayer()
		l := &listener{law: g711.ALaw}
		music := p.Loop(l, NewClip(tone.Sine(400, 5*frame)))
		time.Sleep(90 * time.Millisecond)
		n := len(l.heard())
		notice := p.Play(l, NewClip(tone.Sine(1000, 2*frame)), NewClip(tone.Sine(1000, 2*frame)))
		if !finished(music) {
			t.Error("the music did not end")
		}
		<-notice.Done()
		for _, h := range l.heard()[n:] {
			if !tone.Heard(g711.ALaw.Decode(h.payload), 1000) {
				t.Error("the music plays into the notice")
			}
		}
		if got := len(l.heard()) - n; got != 4 {
			t.Errorf("the notice had %d frames, want 4", got)
		}
		last := p.Loop(l, NewClip(tone.Sine(400, frame)))
		p.Close()
		if !finished(last) {
			t.Error("a playback outlives its player")
		}
	})
}

// TestPlayWaitsForCodec: a leg whose codec is not agreed yet misses nothing.
func TestPlayWaitsForCodec(t *testing.T) {
	t.Parallel()
	ports := newTestPorts(t)
	player := NewPlayer()
	t.Cleanup(player.Close)
	leg, err := ports.Open()
	if err != nil {
		t.Fatal(err)
	}
	b := player.Play(leg, NewClip(tone.Sine(700, 5*frame)))
	late := newSocket(t, leg, g711.MuLaw)
	leg.SetRemote(late.agreed())
	<-b.Done()
	if s := tone.Share(late.hear(late.await(5)), 700); s != 1 {
		t.Errorf("heard the clip in %v of the time", s)
	}
}

func TestLoadWAV(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := append([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x06\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x40\x06\x00\x00"),
		g711.ALaw.Encode(tone.Sine(700, 1600))...)
	path := filepath.Join(dir, "tone.wav")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := LoadWAV(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Length() != 200*time.Millisecond || !tone.Heard(g711.MuLaw.Decode(c.frame(9, g711.MuLaw)), 700) {
		t.Errorf("loaded %v", c.Length())
	}
	for what, change := range map[string]func(b []byte){
		"16 kHz":     func(b []byte) { b[25] = 0x3E; b[24] = 0x80 },
		"stereo":     func(b []byte) { b[22] = 2 },
		"no WAV":     func(b []byte) { b[0] = 'X' },
		"other form": func(b []byte) { b[20] = 85 },
	} {
		bad := append([]byte(nil), file...)
		change(bad)
		if _, err := ReadWAV(bad); err == nil {
			t.Errorf("%s is accepted", what)
		}
	}
	if _, err := LoadWAV(filepath.Join(dir, "none.wav")); err == nil {
		t.Error("a missing file is accepted")
	}
}
