package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Create makes a login. It answers fault.Conflict if the address has one.
func Create(tx tenant.AcrossTx, n New, now time.Time) (Account, error) {
	a, err := n.account(now)
	if err != nil {
		return Account{}, err
	}
	res := tx.Query().Clauses(clause.OnConflict{DoNothing: true}).Create(&a)
	if res.Error != nil {
		return Account{}, fmt.Errorf("create account: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return Account{}, fmt.Errorf("create account, whose address is taken: %w", fault.Conflict)
	}
	return a, tenant.AuditAcross(tx, n.By, "account.create", "account:"+a.ID.String(), nil)
}

// Find returns the account of an e-mail address.
func Find(tx tenant.AcrossTx, email string) (Account, error) {
	email, err := Address(email)
	if err != nil {
		return Account{}, err
	}
	var a Account
	err = tx.Query().Take(&a, "email = ?", email).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Account{}, fmt.Errorf("account of the address: %w", fault.NotFound)
	}
	if err != nil {
		return Account{}, fmt.Errorf("read account: %w", err)
	}
	return a, nil
}

// Credentials are what a person signs in with.
type Credentials struct {
	Email    string
	Password string
}

// Authenticate returns the account of the credentials, or fault.Unauthorized.
// Neither the answer nor its time tells whether the address has an account.
func (h *Hasher) Authenticate(ctx context.Context, db *tenant.DB, c Credentials) (Account, error) {
	var a Account
	err := db.Across(ctx, "sign in", func(tx tenant.AcrossTx) error {
		var err error
		a, err = Find(tx, c.Email)
		return err
	})
	var invalid fault.Invalid
	if err != nil && !errors.Is(err, fault.NotFound) && !errors.As(err, &invalid) {
		return Account{}, err
	}
	ok, err := h.matches(ctx, a.PasswordHash, c.Password)
	if err != nil {
		return Account{}, fmt.Errorf("sign in: %w", err)
	}
	if !ok || a.DisabledAt != nil {
		return Account{}, fmt.Errorf("sign in: %w", fault.Unauthorized)
	}
	return a, nil
}

// SetPassword changes an account's password and signs it out everywhere.
func SetPassword(tx tenant.AcrossTx, id uuid.UUID, password Hash) error {
	res := tx.Query().Model(&Account{}).Where("id = ?", id).Update("password_hash", password)
	if err := one(res, "set the password of", id); err != nil {
		return err
	}
	if err := signOut(tx, id); err != nil {
		return err
	}
	return tenant.AuditAcross(tx, "account:"+id.String(), "account.password", "account:"+id.String(), nil)
}

// Disable shuts an account out, at once and everywhere. by is the actor.
func Disable(tx tenant.AcrossTx, id uuid.UUID, by string) error {
	res := tx.Query().Model(&Account{}).Where("id = ? and disabled_at is null", id).Update("disabled_at", gorm.Expr("now()"))
	if err := one(res, "disable", id); err != nil {
		return err
	}
	if err := signOut(tx, id); err != nil {
		return err
	}
	return tenant.AuditAcross(tx, by, "account.disable", "account:"+id.String(), nil)
}

func signOut(tx tenant.AcrossTx, id uuid.UUID) error {
	err := tx.Query().Exec("update house.session set revoked_at = now() where account_id = ? and revoked_at is null", id).Error
	if err != nil {
		return fmt.Errorf("sign out account %s: %w", id, err)
	}
	return nil
}

// one turns the answer to an update of one account into an error.
func one(res *gorm.DB, verb string, id uuid.UUID) error {
	if res.Error != nil {
		return fmt.Errorf("%s account %s: %w", verb, id, res.Error)
	}
	if res.RowsAffected == 0 {
		return fmt.Errorf("%s account %s: %w", verb, id, fault.NotFound)
	}
	return nil
}

// Appoint gives an account a role on the platform. It is safe to repeat. by is
// the actor.
func Appoint(tx tenant.AcrossTx, id uuid.UUID, role Role, by string) error {
	err := tx.Query().Exec("insert into house.staff (account_id, role, created_at) values (?, ?, now()) on conflict do nothing", id, role).Error
	if err != nil {
		return fmt.Errorf("appoint account %s as %s: %w", id, role, err)
	}
	return tenant.AuditAcross(tx, by, "staff.appoint", "account:"+id.String(), map[string]any{"role": role})
}

// Names returns the names of accounts by id.
func Names(tx tenant.AcrossTx, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	names := make(map[uuid.UUID]string, len(ids))
	if len(ids) == 0 {
		return names, nil
	}
	var rows []Account
	if err := tx.Query().Select("id", "name").Find(&rows, "id in ?", ids).Error; err != nil {
		return nil, fmt.Errorf("names of %d accounts: %w", len(ids), err)
	}
	for _, a := range rows {
		names[a.ID] = a.Name
	}
	return names, nil
}
