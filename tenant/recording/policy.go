package recording

import (
	"fmt"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
)

// Policy is how a shop keeps its recordings.
type Policy struct {
	RetentionDays *int // nil: until somebody deletes them
	SecretSeconds int  // how long one may stand still for a payment
}

// PolicyOf returns the shop's.
func PolicyOf(tx tenant.Tx) (p Policy, err error) {
	err = tx.Query().Raw("select retention_days, secret_seconds from house.shop").Row().Scan(&p.RetentionDays, &p.SecretSeconds)
	if err != nil {
		return p, fmt.Errorf("read how recordings are kept: %w", err)
	}
	return p, nil
}

// SetPolicy changes it.
func SetPolicy(tx tenant.Tx, p Policy) error {
	if _, err := tx.Exec("update house.shop set retention_days = $1, secret_seconds = $2", p.RetentionDays, p.SecretSeconds); err != nil {
		return fmt.Errorf("say how recordings are kept: %w", err)
	}
	days := 0
	if p.RetentionDays != nil {
		days = *p.RetentionDays
	}
	return tenant.Audit(tx, "recording.policy", "shop:"+tx.Scope().Shop().String(), map[string]any{"retention_days": days, "secret_seconds": p.SecretSeconds})
}

// Confirm answers fault.Invalid unless no is the number of the call.
func Confirm(tx tenant.Tx, call uuid.UUID, no int64) error {
	if err := cdr.Known(tx, call); err != nil {
		return err
	}
	var is bool
	if err := tx.Query().Raw("select no = ? from shop.call where id = ?", no, call).Row().Scan(&is); err != nil {
		return fmt.Errorf("confirm call %s: %w", call, err)
	}
	if !is {
		return fault.Invalid{Field: "body.confirm", Problem: "is not the number of this call"}
	}
	return nil
}
