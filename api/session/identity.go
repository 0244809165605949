// Package session knows who is asking, and which shop they may enter.
package session

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"switchboard/tenant/apikey"
)

// Role is what a person may do: a member's role in a shop, or a role of the
// platform's staff.
type Role string

// Roles, of members first and then of staff.
const (
	Owner      Role = "owner"
	Manager    Role = "manager"
	Specialist Role = "specialist"
	Operator   Role = "operator"
	Supervisor Role = "supervisor"
	Finance    Role = "finance"
	Admin      Role = "admin"
)

// ofMembers tells whether the role is one of a shop's own people.
func (r Role) ofMembers() bool { return r == Owner || r == Manager || r == Specialist }

// Identity is the person behind a request, or the program.
type Identity struct {
	Key         *apikey.Holder // of a program; nil: a person
	Session     uuid.UUID
	Client      string // browser or api
	Account     uuid.UUID
	Email       string
	Name        string
	Locale      string
	Memberships []Membership
	Staff       []Role
}

// Membership is a role in a shop.
type Membership struct {
	Shop   uuid.UUID
	Slug   string
	NameRu string
	NameEn string
	Role   Role
}

// Is reports whether the person has one of the roles, in whatever shop.
func (i Identity) Is(roles ...Role) bool {
	for _, m := range i.Memberships {
		if slices.Contains(roles, m.Role) {
			return true
		}
	}
	return i.isStaff(roles)
}

func (i Identity) isStaff(roles []Role) bool {
	return slices.ContainsFunc(i.Staff, func(r Role) bool { return slices.Contains(roles, r) })
}

// visitor is what the credentials of a request told.
type visitor struct {
	who   *Identity    // nil: nobody
	err   error        // why the credentials were refused
	roles []Role       // whom the operation is for
	named bool         // the request names a thing or a shop
	scope apikey.Scope // of a key that the operation is for; "": for none
}

// name is how a log knows who asks.
func (i Identity) name() string {
	if i.Key != nil {
		return "key:" + i.Key.ID.String()
	}
	return i.Account.String()
}

type visitorKey struct{}

func visitorOf(ctx context.Context) visitor {
	v, _ := ctx.Value(visitorKey{}).(visitor)
	return v
}

// Who returns the person behind the request of an operation that is not open
// to everyone.
func Who(ctx context.Context) Identity {
	if who := visitorOf(ctx).who; who != nil {
		return *who
	}
	return Identity{}
}
