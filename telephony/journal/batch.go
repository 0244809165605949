package journal

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/outbox"
	"switchboard/tenant/task"
)

// Batch is what one commit writes: the events of some steps of the room, and
// the rows that follow from them. The zero Batch is empty.
type Batch struct {
	Events    []Event
	Arrived   []Call // new calls
	Parties   []Party
	RangAgain []task.RangAgain
	Calls     []Call // calls that changed
	Grants    []Grant
	Ended     []uuid.UUID // calls whose grants end
	Dialogs   []Dialog
	Closed    []uuid.UUID // dialogs that are no more
	Recorded  []Recording
	Lost      []task.Lost
	Finished  []cdr.Leg // detail records of calls that are finished
}

const insertEvents = `
with e as (select * from json_to_recordset($1) as e(seq bigint, at_ms bigint, at timestamptz, shop_id uuid, call_id uuid, kind text, body jsonb)),
journalled as (
  insert into house.event (pool, epoch, seq, at_ms, at, shop_id, call_id, kind, body)
  select $2, $3, seq, at_ms, at, shop_id, call_id, kind, body from e)
insert into shop.call_event (shop_id, call_id, seq, at_ms, at, kind, body)
select shop_id, call_id, seq, at_ms, at, kind, body from e where shop_id is not null and call_id is not null`

const insertCalls = `
insert into shop.call (shop_id, id, no, direction, state, outcome, ended_by, sip_code, reason, pool, epoch, node, trunk, number_id, queue_id, operator_id,
  started_at, answered_at, ended_at, finished_at, ring_ms, greeting_ms, queue_ms, talk_ms, hold_ms, wrap_up_ms, explanation)
select shop_id, id, no, direction, state, outcome, ended_by, sip_code, reason, pool, epoch, node, trunk, number_id, queue_id, operator_id,
  started_at, answered_at, ended_at, finished_at, ring_ms, greeting_ms, queue_ms, talk_ms, hold_ms, wrap_up_ms, explanation
from json_populate_recordset(null::shop.call, $1)`

const updateCalls = `
update shop.call c set state = n.state, outcome = n.outcome, ended_by = n.ended_by, sip_code = n.sip_code, reason = n.reason, operator_id = n.operator_id,
  answered_at = n.answered_at, ended_at = n.ended_at, finished_at = n.finished_at, ring_ms = n.ring_ms, greeting_ms = n.greeting_ms, queue_ms = n.queue_ms,
  talk_ms = n.talk_ms, hold_ms = n.hold_ms, wrap_up_ms = n.wrap_up_ms, explanation = n.explanation,
  snapshot_id = coalesce(c.snapshot_id, (select s.id from shop.snapshot s where n.answered_at is not null and s.shop_id = n.shop_id and s.state = 'published' order by s.seq desc limit 1))
from json_populate_recordset(null::shop.call, $1) n
where c.shop_id = n.shop_id and c.id = n.id and c.state <> 'ended'`

const insertParties = `
insert into shop.call_party (shop_id, call_id, phone_raw, phone, display)
select shop_id, call_id, phone_raw, phone, display from json_populate_recordset(null::shop.call_party, $1)`

// A grant is for so long from now: the database's clock is the one that
// house.enter asks.
const upsertGrants = `
insert into house.operator_grant (id, operator_id, shop_id, reason, subject, granted_at, lapses_at)
select id, operator_id, shop_id, reason, subject, now(), now() + for_ms * interval '1 millisecond'
from json_to_recordset($1) as g(id uuid, operator_id uuid, shop_id uuid, reason text, subject uuid, for_ms bigint)
on conflict (operator_id, shop_id, reason, subject) do update set lapses_at = excluded.lapses_at`

const endGrants = `
update house.operator_grant set lapses_at = now() where subject = any ($1) and lapses_at > now()`

const upsertDialogs = `
insert into house.dialog (id, pool, epoch, node, shop_id, call_id, side, state, media_at, created_at)
select id, $2, $3, $4, shop_id, call_id, side, state, media_at, media_at
from json_populate_recordset(null::house.dialog, $1)
on conflict (id) do update set state = excluded.state, media_at = excluded.media_at`

