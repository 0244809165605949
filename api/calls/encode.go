package calls

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/web"
	"switchboard/telephony/media/g711"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
)

const wav = "wav"

// codec is a program that makes a small file of 16-bit samples.
type codec struct {
	kind, ends string
	program    []string
}

// codecs are those that listeners may ask for. Both are told that two channels
// at 8 kHz come in; 32 and 24 kbit/s are more than a telephone line has to say.
var codecs = map[string]codec{
	"mp3": {"audio/mpeg", "mp3", []string{
		"sox", "-q", "-t", "raw", "-e", "signed-integer", "-b", "16", "-L", "-c", "2", "-r", "8000", "-", "-t", "mp3", "-C", "32", "-",
	}},
	"opus": {"audio/ogg", "opus", []string{
		"opusenc", "--quiet", "--bitrate", "24", "--raw", "--raw-bits", "16", "--raw-rate", "8000", "--raw-chan", "2", "--raw-endianness", "0", "-", "-",
	}},
}

// encoders bounds how many are made at once: an hour takes a core for seconds,
// and the calls need the cores. At the bound who asks is told to come again.
var encoders = make(chan struct{}, 2)

// encoding is a file that is being made.
type encoding struct {
	out  io.ReadCloser
	wait func() error
}

// encode starts to make a file of A-law samples. The answer begins when the
// program has something to say, so that one that is not there is told in time.
func encode(ctx context.Context, c codec, samples io.Reader) (*encoding, error) {
	select {
	case encoders <- struct{}{}:
	default:
		return nil, fmt.Errorf("make %s: as many as can be are being made: %w", c.ends, fault.Unavailable)
	}
	cmd := exec.CommandContext(ctx, c.program[0], c.program[1:]...) //nolint:gosec // of the table above
	var said bytes.Buffer
	cmd.Stdin, cmd.Stderr = linear(samples), &said
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		<-encoders
		return nil, fmt.Errorf("make %s, for which %s is needed: %w: %w", c.ends, c.program[0], fault.Unavailable, err)
	}
	return &encoding{out, func() error {
		defer func() { <-encoders }()
		if err := cmd.Wait(); err != nil {
			return fmt.Errorf("make %s: %w: %s", c.ends, err, said.String())
		}
		return nil
	}}, nil
}

// send sends what is made, as it is made. A file that does not come to its end
// is cut off, so that nobody takes it for whole.
func (h *Handler) send(c huma.Context, rec cdr.Recording, f Form, e *encoding) {
	w, _ := web.Patient(c)
	first := make([]byte, 4096)
	n, err := io.ReadAtLeast(e.out, first, 1)
	if n > 0 {
		head(w.Header(), rec, f)
		w.WriteHeader(http.StatusOK)
		_, err = io.Copy(w, io.MultiReader(bytes.NewReader(first[:n]), e.out))
	}
	_ = e.out.Close()
	if err = errors.Join(err, e.wait()); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// linear makes 16-bit samples of A-law.
func linear(alaw io.Reader) io.Reader {
	return &expander{from: alaw}
}

type expander struct {
	from io.Reader
	in   [4096]byte
	out  []byte
}

func (e *expander) Read(p []byte) (int, error) {
	if len(e.out) == 0 {
		n, err := e.from.Read(e.in[:])
		if n == 0 {
			return 0, err
		}
		e.out = e.out[:0]
		for _, b := range e.in[:n] {
			e.out = binary.LittleEndian.AppendUint16(e.out, uint16(g711.ALaw.Sample(b)))
		}
	}
	n := copy(p, e.out)
	e.out = e.out[n:]
	return n, nil
}
