package speech

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestEspeakSpeaksBothLanguages: the real program, and what it says lasts as
// long as a person would take.
func TestEspeakSpeaksBothLanguages(t *testing.T) {
	t.Parallel()
	for _, text := range []Text{
		{"ru", "Здравствуйте! Вы позвонили в магазин шин."}, {"en", "Hello, this is the tyre shop."}, {"de", "Anything else is read in English."},
		{"en", "--help -w /tmp/owned"},
	} {
		file, err := Espeak{}.Speak(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		pcm, err := prepare(file)
		if err != nil {
			t.Fatal(text, err)
		}
		if s := float64(len(pcm)) / rate; s < 1 || s > 6 {
			t.Errorf("%q lasts %.1f s", text.Words, s)
		}
		if db := decibels(pcm); db > -20 || db < -32 {
			t.Errorf("%q has %.1f dB", text.Words, db)
		}
	}
}

func TestEspeakThatIsAbsent(t *testing.T) {
	t.Parallel()
	_, err := Espeak{Program: "espeak-nowhere"}.Speak(t.Context(), Text{"en", "hello"})
	if err == nil || !strings.Contains(err.Error(), "install espeak-ng, or set SPEECH_URL") {
		t.Errorf("told %v", err)
	}
}

// program makes a shell script that plays espeak-ng.
func program(t *testing.T, script string) Espeak {
	t.Helper()
	path := filepath.Join(t.TempDir(), "voice")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return Espeak{Program: path}
}

func TestEspeakThatMisbehaves(t *testing.T) {
	t.Parallel()
	_, err := program(t, "echo 'no such voice' >&2; exit 3").Speak(t.Context(), Text{"en", "hello"})
	if err == nil || !strings.Contains(err.Error(), "no such voice") {
		t.Errorf("a program that fails: %v", err)
	}
	if _, err = program(t, "cat /dev/zero").Speak(t.Context(), Text{"en", "hello"}); err == nil {
		t.Error("a program that never stops talking was heard out")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err = program(t, "exec sleep 60").Speak(ctx, Text{"en", "hello"}); !givenUp(err) {
		t.Errorf("a program that hangs: %v", err)
	}
}

func service(t *testing.T, h http.HandlerFunc) *Service {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	s, err := NewService(Access{URL: srv.URL + "/v1/audio/speech", Token: "secret", Model: "m1", Voice: "anna"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAServiceIsAsked(t *testing.T) {
	t.Parallel()
	want := pcmFile(24000, sine(24000, 440, 9000))
	s := service(t, func(w http.ResponseWriter, r *http.Request) {
		var asked map[string]string
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || r.Method != http.MethodPost || r.Header.Get("Authorization") != "Bearer secret" {
			t.Errorf("asked %s %v, %v", r.Method, r.Header, err)
		}
		if asked["input"] != "Здравствуйте" || asked["voice"] != "anna" || asked["model"] != "m1" || asked["response_format"] != "wav" || asked["language"] != "ru" {
			t.Errorf("asked %v", asked)
		}
		_, _ = w.Write(want)
	})
	got, err := s.Speak(t.Context(), Text{"ru", "Здравствуйте"})
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d bytes of %d, %v", len(got), len(want), err)
	}
	if _, err := prepare(got); err != nil {
		t.Error(err)
	}
}

func TestAServiceThatMisbehaves(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		h    http.HandlerFunc
		want string
	}{
		"refuses": {func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no credit left", http.StatusPaymentRequired)
		}, "no credit left"},
		"moves on": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusTemporaryRedirect)
		}, "307"},
		"is endless": {func(w http.ResponseWriter, _ *http.Request) {
			for b := make([]byte, 1<<20); ; {
				if _, err := w.Write(b); err != nil {
					return
				}
			}
		}, "bytes of sound"},
		"breaks off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("RIFF"))
		}, "hear"},
	} {
		if _, err := service(t, c.h).Speak(t.Context(), Text{"en", "hello"}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("a service that %s: %v", name, err)
		}
	}
	s := service(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does a server notice that the client leaves
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := s.Speak(ctx, Text{"en", "hello"}); !givenUp(err) {
		t.Errorf("a service that hangs: %v", err)
	}
	for _, u := range []string{"", "ftp://x/", "http://", "speech.local/v1"} {
		if _, err := NewService(Access{URL: u}); err == nil {
			t.Errorf("%q is taken for an address", u)
		}
	}
}
