package queues

import (
	"fmt"

	"switchboard/tenant"
)

func all(tx tenant.Tx) ([]Queue, error) {
	var found []Queue
	err := tx.Query().Raw("select id, name, tier, promise_share, promise_ms, hours, script_id, created_at from shop.queue order by name, id").Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list queues: %w", err)
	}
	return found, nil
}
