package queues

import (
	"fmt"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

func all(tx tenant.Tx) ([]Queue, error) {
	var found []Queue
	err := tx.Query().Raw("select id, name, tier, promise_share, promise_ms, hours, script_id, outgoing_script_id, created_at from shop.queue order by name, id").Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list queues: %w", err)
	}
	return found, nil
}

// setOutgoing has calls that the shop makes for a queue follow a script of its
// own; nil: the queue's.
func setOutgoing(tx tenant.Tx, queue uuid.UUID, script *uuid.UUID) error {
	if script != nil {
		var there bool
		if err := tx.Query().Raw("select exists (select from shop.script where id = ?)", *script).Scan(&there).Error; err != nil {
			return fmt.Errorf("find script %s: %w", *script, err)
		}
		if !there {
			return fmt.Errorf("script %s: %w", *script, fault.NotFound)
		}
	}
	n, err := tx.Exec("update shop.queue set outgoing_script_id = $2 where id = $1", queue, script)
	if err != nil {
		return fmt.Errorf("set the script of calls for queue %s: %w", queue, err)
	}
	if n == 0 {
		return fmt.Errorf("queue %s: %w", queue, fault.NotFound)
	}
	return tenant.Audit(tx, "queue.outgoing_script", queue.String(), map[string]any{"script": script})
}
