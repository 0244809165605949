package speech

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"switchboard/telephony/media"
)

// voice is one whose words are tones; it counts what it says.
type voice struct {
	name   string
	said   atomic.Int32
	hoarse atomic.Bool
	wait   func(context.Context) error
}

func (v *voice) Name() string { return v.name }

func (v *voice) Speak(ctx context.Context, _ Text) ([]byte, error) {
	v.said.Add(1)
	if v.wait != nil {
		if err := v.wait(ctx); err != nil {
			return nil, err
		}
	}
	if v.hoarse.Load() {
		return nil, errors.New("hoarse")
	}
	return pcmFile(8000, sine(8000, 440, 9000)), nil
}

func openCache(t *testing.T, dir string, v Voice) *Cache {
	t.Helper()
	c, err := Open(dir, v, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func prompts(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var hello = Text{"en", "Hello"}

func say(t *testing.T, c *Cache, text Text) *media.Clip {
	t.Helper()
	clip, err := c.Clip(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	return clip
}

// TestATextIsSpokenOnce: then it comes from the disk, also after a restart, and
// another voice, language or word is another prompt.
func TestATextIsSpokenOnce(t *testing.T) {
	t.Parallel()
	dir, v := t.TempDir(), &voice{name: "anna"}
	first := say(t, openCache(t, dir, v), hello)
	again := say(t, openCache(t, dir, v), hello)
	if v.said.Load() != 1 || first.Length() != again.Length() {
		t.Errorf("spoken %d times, %v and %v long", v.said.Load(), first.Length(), again.Length())
	}
	c := openCache(t, dir, v)
	say(t, c, Text{"ru", "Hello"})
	say(t, c, Text{"en", "Hello!"})
	say(t, openCache(t, dir, &voice{name: "boris"}), hello)
	if n := len(prompts(t, dir)); n != 4 || v.said.Load() != 3 {
		t.Errorf("%d files, spoken %d times", n, v.said.Load())
	}
}

// TestATornFileIsMadeAnew, and what is half written is nobody's prompt.
func TestATornFileIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir, v := t.TempDir(), &voice{name: "anna"}
	want := say(t, openCache(t, dir, v), hello)
	file := prompts(t, dir)[0]
	for _, torn := range []string{"", "RIFF"} {
		if err := os.WriteFile(file, []byte(torn), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := say(t, openCache(t, dir, v), hello); got.Length() != want.Length() {
			t.Errorf("after %q it lasts %v", torn, got.Length())
		}
		if _, err := media.LoadWAV(file); err != nil {
			t.Error(err)
		}
	}
	old := filepath.Join(dir, "1.tmp")
	if err := os.WriteFile(old, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-2*leftOver)); err != nil {
		t.Fatal(err)
	}
	openCache(t, dir, v)
	if all := prompts(t, dir); len(all) != 1 {
		t.Errorf("left over: %v", all)
	}
}

// TestManyAskAtOnce: one text is spoken once, and who has less patience than
// the voice spoils it for nobody.
func TestManyAskAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &voice{name: "anna", wait: func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(10 * time.Second):
				return nil
			}
		}}
		c := openCache(t, t.TempDir(), v)
		hasty, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		done := make(chan error, 21)
		ask := func(ctx context.Context) {
			_, err := c.Clip(ctx, hello)
			done <- err
		}
		go ask(hasty)
		synctest.Wait()
		for range 20 {
			go ask(t.Context())
		}
		failed := 0
		for range 21 {
			if err := <-done; err != nil {
				failed++
			}
		}
		if failed != 1 || v.said.Load() != 2 {
			t.Errorf("%d of 21 got nothing, spoken %d times: want 1 and 2", failed, v.said.Load())
		}
	})
}

