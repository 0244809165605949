// Package supervision is whether those in a call are told that a supervisor is at it.
package supervision

import (
	"fmt"

	"switchboard/tenant"
)

// Policy is a shop's.
type Policy string

// Announced is by a tone and at the operator's desk; Silent until the supervisor speaks.
const (
	Announced Policy = "announced"
	Silent    Policy = "silent"
)

// Take returns the shop's policy.
func Take(tx tenant.Tx) (p Policy, err error) {
	if err := tx.Query().Raw("select supervision from house.shop").Row().Scan(&p); err != nil {
		return "", fmt.Errorf("read whether supervisors are announced: %w", err)
	}
	return p, nil
}

// Set changes it. Calls that begin to be supervised from now on go by it.
func Set(tx tenant.Tx, p Policy) error {
	if _, err := tx.Exec("update house.shop set supervision = $1", string(p)); err != nil {
		return fmt.Errorf("say whether supervisors are announced: %w", err)
	}
	return tenant.Audit(tx, "supervision.policy", "shop:"+tx.Scope().Shop().String(), map[string]any{"announced": p == Announced})
}
