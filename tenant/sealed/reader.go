package sealed

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// Reader reads a sealed file from any place. It may be used by many at once.
type Reader struct {
	file io.ReaderAt
	lock *lock
	last int64 // the last chunk
	ends byte  // how that stands
	size int64 // of the stream

	mu     sync.Mutex
	at     int64 // of the chunk in text; -1 for none
	text   []byte
	sealed []byte
}

// Open returns the stream in a file of size bytes. It looks at the end, so that
// a file that was cut off is refused at once; all else shows when it is read.
func Open(file io.ReaderAt, size int64, s Secret) (*Reader, error) {
	l, err := unlock(file, size, s)
	if err != nil {
		return nil, err
	}
	chunks, rest := (size-HeaderSize)/full, (size-HeaderSize)%full
	if rest < tag || chunks >= maxChunks {
		return nil, ErrCut
	}
	r := &Reader{file: file, lock: l, last: chunks, ends: end, at: -1, size: chunks*Chunk + rest - tag, sealed: make([]byte, full)}
	for _, r.ends = range []byte{end, mended} {
		if _, err = r.chunk(chunks); !errors.Is(err, ErrChanged) {
			return r, err
		}
	}
	return nil, ErrCut
}

func unlock(file io.ReaderAt, size int64, s Secret) (*lock, error) {
	header := make([]byte, HeaderSize)
	if size < HeaderSize {
		return nil, ErrCut
	}
	if _, err := file.ReadAt(header, 0); err != nil {
		return nil, fmt.Errorf("read the head of a sealed file: %w", err)
	}
	return newLock(header, s)
}

// Size returns the length of the stream.
func (r *Reader) Size() int64 { return r.size }

// ReadAt implements io.ReaderAt on the stream.
func (r *Reader) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errors.New("read before the beginning")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for n < len(p) && off < r.size {
		text, err := r.chunk(off / Chunk)
		if err != nil {
			return n, err
		}
		read := copy(p[n:], text[off%Chunk:])
		n, off = n+read, off+int64(read)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// chunk returns the text of a chunk, good until the next call.
func (r *Reader) chunk(chunk int64) ([]byte, error) {
	if r.at == chunk {
		return r.text, nil
	}
	length, stands := int64(full), inside
	if chunk == r.last {
		length, stands = r.size-chunk*Chunk+tag, r.ends
	}
	if n, err := r.file.ReadAt(r.sealed[:length], at(chunk)); int64(n) < length {
		return nil, fmt.Errorf("read chunk %d of a sealed file: %w", chunk, err)
	}
	r.at = -1
	text, err := r.lock.open(r.text[:0], r.sealed[:length], uint32(chunk), stands)
	if err != nil {
		return nil, err
	}
	r.at, r.text = chunk, text
	return text, nil
}
