package depot

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"switchboard/tenant/depot/depottest"
)

// bucketOf is the store that speaks S3.
func bucketOf(t *testing.T, s *depottest.S3) Store {
	t.Helper()
	b, err := Config{s.URL, "key", "secret"}.Open("")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// spool has one file of so many bytes.
func spool(t *testing.T, size int) (root *os.Root, content []byte, sum string) {
	t.Helper()
	dir := t.TempDir()
	content = make([]byte, size)
	_, _ = rand.Read(content)
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "shop"), 0o700), os.WriteFile(filepath.Join(dir, name), content, 0o600)); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	digest := sha256.Sum256(content)
	return root, content, hex.EncodeToString(digest[:])
}

const name = "shop/call.tape"

func stores(t *testing.T) map[string]Store {
	t.Helper()
	dir, err := Config{URL: filepath.Join(t.TempDir(), "kept")}.Open("")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]Store{"directory": dir, "s3": bucketOf(t, depottest.Open(t))}
}

// TestAStoreKeepsWhatItIsGiven: twice is as once, any place can be read, and
// what was removed is gone, for good and twice too.
func TestAStoreKeepsWhatItIsGiven(t *testing.T) {
	t.Parallel()
	for kind, s := range stores(t) {
		root, content, sum := spool(t, 3*block+77)
		for range 2 {
			if err := s.Put(t.Context(), root, name, sum); err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
		}
		f, err := s.Open(t.Context(), name)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		got, err := io.ReadAll(io.NewSectionReader(f, 0, f.Size()))
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: %d bytes came back, %v", kind, len(got), err)
		}
		piece := make([]byte, 1000)
		for _, at := range []int{0, block - 500, 2*block - 1, len(content) - 1000} {
			if _, err := f.ReadAt(piece, int64(at)); err != nil || !bytes.Equal(piece, content[at:at+1000]) {
				t.Errorf("%s: at %d: %v", kind, at, err)
			}
		}
		if n, err := f.ReadAt(piece, f.Size()-10); n != 10 || !errors.Is(err, io.EOF) {
			t.Errorf("%s: over the end: %d, %v", kind, n, err)
		}
		f.Close()
		for range 2 {
			if err := s.Remove(t.Context(), name); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
		if _, err := s.Open(t.Context(), name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: what was removed: %v", kind, err)
		}
	}
}

// TestWhatCameOtherwiseIsNotKept: the spool is only trusted by its hash.
func TestWhatCameOtherwiseIsNotKept(t *testing.T) {
	t.Parallel()
	for kind, s := range stores(t) {
		root, _, _ := spool(t, 1000)
		if err := s.Put(t.Context(), root, name, strings.Repeat("0", 64)); !errors.Is(err, ErrDiffers) {
			t.Errorf("%s: %v", kind, err)
		}
		if err := s.Put(t.Context(), root, "shop/none.tape", ""); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: of nothing: %v", kind, err)
		}
	}
}

func TestTheSpoolCanBeTheStore(t *testing.T) {
	t.Parallel()
	root, content, sum := spool(t, 5000)
	s, err := Config{}.Open(root.Name())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), root, name, sum); err != nil {
		t.Fatal(err)
	}
	if b, err := root.ReadFile(name); err != nil || !bytes.Equal(b, content) {
		t.Errorf("the file is not what it was: %v", err)
	}
	if err := s.Put(t.Context(), root, name, strings.Repeat("0", 64)); !errors.Is(err, ErrDiffers) {
		t.Errorf("another hash: %v", err)
	}
}

// TestALongRecordingGoesInParts and is read back whole.
func TestALongRecordingGoesInParts(t *testing.T) {
	t.Parallel()
	f := depottest.Open(t)
	root, _, sum := spool(t, 2*part+12345)
	if err := bucketOf(t, f).Put(t.Context(), root, name, sum); err != nil {
		t.Fatal(err)
	}
	if f.Parts.Load() != 3 {
		t.Errorf("it went in %d parts", f.Parts.Load())
	}
}

// TestAStoreThatLiesIsFoundOut: it says that it has the file, and has another;
// or is not there.
func TestAStoreThatLiesIsFoundOut(t *testing.T) {
	t.Parallel()
	f := depottest.Open(t)
	store := bucketOf(t, f)
	root, _, sum := spool(t, 5000)
	f.Away(true)
	if err := store.Put(t.Context(), root, name, sum); err == nil {
		t.Error("a store that is away has it")
	}
	f.Spoil(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet {
			return false
		}
		w.Header().Set("Last-Modified", "Wed, 25 Nov 2026 17:00:00 GMT")
		w.Header().Set("ETag", `"x"`)
		_, _ = w.Write(make([]byte, 5000))
		return true
	})
	if err := store.Put(t.Context(), root, name, sum); !errors.Is(err, ErrDiffers) {
		t.Errorf("another file came back: %v", err)
	}
	f.Away(false)
	if err := store.Put(t.Context(), root, name, sum); err != nil {
		t.Error(err)
	}
}

func TestAStoreIsNamedRight(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"s3:///no-bucket", "s3://b?endpoint=::::", "s3://%zz"} {
		if _, err := (Config{URL: bad}).Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "RECORDINGS_STORE") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
