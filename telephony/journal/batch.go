package journal

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/outbox"
	"switchboard/tenant/task"
)

// Batch is what one commit writes: the events of some steps of the room, and
// the rows that follow from them. It has at least one event. Its JSON is what
// the journal keeps until the rows are in their tables.
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
	Turns     []Turn
	Entries   []Entry         // digits that callers gave
	Messages  []task.Message  // that callers left
	Kept      []task.Kept     // callbacks that were promised
	Redeemed  []task.Redeemed // and were made
	Attempts  []task.Attempt  // calls from tasks that began
	Tried     []task.Tried    // and that are over
	Lost      []task.Lost
	Qualities []Quality
	Finished  []cdr.Leg // detail records of calls that are finished

	Then func() `json:"-"` // called once the rows are in their tables; nil: nobody waits. Must not block
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
update shop.call c set state = n.state, queue_id = n.queue_id, outcome = n.outcome, ended_by = n.ended_by, sip_code = n.sip_code, reason = n.reason, operator_id = n.operator_id,
  answered_at = n.answered_at, ended_at = n.ended_at, finished_at = n.finished_at, ring_ms = n.ring_ms, greeting_ms = n.greeting_ms, queue_ms = n.queue_ms,
  talk_ms = n.talk_ms, hold_ms = n.hold_ms, wrap_up_ms = n.wrap_up_ms, explanation = n.explanation,
  snapshot_id = coalesce(c.snapshot_id, (select s.id from shop.snapshot s where n.answered_at is not null and s.shop_id = n.shop_id and s.state = 'published' order by s.seq desc limit 1))
from json_populate_recordset(null::shop.call, $1) n
where c.shop_id = n.shop_id and c.id = n.id and c.state <> 'ended'`

const insertParties = `
insert into shop.call_party (shop_id, call_id, phone_raw, phone, display)
select shop_id, call_id, phone_raw, phone, display from json_populate_recordset(null::shop.call_party, $1)`

// A grant is for so long from now: the database's clock is the one that
// house.enter asks. An operator who was deleted meanwhile gets none: the commit
// must not fail for it.
const upsertGrants = `
insert into house.operator_grant (id, operator_id, shop_id, reason, subject, granted_at, lapses_at)
select id, operator_id, shop_id, reason, subject, now(), now() + for_ms * interval '1 millisecond'
from json_to_recordset($1) as g(id uuid, operator_id uuid, shop_id uuid, reason text, subject uuid, for_ms bigint)
where exists (select from house.operator o where o.id = g.operator_id) and exists (select from house.shop s where s.id = g.shop_id)
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
insert into shop.recording (shop_id, id, call_id, kind, state, path, started_at, offset_ms, duration_ms, bytes, sha256, error, key_version, data_key, gaps, stored_bytes, stored_sha256)
select shop_id, id, call_id, coalesce(nullif(kind, ''), 'call'), state, path, started_at, offset_ms, duration_ms, bytes, sha256, error, key_version, data_key, coalesce(gaps, '[]'), coalesce(stored_bytes, 0), stored_sha256
from json_populate_recordset(null::shop.recording, $1)
on conflict (shop_id, id) do update set state = excluded.state, duration_ms = excluded.duration_ms, bytes = excluded.bytes, sha256 = excluded.sha256, error = excluded.error,
  gaps = excluded.gaps, stored_bytes = excluded.stored_bytes, stored_sha256 = excluded.stored_sha256
