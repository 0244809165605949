// Package speech makes prompts out of text, ahead of the calls that play them.
package speech

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of one prompt.
const (
	MostCharacters = 500              // about 40 s: nobody listens that long to a machine
	mostLength     = time.Minute      // of what a voice makes of it
	mostBytes      = 16 << 20         // of the file it sends: a minute of 48 kHz in stereo, and some
	patience       = 20 * time.Second // with a voice
)

// Text is what is to be said, in ru or en.
type Text struct{ Language, Words string }

// Voice is whoever speaks: a program here, or a service elsewhere.
type Voice interface {
	// Name says who speaks, and how: one name never speaks a text in two ways.
	Name() string
	// Speak returns the text as a WAV file of any rate from 8 kHz. It gives up
	// with ctx.
	Speak(context.Context, Text) ([]byte, error)
}

var (
	errNothing = errors.New("there is nothing to say")
	errLong    = fmt.Errorf("more than %d characters", MostCharacters)
)

// clean returns the words as a voice may get them: one line, no control
// characters, none of the brackets in which espeak-ng takes phonemes.
func (t Text) clean() (Text, error) {
	if utf8.RuneCountInString(t.Words) > MostCharacters {
		return Text{}, errLong
	}
	plain := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '[' || r == ']' || r == utf8.RuneError {
			return ' '
		}
		return r
	}, t.Words)
	words := strings.Join(strings.Fields(plain), " ")
	if !strings.ContainsFunc(words, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return Text{}, errNothing
	}
	return Text{t.Language, words}, nil
}

// made changes with what prepare does to a voice: older files are then of no use.
const made = "1"

// key names the file of a text.
func key(v Voice, t Text) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{made, v.Name(), t.Language, t.Words}, "\x00")))
	return hex.EncodeToString(sum[:])
}
