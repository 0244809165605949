package speech

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/wav"
)

// shelf is a folder of prompts: A-law of 8 kHz, named by their keys. A file
// that is there is whole, and never changes.
type shelf struct {
	dir  string
	most int64 // bytes; beyond it the prompts go that were not used for longest
}

const (
	diskMost = 256 << 20 // about nine hours
	suffix   = ".wav"
	unready  = ".tmp"
	leftOver = time.Hour // after which an unready file is nobody's
)

func openShelf(dir string) (shelf, error) {
	s := shelf{dir: dir, most: diskMost}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return s, fmt.Errorf("make the folder of spoken prompts: %w", err)
	}
	return s, s.sweep(time.Now())
}

// find returns the prompt of a key, or nil. One that cannot be read is as good
// as none: it is made again, over it.
func (s shelf) find(key string) *media.Clip {
	path := filepath.Join(s.dir, key+suffix)
	clip, err := media.LoadWAV(path)
	if err != nil || clip.Length() == 0 {
		return nil
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // only its age is wrong if this fails
	return clip
}

// put writes a prompt: under another name first, so that nobody reads half of
// it whenever we end.
func (s shelf) put(key string, pcm []int16) (err error) {
	f, err := os.CreateTemp(s.dir, "*"+unready)
	if err != nil {
		return fmt.Errorf("write prompt %s: %w", key, err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write prompt %s: %w", key, errors.Join(err, f.Close(), os.Remove(f.Name())))
		}
	}()
	header := wav.MonoHeader(uint32(len(pcm)))
	if _, err = f.Write(append(header[:], g711.ALaw.Encode(pcm)...)); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), filepath.Join(s.dir, key+suffix)); err != nil {
		return err
	}
	f.Close()
	return s.sweep(time.Now())
}

// sweep removes what was left half written, and the oldest where there is too
// much.
func (s shelf) sweep(now time.Time) error {
	files, err := s.files()
	if err != nil {
		return fmt.Errorf("look through %s: %w", s.dir, err)
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	total := int64(0)
	for _, f := range files {
		half := strings.HasSuffix(f.Name(), unready)
		total += f.Size()
		if half && now.Sub(f.ModTime()) < leftOver || !half && total <= s.most {
			continue
		}
		if err := os.Remove(filepath.Join(s.dir, f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove an old prompt: %w", err)
		}
	}
	return nil
}

// files are ours alone: what else is in the folder is left alone.
func (s shelf) files() ([]fs.FileInfo, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, err
	}
	var all []fs.FileInfo
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), suffix) && !strings.HasSuffix(e.Name(), unready) {
			continue
		}
		if info, err := e.Info(); err == nil { // else another process removed it
			all = append(all, info)
		}
	}
	return all, nil
}
