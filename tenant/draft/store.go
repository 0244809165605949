package draft

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Stale is a draft that was saved meanwhile, by another page or another
// operator. It is a fault.Conflict; Kept is the draft as it is.
type Stale struct {
	Seen int64
	Kept Draft
}

// Error implements error.
func (s Stale) Error() string {
	return fmt.Sprintf("save the draft of call %s made from revision %d, which is at %d", s.Kept.CallID, s.Seen, s.Kept.Revision)
}

// Unwrap makes it a conflict.
func (s Stale) Unwrap() error { return fault.Conflict }

// Take returns the draft of a call; where nothing was typed, one of revision 0.
func Take(tx tenant.Tx, call uuid.UUID) (Draft, error) { return take(tx.Query(), call) }

// Lock is Take for whoever acts on the draft: nobody saves it meanwhile.
func Lock(tx tenant.Tx, call uuid.UUID) (Draft, error) {
	return take(tx.Query().Clauses(clause.Locking{Strength: "UPDATE"}), call)
}

func take(q *gorm.DB, call uuid.UUID) (Draft, error) {
	var d Draft
	err := q.Take(&d, "call_id = ?", call).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Draft{CallID: call, Body: json.RawMessage("{}")}, nil
	}
	if err != nil {
		return Draft{}, fmt.Errorf("read the draft of call %s: %w", call, err)
	}
	return d, nil
}

// Save keeps what is typed. Made from a revision that is not the last it is
// Stale, and what is kept stays; but what is kept already, by whom it was
// saved, may be sent again. A first word of an operator's is in the audit log:
// every key is not.
func Save(tx tenant.Tx, call uuid.UUID, c Change, now time.Time) (Draft, error) {
	if len(c.Body) > MaxBody {
		return Draft{}, fault.Invalid{Field: "body", Problem: fmt.Sprintf("the draft is larger than %d bytes", MaxBody)}
	}
	kept, err := Lock(tx, call)
	if err != nil {
		return Draft{}, err
	}
	d := Draft{CallID: call, Revision: c.Revision + 1, Body: c.Body, SavedBy: tx.Scope().Actor(), SavedAt: now.UTC()}
	switch {
	case kept.Revision == d.Revision && kept.SavedBy == d.SavedBy && bytes.Equal(kept.Body, d.Body):
		return kept, nil // the answer was lost
	case kept.Revision != c.Revision:
		return Draft{}, Stale{c.Revision, kept}
	}
	if err := put(tx, d); err != nil {
		return Draft{}, err
	}
	if kept.SavedBy == d.SavedBy {
		return d, nil
	}
	return d, tenant.Audit(tx, "draft.save", "call:"+call.String(), nil)
}

// put writes the draft over the revision before it.
func put(tx tenant.Tx, d Draft) error {
	n, err := tx.Exec(`insert into shop.call_draft as d (call_id, revision, body, saved_by, saved_at) values ($1, $2, $3::json, $4, $5)
		on conflict (shop_id, call_id) do update set revision = excluded.revision, body = excluded.body, saved_by = excluded.saved_by, saved_at = excluded.saved_at
		where d.revision = excluded.revision - 1`, d.CallID, d.Revision, string(d.Body), d.SavedBy, d.SavedAt)
	if err != nil {
		return fmt.Errorf("keep the draft of call %s: %w", d.CallID, err)
	}
	if n > 0 {
		return nil
	}
	kept, err := Take(tx, d.CallID) // two first saves met
	if err != nil {
		return err
	}
	return Stale{d.Revision - 1, kept}
}
