package numbers

import (
	"fmt"

	"switchboard/tenant"
)

func all(tx tenant.Tx) ([]Number, error) {
	var found []Number
	if err := tx.Query().Raw("select id, e164, source, queue_id, created_at from shop.number order by e164, id").Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("list numbers: %w", err)
	}
	return found, nil
}
