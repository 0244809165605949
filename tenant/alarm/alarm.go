// Package alarm is what somebody must see to, for as long as it lasts.
package alarm

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
)

// Kind is what is wrong.
type Kind string

// The kinds.
const (
	RecordingDisk  Kind = "recording_disk"  // what is said cannot be written: calls go on unrecorded
	RecordingStore Kind = "recording_store" // recordings wait in the spool
)

// Alarm is one that lasts.
type Alarm struct {
	Kind     Kind
	Node     string
	RaisedAt time.Time
	Detail   string
}

// Raise notes that it is so on a node, unless it is known, and that in the audit
// log.
func Raise(tx tenant.AcrossTx, a Alarm) error {
	n, err := tx.Exec(`insert into house.alarm (id, kind, node, raised_at, detail) values ($1, $2, $3, $4, $5)
		on conflict (kind, node) where cleared_at is null do nothing`, uuid.Must(uuid.NewV7()), string(a.Kind), a.Node, a.RaisedAt.UTC(), a.Detail)
	if err != nil {
		return fmt.Errorf("raise alarm %s of %s: %w", a.Kind, a.Node, err)
	}
	if n == 0 {
		return nil
	}
	return tenant.AuditAcross(tx, "node:"+a.Node, "alarm.raise", "alarm:"+string(a.Kind), nil)
}

// Clear notes that it is over.
func Clear(tx tenant.AcrossTx, kind Kind, node string, now time.Time) error {
	n, err := tx.Exec("update house.alarm set cleared_at = $3 where kind = $1 and node = $2 and cleared_at is null", string(kind), node, now.UTC())
	if err != nil {
		return fmt.Errorf("clear alarm %s of %s: %w", kind, node, err)
	}
	if n == 0 {
		return nil
	}
	return tenant.AuditAcross(tx, "node:"+node, "alarm.clear", "alarm:"+string(kind), nil)
}

// Lasting returns the alarms that last, the oldest first.
func Lasting(tx tenant.AcrossTx) (all []Alarm, err error) {
	err = tx.Query().Raw("select kind, node, raised_at, detail from house.alarm where cleared_at is null order by raised_at, id").Scan(&all).Error
	return all, err
}