where shop.recording.state = 'recording'`

const upsertTurns = `
insert into shop.call_turn (shop_id, call_id, no, party, operator_id, joined_at, left_at, talk_ms, hold_ms)
select shop_id, call_id, no, party, operator_id, joined_at, left_at, talk_ms, hold_ms from json_populate_recordset(null::shop.call_turn, $1)
on conflict (shop_id, call_id, no) do update set left_at = excluded.left_at, talk_ms = excluded.talk_ms, hold_ms = excluded.hold_ms`

// leader is who a batch was committed by.
type leader struct {
	pool  string
	epoch int64
	node  string
}

// spread queues the statements that put the rows into their tables. The order
// is that of the foreign keys.
func (b *Batch) spread(w *writer, by leader) {
	rows(w, insertCalls, b.Arrived)
	rows(w, insertParties, b.Parties)
	rows(w, task.RangAgainSQL, b.RangAgain)
	rows(w, updateCalls, latest(b.Calls, func(c Call) uuid.UUID { return c.ID }))
	rows(w, insertEvents, b.Events, by.pool, by.epoch)
	rows(w, upsertGrants, b.grants(false))
	if len(b.Ended) > 0 {
		w.q.Queue(endGrants, b.Ended)
	}
	rows(w, upsertDialogs, b.open(), by.pool, by.epoch, by.node)
	if len(b.Closed) > 0 {
		w.q.Queue(deleteDialogs, b.Closed)
	}
	rows(w, upsertRecordings, latest(b.Recorded, func(r Recording) uuid.UUID { return r.ID }))
	rows(w, upsertTurns, latest(b.Turns, func(t Turn) turnKey { return turnKey{t.CallID, t.No} }))
	rows(w, insertQualities, b.Qualities)
	rows(w, insertEntries, b.Entries)
	rows(w, task.KeepSQL, b.Kept)
	rows(w, task.RedeemSQL, b.Redeemed)
	rows(w, task.AttemptSQL, b.Attempts)
	rows(w, task.TriedSQL, b.Tried)
	rows(w, task.LoseSQL, b.Lost)
	rows(w, cdr.InsertLegsSQL, b.Finished)
	w.owe(b.Finished)
	w.told(b.Messages)
}

// grants returns those that the commit itself writes, or the others. An operator
// who is joined with a buyer asks for them at once; who is offered a call has
// been told all that an offer opens.
func (b *Batch) grants(atOnce bool) []Grant {
	some := slices.DeleteFunc(slices.Clone(b.Grants), func(g Grant) bool { return (g.Reason == "call") != atOnce })
	return latest(some, func(g Grant) grantKey { return grantKey{g.OperatorID, g.ShopID, g.Subject, g.Reason} })
}

// open returns the dialogs that the batch leaves up.
func (b *Batch) open() []Dialog {
	up := slices.DeleteFunc(slices.Clone(b.Dialogs), func(d Dialog) bool { return slices.Contains(b.Closed, d.ID) })
	return latest(up, func(d Dialog) uuid.UUID { return d.ID })
}

// follow appends the batch that was committed after b.
func (b *Batch) follow(n *Batch) {
	b.Events = append(b.Events, n.Events...)
	b.Arrived = append(b.Arrived, n.Arrived...)
	b.Parties = append(b.Parties, n.Parties...)
	b.RangAgain = append(b.RangAgain, n.RangAgain...)
	b.Calls = append(b.Calls, n.Calls...)
	b.Grants = append(b.Grants, n.Grants...)
	b.Ended = append(b.Ended, n.Ended...)
	b.Dialogs = append(b.Dialogs, n.Dialogs...)
	b.Closed = append(b.Closed, n.Closed...)
	b.Recorded = append(b.Recorded, n.Recorded...)
	b.Turns = append(b.Turns, n.Turns...)
	b.Qualities = append(b.Qualities, n.Qualities...)
	b.Entries = append(b.Entries, n.Entries...)
	b.Messages = append(b.Messages, n.Messages...)
	b.Kept = append(b.Kept, n.Kept...)
	b.Redeemed = append(b.Redeemed, n.Redeemed...)
	b.Attempts = append(b.Attempts, n.Attempts...)
	b.Tried = append(b.Tried, n.Tried...)
	b.Lost = append(b.Lost, n.Lost...)
	b.Finished = append(b.Finished, n.Finished...)
}

// canFollow reports whether both may be spread as one: whoever rings again
// after they were lost cancels a task, which must be there; and of two attempts
// of one task the first is over before the next begins.
func (b *Batch) canFollow(n *Batch) bool {
	return (len(b.Lost)+len(b.Kept) == 0 || len(n.RangAgain) == 0) && (len(b.Tried) == 0 || len(n.Attempts) == 0)
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

// turnKey is what a turn is unique by.
type turnKey struct {
	call uuid.UUID
	no   int
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
