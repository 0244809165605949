package sealed

import (
	"io"
)

// Torn is a file whose writer may have died.
type Torn interface {
	File
	io.ReaderAt
}

// Mend gives an end to a file of size bytes that has none because its writer
// died, and returns the new size. What was written only in part is left out. A
// whole file stays as it is; one that was changed in the middle is not mended.
func Mend(f Torn, size int64, s Secret) (int64, error) {
	if _, err := Open(f, size, s); err == nil {
		return size, nil
	}
	l, err := unlock(f, size, s)
	if err != nil {
		return 0, err
	}
	whole, err := wholeChunks(f, l, (size-HeaderSize)/full)
	if err != nil {
		return 0, err
	}
	return at(whole) + tag, finish(f, l, whole)
}

// wholeChunks counts the chunks before the first that was not wholly written.
// If one after it is good, that is no crash.
func wholeChunks(f io.ReaderAt, l *lock, chunks int64) (whole int64, err error) {
	sealed, text := make([]byte, full), make([]byte, 0, Chunk)
	var torn error
	for i := range chunks {
		if n, err := f.ReadAt(sealed, at(i)); n < full {
			return 0, err
		}
		_, err := l.open(text[:0], sealed, uint32(i), inside)
		switch {
		case err == nil && torn != nil:
			return 0, torn
		case err == nil:
			whole++
		case torn == nil:
			torn = err
		}
	}
	return whole, nil
}
