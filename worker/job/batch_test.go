package job

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/outbox"
	"switchboard/tenant/tenanttest"
)

var many = outbox.Kind[thing]{Name: "test.many", Queue: outbox.Prompt, MaxAttempts: 3, Timeout: 20 * time.Second}

// effects is the work of a batch: it writes that each ran, all or none.
func effects(db *tenant.DB) func(context.Context, []thing) []error {
	return func(ctx context.Context, ps []thing) []error {
		err := db.Across(ctx, "have effects", func(tx tenant.AcrossTx) error {
			for _, p := range ps {
				if err := tx.Query().Exec("insert into house.effect (id) values (?)", p.ID).Error; err != nil {
					return err
				}
			}
			return nil
		})
		return slices.Repeat([]error{err}, len(ps))
	}
}

func TestJobsAreDoneTogether(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := w.server(miniredis.RunT(t).Addr())
	var batches atomic.Int32
	ServeBatch(s, many, func(ctx context.Context, ps []thing) []error {
		batches.Add(1)
		return effects(w.DB)(ctx, ps)
	})
	ids := append(w.owe(many, 2*together, now()), w.owe(quick, 5, now())...)
	run(t, s)
	w.allDone(ids)
	if n := batches.Load(); n != 2 {
		t.Errorf("%d batches for %d jobs, want 2", n, 2*together)
	}
}

// What is wrong with one job of a batch, in whatever way, is held against it
// alone: the others are done with an attempt that counts once.
func TestAPoisonJobHarmsItselfOnly(t *testing.T) {
	t.Parallel()
	poison := errors.New("poison")
	for name, work := range map[string]func(w world, ps []thing, bad int) []error{
		"by a panic":         func(world, []thing, int) []error { panic("poison") },
		"by an error of all": func(_ world, ps []thing, _ int) []error { return slices.Repeat([]error{poison}, len(ps)) },
		"by too few answers": func(_ world, ps []thing, _ int) []error { return make([]error, len(ps)-1) },
		"by an error of its own": func(w world, ps []thing, bad int) []error {
			errs := effects(w.DB)(context.Background(), slices.Delete(slices.Clone(ps), bad, bad+1))
			return slices.Insert(errs, bad, poison)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			s := w.server(miniredis.RunT(t).Addr())
			ids := w.owe(many, 30, now())
			ServeBatch(s, many, func(ctx context.Context, ps []thing) []error {
				if bad := slices.Index(ps, thing{ids[7]}); bad >= 0 {
					return work(w, ps, bad)
				}
				return effects(w.DB)(ctx, ps)
			})
			run(t, s)
			w.until("it is given up", func() bool {
				return w.count("select count(*) from house.outbox where failed_at is not null and attempts = 3 and payload->>'id' = $1", ids[7].String()) == 1
			})
			w.until("the others are done", func() bool { return w.count("select count(*) from house.outbox where done_at is not null") == 29 })
			if n := w.count("select count(*) from house.outbox where done_at is not null and attempts = 1 and last_error = ''"); n != 29 {
				t.Errorf("%d of 29 have one attempt and no error", n)
			}
			if n := w.count("select count(*) from house.effect"); n != 29 {
				t.Errorf("29 jobs ran %d times", n)
			}
		})
	}
}

func TestAPayloadThatCannotBeReadIsAFailureOfItsJobOnlyInABatch(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := w.server(miniredis.RunT(t).Addr())
	ServeBatch(s, many, effects(w.DB))
	w.owe(many, 10, now())
	w.Admin(t, `update house.outbox set payload = '{"id": 7}' where id = (select id from house.outbox limit 1)`)
	run(t, s)
	w.until("it is given up", func() bool {
		return w.count("select count(*) from house.outbox where failed_at is not null and last_error like 'read the payload%'") == 1
	})
	if n := w.count("select count(*) from house.effect"); n != 9 {
		t.Errorf("9 jobs ran %d times", n)
	}
}

func TestABatchThatIsCutOffIsOwedAsBefore(t *testing.T) {
	t.Parallel()
	w := open(t)
	m := miniredis.RunT(t)
	s := w.server(m.Addr())
	began := make(chan struct{})
	ServeBatch(s, many, func(ctx context.Context, ps []thing) []error {
		close(began)
		<-ctx.Done()
		return slices.Repeat([]error{ctx.Err()}, len(ps))
	})
	ids := w.owe(many, 20, now())
	stop := run(t, s)
	<-began
	stop()
	if n := w.count("select count(*) from house.outbox where " + fresh + " and sent_at is null and done_at is null and failed_at is null"); n != 20 {
		t.Errorf("%d of 20 are as before", n)
	}
	s = w.server(m.Addr())
	ServeBatch(s, many, effects(w.DB))
	run(t, s)
	w.allDone(ids)
}

