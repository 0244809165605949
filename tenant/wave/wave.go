// Package wave draws a recording: how loud each stretch of it is.
package wave

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"switchboard/telephony/media/g711"
)

// Wave is how loud a stereo recording is, in stretches of equal length: 0 is
// silence, 255 the loudest that the coding can say.
type Wave struct {
	DurationMS int64   `json:"duration_ms"`
	Buyer      []uint8 `json:"buyer"`    // the left channel
	Operator   []uint8 `json:"operator"` // the right one
}

// channels of a recording: the buyer and the operator.
const channels = 2

// Draw reads a WAV file of size bytes, two channels of A-law as the switch
// writes it, and returns bars stretches of each. A header that says nothing of
// the length, as in a recording that nobody closed, means up to the end.
func Draw(file io.Reader, size int64, bars int) (Wave, error) {
	r := bufio.NewReaderSize(file, 1<<16)
	rate, begins, data, err := header(r)
	if err != nil {
		return Wave{}, fmt.Errorf("draw a recording: %w", err)
	}
	frames := min(data, max(0, size-begins)) / channels
	w := Wave{DurationMS: frames * 1000 / rate, Buyer: make([]uint8, bars), Operator: make([]uint8, bars)}
	var pair [channels]byte
	for i := range frames {
		if _, err := io.ReadFull(r, pair[:]); err != nil {
			return Wave{}, fmt.Errorf("draw a recording: %w", err)
		}
		bar := int(i * int64(bars) / frames)
		w.Buyer[bar] = max(w.Buyer[bar], loudness(pair[0]))
		w.Operator[bar] = max(w.Operator[bar], loudness(pair[1]))
	}
	return w, nil
}

// loudness is how far a sample is from silence, of 255.
func loudness(b byte) uint8 {
	s := int(g711.ALaw.Sample(b))
	return uint8(min(255, max(s, -s)>>7))
}

const tagALaw = 6 // RFC 2361

var errFormat = errors.New("it is no WAV file of two channels of A-law")

// header reads up to the first sample: the rate, where the samples begin, and
// how many bytes of them there should be.
func header(r io.Reader) (rate, begins, data int64, err error) {
	var riff [12]byte
	if _, err := io.ReadFull(r, riff[:]); err != nil || string(riff[:4]) != "RIFF" || string(riff[8:]) != "WAVE" {
		return 0, 0, 0, errFormat
	}
	begins = int64(len(riff))
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return 0, 0, 0, errFormat
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		begins += int64(len(head))
		if string(head[:4]) == "data" {
			if rate == 0 {
				return 0, 0, 0, errFormat
			}
			return rate, begins, size, nil
		}
		if size > 1<<16 {
			return 0, 0, 0, errFormat
		}
		body := make([]byte, size+size&1)
		if _, err := io.ReadFull(r, body); err != nil {
			return 0, 0, 0, errFormat
		}
		begins += int64(len(body))
		if string(head[:4]) == "fmt " {
			if rate = rateOf(body); rate == 0 {
				return 0, 0, 0, errFormat
			}
		}
	}
}

// rateOf returns the sampling rate of the only format that we write, or 0.
func rateOf(format []byte) int64 {
	le := binary.LittleEndian
	if len(format) < 16 || le.Uint16(format) != tagALaw || le.Uint16(format[2:]) != channels {
		return 0
	}
	return int64(le.Uint32(format[4:]))
}