// TestTheQueueIsBounded, and so is how long anybody waits in it.
func TestTheQueueIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &voice{name: "anna", wait: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
		c := openCache(t, t.TempDir(), v)
		done := make(chan error, queueMost)
		for i := range queueMost {
			go func() {
				_, err := c.Clip(t.Context(), Text{"en", "Hello " + strings.Repeat("o", i)})
				done <- err
			}()
		}
		synctest.Wait()
		if _, err := c.Clip(t.Context(), hello); err == nil || !strings.Contains(err.Error(), "wait for the voice already") {
			t.Errorf("one more: %v", err)
		}
		began := time.Now()
		for range queueMost {
			if err := <-done; !givenUp(err) {
				t.Errorf("ended with %v", err)
			}
		}
		if d := time.Since(began); d > patience {
			t.Errorf("the last waited %v", d)
		}
	})
}

// TestWhatIsWantedIsAtHand: made behind the calls' backs, gone when nobody
// wants it, tried again after a while when it could not be spoken.
func TestWhatIsWantedIsAtHand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &voice{name: "anna"}
		v.hoarse.Store(true)
		c := openCache(t, t.TempDir(), v)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); c.Run(ctx) }()
		bad := Text{"en", "..."}
		c.Want([]Text{hello, bad})
		c.Want([]Text{hello, bad})
		synctest.Wait()
		if c.Ready(hello) != nil || v.said.Load() != 1 {
			t.Fatalf("a hoarse voice was asked %d times", v.said.Load())
		}
		v.hoarse.Store(false)
		time.Sleep(2*retryAfter + time.Second)
		synctest.Wait()
		if c.Ready(hello) == nil || c.Ready(bad) != nil {
			t.Fatal("what is wanted is not at hand")
		}
		if c.bytes != size(c.Ready(hello)) {
			t.Errorf("%d bytes are said to be at hand", c.bytes)
		}
		c.Want(nil)
		if c.Ready(hello) != nil || c.bytes != 0 || len(c.tried) != 0 {
			t.Error("what nobody wants is still there")
		}
		c.Want([]Text{hello})
		synctest.Wait()
		if c.Ready(hello) == nil || v.said.Load() != 2 {
			t.Errorf("wanted again, it was spoken %d times", v.said.Load())
		}
		stop()
		<-ended
	})
}

// TestTheDiskIsBounded: the prompts go that were not used for longest.
func TestTheDiskIsBounded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := openCache(t, dir, &voice{name: "anna"})
	say(t, c, hello)
	info, err := os.Stat(prompts(t, dir)[0])
	if err != nil {
		t.Fatal(err)
	}
	c.shelf.most = 3*info.Size() + 1
	at := time.Now().Add(-time.Hour)
	if err := os.Chtimes(prompts(t, dir)[0], at, at); err != nil {
		t.Fatal(err)
	}
	for _, w := range []string{"one", "two", "three", "four"} {
		say(t, c, Text{"en", w})
		at = at.Add(time.Minute)
		if err := os.Chtimes(filepath.Join(dir, key(c.voice, Text{"en", w})+suffix), at, at); err != nil {
			t.Fatal(err)
		}
		if w == "two" {
			say(t, c, hello) // used: it stays
		}
	}
	for w, stays := range map[string]bool{"Hello": true, "one": false, "two": false, "three": true, "four": true} {
		if _, err := os.Stat(filepath.Join(dir, key(c.voice, Text{"en", w})+suffix)); (err == nil) != stays {
			t.Errorf("%s: %v", w, err)
		}
	}
}

// TestAFullDiskTakesNoPrompt: it is at hand although it cannot be kept.
func TestAFullDiskTakesNoPrompt(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "gone")
	c := openCache(t, dir, &voice{name: "anna"})
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	c.Want([]Text{hello})
	if say(t, c, hello) != c.Ready(hello) {
		t.Error("it is not at hand")
	}
}

func TestCleanWords(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		" Шины\n\tздесь \x00": "Шины здесь", "say [[h@l'oU]]": "say h@l'oU", "": "", "?! -": "", strings.Repeat("я", MostCharacters+1): "",
		"<speak>a</speak>": "<speak>a</speak>", "a\xffb": "a b",
	} {
		got, err := Text{"ru", words}.clean()
		if got.Words != want || (err == nil) != (want != "") {
			t.Errorf("%q becomes %q, %v", words, got.Words, err)
		}
	}
}
