package feed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"io"
	"os"
)

// spill sorts records into heaps on disk by a hash of their key, so that what
// belongs together can be joined a heap at a time, whatever there is in all.
type spill struct {
	file  *os.File
	size  int64
	seed  maphash.Seed
	heaps [heaps]heap
}

// heaps is their number: of a million offers, one holds 8,000.
const heaps = 128

// heapBuffer is how much of a heap waits in memory for its block, in bytes.
const heapBuffer = 16 << 10

type heap struct {
	buf    []byte
	blocks []block
}

type block struct{ at, size int64 }

// newSpill makes an empty spill. It must be closed.
func newSpill() (*spill, error) {
	f, err := os.CreateTemp("", "feed-*.spill")
	if err != nil {
		return nil, fmt.Errorf("keep a feed to be joined: %w", err)
	}
	_ = os.Remove(f.Name())
	return &spill{file: f, seed: maphash.MakeSeed()}, nil
}

func (s *spill) close() { _ = s.file.Close() }

// put adds a record to the heap of its key.
func (s *spill) put(key string, record any) error {
	js, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("keep %s to be joined: %w", clip(key), err)
	}
	h := &s.heaps[maphash.String(s.seed, key)%heaps]
	h.buf = append(append(h.buf, js...), '\n')
	if len(h.buf) < heapBuffer {
		return nil
	}
	return s.flush(h)
}

func (s *spill) flush(h *heap) error {
	n, err := s.file.WriteAt(h.buf, s.size)
	h.blocks = append(h.blocks, block{s.size, int64(n)})
	s.size += int64(n)
	h.buf = h.buf[:0]
	if err != nil {
		return fmt.Errorf("keep a feed to be joined: %w", err)
	}
	return nil
}

// heap returns the records of a heap in the order in which they were put.
func (s *spill) heap(n int) *json.Decoder {
	h := &s.heaps[n]
	parts := make([]io.Reader, 0, len(h.blocks)+1)
	for _, b := range h.blocks {
		parts = append(parts, io.NewSectionReader(s.file, b.at, b.size))
	}
	return json.NewDecoder(io.MultiReader(append(parts, bytes.NewReader(h.buf))...))
}
