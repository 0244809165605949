// Package menu keeps what callers of a shop meet before a person: drafts in
// YAML, and versions that were published of them.
package menu

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	core "switchboard/telephony/menu"
)

// Menu is one of a shop's: a draft, and the versions that were published of it.
type Menu struct {
	ID        uuid.UUID
	Name      string
	Draft     string // YAML; it may be broken
	CreatedAt time.Time
	UpdatedAt time.Time
}

// TableName is the table of Menu.
func (Menu) TableName() string { return "shop.menu" }

// Version is a menu as it was published. It never changes.
type Version struct {
	ID          uuid.UUID
	MenuID      uuid.UUID
	Version     int
	Source      string          // the YAML, as written
	Graph       json.RawMessage // menu.Menu
	Note        string
	PublishedAt time.Time
	PublishedBy string // actor
}

// TableName is the table of Version.
func (Version) TableName() string { return "shop.menu_version" }

// Load returns the graph of a version.
func (v Version) Load() (core.Menu, error) {
	var m core.Menu
	if err := json.Unmarshal(v.Graph, &m); err != nil {
		return m, fmt.Errorf("read version %s of a menu: %w", v.ID, err)
	}
	return m, nil
}

// Names are what a menu may name of its shop.
type Names struct{ Sounds, Queues []string }
