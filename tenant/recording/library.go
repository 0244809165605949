// Package recording is what becomes of a call's sound once it was recorded: where
// it is kept, who opens it, how long it stays, and the proof that it is gone.
package recording

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/depot"
	"switchboard/tenant/fault"
	"switchboard/tenant/keyring"
	"switchboard/tenant/sealed"
	"switchboard/tenant/sound"
)

// Library is where recordings are, and what opens them.
type Library struct {
	Spool   *os.Root // where they are written, and what is drawn of them
	Store   depot.Store
	Masters keyring.Masters
}

// InSpool reports whether recordings stay where they are written.
func (l Library) InSpool() bool { return depot.Within(l.Store, l.Spool) }

// Reader is who may read one recording.
type Reader struct {
	rec    cdr.Recording
	secret *sealed.Secret // nil: it is not sealed
}

// Reader looks up what opens a recording.
func (l Library) Reader(tx tenant.Tx, rec cdr.Recording) (Reader, error) {
	if rec.KeyVersion == nil {
		return Reader{rec, nil}, nil
	}
	s, err := l.Masters.Open(tx, rec.ID, keyring.Wrapped{Version: *rec.KeyVersion, DataKey: rec.DataKey})
	return Reader{rec, &s}, err
}

// Sound is an open recording: a WAV file.
type Sound struct {
	*io.SectionReader
	Samples io.Reader // the same without its header
	file    io.Closer
}

// Close closes it.
func (s *Sound) Close() error { return s.file.Close() }

// Open opens the recording, or answers fault.NotFound if its file is gone.
func (l Library) Open(ctx context.Context, r Reader) (*Sound, error) {
	f, err := l.file(ctx, r.rec)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the sound of call %s is gone: %w", r.rec.CallID, fault.NotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("open the recording of call %s: %w", r.rec.CallID, err)
	}
	if r.secret == nil {
		whole := io.NewSectionReader(f, 0, f.Size())
		return &Sound{whole, io.NewSectionReader(f, sound.HeaderSize, f.Size()-sound.HeaderSize), f}, nil
	}
	open, err := sealed.Open(f, f.Size(), *r.secret)
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("open the recording of call %s: %w", r.rec.CallID, err)
	}
	size := open.Size() - open.Size()%sound.Channels
	return &Sound{sound.NewWAV(open, size).SectionReader, io.NewSectionReader(open, 0, size), f}, nil
}

// file finds the recording's file. It may have come to the store since the row
// was read.
func (l Library) file(ctx context.Context, rec cdr.Recording) (depot.File, error) {
	if depot.Place(rec.Place) != l.Store.Place() {
		f, err := depot.OpenIn(l.Spool, rec.Path)
		if !errors.Is(err, fs.ErrNotExist) || depot.Place(rec.Place) != depot.Spool {
			return f, err
		}
	}
	return l.Store.Open(ctx, rec.Path)
}

// Peaks is where what was drawn of a recording is kept, in the spool: it goes
// when the recording goes.
func Peaks(path string) string { return path + ".peaks" }
