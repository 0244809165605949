// Package member is who of a shop's own people may work in its cabinet.
package member

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm/clause"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Role is what a member may do in the shop.
type Role string

// Roles of members. The owner may all; a manager all but money and people; a
// specialist takes what is handed over to them.
const (
	Owner      Role = "owner"
	Manager    Role = "manager"
	Specialist Role = "specialist"
)

// Member is a person of the shop.
type Member struct {
	ID        uuid.UUID
	AccountID uuid.UUID
	Role      Role
	Phone     string // E.164, where calls are handed to; empty: nowhere
	CreatedAt time.Time
}

// List returns the shop's members, the first to come first.
func List(tx tenant.Tx) ([]Member, error) {
	var all []Member
	if err := tx.Query().Order("created_at, id").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	return all, nil
}

// Add makes an account a member of the shop. It answers fault.Conflict if it
// is one, in whatever role.
func Add(tx tenant.Tx, account uuid.UUID, role Role, now time.Time) (Member, error) {
	m := Member{ID: uuid.Must(uuid.NewV7()), AccountID: account, Role: role, CreatedAt: now}
	switch role {
	case Owner, Manager, Specialist:
	default:
		return Member{}, fault.Invalid{Field: "role", Problem: "must be owner, manager or specialist"}
	}
	res := tx.Query().Clauses(clause.OnConflict{DoNothing: true}).Create(&m)
	if res.Error != nil {
		return Member{}, fmt.Errorf("add member %s: %w", account, res.Error)
	}
	if res.RowsAffected == 0 {
		return Member{}, fmt.Errorf("add member %s, who is one: %w", account, fault.Conflict)
	}
	return m, tenant.Audit(tx, "member.add", "member:"+m.ID.String(), map[string]any{"account": account, "role": role})
}

// Take returns a member, or fault.NotFound.
func Take(tx tenant.Tx, id uuid.UUID) (Member, error) {
	var m Member
	res := tx.Query().Limit(1).Find(&m, "id = ?", id)
	if res.Error != nil {
		return m, fmt.Errorf("read member %s: %w", id, res.Error)
	}
	if res.RowsAffected == 0 {
		return m, fmt.Errorf("member %s: %w", id, fault.NotFound)
	}
	return m, nil
}
