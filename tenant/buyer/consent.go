package buyer

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Purpose is what a buyer agrees to.
type Purpose string

// Purposes are all of them: that their data are kept, that calls are recorded,
// that they are rung about their orders, that they are rung with advertising
// (38-FZ, article 18: consent before the call, and the burden of proof is ours).
var Purposes = []Purpose{"data", "recording", "service", "advertising"}

// Consent is one word of a buyer's: given or taken back. Words are added, never
// changed: the newest of a purpose counts.
type Consent struct {
	ID      uuid.UUID
	BuyerID uuid.UUID
	Purpose Purpose
	Given   bool
	Source  string // where: a call, a form, a letter
	Wording string // what was agreed to, as it was shown or said
	NotedAt time.Time
	NotedBy string // actor
}

func (c Consent) check() error {
	var p fault.Problems
	if !slices.Contains(Purposes, c.Purpose) {
		p = append(p, fault.Invalid{Field: "purpose", Problem: "is none of data, recording, service, advertising"})
	}
	if c.Source == "" || len([]rune(c.Source)) > longestName {
		p = append(p, fault.Invalid{Field: "source", Problem: fmt.Sprintf("has not 1 to %d characters", longestName)})
	}
	if len([]rune(c.Wording)) > longestNote {
		p = append(p, fault.Invalid{Field: "wording", Problem: fmt.Sprintf("is longer than %d characters", longestNote)})
	}
	return p.Err()
}

// NoteConsent writes a word down.
func NoteConsent(tx tenant.Tx, c Consent, now time.Time) (Consent, error) {
	c.Source, c.Wording = strings.TrimSpace(c.Source), strings.TrimSpace(c.Wording)
	if err := c.check(); err != nil {
		return c, err
	}
	if _, err := lock(tx, c.BuyerID); err != nil {
		return c, err
	}
	c.ID, c.NotedAt, c.NotedBy = uuid.Must(uuid.NewV7()), now.UTC(), tx.Scope().Actor()
	if err := tx.Query().Create(&c).Error; err != nil {
		return c, fmt.Errorf("note a consent of buyer %s: %w", c.BuyerID, err)
	}
	return c, tenant.Audit(tx, "buyer.consent", c.BuyerID.String(), map[string]any{"consent": c.ID, "purpose": c.Purpose, "given": c.Given})
}

// ConsentsOf returns a buyer's words, newest first.
func ConsentsOf(tx tenant.Tx, id uuid.UUID) (words []Consent, err error) {
	if err = tx.Query().Order("noted_at desc, id").Find(&words, "buyer_id = ?", id).Error; err != nil {
		return nil, fmt.Errorf("read consents of buyer %s: %w", id, err)
	}
	return words, nil
}
