// Package depot is where recordings are kept once their call is over: a
// directory, or a store that speaks S3.
package depot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Place is the kind of a store, as rows name it.
type Place string

// The places. A recording is written to the spool, which telephony, worker and
// api share.
const (
	Spool     Place = "spool"
	Directory Place = "directory"
	S3        Place = "s3"
	None      Place = "none"
)

// Store keeps files by name.
type Store interface {
	Place() Place
	// Put keeps a file of the spool whose SHA-256 is sum, in hexadecimal. When it
	// returns nil, the file was read back and is the same. It may be repeated.
	Put(ctx context.Context, spool *os.Root, name, sum string) error
	// Open opens a file to read, or answers fs.ErrNotExist.
	Open(ctx context.Context, name string) (File, error)
	// Remove removes a file; that it is not there is no error.
	Remove(ctx context.Context, name string) error
}

// File is an open file.
type File interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// ErrDiffers means that what is kept is not what was brought.
var ErrDiffers = errors.New("what was read back is not what was written")

// Config names a store.
type Config struct {
	URL       string `env:"RECORDINGS_STORE"` // a directory, or s3://BUCKET/PREFIX?endpoint=HOST:PORT&region=R&tls=off; empty: the spool itself
	AccessKey string `env:"RECORDINGS_S3_KEY"`
	SecretKey string `env:"RECORDINGS_S3_SECRET"`
}

// Open returns the store of c beside a spool.
func (c Config) Open(spool string) (Store, error) {
	if strings.HasPrefix(c.URL, "s3:") {
		u, err := url.Parse(c.URL)
		if err != nil {
			return nil, fmt.Errorf("read RECORDINGS_STORE: %w", err)
		}
		return openS3(u, c)
	}
	dir := c.URL
	if dir == "" {
		dir = spool
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make the directory of RECORDINGS_STORE: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the directory of RECORDINGS_STORE: %w", err)
	}
	return directory{root}, nil
}

// directory is a store of files.
type directory struct{ root *os.Root }

func (directory) Place() Place { return Directory }

// Put copies the file, unless the spool is the store: then it stays where it is.
func (d directory) Put(_ context.Context, spool *os.Root, name, sum string) error {
	if !same(d.root, spool) {
		if err := d.copy(spool, name); err != nil {
			return fmt.Errorf("keep %s: %w", name, err)
		}
	}
	f, err := d.root.Open(filepath.FromSlash(name))
	if err != nil {
		return fmt.Errorf("read %s back: %w", name, err)
	}
	defer f.Close()
	return check(f, name, sum)
}

// Within reports whether a store is the spool itself.
func Within(s Store, spool *os.Root) bool {
	d, is := s.(directory)
	return is && same(d.root, spool)
}

// same reports whether both are one directory.
func same(a, b *os.Root) bool {
	x, errX := a.Stat(".")
	y, errY := b.Stat(".")
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// copy writes the file beside its place, and moves it there when all of it is on
// the disk.
func (d directory) copy(spool *os.Root, name string) (err error) {
	local := filepath.FromSlash(name)
	from, err := spool.Open(local)
	if err != nil {
		return err
	}
	defer from.Close()
	if err := d.root.MkdirAll(filepath.Dir(local), 0o700); err != nil {
		return err
	}
	part := local + ".part"
	to, err := d.root.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	err = errors.Join(err, to.Sync(), to.Close())
	if err != nil {
		_ = d.root.Remove(part)
		return err
	}
	return d.root.Rename(part, local)
}

func (d directory) Open(_ context.Context, name string) (File, error) {
	return OpenIn(d.root, name)
}

func (d directory) Remove(_ context.Context, name string) error { return RemoveIn(d.root, name) }

// OpenIn opens a file below a directory.
func OpenIn(root *os.Root, name string) (File, error) {
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return local{f, info.Size()}, nil
}

// RemoveIn removes a file below a directory.
func RemoveIn(root *os.Root, name string) error {
	if err := root.Remove(filepath.FromSlash(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

type local struct {
	*os.File
	size int64
}

func (l local) Size() int64 { return l.size }

// check reads a file through.
func check(r io.Reader, name, want string) error {
	sum := sha256.New()
	if _, err := io.Copy(sum, r); err != nil {
		return fmt.Errorf("read %s back: %w", name, err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		return fmt.Errorf("keep %s: %w", name, ErrDiffers)
	}
	return nil
}
