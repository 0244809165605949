package calls

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
)

// sitting is how long one listening lasts for the audit log: a player asks for
// a piece at every jump.
const sitting = 10 * time.Minute

func noteListening(tx tenant.Tx, call uuid.UUID) error {
	var noted bool
	subject := "call:" + call.String()
	err := tx.Query().Raw("select exists (select 1 from house.audit where actor = ? and action = 'recording.listen' and subject = ? and at > ?)",
		tx.Scope().Actor(), subject, time.Now().Add(-sitting)).Row().Scan(&noted)
	if err != nil {
		return fmt.Errorf("look who listens to call %s: %w", call, err)
	}
	if noted {
		return nil
	}
	return tenant.Audit(tx, "recording.listen", subject, nil)
}
