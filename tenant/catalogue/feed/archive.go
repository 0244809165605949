package feed

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"switchboard/tenant/fault"
)

// The bounds of a packed file. A workbook or an export of 1C is packed 5 to 20
// times; what grows a hundred times is made to fill our memory.
const (
	maxPacked  = 2 << 30  // bytes of the file
	maxEntries = 10_000   // files in it
	maxRatio   = 100      // unpacked to packed, of all files together
	freeRatio  = 16 << 20 // bytes that are unpacked before the ratio counts
)

// archive is a packed file on disk, for files in it are found from its end.
type archive struct {
	file   *os.File
	zip    *zip.Reader
	packed int64
	limits Limits
	out    int64 // bytes unpacked so far, of all files
}

// openArchive takes a packed file down to disk. It must be closed.
func openArchive(r io.Reader, l Limits) (*archive, error) {
	f, err := os.CreateTemp("", "feed-*.zip")
	if err != nil {
		return nil, fmt.Errorf("keep a packed feed: %w", err)
	}
	a := &archive{file: f, limits: l}
	_ = os.Remove(f.Name()) // gone with its last reader, also if we are killed
	if a.packed, err = io.Copy(f, io.LimitReader(r, min(maxPacked, l.Bytes)+1)); err != nil {
		a.close()
		return nil, err // of whoever sends it
	}
	if a.packed > min(maxPacked, l.Bytes) {
		err = errBytes
	} else {
		a.zip, err = zip.NewReader(f, a.packed)
	}
	if err == nil && len(a.zip.File) > maxEntries {
		err = fault.Invalid{Problem: fmt.Sprintf("the file has more than %d files in it", maxEntries)}
	}
	if err == nil {
		err = a.measure()
	}
	if err != nil {
		a.close()
		return nil, brokenZip(err)
	}
	return a, nil
}

// brokenZip says what is wrong with a packed file.
func brokenZip(err error) error {
	var invalid fault.Invalid
	if err == nil || errors.As(err, &invalid) {
		return err
	}
	return fault.Invalid{Problem: "the file is cut off or broken: it cannot be unpacked"}
}

// measure unpacks what will be read, into nothing: a bomb is found out before
// the far slower reading of it begins.
func (a *archive) measure() error {
	for _, f := range a.zip.File {
		if !strings.HasSuffix(strings.ToLower(f.Name), ".xml") {
			continue
		}
		r, err := a.open(f)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, r)
		_ = r.Close()
		if err != nil {
			return err
		}
	}
	a.out = 0
	return nil
}

func (a *archive) close() { _ = a.file.Close() }

// find returns the file of a path, whatever its case; nil if there is none.
func (a *archive) find(name string) *zip.File {
	for _, f := range a.zip.File {
		if strings.EqualFold(path.Clean("/"+f.Name), path.Clean("/"+name)) {
			return f
		}
	}
	return nil
}

// open unpacks a file. What it has is counted, not what it says of itself.
func (a *archive) open(f *zip.File) (io.ReadCloser, error) {
	r, err := f.Open()
	if err != nil {
		return nil, brokenZip(err)
	}
	return &unpacked{r, a}, nil
}

// unpacked ends a file that grows too much.
type unpacked struct {
	io.ReadCloser
	of *archive
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	u.of.out += int64(n)
	switch {
	case u.of.out > u.of.limits.Bytes:
		return 0, errBytes
	case u.of.out > freeRatio && u.of.out > maxRatio*u.of.packed:
		return 0, fault.Invalid{Problem: fmt.Sprintf("the file is packed more than %d times: that is no feed", maxRatio)}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = brokenZip(err)
	}
	return n, err
}
