package job

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/hibiken/asynq"

	"switchboard/tenant"
)

const (
	// look is how often the relay looks for what is owed; the index that it
	// looks in holds unfinished jobs only.
	look = 200 * time.Millisecond
	// rest is the wait after Redis or PostgreSQL was found away.
	rest = time.Second
	// lost is when a bell that led to nothing is rung again.
	lost = 15 * time.Second
	// atOnce is how many jobs one look takes.
	atOnce = 100
	// aside is how many quick looks go by between looks that trust no clock.
	aside = 25
)

// due is a job that is owed now. What was owed at once is due whatever the
// clock says: it may have been set back since.
const due = "done_at is null and failed_at is null and (due_at <= @now or due_at = created_at)"

// dueByIndex is due for those who trust the clock: a range of the index.
const dueByIndex = "done_at is null and failed_at is null and due_at <= @now"

// relay rings for owed jobs until ctx ends.
func (s *Server) relay(ctx context.Context) {
	for n := 0; ; n++ {
		found, err := s.pass(ctx, n%aside == 0)
		pause := look
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.log.Warn("ring for owed jobs", "error", err)
			pause = rest
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

// pass rings once for each job that is owed and was not rung for lately.
func (s *Server) pass(ctx context.Context, trustNoClock bool) (int, error) {
	if err := s.noticeWipe(ctx); err != nil {
		return 0, err
	}
	which := dueByIndex
	if trustNoClock {
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
	err = s.db.Across(ctx, "ring again for every job", func(tx tenant.AcrossTx) error {
		return tx.Query().Exec(`
			update house.outbox set sent_at = null where id in (
			  select id from house.outbox where done_at is null and failed_at is null and sent_at is not null for update skip locked)`).Error
	})
	if err == nil {
		s.wiped = false
	}
	return err
}

// rung is a job that the relay rings for.
type rung struct {
	ID    uuid.UUID
	Queue string
}

// take marks jobs as rung for, and returns them. It passes over those that
// somebody works on, for their rows are locked. A bell of the future was rung
// before the clock was set back.
func (s *Server) take(ctx context.Context, which string) ([]rung, error) {
	var owed []rung
	now := s.now().UTC()
	err := s.db.Across(ctx, "look for owed jobs", func(tx tenant.AcrossTx) error {
		return tx.Query().Raw(`
			update house.outbox set sent_at = @now where id in (
			  select id from house.outbox
			   where `+which+` and kind in @kinds and (sent_at is null or sent_at < @lost or sent_at > @soon)
			   order by due_at limit @most for update skip locked)
			returning id, queue`, map[string]any{
			"now": now, "lost": now.Add(-lost), "soon": now.Add(time.Second), "kinds": slices.Collect(maps.Keys(s.kinds)), "most": atOnce}).Scan(&owed).Error
	})
	return owed, err
}

// ring tells Redis the ids. Those that it does not take are rung for at the
// next look.
func (s *Server) ring(ctx context.Context, owed []rung) error {
	bell := asynq.NewClientFromRedisClient(s.redis)
	for n, r := range owed {
		// After a crash asynq brings a task back once, a minute late: by then the
		// row is done, and the bell leads nowhere. None stays in an archive.
		_, err := bell.EnqueueContext(ctx, asynq.NewTask("job", r.ID[:]), asynq.Queue(r.Queue), asynq.MaxRetry(1), asynq.Timeout(24*time.Hour))
		if err != nil {
			s.unring(context.WithoutCancel(ctx), owed[n:])
			return fmt.Errorf("ring for job %s: %w", r.ID, err)
		}
	}
	return nil
}

func (s *Server) unring(ctx context.Context, owed []rung) {
	ids := make([]uuid.UUID, len(owed))
	for i, r := range owed {
		ids[i] = r.ID
	}
	err := s.db.Across(ctx, "ring later", func(tx tenant.AcrossTx) error {
		return tx.Query().Exec("update house.outbox set sent_at = null where id in ? and done_at is null", ids).Error
	})
	if err != nil {
		s.log.Warn("ring later", "error", err) // they count as lost in a while
	}
}
