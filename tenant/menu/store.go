package menu

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// MaxName is the longest name of a menu, in characters.
const MaxName = 60

// Create makes a menu with a draft that may be broken. A name that the shop has
// already is a fault.Conflict.
func Create(tx tenant.Tx, name, draft string, now time.Time) (Menu, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > MaxName {
		return Menu{}, fault.Invalid{Field: "name", Problem: fmt.Sprintf("a menu needs a name of at most %d characters", MaxName)}
	}
	if err := checkDraft(draft); err != nil {
		return Menu{}, err
	}
	id := uuid.Must(uuid.NewV7())
	n, err := tx.Exec(`insert into shop.menu (id, name, draft, created_at, updated_at) values ($1, $2, $3, $4, $4)
		on conflict (shop_id, name) do nothing`, id, name, draft, now)
	if err != nil {
		return Menu{}, fmt.Errorf("create menu %q: %w", name, err)
	}
	if n == 0 {
		return Menu{}, fmt.Errorf("create menu %q, which is there already: %w", name, fault.Conflict)
	}
	if err := tenant.Audit(tx, "menu.create", id.String(), nil); err != nil {
		return Menu{}, err
	}
	return Take(tx, id)
}

func checkDraft(draft string) error {
	if len(draft) > MaxSource {
		return fault.Invalid{Field: "source", Problem: fmt.Sprintf("the menu is larger than %d bytes", MaxSource)}
	}
	if strings.ContainsRune(draft, 0) || !utf8.ValidString(draft) {
		return fault.Invalid{Field: "source", Problem: "the menu is no text in UTF-8"}
	}
	return nil
}

// Save keeps a draft that may be broken. Saved by somebody else since the caller
// read it (at seen), it is a fault.Conflict and stays as it is.
func Save(tx tenant.Tx, id uuid.UUID, draft string, seen, now time.Time) (Menu, error) {
	if err := checkDraft(draft); err != nil {
		return Menu{}, err
	}
	m, err := lock(tx, id)
	if err != nil {
		return Menu{}, err
	}
	if !m.UpdatedAt.Equal(seen) {
		return m, fmt.Errorf("save menu %q, which was saved at %s: %w", m.Name, m.UpdatedAt.Format(time.RFC3339), fault.Conflict)
	}
	if err := keep(tx, m, draft, now); err != nil {
		return Menu{}, err
	}
	if err := tenant.Audit(tx, "menu.save", id.String(), nil); err != nil {
		return Menu{}, err
	}
	return Take(tx, id)
}

func keep(tx tenant.Tx, m Menu, draft string, now time.Time) error {
	if _, err := tx.Exec("update shop.menu set draft = $2, updated_at = $3 where id = $1", m.ID, draft, now); err != nil {
		return fmt.Errorf("save menu %q: %w", m.Name, err)
	}
	return nil
}

// lock reads a menu and keeps others from changing it.
func lock(tx tenant.Tx, id uuid.UUID) (Menu, error) {
	var m Menu
	res := tx.Query().Raw("select * from shop.menu where id = ? for update", id).Scan(&m)
	if res.Error != nil {
		return Menu{}, fmt.Errorf("lock menu %s: %w", id, res.Error)
	}
	if res.RowsAffected == 0 {
		return Menu{}, fmt.Errorf("menu %s: %w", id, fault.NotFound)
	}
	return m, nil
}

// Publish makes the draft the menu's next version, or returns what is wrong with
// it as fault.Problems. A draft that says nothing new is no new version.
func Publish(tx tenant.Tx, id uuid.UUID, note string, now time.Time) (Version, error) {
	m, err := lock(tx, id)
	if err != nil {
		return Version{}, err
	}
	return publish(tx, m, m.Draft, note, now)
}

// Restore makes an earlier version the newest again, and the draft with it.
func Restore(tx tenant.Tx, id uuid.UUID, version int, now time.Time) (Version, error) {
	m, err := lock(tx, id)
	if err != nil {
		return Version{}, err
	}
	var old Version
	if err := taken(tx.Query().Take(&old, "menu_id = ? and version = ?", id, version).Error, "version of menu", version); err != nil {
		return Version{}, err
	}
	if err := keep(tx, m, old.Source, now); err != nil {
		return Version{}, err
	}
	return publish(tx, m, old.Source, fmt.Sprintf("= %d", version), now)
}

func publish(tx tenant.Tx, m Menu, source, note string, now time.Time) (Version, error) {
	names, err := Known(tx)
	if err != nil {
		return Version{}, err
	}
	graph, problems := ParseFor([]byte(source), names)
	if err := problems.Err(); err != nil {
		return Version{}, err
	}
	doc, err := json.Marshal(graph)
	if err != nil {
		return Version{}, fmt.Errorf("write menu %q as JSON: %w", m.Name, err)
	}
	before, err := Current(tx, m.ID)
	switch {
	case errors.Is(err, fault.NotFound):
	case err != nil:
		return Version{}, err
	case before.says(doc):
		return before, nil
	}
	v := Version{
		ID: uuid.Must(uuid.NewV7()), MenuID: m.ID, Version: before.Version + 1, Source: source, Graph: doc,
		Note: note, PublishedAt: now, PublishedBy: tx.Scope().Actor(),
	}
	if err := tx.Query().Create(&v).Error; err != nil {
		return Version{}, fmt.Errorf("publish version %d of menu %q: %w", v.Version, m.Name, err)
	}
	return v, tenant.Audit(tx, "menu.publish", m.ID.String(), map[string]any{"version": v.Version, "version_id": v.ID})
}

// says reports whether v has that graph. The database writes JSON in its own way.
func (v Version) says(doc []byte) bool {
	m, err := v.Load()
	if err != nil {
		return false
	}
	same, err := json.Marshal(m)
	return err == nil && string(same) == string(doc)
}

// Known are the names of the shop that a menu may use.
func Known(tx tenant.Tx) (n Names, err error) {
	if err = tx.Query().Raw("select name from shop.sound order by name").Scan(&n.Sounds).Error; err == nil {
		err = tx.Query().Raw("select name from shop.queue order by name").Scan(&n.Queues).Error
	}
	if err != nil {
		return n, fmt.Errorf("read what a menu may name: %w", err)
	}
	return n, nil
}

// Take returns a menu, or fault.NotFound.
func Take(tx tenant.Tx, id uuid.UUID) (Menu, error) {
	var m Menu
	return m, taken(tx.Query().Take(&m, "id = ?", id).Error, "menu", id)
}

// List returns the shop's menus by name.
func List(tx tenant.Tx) ([]Menu, error) {
	var all []Menu
	if err := tx.Query().Order("name, id").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list menus: %w", err)
	}
	return all, nil
}

// Current returns the last published version of a menu, or fault.NotFound.
func Current(tx tenant.Tx, id uuid.UUID) (Version, error) {
	var v Version
	return v, taken(tx.Query().Order("version desc").Take(&v, "menu_id = ?", id).Error, "published version of menu", id)
}

// Versions returns the versions of a menu, newest first.
func Versions(tx tenant.Tx, id uuid.UUID) ([]Version, error) {
	var all []Version
	if err := tx.Query().Order("version desc").Find(&all, "menu_id = ?", id).Error; err != nil {
		return nil, fmt.Errorf("list versions of menu %s: %w", id, err)
	}
	return all, nil
}

// taken words the error of reading one row.
func taken(err error, what string, id any) error {
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return fmt.Errorf("%s %v: %w", what, id, fault.NotFound)
	case err != nil:
		return fmt.Errorf("read %s %v: %w", what, id, err)
	}
	return nil
}
