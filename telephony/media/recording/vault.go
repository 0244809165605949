package recording

import (
	"errors"
	"fmt"
	"io"
	"os"

	"switchboard/tenant/sealed"
	"switchboard/tenant/sound"
)

// vault is a sealed file.
type vault struct {
	*sealed.Writer
	file   file
	secret sealed.Secret
}

func newVault(f file, secret sealed.Secret) (*vault, error) {
	w, err := sealed.NewWriter(f, secret)
	if err != nil {
		return nil, err
	}
	return &vault{w, f, secret}, nil
}

// finish ends the file. How much it took it knows itself: chunk by chunk.
func (v *vault) finish(int64) (Facts, error) {
	defer v.file.Close()
	if err := v.Close(); err != nil {
		return Facts{}, err
	}
	if err := v.file.Sync(); err != nil {
		return Facts{}, err
	}
	return look(v.file, v.secret)
}

// look reads a sealed file through, which opens every chunk of it, and returns
// its facts.
func look(f interface {
	io.ReadSeeker
	io.ReaderAt
}, secret sealed.Secret,
) (Facts, error) {
	stored, err := examine(f)
	if err != nil {
		return Facts{}, err
	}
	r, err := sealed.Open(f, stored.Bytes, secret)
	if err != nil {
		return Facts{}, err
	}
	samples := r.Size() - r.Size()%channels
	w := sound.NewWAV(r, samples)
	sum, err := sound.Sum(w)
	return Facts{Bytes: w.Size(), DurationMS: sound.MS(samples), SHA256: sum, Stored: stored.Stored}, err
}

// RepairSealed is Repair for a sealed file. What was sealed only in part when the
// process died is lost: less than a second and a half.
func RepairSealed(path string, secret sealed.Secret) (Facts, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return Facts{}, fmt.Errorf("repair recording: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		_, err = sealed.Mend(f, info.Size(), secret)
	}
	err = errors.Join(err, f.Sync())
	if err != nil {
		return Facts{}, fmt.Errorf("repair recording %s: %w", path, err)
	}
	facts, err := look(f, secret)
	if err != nil {
		return Facts{}, fmt.Errorf("look at repaired recording %s: %w", path, err)
	}
	return facts, nil
}
