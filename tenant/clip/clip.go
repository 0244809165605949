// Package clip keeps the sounds that shops upload: music, and words that they
// have spoken themselves.
package clip

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/menu"
)

// Sound is one of a shop's. Its file never changes.
type Sound struct {
	ID         uuid.UUID
	Name       string
	SHA256     []byte `gorm:"column:sha256"`
	Bytes      int64
	DurationMS int64
	Source     string // the format that it was uploaded in
	CreatedAt  time.Time
	CreatedBy  string // actor
}

// TableName is the table of Sound.
func (Sound) TableName() string { return "shop.sound" }

// Path is where the file of a sound is, below MEDIA_DIR.
func (s Sound) Path(shop tenant.ID) string {
	return filepath.Join(shop.String(), hex.EncodeToString(s.SHA256)+".wav")
}

// maxName is the longest name of a sound, in characters.
const maxName = 60

// mostKept are the sounds that one shop may keep.
const mostKept = 100

// Add keeps a sound under a name, its file first: a row never names a file that
// is not there. A name that the shop has already is a fault.Conflict.
func Add(tx tenant.Tx, dir, name string, p Prepared) (Sound, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > maxName {
		return Sound{}, fault.Invalid{Field: "query.name", Problem: fmt.Sprintf("a sound needs a name of at most %d characters", maxName)}
	}
	var count int
	if err := tx.Query().Raw("select count(*) from shop.sound").Scan(&count).Error; err != nil {
		return Sound{}, fmt.Errorf("count sounds: %w", err)
	}
	if count >= mostKept {
		return Sound{}, fmt.Errorf("keep sound %q beside %d others, which are all that a shop may have: %w", name, count, fault.Conflict)
	}
	s := Sound{
		ID: uuid.Must(uuid.NewV7()), Name: name, SHA256: p.SHA256[:], Bytes: int64(len(p.WAV)), DurationMS: p.Duration.Milliseconds(),
		Source: p.Source, CreatedAt: time.Now().UTC().Truncate(time.Microsecond), CreatedBy: tx.Scope().Actor(),
	}
	if err := write(filepath.Join(dir, s.Path(tx.Scope().Shop())), p.WAV); err != nil {
		return Sound{}, err
	}
	n, err := tx.Exec(`insert into shop.sound (id, name, sha256, bytes, duration_ms, source, created_at, created_by)
		values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (shop_id, name) do nothing`,
		s.ID, s.Name, s.SHA256, s.Bytes, s.DurationMS, s.Source, s.CreatedAt, s.CreatedBy)
	if err != nil {
		return Sound{}, fmt.Errorf("keep sound %q: %w", name, err)
	}
	if n == 0 {
		return Sound{}, fmt.Errorf("keep sound %q, which is there already: %w", name, fault.Conflict)
	}
	return s, tenant.Audit(tx, "sound.create", s.ID.String(), map[string]any{"bytes": s.Bytes, "duration_ms": s.DurationMS})
}

// write makes the file, whole or not at all.
func write(path string, data []byte) error {
	if _, err := os.Stat(path); err == nil {
		return nil // named by its hash: it is the same
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return fmt.Errorf("make the folder of a shop's sounds: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "*.tmp")
	if err != nil {
		return fmt.Errorf("write a sound: %w", err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write a sound: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// List returns the shop's sounds by name.
func List(tx tenant.Tx) ([]Sound, error) {
	var all []Sound
	if err := tx.Query().Order("name, id").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list sounds: %w", err)
	}
	return all, nil
}

// Take returns a sound, or fault.NotFound.
func Take(tx tenant.Tx, id uuid.UUID) (Sound, error) {
	var s Sound
	err := tx.Query().Take(&s, "id = ?", id).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return s, fmt.Errorf("sound %s: %w", id, fault.NotFound)
	case err != nil:
		return s, fmt.Errorf("read sound %s: %w", id, err)
	}
	return s, nil
}

// Remove forgets a sound and its file. confirm is its name, said once more; one
// that is in use is a fault.Conflict that says where.
func Remove(tx tenant.Tx, dir string, id uuid.UUID, confirm string) error {
	s, err := Take(tx, id)
	if err != nil {
		return err
	}
	if confirm != s.Name {
		return fault.Invalid{Field: "query.confirm", Problem: fmt.Sprintf("say the name of the sound once more: %q", s.Name)}
	}
	where, err := uses(tx, s)
	if err != nil {
		return err
	}
	if len(where) > 0 {
		return fmt.Errorf("remove sound %q, which is used by %s: %w", s.Name, strings.Join(where, ", "), fault.Conflict)
	}
	if _, err := tx.Exec("delete from shop.sound where id = $1", id); err != nil {
		return fmt.Errorf("remove sound %q: %w", s.Name, err)
	}
	if err := tenant.Audit(tx, "sound.delete", id.String(), nil); err != nil {
		return err
	}
	return unlink(tx, dir, s)
}

// uses says what plays a sound: music of queues, menus that are published.
func uses(tx tenant.Tx, s Sound) ([]string, error) {
	var queues []string
	if err := tx.Query().Raw("select name from shop.queue where music_id = ? order by name", s.ID).Scan(&queues).Error; err != nil {
		return nil, fmt.Errorf("look what plays sound %q: %w", s.Name, err)
	}
	var where []string
	for _, q := range queues {
		where = append(where, "the music of queue "+q)
	}
	menus, err := menu.Shelf.List(tx)
	if err != nil {
		return nil, err
	}
	published, err := menu.Shelf.AllCurrent(tx)
	if err != nil {
		return nil, err
	}
	for _, m := range menus {
		v, ok := published[m.ID]
		if !ok {
			continue
		}
		graph, err := menu.Load(v)
		if err != nil {
			return nil, err
		}
		for _, w := range graph.Spoken() {
			if w.Sound == s.Name {
				where = append(where, "menu "+m.Name)
				break
			}
		}
	}
	return where, nil
}

// unlink removes the file of a sound, unless another has the same.
func unlink(tx tenant.Tx, dir string, s Sound) error {
	var others int
	if err := tx.Query().Raw("select count(*) from shop.sound where sha256 = ?", s.SHA256).Scan(&others).Error; err != nil {
		return fmt.Errorf("look for others like sound %q: %w", s.Name, err)
	}
	if others > 0 {
		return nil
	}
	if err := os.Remove(filepath.Join(dir, s.Path(tx.Scope().Shop()))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the file of sound %q: %w", s.Name, err)
	}
	return nil
}
