package clip

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/wav"
	"switchboard/tenant/fault"
)

// Bounds of what is uploaded.
const (
	MaxBytes    = 20 << 20
	MaxDuration = 10 * time.Minute // music that is longer is heard by nobody
	patience    = 30 * time.Second // with the program that reads it
)

const rate = wav.Rate

// Prepared is a sound as telephones play it.
type Prepared struct {
	WAV      []byte // A-law of 8 kHz
	SHA256   [32]byte
	Duration time.Duration
	Source   string // the format that it was in
}

// formats are those that are taken, by how their files begin. What a file is
// called says nothing.
var formats = []struct {
	name string
	is   func(head []byte) bool
}{
	{"wav", func(h []byte) bool { return begins(h, "RIFF") && string(h[8:12]) == "WAVE" }},
	{"mp3", func(h []byte) bool { return begins(h, "ID3") || h[0] == 0xFF && h[1]&0xE0 == 0xE0 && h[1]&0x06 != 0 }},
	{"flac", func(h []byte) bool { return begins(h, "fLaC") }},
	{"ogg", func(h []byte) bool { return begins(h, "OggS") && !bytes.Contains(h, []byte("OpusHead")) }}, // Debian's sox has no Opus
	{"aiff", func(h []byte) bool {
		return begins(h, "FORM") && (string(h[8:12]) == "AIFF" || string(h[8:12]) == "AIFC")
	}},
	{"au", func(h []byte) bool { return begins(h, ".snd") }},
}

func begins(head []byte, magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }

// Prepare makes a sound of an uploaded file: one channel, the band and the
// loudness of a telephone. What is wrong with the file is a fault.Invalid.
func Prepare(ctx context.Context, file []byte) (Prepared, error) {
	format, err := formatOf(file)
	if err != nil {
		return Prepared{}, err
	}
	pcm, err := decode(ctx, format, file)
	if err != nil {
		return Prepared{}, err
	}
	length := time.Duration(len(pcm)) * time.Second / rate
	switch {
	case length > MaxDuration:
		return Prepared{}, invalid("it is longer than %d minutes", int(MaxDuration.Minutes()))
	case length < 100*time.Millisecond || !level(pcm):
		return Prepared{}, invalid("nothing is heard in it")
	}
	header := wav.MonoHeader(uint32(len(pcm)))
	p := Prepared{WAV: append(header[:], g711.ALaw.Encode(pcm)...), Duration: length, Source: format}
	p.SHA256 = sha256.Sum256(p.WAV)
	return p, nil
}

func invalid(format string, args ...any) error {
	return fault.Invalid{Field: "body", Problem: fmt.Sprintf(format, args...)}
}

func formatOf(file []byte) (string, error) {
	switch {
	case len(file) == 0:
		return "", invalid("the file is empty")
	case len(file) > MaxBytes:
		return "", invalid("the file is larger than %d MB", MaxBytes>>20)
	}
	head := make([]byte, 64)
	copy(head, file)
	for _, f := range formats {
		if f.is(head) {
			return f.name, nil
		}
	}
	return "", invalid("this is no sound that we know: send WAV, MP3, OGG Vorbis, FLAC, AIFF or AU")
}

// decode has sox read the file: 16-bit samples of 8 kHz, no more than are taken.
func decode(ctx context.Context, format string, file []byte) ([]int16, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	most := fmt.Sprint(MaxDuration.Seconds() + 1)
	cmd := exec.CommandContext(ctx, "sox", "-V1", "-t", format, "-", "-t", "raw", "-r", "8000", "-e", "signed", "-b", "16", "-L", "-c", "1", "-", //nolint:gosec // format is one of ours
		"trim", "0", most, "highpass", "150")
	cmd.WaitDelay = time.Second
	cmd.Stdin = bytes.NewReader(file)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("read a sound with sox: it is not in PATH: install sox and libsox-fmt-mp3: %w", err)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("read a sound with sox: %w", ctx.Err())
	case err != nil && strings.Contains(complaint.String(), "no handler for"):
		return nil, fmt.Errorf("read a sound with sox: it does not know %s: install libsox-fmt-%s: %w", format, format, err)
	case err != nil && out.Len() == 0:
		return nil, invalid("the file says that it is %s, and cannot be read as that: it is broken, or something else", strings.ToUpper(format))
	}
	pcm := make([]int16, out.Len()/2) // a file that breaks off is a sound as far as it goes
	for i := range pcm {
		pcm[i] = int16(binary.LittleEndian.Uint16(out.Bytes()[2*i:]))
	}
	return pcm, nil
}
