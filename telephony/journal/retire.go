package journal

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
)

// silent is how long a retired leader may give no sign before its calls are
// ended for it. It renews each two seconds; a restart of the database that
// takes all sessions down is no sign that it died.
const silent = 10 * time.Second

// Retire hands the pool on to whoever waits for it. We may still commit what
// comes of our calls, and keep the operators named. What we committed so far is
// in its tables before another leads, for that one counts on from there.
func (l *Lease) Retire(ctx context.Context, operators []uuid.UUID) error {
	if err := l.spreader.flush(ctx); err != nil {
		return err
	}
	err := l.db.Across(ctx, "retire from leading a pool", func(tx tenant.AcrossTx) error {
		_, err := tx.Exec(`insert into house.retired (pool, epoch, node, operators, renewed_at) values ($1, $2, $3, $4, now())`,
			l.pool, l.epoch, l.node, operators)
		return err
	})
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	leading, pool := l.conn, l.what
	l.what = retiredAs(l.pool, l.epoch)
	if err := l.lock(ctx); err != nil {
		l.conn, l.what = leading, pool
		return err
	}
	mine := l.conn
	l.conn = leading
	l.drop()
	l.conn = mine
	return nil
}

func retiredAs(pool string, epoch int64) string {
	return fmt.Sprintf("epoch %d of pool %s", epoch, pool)
}

// Keep says which operators a retired leader still keeps: no more than before.
func (l *Lease) Keep(ctx context.Context, operators []uuid.UUID) error {
	return l.db.Across(ctx, "let go of operators", func(tx tenant.AcrossTx) error {
		_, err := tx.Exec("update house.retired set operators = $3 where pool = $1 and epoch = $2", l.pool, l.epoch, operators)
		return err
	})
}

// Depart forgets a retired leader that has no calls any more.
func (l *Lease) Depart(ctx context.Context) error {
	if err := l.spreader.flush(ctx); err != nil {
		return err
	}
	return l.db.Across(ctx, "leave a pool", func(tx tenant.AcrossTx) error {
		_, err := tx.Exec("delete from house.retired where pool = $1 and epoch = $2", l.pool, l.epoch)
		return err
	})
}

// Retired is a leader before us that still has calls.
type Retired struct {
	Epoch     int64
	Node      string
	Operators []uuid.UUID
	silent    bool
}

// Retired returns those of the pool.
func (l *Lease) Retired(ctx context.Context) (all []Retired, err error) {
	conn, err := l.db.AcrossConn(ctx, "look who has retired")
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	rows, err := conn.Query(ctx, `
		select epoch, node, operators, renewed_at < now() - $3 * interval '1 millisecond' from house.retired
		 where pool = $1 and epoch < $2 order by epoch`, l.pool, l.epoch, silent.Milliseconds())
	if err != nil {
		return nil, fmt.Errorf("look who has retired from pool %s: %w", l.pool, err)
	}
	defer rows.Close()
	for rows.Next() {
		var r Retired
		if err := rows.Scan(&r.Epoch, &r.Node, &r.Operators, &r.silent); err != nil {
			return nil, fmt.Errorf("look who has retired from pool %s: %w", l.pool, err)
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// GiveUp gives up a retired leader if it has died: from then on it can commit
// nothing, and what it left is to be recovered. It answers whether it did.
func (l *Lease) GiveUp(ctx context.Context, r Retired) (gone bool, err error) {
	if !r.silent {
		return false, nil
	}
	err = l.db.Across(ctx, "give up a retired leader", func(tx tenant.AcrossTx) error {
		var free bool
		if err := tx.Query().Raw("select pg_try_advisory_xact_lock(?)", lockOf(retiredAs(l.pool, r.Epoch))).Scan(&free).Error; err != nil || !free {
			return err
		}
		n, err := tx.Exec("delete from house.retired where pool = $1 and epoch = $2", l.pool, r.Epoch)
		gone = n > 0
		return err
	})
	return gone, err
}

// flush waits until all that was committed is in its tables.
func (s *spreader) flush(ctx context.Context) error {
	s.mu.Lock()
	all := int64(s.added)
	s.mu.Unlock()
	t := time.NewTicker(5 * time.Millisecond)
	defer t.Stop()
	for s.carried.Load() < all {
		select {
		case <-t.C:
		case <-s.done:
			return ErrSucceeded
		case <-ctx.Done():
			return fmt.Errorf("wait for the tables: %w", ctx.Err())
		}
	}
	return nil
}
