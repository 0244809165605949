package script

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

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
