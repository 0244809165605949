package walks

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/fault"
)

// queueOf returns the queue and the direction of a call, or fault.NotFound.
func queueOf(tx tenant.Tx, call uuid.UUID) (_ uuid.UUID, direction string, _ error) {
	var queue uuid.NullUUID
	err := tx.Query().Raw("select queue_id, direction from shop.call where id = ?", call).Row().Scan(&queue, &direction)
	if errors.Is(err, sql.ErrNoRows) || (err == nil && !queue.Valid) {
		return uuid.Nil, "", fmt.Errorf("queue of call %s: %w", call, fault.NotFound)
	}
	if err != nil {
		return uuid.Nil, "", fmt.Errorf("read the queue of call %s: %w", call, err)
	}
	return queue.UUID, direction, nil
}

// snapshotOf returns the catalogue that a call was answered with, else the
// newest.
func snapshotOf(tx tenant.Tx, call uuid.UUID) (uuid.UUID, error) {
	var snapshot uuid.NullUUID
	if err := tx.Query().Raw("select snapshot_id from shop.call where id = ?", call).Row().Scan(&snapshot); err != nil {
		return uuid.Nil, fmt.Errorf("read the catalogue of call %s: %w", call, err)
	}
	if snapshot.Valid {
		return snapshot.UUID, nil
	}
	s, err := catalogue.Current(tx)
	return s.ID, missing(err)
}

// missing makes an input error of an item that the catalogue lacks.
func missing(err error) error {
	if errors.Is(err, fault.NotFound) {
		return fault.Invalid{Field: "answer.sku", Problem: "is not in this catalogue"}
	}
	return err
}
