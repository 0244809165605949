package job

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/hibiken/asynq"
	"github.com/jackc/pgx/v5"
)

const (
	// look is how often the relay looks for what is owed; the index that it
	// looks in holds unfinished jobs only. Twice as often would make batches half
	// as large under load, with twice the commits beside the switch's journal.
	look = 400 * time.Millisecond
	// rest is the wait after Redis or PostgreSQL was found away.
	rest = time.Second
	// lost is when a bell that led to nothing is rung again.
	lost = 15 * time.Second
	// atOnce is how many jobs one look takes.
	atOnce = 100
	// asks is every how many looks Redis is asked whether it was wiped: each second or so.
	asks = 3
	// aside is every how many looks one trusts no clock: each 5 s or so.
	aside = 12
)

// relay rings for owed jobs until ctx ends.
func (s *Server) relay(ctx context.Context) {
	for n := 0; ; n++ {
		found, err := s.pass(ctx, n)
		pause := look
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.log.Warn("ring for owed jobs", "error", err)
			pause, n = rest, -1 // whatever was away is asked first
		case found == atOnce:
			pause = 0
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// pass is the nth look since all was well: it rings once for each job that is
// owed and was not rung for lately.
func (s *Server) pass(ctx context.Context, n int) (int, error) {
	if n%asks == 0 {
		if err := s.noticeWipe(ctx); err != nil {
			return 0, err
		}
	}
	which := dueByIndex
	if n%aside == 0 {
		which = due
	}
	owed, err := s.take(ctx, which)
	if err != nil {
		return 0, err
	}
	s.passed.Store(s.now().UnixMilli())
	return len(owed), s.ring(ctx, owed)
}

// marker is a key that is in Redis as long as nobody wipes it.
const marker = "switchboard:outbox"

// noticeWipe rings anew for everything if Redis was wiped: it has forgotten
// what it was told, and nobody need wait until the bells count as lost.
func (s *Server) noticeWipe(ctx context.Context) error {
	fresh, err := s.redis.SetNX(ctx, marker, "rung", 0).Result()
	if err != nil {
		return fmt.Errorf("ask Redis whether it was wiped: %w", err)
	}
	s.wiped = s.wiped || fresh
	if !s.wiped {
		return nil
	}
	b := &pgx.Batch{}
	b.Queue(`
		update house.outbox set sent_at = null where id in (
		  select id from house.outbox where done_at is null and failed_at is null and sent_at is not null for update skip locked)`)
	if err = s.db.AcrossBatch(ctx, "ring again for every job", b); err == nil {
		s.wiped = false
	}
	return err
}

// rung is a job that the relay rings for.
type rung struct {
	ID    uuid.UUID
	Kind  string
	Queue string
	Fresh bool
}

// take marks jobs as rung for, and returns them. It passes over those that
// somebody works on, for their rows are locked. A bell of the future was rung
// before the clock was set back.
func (s *Server) take(ctx context.Context, which string) (owed []rung, err error) {
	now := s.now().UTC()
	b := &pgx.Batch{}
	b.Queue("select set_config('synchronous_commit', 'off', true)") // a lost mark rings again
	read(b, &owed, `
		update house.outbox set sent_at = $1 where id in (
		  select id from house.outbox
		   where `+which+` and kind = any ($2) and (sent_at is null or sent_at < $3 or sent_at > $4)
		   order by due_at limit $5 for update skip locked)
		returning id, kind, queue, `+fresh,
		now, slices.Collect(maps.Keys(s.kinds)), now.Add(-lost), now.Add(time.Second), atOnce)
	return owed, s.db.AcrossBatch(ctx, "look for owed jobs", b)
}

// bells puts jobs together that one bell rings for: those of a kind that is
// served in batches, unless they have been tried.
func (s *Server) bells(owed []rung) (bells [][]rung) {
	open := map[string]int{} // by kind, the bell that has room
	for _, r := range owed {
		at, there := open[r.Kind]
		if most := s.kinds[r.Kind].most; !r.Fresh || most == 1 || !there || len(bells[at]) == most {
			if r.Fresh {
				open[r.Kind] = len(bells)
			}
			bells = append(bells, []rung{r})
			continue
		}
		bells[at] = append(bells[at], r)
	}
	return bells
}

// ring tells Redis the ids. Those that it does not take are rung for at the
// next look.
func (s *Server) ring(ctx context.Context, owed []rung) error {
	if len(owed) == 0 {
		return nil
	}
	client := asynq.NewClientFromRedisClient(s.redis)
	bells := s.bells(owed)
	for n, b := range bells {
		// After a crash asynq brings a task back once, a minute late: by then the
		// rows are done, and the bell leads nowhere. None stays in an archive.
		_, err := client.EnqueueContext(ctx, asynq.NewTask(b[0].Kind, payload(b)), asynq.Queue(b[0].Queue), asynq.MaxRetry(1), asynq.Timeout(24*time.Hour))
		if err != nil {
			s.unring(context.WithoutCancel(ctx), slices.Concat(bells[n:]...))
			return fmt.Errorf("ring for %d jobs of kind %s: %w", len(b), b[0].Kind, err)
		}
	}
	return nil
}

// payload is the ids, one after the other.
func payload(b []rung) (p []byte) {
	for _, r := range b {
		p = append(p, r.ID[:]...)
	}
	return p
}

// named reads a payload.
func named(payload []byte) (ids []uuid.UUID, err error) {
	for one := range slices.Chunk(payload, len(uuid.UUID{})) {
		id, err := uuid.FromBytes(one)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (s *Server) unring(ctx context.Context, owed []rung) {
	ids := make([]uuid.UUID, len(owed))
	for i, r := range owed {
		ids[i] = r.ID
	}
	b := &pgx.Batch{}
	b.Queue("update house.outbox set sent_at = null where id = any ($1) and done_at is null", ids)
	if err := s.db.AcrossBatch(ctx, "ring later", b); err != nil {
		s.log.Warn("ring later", "error", err) // they count as lost in a while
	}
}
