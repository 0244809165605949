package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// pace is the least time between two spreads: under load many commits share
	// one, and a lone one does not wait.
	pace = 50 * time.Millisecond
	// backlog is how many batches may wait to be spread before Commit waits.
	backlog = 4096
	// mostEvents bounds one spread to some 100 ms.
	mostEvents = 1000
	// again is how soon a spread is tried again while the database is away.
	again = 200 * time.Millisecond
)

// written is a batch that is in the journal, and not yet in its tables.
type written struct {
	seq   int64 // of its first event
	batch *Batch
}

// spreader carries what a leader committed from the journal into the tables,
// in order. All it knows is in the database too: whoever leads next does what
// it left.
type spreader struct {
	lease *Lease
	by    leader
	log   *slog.Logger

	mu      sync.Mutex
	added   int // batches, since the start
	waiting []written
	carried atomic.Int64  // batches that are in their tables
	places  chan struct{} // one for each batch that waits
	wake    chan struct{}
	stop    chan struct{}
	stopped sync.Once
	done    chan struct{}
}

func newSpreader(l *Lease, log *slog.Logger) *spreader {
	return &spreader{
		lease: l, by: l.leader(), log: log,
		places: make(chan struct{}, backlog), wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
}

// add hands over a batch that was committed. Only its order is heeded here: it
// is never refused, for it is written.
func (s *spreader) add(w written) {
	s.mu.Lock()
	s.waiting = append(s.waiting, w)
	s.added++
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// place waits until one more batch may be committed.
func (s *spreader) place(ctx context.Context) error {
	select {
	case s.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.done:
		return ErrSucceeded
	}
}

func (s *spreader) leave(n int) {
	for range n {
		<-s.places
	}
}

// run spreads until finish is called and nothing waits, or until another leads.
func (s *spreader) run() {
	defer close(s.done)
	for stopping := false; !stopping; {
		select {
		case <-s.wake:
		case <-s.stop:
			stopping = true
		}
		for {
			began := time.Now()
			now := s.next()
			if len(now) == 0 {
				break
			}
			if !s.spread(now, &stopping) {
				return
			}
			s.leave(len(now))
			s.carried.Add(int64(len(now)))
			if !stopping {
				time.Sleep(pace - time.Since(began))
			}
		}
	}
}

// finish spreads what waits, and gives up when the database is away: the
// journal has it.
func (s *spreader) finish() {
	s.stopped.Do(func() { close(s.stop) })
	<-s.done
}

// next takes batches that may be spread as one.
func (s *spreader) next() []written {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := together(s.waiting)
	s.waiting = slices.Clone(s.waiting[len(now):])
	return now
}

// together returns the first of all that may be spread as one.
func together(all []written) []written {
	var sum Batch
	for n, w := range all {
		if n > 0 && (!sum.canFollow(w.batch) || len(sum.Events) >= mostEvents) {
			return all[:n]
		}
		sum.Lost = append(sum.Lost, w.batch.Lost...)
		sum.Kept = append(sum.Kept, w.batch.Kept...)
		sum.Tried = append(sum.Tried, w.batch.Tried...)
		sum.Events = append(sum.Events, w.batch.Events...)
	}
	return all
}

// spread puts the batches into their tables, however long the database is
// away. It answers false when another leads, or when we stop meanwhile.
func (s *spreader) spread(now []written, stopping *bool) bool {
	for {
		err := s.lease.spread(context.Background(), s.by, now, s.log)
		switch {
		case err == nil:
			for _, w := range now {
				if w.batch.Then != nil {
					w.batch.Then()
				}
			}
			return true
		case errors.Is(err, ErrSucceeded):
			s.log.Warn("what is not spread is left to who leads now", "batches", len(now))
			return false
		case *stopping:
			return false
		}
		s.log.Error("calls are not written; the journal has them", "err", err)
		select {
		case <-s.stop:
			*stopping = true
		case <-time.After(again):
		}
	}
}

// spread puts batches of one leader into their tables, each once. One that the
// tables refuse is set aside, told, and stops nobody.
func (l *Lease) spread(ctx context.Context, by leader, now []written, log *slog.Logger) error {
	err := l.spreadAsOne(ctx, by, now)
	if !Refused(err) {
		return err
	}
	if len(now) == 1 {
		log.Error("the tables refuse what happened: set aside in house.journal", "pool", by.pool, "epoch", by.epoch, "seq", now[0].seq, "err", err)
		return l.setAside(ctx, by, now[0].seq, err)
	}
	half := len(now) / 2
	if err := l.spread(ctx, by, now[:half], log); err != nil {
		return err
	}
	return l.spread(ctx, by, now[half:], log)
}

// spreadAsOne does it in one transaction that need not wait for the disk: if
// the machine dies the batches are in the journal again.
func (l *Lease) spreadAsOne(ctx context.Context, by leader, now []written) error {
	q := &pgx.Batch{}
	q.Queue("select set_config('synchronous_commit', 'off', true)")
	seqs, sum := make([]int64, len(now)), &Batch{}
	for i, w := range now {
		seqs[i] = w.seq
		sum.follow(w.batch)
	}
	q.Queue("select house.take_ahead($1, $2, $3)", by.pool, by.epoch, seqs)
	w := writer{q: q}
	sum.spread(&w, by)
	if w.err != nil {
		return w.err
	}
	return succeeded(l.db.AcrossBatch(ctx, "spread the journal", q))
}

func (l *Lease) setAside(ctx context.Context, by leader, seq int64, why error) error {
	q := &pgx.Batch{}
	q.Queue("update house.journal set failed_at = now(), error = $4 where pool = $1 and epoch = $2 and seq = $3", by.pool, by.epoch, seq, why.Error())
	return l.db.AcrossBatch(ctx, "set aside what the tables refuse", q)
}

// left is a batch that a dead leader committed and did not spread.
type left struct {
	Epoch int64
	Node  string
	Seq   int64
	Doc   []byte
}

// Recover spreads what dead leaders of the pool committed and did not. One that
// is not quite dead may be at it still: then the rest is looked up again.
func (l *Lease) Recover(ctx context.Context, log *slog.Logger) error {
	for n := 0; ; {
		all, err := l.left(ctx)
		if err != nil {
			return fmt.Errorf("read what dead leaders of pool %s left: %w", l.pool, err)
		}
		if len(all) == 0 {
			if n > 0 {
				log.Warn("what a dead switch had committed is in its tables", "batches", n)
			}
			return nil
		}
		for _, d := range all {
			if err = l.inherit(ctx, d, log); err != nil {
				break
			}
			n++
		}
		if err != nil && !errors.Is(err, ErrSucceeded) {
			return err
		}
	}
}

func (l *Lease) left(ctx context.Context) ([]left, error) {
	conn, err := l.db.AcrossConn(ctx, "look into the journal")
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	found, err := conn.Query(ctx, `
		select epoch, node, seq, doc from house.journal
		 where pool = $1 and epoch < $2 and failed_at is null and epoch not in (select epoch from house.retired where pool = $1)
		 order by epoch, seq limit 1000`, l.pool, l.epoch)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, pgx.RowToStructByPos[left])
}

// inherit spreads one of them.
func (l *Lease) inherit(ctx context.Context, d left, log *slog.Logger) error {
	by := leader{l.pool, d.Epoch, d.Node}
	var b Batch
	if err := json.Unmarshal(d.Doc, &b); err != nil {
		log.Error("a batch of a dead switch is not readable: set aside", "epoch", d.Epoch, "seq", d.Seq, "err", err)
		return l.setAside(ctx, by, d.Seq, err)
	}
	return l.spread(ctx, by, []written{{d.Seq, &b}}, log)
}
