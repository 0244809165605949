package orders

import (
	"fmt"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// known answers fault.NotFound for what is no call of the shop.
func known(tx tenant.Tx, call uuid.UUID) error {
	var there bool
	if err := tx.Query().Raw("select exists (select 1 from shop.call where id = ?)", call).Row().Scan(&there); err != nil {
		return fmt.Errorf("look for call %s: %w", call, err)
	}
	if !there {
		return fmt.Errorf("call %s: %w", call, fault.NotFound)
	}
	return nil
}
