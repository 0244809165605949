// Package edition keeps texts that a shop writes as drafts and publishes as
// versions that never change: its scripts, its menus.
package edition

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Shelf is one sort of texts and where they are kept.
type Shelf struct {
	Noun      string // "script": its tables are shop.script and shop.script_version
	MaxName   int    // characters
	MaxSource int    // bytes

	// Read says what a source says, as JSON that is the same for the same
	// meaning, or all that is wrong with it as fault.Problems.
	Read func(tx tenant.Tx, source string) (doc []byte, err error)
	// Same writes JSON that the database has kept, in its own way, as Read does.
	Same func(doc []byte) ([]byte, error)
}

// Text is one of a shop's.
type Text struct {
	ID        uuid.UUID
	Name      string
	Draft     string // YAML; it may be broken
	Version   int    // the last that was published of it; 0: none yet
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Version is a text as it was published. It never changes: a correction is
// another version.
type Version struct {
	ID          uuid.UUID
	TextID      uuid.UUID
	Version     int    // from 1
	Source      string // the YAML, as written
	Graph       json.RawMessage
	Note        string
	PublishedAt time.Time
	PublishedBy string // actor
}

// Create makes a text with a draft that may be broken. A name that the shop has
// already is a fault.Conflict.
func (s Shelf) Create(tx tenant.Tx, name, draft string, now time.Time) (Text, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > s.MaxName {
		return Text{}, fault.Invalid{Field: "name", Problem: fmt.Sprintf("a %s needs a name of at most %d characters", s.Noun, s.MaxName)}
	}
	if err := s.check(draft); err != nil {
		return Text{}, err
	}
	id := uuid.Must(uuid.NewV7())
	n, err := tx.Exec(s.sql(`insert into shop.@ (id, name, draft, created_at, updated_at) values ($1, $2, $3, $4, $4)
		on conflict (shop_id, name) do nothing`), id, name, draft, now)
	if err != nil {
		return Text{}, fmt.Errorf("create %s %q: %w", s.Noun, name, err)
	}
	if n == 0 {
		return Text{}, fmt.Errorf("create %s %q, which is there already: %w", s.Noun, name, fault.Conflict)
	}
	if err := tenant.Audit(tx, s.Noun+".create", id.String(), nil); err != nil {
		return Text{}, err
	}
	return s.Take(tx, id)
}

func (s Shelf) check(draft string) error {
	if len(draft) > s.MaxSource {
		return fault.Invalid{Field: "source", Problem: fmt.Sprintf("the %s is larger than %d bytes", s.Noun, s.MaxSource)}
	}
	if strings.ContainsRune(draft, 0) || !utf8.ValidString(draft) {
		return fault.Invalid{Field: "source", Problem: fmt.Sprintf("the %s is no text in UTF-8", s.Noun)}
	}
	return nil
}

// Save keeps a draft that may be broken. Saved by somebody else since the caller
// read it (at seen), it is a fault.Conflict and stays as it is.
func (s Shelf) Save(tx tenant.Tx, id uuid.UUID, draft string, seen, now time.Time) (Text, error) {
	if err := s.check(draft); err != nil {
		return Text{}, err
	}
	t, err := s.lock(tx, id)
	if err != nil {
		return Text{}, err
	}
	if !t.UpdatedAt.Equal(seen) {
		return t, fmt.Errorf("save %s %q, which was saved at %s: %w", s.Noun, t.Name, t.UpdatedAt.Format(time.RFC3339), fault.Conflict)
	}
	if err := s.keep(tx, t, draft, now); err != nil {
		return Text{}, err
	}
	if err := tenant.Audit(tx, s.Noun+".save", id.String(), nil); err != nil {
		return Text{}, err
	}
	return s.Take(tx, id)
}

func (s Shelf) keep(tx tenant.Tx, t Text, draft string, now time.Time) error {
	if _, err := tx.Exec(s.sql("update shop.@ set draft = $2, updated_at = $3 where id = $1"), t.ID, draft, now); err != nil {
		return fmt.Errorf("save %s %q: %w", s.Noun, t.Name, err)
	}
	return nil
}

// sql puts the noun into a statement.
func (s Shelf) sql(statement string) string { return strings.ReplaceAll(statement, "@", s.Noun) }
