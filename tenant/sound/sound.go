// Package sound gives a recording's samples the form in which they are heard.
package sound

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// A recording is samples of two channels, A-law at 8 kHz: the buyer's and the
// operator's by turns.
const (
	Rate       = 8000 // Hz
	Channels   = 2
	HeaderSize = 58 // of a WAV file
	tagALaw    = 6  // RFC 2361
)

// MS returns how long so many bytes of samples are.
func MS(bytes int64) int64 { return bytes / Channels * 1000 / Rate }

// header begins a WAV file of size bytes of samples.
func header(size uint32) []byte {
	h := make([]byte, HeaderSize)
	le := binary.LittleEndian
	copy(h[0:], "RIFF")
	le.PutUint32(h[4:], HeaderSize-8+size)
	copy(h[8:], "WAVEfmt ")
	le.PutUint32(h[16:], 18)
	le.PutUint16(h[20:], tagALaw)
	le.PutUint16(h[22:], Channels)
	le.PutUint32(h[24:], Rate)
	le.PutUint32(h[28:], Rate*Channels)
	le.PutUint16(h[32:], Channels) // bytes a sample of all channels
	le.PutUint16(h[34:], 8)        // bits a sample of one
	copy(h[38:], "fact")
	le.PutUint32(h[42:], 4)
	le.PutUint32(h[46:], size/Channels)
	copy(h[50:], "data")
	le.PutUint32(h[54:], size)
	return h
}

// WAV is a WAV file over samples that lie elsewhere.
type WAV struct {
	*io.SectionReader
}

// NewWAV returns the file with size bytes of samples.
func NewWAV(samples io.ReaderAt, size int64) WAV {
	w := overlay{header(uint32(size)), samples}
	return WAV{io.NewSectionReader(w, 0, HeaderSize+size)}
}

// overlay is a head before a body.
type overlay struct {
	head []byte
	body io.ReaderAt
}

// ReadAt implements io.ReaderAt.
func (o overlay) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	if head := int64(len(o.head)); off < head {
		n = copy(p, o.head[off:])
		off = head
		if n == len(p) {
			return n, nil
		}
	}
	m, err := o.body.ReadAt(p[n:], off-int64(len(o.head)))
	return n + m, err
}

// Sum reads all of a file and returns its SHA-256 in hexadecimal.
func Sum(file io.Reader) (string, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read a recording through: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
