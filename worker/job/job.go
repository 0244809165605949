// Package job does the work that the outbox holds. The row is the obligation;
// Redis only rings the bell, so that wiping it loses nothing and doubles nothing.
package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"switchboard/tenant"
	"switchboard/tenant/outbox"
)

// hands is how many jobs of a queue, or batches of them, are done at once. Two:
// more rate a backlog no faster where the database is on the same cores, and
// keep the switch's journal, which may not wait, waiting for it. With one, a job
// that takes its whole timeout would keep all others waiting.
var hands = map[outbox.Queue]int{outbox.Prompt: 2, outbox.Slow: 2}

// looks is how often an idle queue is looked at, which costs a script in Redis.
// With the relay's own look a charge is there after a third of a second in the
// mean and 0.8 s at most; a second is nothing for a feed.
var looks = map[outbox.Queue]time.Duration{outbox.Prompt: 250 * time.Millisecond, outbox.Slow: time.Second}

// grace is how long jobs may run on when the process is told to stop. Then they
// are cut off, and done by another.
const grace = 8 * time.Second

// Server does jobs. Register kinds with Serve before Run.
type Server struct {
	db    *tenant.DB
	redis redis.UniversalClient
	log   *slog.Logger
	now   func() time.Time

	kinds map[string]work
	slots map[outbox.Queue]chan struct{}

	passed atomic.Int64 // when the relay last looked for owed jobs, Unix ms
	wiped  bool         // the relay's own: Redis was found empty, and not every row knows
}

// work is how one kind of job is done.
type work struct {
	name     string
	attempts int
	timeout  time.Duration
	most     int                                                  // jobs that are done at once
	run      func(ctx context.Context, payloads [][]byte) []error // one for each payload
}

// New returns a Server without any kind of work.
func New(db *tenant.DB, r redis.UniversalClient, log *slog.Logger) *Server {
	s := &Server{db: db, redis: r, log: log, now: time.Now, kinds: map[string]work{}, slots: map[outbox.Queue]chan struct{}{}}
	for q, n := range hands {
		s.slots[q] = make(chan struct{}, n)
	}
	return s
}

// Serve has fn do every job of the kind. fn may be run again for work that it
// did: its effects have unique keys.
func Serve[P any](s *Server, k outbox.Kind[P], fn func(context.Context, P) error) {
	serve(s, k, 1, func(ctx context.Context, ps []P) []error { return []error{fn(ctx, ps[0])} })
}

// together is how many jobs a batch holds at most: by then a job's share of the
// bell, the counting and the commits is small beside its own work, and a batch
// is done in a small part of its timeout.
const together = 50

// ServeBatch is Serve for a kind that costs less if many are done at once. fn
// answers how each went, in their order. A job that fails among others is done
// again alone, and only that counts: whatever else is wrong with a batch is then
// the failure of those that it is wrong with. The kind's timeout is that of a
// batch, and its MaxAttempts at least 2, since a worker's death counts for all.
func ServeBatch[P any](s *Server, k outbox.Kind[P], fn func(context.Context, []P) []error) {
	serve(s, k, together, fn)
}

func serve[P any](s *Server, k outbox.Kind[P], most int, fn func(context.Context, []P) []error) {
	s.kinds[k.Name] = work{k.Name, k.MaxAttempts, k.Timeout, most, func(ctx context.Context, payloads [][]byte) []error {
		errs := make([]error, len(payloads))
		var ps []P
		var whose []int // of each in ps, its place among payloads
		for i, payload := range payloads {
			var p P
			if err := json.Unmarshal(payload, &p); err != nil {
				errs[i] = fmt.Errorf("read the payload: %w", err)
				continue
			}
			ps, whose = append(ps, p), append(whose, i)
		}
		if len(ps) == 0 {
			return errs
		}
		answers := fn(ctx, ps)
		if len(answers) != len(ps) {
			panic(fmt.Sprintf("%d jobs of kind %s have %d answers", len(ps), k.Name, len(answers)))
		}
		for i, err := range answers {
			errs[whose[i]] = err
		}
		return errs
	}}
}

// Run does jobs until ctx ends, and then lets those under way finish.
func (s *Server) Run(ctx context.Context) error {
	cut, cutOff := context.WithCancel(context.WithoutCancel(ctx))
	defer cutOff()
	var bells []*asynq.Server
	for q := range hands {
		bell := s.bell(q)
		if err := bell.Start(s.answer(cut, q)); err != nil {
			return fmt.Errorf("listen for jobs of queue %s: %w", q, err)
		}
		bells = append(bells, bell)
	}
	s.relay(ctx)
	for _, b := range bells {
		b.Stop() // takes no more
	}
	s.finish(cutOff)
	for _, b := range bells {
		b.Shutdown()
	}
	return nil
}

// finish waits for the jobs under way, and after grace cuts them off. It takes
// every slot, so that none begins after.
func (s *Server) finish(cutOff func()) {
	defer cutOff()
	late := time.AfterFunc(grace, cutOff)
	defer late.Stop()
	for _, slots := range s.slots {
		for range cap(slots) {
			slots <- struct{}{}
		}
	}
}

// bell is the asynq server of a queue. All that it does is to say ids.
func (s *Server) bell(q outbox.Queue) *asynq.Server {
	return asynq.NewServerFromRedisClient(s.redis, asynq.Config{
		Concurrency:              hands[q],
		Queues:                   map[string]int{string(q): 1},
		TaskCheckInterval:        looks[q],
		DelayedTaskCheckInterval: time.Minute, // we delay nothing there
		ShutdownTimeout:          time.Second, // finish has waited already
		Logger:                   quiet{s.log},
		LogLevel:                 asynq.WarnLevel,
	})
}

// answer does the jobs that a bell names. asynq's own context is not heeded: it
// ends whenever Redis pauses, and the work is not Redis's. It never answers an
// error, for what is to be done again the row knows.
func (s *Server) answer(cut context.Context, q outbox.Queue) asynq.HandlerFunc {
	return func(_ context.Context, t *asynq.Task) error {
		ids, err := named(t.Payload())
		if err != nil {
			s.log.Error("a bell names no job", "error", err)
			return nil
		}
		select {
		case s.slots[q] <- struct{}{}: // asynq forgets who still works when Redis pauses
			defer func() { <-s.slots[q] }()
		case <-cut.Done():
			return nil
		}
		if err := s.attempt(cut, t.Type(), ids); err != nil {
			s.log.Error("job", "kind", t.Type(), "ids", ids, "error", err)
		}
		return nil
	}
}

// stale is for how long the relay may not have looked before the server counts
// as ill.
const stale = 15 * time.Second

// Healthy returns an error if owed jobs are not being looked for.
func (s *Server) Healthy() error {
	at := s.passed.Load()
	if at == 0 {
		return errors.New("the outbox was not looked at yet")
	}
	if ago := s.now().Sub(time.UnixMilli(at)); ago > stale {
		return fmt.Errorf("the outbox was last looked at %s ago", ago.Round(time.Second))
	}
	return nil
}