// A bell of many may be old: since then a job of it may have been tried.
func TestABellOfManyPassesOverWhatWasTried(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := w.server(miniredis.RunT(t).Addr())
	ServeBatch(s, many, effects(w.DB))
	w.owe(many, 4, now())
	w.Admin(t, "update house.outbox set attempts = 1 where id = (select min(id::text)::uuid from house.outbox)")
	w.Admin(t, "update house.outbox set last_error = 'among others' where id = (select max(id::text)::uuid from house.outbox)")
	owed, err := s.take(t.Context(), due)
	if err != nil || len(owed) != 4 {
		t.Fatalf("took %d, %v", len(owed), err)
	}
	if bells := s.bells(owed); len(bells) != 3 {
		t.Errorf("rings %d times, want once for the two that were never tried and once for each other", len(bells))
	}
	ids, err := named(payload(owed)) // as that bell would be
	if err != nil || len(ids) != 4 || slices.ContainsFunc(ids, func(id uuid.UUID) bool { return id == uuid.Nil }) {
		t.Fatalf("named %v, %v", ids, err)
	}
	if err := s.attempt(t.Context(), many.Name, ids); err != nil {
		t.Fatal(err)
	}
	if n := w.count("select count(*) from house.effect"); n != 2 {
		t.Errorf("%d ran, want the two that were never tried", n)
	}
	w.owe(many, 1, now())
	untouched := tenanttest.One[uuid.UUID](t, w.World, "select id from house.outbox where sent_at is null")
	if err := s.attempt(t.Context(), quick.Name, []uuid.UUID{untouched}); err != nil {
		t.Fatal(err)
	}
	if n := w.count("select count(*) from house.outbox where kind = 'test.many' and attempts = 0 and done_at is null"); n != 2 {
		t.Error("a job was done as another kind")
	}
}

// Two bells may both have counted a job before either works at it.
func TestAJobThatIsUnderWayOrDoneIsLeft(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.owe(many, 3, now())
	w.Admin(t, "update house.outbox set done_at = now() where id = (select min(id::text)::uuid from house.outbox)")
	ids := strings.Fields(tenanttest.One[string](t, w.World, "select string_agg(id::text, ' ' order by id) from house.outbox"))
	free := func(tx tenant.AcrossTx) int {
		var es []entry
		for _, id := range ids {
			es = append(es, entry{ID: uuid.MustParse(id)})
		}
		es, err := lock(tx, es)
		if err != nil {
			t.Error(err)
		}
		return len(es)
	}
	err := w.DB.Across(t.Context(), "one", func(one tenant.AcrossTx) error {
		if n := free(one); n != 2 {
			t.Errorf("locked %d, want the 2 that are not done", n)
		}
		return w.DB.Across(t.Context(), "other", func(other tenant.AcrossTx) error {
			if n := free(other); n != 0 {
				t.Errorf("locked %d that another works at", n)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTwoWorkersShareBatches(t *testing.T) {
	t.Parallel()
	w := open(t)
	m := miniredis.RunT(t)
	for range 2 {
		s := w.server(m.Addr())
		ServeBatch(s, many, effects(w.DB))
		run(t, s)
	}
	var ids []uuid.UUID
	for range 8 {
		ids = append(ids, w.owe(many, 70, now())...)
		m.FlushAll() // every bell is rung again
	}
	w.allDone(ids)
}

// A worker is killed in the middle of a batch. Its jobs are done once, and one by
// one: who knows which of them killed it.
func TestAWorkerThatIsKilledInABatchLosesNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	r := startRedis(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "JOB_TEST_WORKER="+w.AppURL, "JOB_TEST_ACROSS="+w.CrossURL, "JOB_TEST_REDIS="+r.addr())
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	ids := w.owe(many, 40, now())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var begun int
	if _, err := fmt.Fscanln(out, &begun); err != nil || begun != 40 {
		t.Fatalf("began %d, %v", begun, err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if n := w.count("select count(*) from house.outbox where attempts = 1 and done_at is null"); n != 40 {
		t.Fatalf("%d of 40 attempts were counted", n)
	}

	s := w.server(r.addr())
	s.now = func() time.Time { return time.Now().Add(lost + time.Second) }
	var most atomic.Int32
	var one sync.Mutex
	ServeBatch(s, many, func(ctx context.Context, ps []thing) []error {
		one.Lock()
		defer one.Unlock()
		most.Store(max(most.Load(), int32(len(ps))))
		return effects(w.DB)(ctx, ps)
	})
	run(t, s)
	w.allDone(ids)
	if most.Load() != 1 {
		t.Errorf("%d were done together after they had killed a worker", most.Load())
	}
}

func TestBellsHaveRoomForOneBatch(t *testing.T) {
	t.Parallel()
	s := New(nil, nil, nil)
	ServeBatch(s, many, func(context.Context, []thing) []error { return nil })
	Serve(s, quick, func(context.Context, thing) error { return nil })
	var owed []rung
	for i := range 2*together + 10 {
		owed = append(owed, rung{ID: uuid.New(), Kind: many.Name, Fresh: i%10 != 0}, rung{ID: uuid.New(), Kind: quick.Name, Fresh: true})
	}
	var rings, alone int
	seen := map[uuid.UUID]bool{}
	for _, b := range s.bells(owed) {
		rings++
		for _, r := range b {
			seen[r.ID] = true
			if r.Kind != b[0].Kind || len(b) > 1 && (!r.Fresh || r.Kind == quick.Name) {
				t.Errorf("%+v is rung for among %d", r, len(b))
			}
		}
		if len(b) > together {
			t.Errorf("a bell of %d", len(b))
		}
		if len(b) == 1 {
			alone++
		}
	}
	if len(seen) != len(owed) || rings != alone+2 {
		t.Errorf("%d bells for %d of %d jobs, %d of them for one", rings, len(seen), len(owed), alone)
	}
	if !bytes.Equal(payload(owed[:1]), owed[0].ID[:]) {
		t.Error("a bell of one is not its id")
	}
}
