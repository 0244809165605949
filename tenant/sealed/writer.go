package sealed

import (
	"errors"
	"fmt"
	"io"
)

// File is what a Writer needs of an *os.File.
type File interface {
	io.Writer
	io.WriterAt
	Truncate(size int64) error
}

// Writer seals a stream into a file.
type Writer struct {
	file   File
	lock   *lock
	chunks int64
	text   []byte // of the chunk that is not full yet
	sealed []byte
	broken error
}

// NewWriter begins a file that is empty.
func NewWriter(f File, s Secret) (*Writer, error) {
	header := newHeader()
	l, err := newLock(header, s)
	if err != nil {
		return nil, err
	}
	if _, err := f.Write(header); err != nil {
		return nil, fmt.Errorf("begin a sealed file: %w", err)
	}
	return &Writer{file: f, lock: l, text: make([]byte, 0, Chunk), sealed: make([]byte, 0, full)}, nil
}

// Write seals what fills a chunk, and keeps the rest for the next. After an
// error no more is written.
func (w *Writer) Write(p []byte) (int, error) {
	taken := 0
	for len(p) > 0 && w.broken == nil {
		n := min(len(p), Chunk-len(w.text))
		w.text = append(w.text, p[:n]...)
		p, taken = p[n:], taken+n
		if len(w.text) == Chunk {
			w.broken = w.flush()
		}
	}
	return taken, w.broken
}

func (w *Writer) flush() error {
	if w.chunks == maxChunks-1 {
		return errors.New("longer than a sealed file can be")
	}
	w.sealed = w.lock.seal(w.sealed[:0], w.text, uint32(w.chunks), inside)
	if _, err := w.file.Write(w.sealed); err != nil {
		return err
	}
	w.chunks++
	w.text = w.text[:0]
	return nil
}

// Close writes the end. If the file took no more, for instance because the disk
// is full, what it took is given an end in the place of what it took only in
// part.
func (w *Writer) Close() error {
	if w.broken != nil {
		return finish(w.file, w.lock, w.chunks)
	}
	last := w.lock.seal(w.sealed[:0], w.text, uint32(w.chunks), end)
	if _, err := w.file.Write(last); err != nil {
		return finish(w.file, w.lock, w.chunks)
	}
	return nil
}

// finish ends a file after so many chunks.
func finish(f File, l *lock, chunks int64) error {
	if err := f.Truncate(at(chunks)); err != nil {
		return err
	}
	_, err := f.WriteAt(l.seal(nil, nil, uint32(chunks), mended), at(chunks))
	return err
}
