// Package account is who may log in: one row a person, whatever they do here.
package account

import (
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant/fault"
)

// Account is a login. What its person may do is in shop.member and house.staff.
type Account struct {
	ID           uuid.UUID
	Email        string // lower case
	Name         string
	Locale       string // ru or en
	PasswordHash Hash
	DisabledAt   *time.Time
	CreatedAt    time.Time
}

// Role is what a person does for the platform, in every shop.
type Role string

// Roles of staff.
const (
	Operator   Role = "operator"
	Supervisor Role = "supervisor"
	Finance    Role = "finance"
	Admin      Role = "admin"
)

// New is what an account is made of.
type New struct {
	Email    string
	Name     string
	Locale   string // empty is ru
	Password Hash
	By       string // actor, for the audit log
}

// maxEmail is the longest address that a mail server takes (RFC 5321, 4.5.3.1.3).
const maxEmail = 254

// Address returns an e-mail address as accounts are found by, or fault.Invalid.
func Address(email string) (string, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email || len(email) > maxEmail {
		return "", fault.Invalid{Field: "email", Problem: "is not an e-mail address"}
	}
	return email, nil
}

func (n New) account(now time.Time) (Account, error) {
	email, err := Address(n.Email)
	if err != nil {
		return Account{}, err
	}
	name := strings.TrimSpace(n.Name)
	if name == "" || len(name) > 200 {
		return Account{}, fault.Invalid{Field: "name", Problem: "must have 1 to 200 bytes"}
	}
	if n.Locale == "" {
		n.Locale = "ru"
	}
	if n.Locale != "ru" && n.Locale != "en" {
		return Account{}, fault.Invalid{Field: "locale", Problem: "must be ru or en"}
	}
	return Account{ID: uuid.Must(uuid.NewV7()), Email: email, Name: name, Locale: n.Locale, PasswordHash: n.Password, CreatedAt: now}, nil
}
