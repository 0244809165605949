package job

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"switchboard/tenant"
)

// due is a job that is owed now, $1. What was owed at once is due whatever the
// clock says: it may have been set back since.
const due = "done_at is null and failed_at is null and (due_at <= $1 or due_at = created_at)"

// dueByIndex is due for those who trust the clock: a range of the index.
const dueByIndex = "done_at is null and failed_at is null and due_at <= $1"

// fresh is a job that was never tried, or only cut off. The others are done
// alone: among them is what kills workers and fails batches.
const fresh = "attempts = 0 and last_error = ''"

// count takes up those of the jobs that are owed: not done, not given up, due,
// and not under way. Two bells in one instant may both count, and then one of
// them does the job. This commit waits for the disk: were it lost with the
// server, a job that takes the machine with it would be tried for ever.
func (s *Server) count(ctx context.Context, w work, ids []uuid.UUID) (es []entry, err error) {
	b := &pgx.Batch{}
	read(b, &es, `
		update house.outbox set attempts = attempts + 1
		 where id in (select id from house.outbox where id = any ($2) and kind = $3 and `+due+`
		   and (cardinality($2) = 1 or `+fresh+`) for update skip locked)
		returning id, payload, attempts`, s.now().UTC(), ids, w.name)
	err = s.db.AcrossBatch(ctx, "take up jobs of kind "+w.name, b)
	slices.SortFunc(es, func(a, b entry) int { return bytes.Compare(a.ID[:], b.ID[:]) }) // as they came: ids are of version 7
	return es, err
}

// lock keeps the rows until tx ends, and returns those that nobody else keeps.
//
// That commit does not wait for the disk, and no more does that which rings. If
// the server dies in the moment after, what they said is forgotten and the jobs
// are owed as before: they are rung for and done again, which they are made for.
// It is never the other way round. The effect of a job commits before its row is
// done, in the same server, and so lies before it in the same log; of a log that
// a crash cuts short, the beginning is left. No row can be done and its effect lost.
func lock(tx tenant.AcrossTx, es []entry) ([]entry, error) {
	if _, err := tx.Exec(noWait); err != nil {
		return nil, err
	}
	ids := make([]string, len(es))
	for i, e := range es {
		ids[i] = e.ID.String()
	}
	var locked []struct{ ID uuid.UUID }
	err := tx.Query().Raw("select id from house.outbox where id = any (cast(? as uuid[])) and done_at is null and failed_at is null for update skip locked",
		"{"+strings.Join(ids, ",")+"}").Scan(&locked).Error // gorm would spread an array
	free := map[uuid.UUID]bool{}
	for _, l := range locked {
		free[l.ID] = true
	}
	return slices.DeleteFunc(es, func(e entry) bool { return !free[e.ID] }), err
}

const noWait = "set local synchronous_commit = off"

// outcome is how an attempt changes its row. Nothing changes where it is nil.
type outcome struct {
	ID        uuid.UUID  `json:"id"`
	Uncounted int        `json:"uncounted"` // 1: the attempt does not count
	DueAt     *time.Time `json:"due_at"`
	DoneAt    *time.Time `json:"done_at"`
	FailedAt  *time.Time `json:"failed_at"`
	LastError *string    `json:"last_error"`
}

// write says in the rows how the attempts went. What is still owed may be rung
// for at once.
func (s *Server) write(tx tenant.AcrossTx, w work, es []entry, failures []error) error {
	out := make([]outcome, len(es))
	for i, e := range es {
		out[i] = s.judge(w, e, failures[i], len(es) == 1)
	}
	doc, err := json.Marshal(out)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`
		update house.outbox o set attempts = o.attempts - n.uncounted, due_at = coalesce(n.due_at, o.due_at), done_at = n.done_at, failed_at = n.failed_at,
		       last_error = coalesce(n.last_error, o.last_error), sent_at = case when coalesce(n.done_at, n.failed_at) is not null then o.sent_at end
		  from json_to_recordset($1) as n(id uuid, uncounted int, due_at timestamptz, done_at timestamptz, failed_at timestamptz, last_error text)
		 where o.id = n.id`, string(doc))
	return err
}

// read queues a query whose rows go into to.
func read[R any](b *pgx.Batch, to *[]R, query string, args ...any) {
	b.Queue(query, args...).Query(func(rows pgx.Rows) (err error) {
		*to, err = pgx.CollectRows(rows, pgx.RowToStructByPos[R])
		return err
	})
}
