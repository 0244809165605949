// Package tenant is the isolation kernel. It alone holds the database pools;
// every transaction that it opens is confined to one shop, or says aloud that
// it is not.
package tenant

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"switchboard/tenant/fault"
)

// ID names a shop.
type ID uuid.UUID

func (id ID) String() string { return uuid.UUID(id).String() }

// UUID returns the id as a plain UUID.
func (id ID) UUID() uuid.UUID { return uuid.UUID(id) }

// MarshalText makes an ID a string in JSON.
func (id ID) MarshalText() ([]byte, error) { return uuid.UUID(id).MarshalText() }

// A holder is the kind of ticket that admits to a shop; house.enter knows them.
type holder string

const (
	asMember   holder = "member"   // ticket: the member's row
	asOperator holder = "operator" // ticket: the grant
	asStaff    holder = "staff"    // ticket: the account
	asJob      holder = "job"      // ticket: none
	asKey      holder = "key"      // ticket: the API key
)

// Scope is permission to act inside one shop. Its fields are unexported, so
// that only this package can grant one; the zero Scope permits nothing. A
// Scope is looked at again whenever it opens a transaction.
type Scope struct {
	shop   ID
	kind   holder
	ticket uuid.UUID
	actor  string
	role   string
}

// Shop returns the shop that the scope is for.
func (s Scope) Shop() ID { return s.shop }

// Actor returns who acts, as the audit log writes it: "member:ID".
func (s Scope) Actor() string { return s.actor }

// Role returns the member's or staff's role in the shop; "operator" for a
// pooled operator, "job" for background work, "key" for a program that may see
// nothing personal, "key-personal" for one that may.
func (s Scope) Role() string { return s.role }

var errNoScope = errors.New("tenant: zero Scope")

// DB opens transactions.
type DB struct {
	app    *gorm.DB
	across *across
}

// Tx is a transaction that can see one shop.
type Tx struct {
	g     *gorm.DB
	scope Scope
}

// Query returns the confined handle. It is dead once Within returns.
func (tx Tx) Query() *gorm.DB { return tx.g }

// Scope returns what the transaction is confined to.
func (tx Tx) Scope() Scope { return tx.scope }

// Within runs fn in one transaction confined to s. The row policies of the
// database do the confining, so a forgotten WHERE finds nothing of others. It
// answers fault.Forbidden if what s was granted for is over.
func (db *DB) Within(ctx context.Context, s Scope, fn func(Tx) error) error {
	if s.shop == (ID{}) {
		return errNoScope
	}
	return db.app.WithContext(ctx).Transaction(func(g *gorm.DB) error {
		var admitted bool
		if err := g.Raw("select house.enter(?, ?, ?)", s.shop.UUID(), string(s.kind), s.ticket).Scan(&admitted).Error; err != nil {
			return fmt.Errorf("confine to shop %s: %w", s.shop, err)
		}
		if !admitted {
			return fmt.Errorf("enter shop %s as %s: %w", s.shop, s.actor, fault.Forbidden)
		}
		return fn(Tx{g, s})
	})
}
