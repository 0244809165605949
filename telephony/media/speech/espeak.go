package speech

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// Espeak is the voice of espeak-ng, which recorded the stock prompts too.
type Espeak struct {
	Program string // "" is espeak-ng in PATH
}

// The manner of the stock prompts, see prompt/sound/make.sh.
const (
	wordsAMinute = "150"
	pitch        = "42"
)

// Name is that of the program with its manner.
func (e Espeak) Name() string { return "espeak-ng " + wordsAMinute + " " + pitch }

// Speak runs espeak-ng. The text goes through its standard input: none can be
// taken for an option.
func (e Espeak) Speak(ctx context.Context, t Text) ([]byte, error) {
	program := e.Program
	if program == "" {
		program = "espeak-ng"
	}
	voice := map[string]string{"ru": "ru"}[t.Language]
	if voice == "" {
		voice = "en-us"
	}
	cmd := exec.CommandContext(ctx, program, "-v", voice, "-s", wordsAMinute, "-p", pitch, "-b", "1", "--stdin", "--stdout") //nolint:gosec // the operator of the house names the program, the arguments are ours
	cmd.WaitDelay = time.Second
	cmd.Stdin = strings.NewReader(t.Words)
	out, complaint := capped{most: mostBytes}, capped{most: 1000}
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("speak with espeak-ng: it is not in PATH: install espeak-ng, or set SPEECH_URL: %w", err)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("speak with espeak-ng: %w", ctx.Err())
	case err != nil:
		return nil, fmt.Errorf("speak with espeak-ng: %w: %s", err, bytes.TrimSpace(complaint.Bytes()))
	}
	return out.Bytes(), nil
}

// capped is a buffer that refuses to grow beyond most bytes.
type capped struct {
	bytes.Buffer
	most int
}

// Write fails at the bound; the program that writes then ends.
func (c *capped) Write(p []byte) (int, error) {
	if c.Len()+len(p) > c.most {
		return 0, errTooLarge
	}
	return c.Buffer.Write(p)
}

// ReadFrom is not Buffer's, which has no bound.
func (c *capped) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{c}, r)
}

var errTooLarge = fmt.Errorf("more than %d bytes of sound", mostBytes)
