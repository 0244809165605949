package journal

import (
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/outbox"
	"switchboard/tenant/task"
)

// Entry is what a caller typed in a menu: the part that can be erased.
type Entry struct {
	ShopID uuid.UUID `json:"shop_id"`
	CallID uuid.UUID `json:"call_id"`
	Seq    int64     `json:"seq"` // of the event that tells of it
	Node   string    `json:"node"`
	Digits string    `json:"digits"`
	At     time.Time `json:"at"`
}

const insertEntries = `
insert into shop.menu_entry (shop_id, call_id, seq, node, digits, at)
select shop_id, call_id, seq, node, digits, at from json_populate_recordset(null::shop.menu_entry, $1)
on conflict (shop_id, call_id, seq) do nothing`

// told owes what follows from a message: a service may write it down, and
// whoever looks is told.
func (w *writer) told(messages []task.Message) {
	jobs := make([]outbox.Row, 0, len(messages))
	for _, m := range messages {
		job, err := task.Left.Row(tenant.ID(m.ShopID), m, outbox.Ask{Now: m.At, Key: m.CallID.String()})
		if err != nil {
			w.err = err
			return
		}
		jobs = append(jobs, job)
	}
	rows(w, outbox.InsertSQL, jobs)
}
