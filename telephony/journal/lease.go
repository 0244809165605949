// Package journal writes what happened before its effects leave: the room's
// log, the calls and what is owed for them.
package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"switchboard/tenant"
)

// ErrSucceeded is returned when another node leads the pool: this one must
// stop, for whatever it decides is void.
var ErrSucceeded = errors.New("another node leads the pool")

// Lease is the right to decide for a pool: an advisory lock on a session of
// its own, and an epoch that every commit is checked against.
type Lease struct {
	db       *tenant.DB
	pool     string
	node     string
	epoch    int64
	spreader *spreader

	mu   sync.Mutex
	what string        // that the lock is on: the pool, or our epoch of it once we have retired
	conn *pgxpool.Conn // holds the lock; nil while it is lost
}

// Take waits until the pool has no leader, and becomes it with a new epoch.
// What earlier leaders had committed is in its tables then.
func Take(ctx context.Context, db *tenant.DB, pool, node string, log *slog.Logger) (*Lease, error) {
	l := &Lease{db: db, pool: pool, node: node, what: "pool " + pool}
	if err := l.lock(ctx); err != nil {
		return nil, err
	}
	err := l.conn.QueryRow(ctx, "select house.lead_pool($1, $2)", pool, node).Scan(&l.epoch)
	if err != nil {
		l.drop()
		return nil, fmt.Errorf("take the lease of pool %s: %w", pool, err)
	}
	if err := l.Recover(ctx, log); err != nil {
		l.drop()
		return nil, err
	}
	l.spreader = newSpreader(l, log)
	go l.spreader.run()
	return l, nil
}

func (l *Lease) leader() leader { return leader{l.pool, l.epoch, l.node} }

// Commit makes the batch durable if the lease still holds: all of it or
// nothing. Its rows are in their tables soon after, whatever becomes of this
// process. A batch whose first commit was not heard of may be committed again.
func (l *Lease) Commit(ctx context.Context, b *Batch) error {
	doc, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("write a batch for the journal: %w", err)
	}
	if err := l.spreader.place(ctx); err != nil {
		return fmt.Errorf("wait for the tables: %w", err)
	}
	q := &pgx.Batch{}
	seq := b.Events[0].Seq
	q.Queue("select house.write_ahead($1, $2, $3, $4, $5)", l.pool, l.epoch, seq, l.node, doc)
	w := writer{q: q}
	rows(&w, upsertGrants, b.grants(true))
	if err = w.err; err == nil {
		err = succeeded(l.db.AcrossBatch(ctx, "commit the journal", q))
	}
	if err != nil {
		l.spreader.leave(1)
		return err
	}
	l.spreader.add(written{seq, b})
	return nil
}

// Epoch returns the number of this leadership; it grows with each.
func (l *Lease) Epoch() int64 { return l.epoch }

// Pool returns the name of the pool that the lease is for.
func (l *Lease) Pool() string { return l.pool }

// Node returns the name of the node that holds it.
func (l *Lease) Node() string { return l.node }

// lock takes the lease's lock, waiting for whoever has it.
func (l *Lease) lock(ctx context.Context) error {
	conn, err := l.db.AcrossConn(ctx, "lead "+l.what)
	if err != nil {
		return err
	}
	for _, q := range []string{"set tcp_keepalives_idle = 2", "set tcp_keepalives_interval = 1", "set tcp_keepalives_count = 3"} {
		if _, err := conn.Exec(ctx, q); err != nil { // a node whose machine died must not lead for two hours
			conn.Release()
			return fmt.Errorf("keep alive the lease of %s: %w", l.what, err)
		}
	}
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", lockOf(l.what)); err != nil {
		conn.Release()
		return fmt.Errorf("wait to lead %s: %w", l.what, err)
	}
	l.conn = conn
	return nil
}

// lockOf is the number of a lock.
func lockOf(what string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("switchboard " + what)) // never fails
	return int64(h.Sum64())
}

// Release ends the leadership, when what was committed is in its tables. No
// Commit follows it.
func (l *Lease) Release() {
	l.spreader.finish()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop()
}

// drop closes the session that holds the lock; a pooled one would keep it.
func (l *Lease) drop() {
	if l.conn == nil {
		return
	}
	c := l.conn.Hijack()
	l.conn = nil
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = c.Close(ctx)
}

const renew = `
with leads as (update house.lease set renewed_at = now() where pool = $1 and epoch = $2)
update house.retired set renewed_at = now() where pool = $1 and epoch = $2`

const heard = `
update house.dialog d set media_at = m.media_at
from json_to_recordset($1) as m(id uuid, media_at timestamptz) where d.id = m.id`

const keepGrants = `
update house.operator_grant g set lapses_at = now() + $2 * interval '1 millisecond'
  from json_to_recordset($1) as h(call uuid, operator uuid)
 where g.subject = h.call and g.operator_id = h.operator and g.reason = 'call' and g.lapses_at > now()`

// Hand is an operator who has a call in hand, or writes it up.
type Hand struct {
	Call     uuid.UUID `json:"call"`
	Operator uuid.UUID `json:"operator"`
}

// Heard is when a leg's last packet came.
type Heard struct {
	ID      uuid.UUID `json:"id"`
	MediaAt time.Time `json:"media_at"`
}

// Renew says that the leader lives, when media was last heard, and that the
// calls named are in hand still: the grants for them last forMS more. It
// answers ErrSucceeded if the pool is another's.
func (l *Lease) Renew(ctx context.Context, media []Heard, inHand []Hand, forMS int64) error {
	if err := l.relock(ctx); err != nil {
		return err
	}
	q := &pgx.Batch{}
	q.Queue("select house.check_epoch($1, $2)", l.pool, l.epoch)
	q.Queue(renew, l.pool, l.epoch)
	w := writer{q: q}
	rows(&w, heard, media)
	rows(&w, keepGrants, inHand, forMS)
	if w.err != nil {
		return w.err
	}
	return succeeded(l.db.AcrossBatch(ctx, "renew the lease", q))
}

// relock takes the lock again if its session was lost with the database. The
// epoch shows whether somebody led meanwhile.
func (l *Lease) relock(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil && l.conn.Ping(ctx) == nil {
		return nil
	}
	l.drop()
	timed, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return l.lock(timed)
}

// succeeded tells the refusal of a stale epoch from other errors.
func succeeded(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "55000" {
		return fmt.Errorf("%w: %w", ErrSucceeded, err)
	}
	return err
}

// Refused reports whether err is the database's answer to what the batch
// says, so that trying it again is useless.
func Refused(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	switch pg.Code[:2] {
	case "22", "23", "42", "21": // data, integrity, syntax and rights, cardinality
		return true
	}
	return false
}
