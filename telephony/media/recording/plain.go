package recording

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"switchboard/telephony/media/wav"
)

// file is what a medium needs of an *os.File. The tests have one on a disk that
// is full.
type file interface {
	io.ReadWriteSeeker
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
}

func create(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("start recording: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start recording: %w", err)
	}
	return f, nil
}

// plain is a WAV file as it is.
type plain struct{ file }

// newPlain writes the header of a file that has no end yet, which players play
// as far as it goes.
func newPlain(f file) (plain, error) {
	h := wav.StereoHeader(wav.Endless)
	_, err := f.Write(h[:])
	return plain{f}, err
}

func (p plain) finish(size int64) (Facts, error) {
	defer p.Close()
	return seal(p.file, size)
}

// seal gives a file with size bytes of samples its final header and length, and
// returns its facts. A torn last sample is cut off.
func seal(f file, size int64) (Facts, error) {
	size -= size % channels
	h := wav.StereoHeader(uint32(size))
	if _, err := f.WriteAt(h[:], 0); err != nil {
		return Facts{}, err
	}
	if err := f.Truncate(wav.HeaderSize + size); err != nil {
		return Facts{}, err
	}
	if err := f.Sync(); err != nil {
		return Facts{}, err
	}
	return examine(f)
}

func examine(f io.ReadSeeker) (Facts, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return Facts{}, err
	}
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err != nil {
		return Facts{}, err
	}
	digest := hex.EncodeToString(sum.Sum(nil))
	return Facts{
		Bytes:      n,
		DurationMS: (n - wav.HeaderSize) / channels * 1000 / rate,
		SHA256:     digest,
		Stored:     Stored{n, digest},
	}, nil
}
