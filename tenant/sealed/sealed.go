// Package sealed keeps a stream encrypted in a file, chunk by chunk.
//
// It is the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online
// Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance, CRYPTO 2015)
// over AES-256-GCM: each chunk's nonce counts it and says whether it is the last
// one, so that chunks that were changed, moved, left out or cut off are noticed,
// while any of them can be read alone. What the file is of is authenticated with
// each chunk: it opens nowhere else.
package sealed

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

const (
	// Chunk is how many bytes of the stream are sealed together: half a second of
	// a stereo recording, which bounds what a crash takes.
	Chunk = 8000
	tag   = 16 // of GCM, beside each chunk
	full  = Chunk + tag

	// HeaderSize is what a file has before its chunks: a magic word, the chunk's
	// length, the nonces' prefix, and zeros.
	HeaderSize = 24
	magic      = "SBSEAL1\n"
	prefixAt   = 12
	prefix     = 7

	maxChunks = 1 << 32 // as far as the counter goes
)

// How a chunk stands in the stream. A file that was mended has another end than
// one that was closed: no nonce is ever used for two texts, even if a process
// died while it wrote the end.
const (
	inside byte = iota
	end
	mended
)

// What a file can have against itself.
var (
	ErrCut     = errors.New("the file was cut off, or its last chunk was changed")
	ErrChanged = errors.New("not as it was written here: changed, moved, or of another file or key")
	ErrForeign = errors.New("not a sealed file")
)

// Key encrypts one file, and no other.
type Key [32]byte

// NewKey returns a key of chance.
func NewKey() (k Key) {
	_, _ = rand.Read(k[:]) // never fails, it says
	return k
}

// Secret is what it takes to read or write a file: its key, and what it is of.
type Secret struct {
	Key  Key
	Shop uuid.UUID
	ID   uuid.UUID
}

// lock seals and opens the chunks of one file.
type lock struct {
	aead   cipher.AEAD
	prefix [prefix]byte
	about  []byte // what is authenticated with each chunk
}

func newHeader() []byte {
	h := make([]byte, HeaderSize)
	copy(h, magic)
	binary.BigEndian.PutUint32(h[len(magic):], Chunk)
	_, _ = rand.Read(h[prefixAt : prefixAt+prefix])
	return h
}

func newLock(header []byte, s Secret) (*lock, error) {
	if len(header) != HeaderSize || string(header[:len(magic)]) != magic || binary.BigEndian.Uint32(header[len(magic):]) != Chunk {
		return nil, ErrForeign
	}
	block, err := aes.NewCipher(s.Key[:])
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	l := &lock{aead: aead}
	copy(l.prefix[:], header[prefixAt:])
	l.about = append(append(append(l.about, header...), s.Shop[:]...), s.ID[:]...)
	return l, nil
}

func (l *lock) nonce(chunk uint32, stands byte) []byte {
	n := make([]byte, 0, prefix+5)
	n = binary.BigEndian.AppendUint32(append(n, l.prefix[:]...), chunk)
	return append(n, stands)
}

func (l *lock) seal(to, text []byte, chunk uint32, stands byte) []byte {
	return l.aead.Seal(to, l.nonce(chunk, stands), text, l.about)
}

func (l *lock) open(to, sealed []byte, chunk uint32, stands byte) ([]byte, error) {
	text, err := l.aead.Open(to, l.nonce(chunk, stands), sealed, l.about)
	if err != nil {
		return nil, fmt.Errorf("chunk %d: %w", chunk, ErrChanged)
	}
	return text, nil
}

// at returns where a chunk begins in the file.
func at(chunk int64) int64 { return HeaderSize + chunk*full }
