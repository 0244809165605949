package prompt

import (
	"io/fs"
	"math"
	"testing"
	"time"
)

func TestEveryPromptInEveryLanguage(t *testing.T) {
	t.Parallel()
	total := int64(0)
	for _, language := range []string{"ru", "en"} {
		for _, name := range []Name{Greeting, Recorded, Closed, Unavailable} {
			c := clips()[language+"."+string(name)+".wav"]
			if c == nil {
				t.Fatalf("no %s in %s", name, language)
			}
			if Clip(language, name) != c {
				t.Errorf("Clip returns another %s than that of %s", name, language)
			}
			if l := c.Length(); l < time.Second || l > 6*time.Second {
				t.Errorf("%s in %s lasts %v", name, language, l)
			}
		}
	}
	files, err := fs.Glob(sound, "sound/*.wav")
	if err != nil || len(files) != 8 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, f := range files {
		info, err := fs.Stat(sound, f)
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
	}
	if total > 300_000 {
		t.Errorf("the prompts have %d bytes, at most 300,000", total)
	}
}

func TestUnknownPrompts(t *testing.T) {
	t.Parallel()
	if Clip("de", Greeting) != Clip("en", Greeting) {
		t.Error("a shop of another language is not greeted in English")
	}
	if l := Clip("ru", "no such").Length(); l != 0 {
		t.Errorf("a prompt that does not exist lasts %v", l)
	}
	if all := Clips("ru", Greeting, Recorded); len(all) != 2 || all[0] != Clip("ru", Greeting) || all[1] != Clip("ru", Recorded) {
		t.Error("Clips are not the clips in their order")
	}
}

// TestMusic is audible everywhere, never clipped, and joins at its ends.
func TestMusic(t *testing.T) {
	t.Parallel()
	if l := Music().Length(); l != 16*time.Second {
		t.Errorf("the music lasts %v", l)
	}
	pcm := compose()
	for at := 0; at < len(pcm); at += rate {
		energy := 0.0
		for _, s := range pcm[at : at+rate] {
			energy += float64(s) * float64(s)
		}
		if loud := math.Sqrt(energy / rate); loud < 300 || loud > 3000 {
			t.Errorf("second %d has a loudness of %.0f", at/rate, loud)
		}
	}
	step := 0
	for i := range pcm {
		next := pcm[(i+1)%len(pcm)]
		if d := int(next) - int(pcm[i]); max(d, -d) > step {
			step = max(d, -d)
		}
	}
	if seam := int(pcm[0]) - int(pcm[len(pcm)-1]); max(seam, -seam) > step/2 {
		t.Errorf("a jump of %d where the music begins anew, %d elsewhere", seam, step)
	}
}