const deleteDialogs = `delete from house.dialog where id = any ($1)`

const upsertRecordings = `
insert into shop.recording (shop_id, id, call_id, state, path, started_at, offset_ms, duration_ms, bytes, sha256, error)
select shop_id, id, call_id, state, path, started_at, offset_ms, duration_ms, bytes, sha256, error
from json_populate_recordset(null::shop.recording, $1)
on conflict (shop_id, id) do update set state = excluded.state, duration_ms = excluded.duration_ms, bytes = excluded.bytes, sha256 = excluded.sha256, error = excluded.error`

// queries turns the batch into the statements of one transaction. The order
// is that of the foreign keys.
func (l *Lease) queries(b *Batch) (*pgx.Batch, error) {
	q := &pgx.Batch{}
	q.Queue("select house.check_epoch($1, $2)", l.pool, l.epoch)
	w := writer{q: q}
	rows(&w, insertCalls, b.Arrived)
	rows(&w, insertParties, b.Parties)
	rows(&w, task.RangAgainSQL, b.RangAgain)
	rows(&w, updateCalls, b.Calls)
	rows(&w, insertEvents, b.Events, l.pool, l.epoch)
	rows(&w, upsertGrants, latest(b.Grants, func(g Grant) grantKey { return grantKey{g.OperatorID, g.ShopID, g.Subject, g.Reason} }))
	if len(b.Ended) > 0 {
		q.Queue(endGrants, b.Ended)
	}
	rows(&w, upsertDialogs, latest(b.Dialogs, func(d Dialog) uuid.UUID { return d.ID }), l.pool, l.epoch, l.node)
	if len(b.Closed) > 0 {
		q.Queue(deleteDialogs, b.Closed)
	}
	rows(&w, upsertRecordings, latest(b.Recorded, func(r Recording) uuid.UUID { return r.ID }))
	rows(&w, task.LoseSQL, b.Lost)
	rows(&w, cdr.InsertLegsSQL, b.Finished)
	w.owe(b.Finished)
	return q, w.err
}

// latest returns the rows without those that a later one of the same key takes
// the place of: one statement may not write a row twice.
func latest[R any, K comparable](rows []R, key func(R) K) []R {
	at := make(map[K]int, len(rows))
	var out []R
	for _, r := range rows {
		if i, there := at[key(r)]; there {
			out[i] = r
			continue
		}
		at[key(r)] = len(out)
		out = append(out, r)
	}
	return out
}

// grantKey is what a grant is unique by.
type grantKey struct {
	operator, shop, subject uuid.UUID
	reason                  string
}

// writer queues statements and keeps the first error.
type writer struct {
	q   *pgx.Batch
	err error
}

// rows queues a statement over rows as one JSON document, if there are any.
func rows[R any](w *writer, query string, rs []R, args ...any) {
	if len(rs) == 0 || w.err != nil {
		return
	}
	doc, err := json.Marshal(rs)
	if err != nil {
		w.err = fmt.Errorf("write rows for the journal: %w", err)
		return
	}
	w.q.Queue(query, append([]any{doc}, args...)...)
}

// owe writes the work of rating the records.
func (w *writer) owe(legs []cdr.Leg) {
	jobs := make([]outbox.Row, 0, len(legs))
	for _, l := range legs {
		job, err := cdr.Finished.Row(tenant.ID(l.ShopID), l.Finished(), outbox.Ask{Now: l.ReceivedAt, Key: l.Finished().Key()})
		if err != nil {
			w.err = err
			return
		}
		jobs = append(jobs, job)
	}
	rows(w, outbox.InsertSQL, jobs)
}

// Commit writes the batch if the lease still holds: all of it or nothing.
func (l *Lease) Commit(ctx context.Context, b *Batch) error {
	q, err := l.queries(b)
	if err != nil {
		return err
	}
	return succeeded(l.db.AcrossBatch(ctx, "commit the journal", q))
}
