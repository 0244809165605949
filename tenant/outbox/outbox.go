// Package outbox is how work for later is owed: a typed row in the transaction
// that causes it. worker/job does what is owed.
package outbox

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
)

// Queue is a line that jobs wait in. Each has workers of its own, so that a
// catalogue of an hour does not keep a charge waiting.
type Queue string

// The two lines.
const (
	Prompt Queue = "prompt" // seconds
	Slow   Queue = "slow"   // minutes
)

// Kind is one kind of background work, with payload P: ids, never copies. The
// work is done at least once: whoever serves it must be safe to repeat.
type Kind[P any] struct {
	Name        string
	Queue       Queue
	MaxAttempts int           // after so many it is given up, and a person must look
	Timeout     time.Duration // of one attempt
}

// Ask says when a job is due, and which other would be the same job.
type Ask struct {
	Now time.Time
	Due time.Time // zero: at once
	Key string    // a second job of the kind, shop and key is not written; "" never is the same
}

// Row is a job as the outbox holds it. Its JSON carries the names of the
// columns: InsertSQL takes an array of it.
type Row struct {
	ID        uuid.UUID       `json:"id"`
	ShopID    *uuid.UUID      `json:"shop_id"` // null: the platform's
	Kind      string          `json:"kind"`
	Queue     Queue           `json:"queue"`
	Payload   json.RawMessage `json:"payload"`
	DedupeKey *string         `json:"dedupe_key"`
	CreatedAt time.Time       `json:"created_at"`
	DueAt     time.Time       `json:"due_at"`
}

// InsertSQL writes the rows of the JSON array $1, but those whose key is there
// already. It is for whoever writes a batch of statements; others Enqueue.
const InsertSQL = `
insert into house.outbox (id, shop_id, kind, queue, payload, dedupe_key, created_at, due_at)
select id, shop_id, kind, queue, payload, dedupe_key, created_at, due_at from json_populate_recordset(null::house.outbox, $1)
on conflict (dedupe_key) do nothing`

// Row returns the job as a row, for InsertSQL. The zero shop is the platform.
func (k Kind[P]) Row(shop tenant.ID, p P, ask Ask) (Row, error) {
	payload, err := json.Marshal(p)
	if err != nil {
		return Row{}, fmt.Errorf("write the payload of %s: %w", k.Name, err)
	}
	now := ask.Now.UTC().Truncate(time.Microsecond) // as the column holds it
	r := Row{ID: uuid.Must(uuid.NewV7()), Kind: k.Name, Queue: k.Queue, Payload: payload, CreatedAt: now, DueAt: now}
	if shop != (tenant.ID{}) {
		id := shop.UUID()
		r.ShopID = &id
	}
	if !ask.Due.IsZero() {
		r.DueAt = ask.Due.UTC().Truncate(time.Microsecond)
	}
	if ask.Key != "" {
		key := k.key(shop, ask.Key)
		r.DedupeKey = &key
	}
	return r, nil
}

// key is unique on the whole platform; with the shop in it, no shop can take a
// key from another.
func (k Kind[P]) key(shop tenant.ID, of string) string {
	return k.Name + ":" + shop.String() + ":" + of
}

// Enqueue owes the job to the shop of tx if and only if tx commits.
func (k Kind[P]) Enqueue(tx tenant.Tx, p P, ask Ask) error {
	return k.insert(tx.Exec, tx.Scope().Shop(), p, ask)
}

// EnqueueAcross owes the job to the shop, or to the platform if it is zero, if
// and only if tx commits.
func (k Kind[P]) EnqueueAcross(tx tenant.AcrossTx, shop tenant.ID, p P, ask Ask) error {
	return k.insert(tx.Exec, shop, p, ask)
}

func (k Kind[P]) insert(exec func(string, ...any) (int64, error), shop tenant.ID, p P, ask Ask) error {
	r, err := k.Row(shop, p, ask)
	if err != nil {
		return err
	}
	rows, err := json.Marshal([]Row{r})
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", k.Name, err)
	}
	if _, err := exec(InsertSQL, string(rows)); err != nil {
		return fmt.Errorf("enqueue %s: %w", k.Name, err)
	}
	return nil
}
