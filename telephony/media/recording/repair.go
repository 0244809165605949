package recording

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"switchboard/telephony/media/wav"
)

var errForeign = errors.New("not a file of ours")

// Repair makes a recording whole whose process died, and returns its facts. A
// recording that is whole already stays as it is. A file that is no recording
// is left alone, with an error.
func Repair(path string) (Facts, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return Facts{}, fmt.Errorf("repair recording: %w", err)
	}
	defer f.Close()
	facts, err := repair(f)
	if err != nil {
		return Facts{}, fmt.Errorf("repair recording %s: %w", path, err)
	}
	return facts, nil
}

func repair(f *os.File) (Facts, error) {
	info, err := f.Stat()
	if err != nil {
		return Facts{}, err
	}
	had := make([]byte, min(info.Size(), wav.HeaderSize))
	if _, err := io.ReadFull(f, had); err != nil {
		return Facts{}, err
	}
	size := info.Size() - wav.HeaderSize
	switch {
	case !ours(had):
		return Facts{}, errForeign
	case size > maxBytes:
		return Facts{}, fmt.Errorf("%d bytes, more than a header can say: %w", info.Size(), errForeign)
	case size < 0: // it died over the header
		size = 0
	}
	if h := wav.StereoHeader(uint32(size)); bytes.Equal(had, h[:]) && size%channels == 0 {
		return examine(f)
	}
	return seal(f, size)
}

// ours reports whether had is the header of a recording, or the beginning of
// one, whatever sizes it tells.
func ours(had []byte) bool {
	want := wav.StereoHeader(0)
	for i, b := range had {
		isSize := (i >= 4 && i < 8) || (i >= 46 && i < 50) || (i >= 54 && i < 58)
		if !isSize && b != want[i] {
			return false
		}
	}
	return true
}
