package job

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"switchboard/tenant"
	"switchboard/tenant/outbox"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv("JOB_TEST_WORKER"); url != "" {
		beWorker() // a process that the test kills
		return
	}
	tenanttest.Main(m)
}

type thing struct {
	ID uuid.UUID `json:"id"`
}

var (
	quick = outbox.Kind[thing]{Name: "test.quick", Queue: outbox.Prompt, MaxAttempts: 3, Timeout: 20 * time.Second}
	slow  = outbox.Kind[thing]{Name: "test.slow", Queue: outbox.Slow, MaxAttempts: 3, Timeout: 20 * time.Second}
)

// world is a database whose table house.effect holds one row a run of a job.
type world struct {
	*tenanttest.World
	t *testing.T
}

func open(t *testing.T) world {
	t.Helper()
	w := world{tenanttest.Open(t), t}
	w.Admin(t, "create table house.effect (id uuid, shop_id uuid, at timestamptz default clock_timestamp())")
	w.Admin(t, "grant select, insert on house.effect to switchboard_across")
	return w
}

// owe enqueues n jobs, half of them of each shop, and returns their ids.
func (w world) owe(k outbox.Kind[thing], n int, ask outbox.Ask) []uuid.UUID {
	w.t.Helper()
	ids := make([]uuid.UUID, n)
	err := w.DB.Across(context.Background(), "owe jobs", func(tx tenant.AcrossTx) error {
		for i := range ids {
			ids[i] = uuid.New()
			if err := k.EnqueueAcross(tx, []tenant.ID{w.A.ID, w.B.ID}[i%2], thing{ids[i]}, ask); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return ids
}

func now() outbox.Ask { return outbox.Ask{Now: time.Now()} }

// effect is a job's work: it writes that it ran.
func effect(db *tenant.DB) func(context.Context, thing) error {
	return func(ctx context.Context, p thing) error {
		return db.Across(ctx, "have an effect", func(tx tenant.AcrossTx) error {
			return tx.Query().Exec("insert into house.effect (id) values (?)", p.ID).Error
		})
	}
}

// server returns a server of both kinds that is not running yet.
func (w world) server(redisAddr string) *Server {
	w.t.Helper()
	c := redis.NewClient(&redis.Options{Addr: redisAddr, DialTimeout: time.Second, ReadTimeout: time.Second})
	w.t.Cleanup(func() { _ = c.Close() })
	s := New(w.DB, c, slog.New(slog.DiscardHandler))
	Serve(s, quick, effect(w.DB))
	Serve(s, slow, effect(w.DB))
	return s
}

// run runs the server until the test ends or stop is called.
func run(t testing.TB, s *Server) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	stop = func() {
		cancel()
		running.Wait()
	}
	t.Cleanup(stop)
	return stop
}

func (w world) count(query string, args ...any) int {
	w.t.Helper()
	return tenanttest.One[int](w.t, w.World, query, args...)
}

// until waits for the world to be as it should.
func (w world) until(what string, is func() bool) {
	w.t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if is() {
			return
		}
	}
	w.t.Fatalf("waited in vain until %s: %s", what, tenanttest.One[string](w.t, w.World,
		"select coalesce(string_agg(concat_ws(' ', kind, attempts, due_at, sent_at, done_at, failed_at, last_error), e'\n'), '') from house.outbox where done_at is null"))
}

// allDone waits until nothing is owed, and checks that each job ran once.
func (w world) allDone(ids []uuid.UUID) {
	w.t.Helper()
	w.until(fmt.Sprintf("%d jobs are done", len(ids)), func() bool {
		return w.count("select count(*) from house.outbox where done_at is not null") == len(ids)
	})
	if n := w.count("select count(*) from house.effect"); n != len(ids) {
		w.t.Errorf("%d jobs ran %d times", len(ids), n)
	}
	if n := w.count("select count(distinct id) from house.effect"); n != len(ids) {
		w.t.Errorf("%d of %d jobs ran", n, len(ids))
	}
}
