// Package comment is what people of a shop wrote beside a second of a call.
package comment

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Comment is pinned to an instant of a call's recording.
type Comment struct {
	ID        uuid.UUID
	CallID    uuid.UUID
	AuthorID  uuid.UUID // account
	AtMS      int64     // from the start of the recording
	Text      string    // free words: erased with the call's other words
	CreatedAt time.Time
}

// TableName implements gorm's Tabler.
func (Comment) TableName() string { return "shop.call_comment" }

const (
	longest = 2000 // characters: what somebody says of one moment
	most    = 500  // of one call: a list that a page can show whole
)

// Of returns the comments of a call in the order of their instants.
func Of(tx tenant.Tx, call uuid.UUID) ([]Comment, error) {
	var all []Comment
	if err := tx.Query().Order("at_ms, created_at, id").Limit(most).Find(&all, "call_id = ?", call).Error; err != nil {
		return nil, fmt.Errorf("read the comments of call %s: %w", call, err)
	}
	return all, nil
}

// Add writes a comment. A call that is not the shop's is fault.NotFound.
func Add(tx tenant.Tx, c Comment) (Comment, error) {
	c.Text = strings.TrimSpace(c.Text)
	switch n := len([]rune(c.Text)); {
	case n == 0:
		return Comment{}, fault.Invalid{Field: "text", Problem: "is empty"}
	case n > longest:
		return Comment{}, fault.Invalid{Field: "text", Problem: fmt.Sprintf("is longer than %d characters", longest)}
	}
	var there, full bool
	err := tx.Query().Raw(`select exists (select 1 from shop.call where id = ?), (select count(*) >= ? from shop.call_comment where call_id = ?)`,
		c.CallID, most, c.CallID).Row().Scan(&there, &full)
	switch {
	case err != nil:
		return Comment{}, fmt.Errorf("comment on call %s: %w", c.CallID, err)
	case !there:
		return Comment{}, fmt.Errorf("comment on call %s: %w", c.CallID, fault.NotFound)
	case full:
		return Comment{}, fmt.Errorf("comment on call %s, which has %d: %w", c.CallID, most, fault.Conflict)
	}
	c.ID = uuid.Must(uuid.NewV7())
	if err := tx.Query().Create(&c).Error; err != nil {
		return Comment{}, fmt.Errorf("comment on call %s: %w", c.CallID, err)
	}
	return c, tenant.Audit(tx, "comment.add", "call:"+c.CallID.String(), map[string]any{"comment": c.ID})
}

// Remove takes away a comment of the author's; what another wrote is
// fault.NotFound.
func Remove(tx tenant.Tx, id, author uuid.UUID) error {
	res := tx.Query().Delete(&Comment{}, "id = ? and author_id = ?", id, author)
	if res.Error != nil {
		return fmt.Errorf("remove comment %s: %w", id, res.Error)
	}
	if res.RowsAffected == 0 {
		return fmt.Errorf("remove comment %s: %w", id, fault.NotFound)
	}
	return tenant.Audit(tx, "comment.remove", "comment:"+id.String(), nil)
}
