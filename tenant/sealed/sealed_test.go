package sealed

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/google/uuid"
)

func newSecret() Secret { return Secret{NewKey(), uuid.New(), uuid.New()} }

// stream is n bytes that do not repeat.
func stream(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

func create(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "sealed"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// write seals a stream in pieces of odd length, and returns the file.
func write(t *testing.T, s Secret, text []byte, closed bool) []byte {
	t.Helper()
	f := create(t)
	w, err := NewWriter(f, s)
	if err != nil {
		t.Fatal(err)
	}
	for piece := range slices.Chunk(text, 3001) {
		if _, err := w.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	if closed {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(file []byte, s Secret) ([]byte, error) {
	r, err := Open(bytes.NewReader(file), int64(len(file)), s)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
}

func TestAStreamComesBack(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, Chunk - 1, Chunk, Chunk + 1, 5*Chunk + 17, 20 * Chunk} {
		s, text := newSecret(), stream(n)
		file := write(t, s, text, true)
		if got, err := read(file, s); err != nil || !bytes.Equal(got, text) {
			t.Errorf("%d bytes came back as %d, %v", n, len(got), err)
		}
		if n > 100 && bytes.Contains(file, text[:100]) {
			t.Errorf("%d bytes are in the file as they are", n)
		}
	}
}

func TestAnyPlaceCanBeRead(t *testing.T) {
	t.Parallel()
	s, text := newSecret(), stream(7*Chunk+123)
	file := write(t, s, text, true)
	r, err := Open(bytes.NewReader(file), int64(len(file)), s)
	if err != nil {
		t.Fatal(err)
	}
	for range 200 {
		from := rand.IntN(len(text))
		b := make([]byte, 1+rand.IntN(2*Chunk))
		n, err := r.ReadAt(b, int64(from))
		want := text[from:min(from+len(b), len(text))]
		if !bytes.Equal(b[:n], want) || (n < len(b)) != errors.Is(err, io.EOF) {
			t.Fatalf("%d bytes at %d: %d, %v", len(b), from, n, err)
		}
	}
}

// TestNothingCanBeChanged: whatever is done to a file, it is not read as if
// nothing had been.
func TestNothingCanBeChanged(t *testing.T) {
	t.Parallel()
	s, text := newSecret(), stream(5*Chunk+99)
	file := write(t, s, text, true)
	other := write(t, s, text, true)
	chunk := func(b []byte, i int64) []byte { return b[at(i):at(i+1)] }
	swapped := slices.Concat(file[:at(1)], chunk(file, 2), chunk(file, 1), file[at(3):])
	flipped := func(i int) []byte {
		b := slices.Clone(file)
		b[i] ^= 1
		return b
	}
	strange := func(change func(*Secret)) Secret {
		c := s
		change(&c)
		return c
	}
	for _, c := range []struct {
		what   string
		file   []byte
		secret Secret
		want   error
	}{
		{"a bit of the first chunk", flipped(HeaderSize + 5), s, ErrChanged},
		{"a bit of a tag", flipped(int(at(3)) - 1), s, ErrChanged},
		{"a bit of the last chunk", flipped(len(file) - 20), s, ErrCut},
		{"a bit of the prefix", flipped(prefixAt), s, ErrCut},
		{"a bit of the head that means nothing", flipped(HeaderSize - 1), s, ErrCut},
		{"two chunks swapped", swapped, s, ErrChanged},
		{"a chunk of another file", slices.Concat(file[:at(1)], chunk(other, 1), file[at(2):]), s, ErrChanged},
		{"a chunk left out", slices.Concat(file[:at(1)], file[at(2):]), s, ErrCut},
		{"the last chunk cut off", file[:at(5)], s, ErrCut},
		{"cut off in a chunk", file[:at(4)+900], s, ErrCut},
		{"cut off by a byte", file[:len(file)-1], s, ErrCut},
		{"more at the end", slices.Concat(file, []byte("more")), s, ErrCut},
		{"the head alone", file[:HeaderSize], s, ErrCut},
		{"nothing", nil, s, ErrCut},
		{"something else", []byte("RIFF and so on, but it's no sealed file"), s, ErrForeign},
		{"another key", file, strange(func(s *Secret) { s.Key[0] ^= 1 }), ErrCut},
		{"another shop", file, strange(func(s *Secret) { s.Shop = uuid.New() }), ErrCut},
		{"another recording", file, strange(func(s *Secret) { s.ID = uuid.New() }), ErrCut},
	} {
		if got, err := read(c.file, c.secret); !errors.Is(err, c.want) {
			t.Errorf("%s: %d bytes, %v; want %v", c.what, len(got), err, c.want)
		}
	}
}

// TestADeadWritersFileIsMended: killed at any byte, a file has all whole chunks;
// mended twice it is the same.
func TestADeadWritersFileIsMended(t *testing.T) {
	t.Parallel()
	s, text := newSecret(), stream(4*Chunk+50)
	whole := write(t, s, text, true)
	for _, size := range []int64{HeaderSize, HeaderSize + 3, at(1) - 1, at(1), at(1) + 1, at(4), at(4) + 20, int64(len(whole)) - 1} {
		f := create(t)
		if _, err := f.Write(whole[:size]); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			info, err := f.Stat()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Mend(f, info.Size(), s); err != nil {
				t.Fatalf("killed at %d: %v", size, err)
			}
		}
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		got, err := read(b, s)
		if want := text[:(size-HeaderSize)/full*Chunk]; err != nil || !bytes.Equal(got, want) {
			t.Errorf("killed at %d: %d bytes of %d, %v", size, len(got), len(want), err)
		}
	}
}

// TestAWholeFileIsNotMended: nor one that somebody changed.
func TestAWholeFileIsNotMended(t *testing.T) {
	t.Parallel()
	s := newSecret()
	whole := write(t, s, stream(4*Chunk+50), true)
	changed := write(t, s, stream(4*Chunk), false)
	changed[at(1)+7] ^= 1
	for what, c := range map[string]struct {
		file []byte
		want error
	}{"whole": {whole, nil}, "changed": {changed, ErrChanged}, "foreign": {[]byte("no sealed file, but as long as one's head"), ErrForeign}} {
		f := create(t)
		if _, err := f.Write(c.file); err != nil {
			t.Fatal(err)
		}
		if _, err := Mend(f, int64(len(c.file)), s); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
		if b, err := os.ReadFile(f.Name()); !bytes.Equal(b, c.file) {
			t.Errorf("%s: the file was changed, %v", what, err)
		}
	}
}

// full is a file on a disk with so much room.
type fullFile struct {
	*os.File
	room int64
}

func (f *fullFile) Write(b []byte) (int, error) {
	at, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	if fits := max(0, f.room-at); int64(len(b)) > fits {
		n, _ := f.File.Write(b[:fits])
		return n, syscall.ENOSPC
	}
	return f.File.Write(b)
}

// TestAFullDiskHasAWholeFile: what fitted can be read.
func TestAFullDiskHasAWholeFile(t *testing.T) {
	t.Parallel()
	s, text := newSecret(), stream(10*Chunk)
	for _, room := range []int64{at(3) + 500, at(3) + 17, at(10) + 5} {
		f := create(t)
		w, err := NewWriter(&fullFile{f, room}, s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); (room < at(10)) != errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("room for %d: %v", room, err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		got, err := read(b, s)
		if want := text[:(room-HeaderSize)/full*Chunk]; err != nil || !bytes.Equal(got, want) {
			t.Errorf("room for %d: %d bytes of %d, %v", room, len(got), len(want), err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	s := Secret{Key: Key{1}}
	l, err := newLock(append([]byte(magic), 0, 0, 0x1f, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), s)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(slices.Concat([]byte(magic), []byte{0, 0, 0x1f, 0x40}, make([]byte, 12), l.seal(nil, []byte("text"), 0, end)))
	f.Fuzz(func(t *testing.T, file []byte) {
		if got, err := read(file, s); err == nil && string(got) != "text" {
			t.Errorf("%q was read from a file that nobody wrote", got)
		}
	})
}
