package script

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// Script is one of a shop's call scripts: a draft, and the versions that were
// published of it.
type Script struct {
	ID        uuid.UUID
	Name      string
	Draft     string // YAML; it may be broken
	CreatedAt time.Time
	UpdatedAt time.Time
}

// TableName is the table of Script.
func (Script) TableName() string { return "shop.script" }

// Version is a script as it was published. It never changes: a correction is
// another version.
type Version struct {
	ID          uuid.UUID
	ScriptID    uuid.UUID
	Version     int
	Source      string          // the YAML, as written
	Graph       json.RawMessage // its canonical JSON
	Note        string
	PublishedAt time.Time
	PublishedBy string // actor
}

// TableName is the table of Version.
func (Version) TableName() string { return "shop.script_version" }

// Taken is a walk that is taken in a call.
type Taken struct {
	ID              uuid.UUID
	CallID          uuid.UUID
	ScriptVersionID uuid.UUID
	OperatorID      *uuid.UUID      // nil: a robot
	State           json.RawMessage // walk.Walk
	Adherence       *int            // permille of the required steps; nil: none was due
	StartedAt       time.Time
	UpdatedAt       time.Time
	EndedAt         *time.Time
}

// TableName is the table of Taken.
func (Taken) TableName() string { return "shop.walk" }
