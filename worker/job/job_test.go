package job

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/outbox"
	"switchboard/tenant/tenanttest"
)

func TestOwedJobsAreDoneOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := w.server(miniredis.RunT(t).Addr())
	ids := w.owe(quick, 20, now())
	run(t, s)
	ids = append(ids, w.owe(slow, 10, now())...)
	ids = append(ids, w.owe(quick, 150, now())...) // more than one look takes
	w.allDone(ids)
	if err := s.Healthy(); err != nil {
		t.Error(err)
	}
}

func TestAJobThatRollsBackIsNotOwed(t *testing.T) {
	t.Parallel()
	w := open(t)
	run(t, w.server(miniredis.RunT(t).Addr()))
	over := errors.New("over")
	err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error {
		return errors.Join(quick.Enqueue(tx, thing{}, now()), over)
	})
	if !errors.Is(err, over) {
		t.Fatal(err)
	}
	w.allDone(w.owe(quick, 1, now()))
}

func TestTwoWorkersShareTheWork(t *testing.T) {
	t.Parallel()
	w := open(t)
	m := miniredis.RunT(t)
	run(t, w.server(m.Addr()))
	run(t, w.server(m.Addr()))
	w.allDone(append(w.owe(quick, 120, now()), w.owe(slow, 20, now())...))
}

// Bells are rung twice by crashes, by wipes and by asynq itself.
func TestAJobThatIsRungForWhileItRunsRunsOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := w.server(miniredis.RunT(t).Addr())
	var runs atomic.Int32
	began, end := make(chan struct{}), make(chan struct{})
	Serve(s, quick, func(context.Context, thing) error {
		if runs.Add(1) == 1 {
			close(began)
		}
		<-end
		return nil
	})
	w.owe(quick, 1, now())
	id := tenanttest.One[uuid.UUID](t, w.World, "select id from house.outbox")
	var all sync.WaitGroup
	ring := func() {
		if err := s.attempt(t.Context(), quick.Name, []uuid.UUID{id}); err != nil {
			t.Error(err)
		}
	}
	all.Go(ring)
	<-began
	late := time.AfterFunc(10*time.Second, func() { close(end) }) // lest a second run hang the test
	var others sync.WaitGroup
	for range 3 {
		others.Go(ring)
	}
	others.Wait()
	if late.Stop() {
		close(end)
	}
	all.Wait()
	ring() // it is done
	if runs.Load() != 1 {
		t.Errorf("ran %d times", runs.Load())
	}
}

func TestAJobThatFailsIsTriedAgainAndThenGivenUp(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := w.server(miniredis.RunT(t).Addr())
	var runs atomic.Int32
	Serve(s, quick, func(context.Context, thing) error {
		if runs.Add(1); runs.Load() == 1 {
			panic("at the first attempt")
		}
		return errors.New("no luck")
	})
	w.owe(quick, 1, now())
	run(t, s)
	w.until("it is given up", func() bool { return w.count("select count(*) from house.outbox where failed_at is not null") == 1 })
	if runs.Load() != 3 {
		t.Errorf("ran %d times, want 3", runs.Load())
	}
	if words := tenanttest.One[string](t, w.World, "select attempts || ' ' || last_error from house.outbox"); words != "3 no luck" {
		t.Errorf("the row says %q", words)
	}
}

func TestAPayloadThatCannotBeReadIsAFailureOfItsJobOnly(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := w.server(miniredis.RunT(t).Addr())
	w.owe(quick, 1, now())
	w.Admin(t, `update house.outbox set payload = '{"id": 7}', attempts = 2`)
	run(t, s)
	w.until("it is given up", func() bool {
		return w.count("select count(*) from house.outbox where failed_at is not null and last_error like 'read the payload%'") == 1
	})
	w.owe(quick, 3, now())
	w.until("the others are done", func() bool { return w.count("select count(*) from house.effect") == 3 })
}

// A job that takes its worker with it must not do so for ever.
func TestAJobThatKilledItsWorkersIsGivenUp(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := w.server(miniredis.RunT(t).Addr())
	w.owe(quick, 1, now())
	w.Admin(t, "update house.outbox set attempts = 3") // each counted, none written down
	run(t, s)
	w.until("it is given up", func() bool {
		return w.count("select count(*) from house.outbox where failed_at is not null and last_error = $1", errDied.Error()) == 1
	})
	if n := w.count("select count(*) from house.effect"); n != 0 {
		t.Error("it ran once more")
	}
}

func TestWhatIsDueLaterWaits(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := w.server(miniredis.RunT(t).Addr())
	var ahead atomic.Int64
	s.now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	later := w.owe(quick, 1, outbox.Ask{Now: time.Now(), Due: time.Now().Add(time.Hour)})
	run(t, s)
	first := w.owe(quick, 2, now())
	w.until("the others are done", func() bool { return w.count("select count(*) from house.effect") == 2 })
	ahead.Store(int64(61 * time.Minute))
	w.allDone(append(first, later...))
}

// Clocks step by an hour in either direction. What was owed at once is done at
// once, and nothing is done twice.
func TestAClockThatStepsDelaysNothingThatIsOwedAtOnce(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]time.Duration{"back": -time.Hour, "forward": time.Hour, "back a day": -24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			s := w.server(miniredis.RunT(t).Addr())
			var stepped atomic.Bool
			s.now = func() time.Time {
				if stepped.Load() {
					return time.Now().Add(step)
				}
				return time.Now()
			}
			ids := w.owe(quick, 5, now())
			w.Admin(t, "update house.outbox set sent_at = now()") // rung for, and the bell was lost
			stepped.Store(true)
			run(t, s)
			ids = append(ids, w.owe(quick, 5, now())...)
			w.allDone(ids)
		})
	}
}

func TestAKindThatIsNotServedStaysOwed(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := w.server(miniredis.RunT(t).Addr())
	strange := outbox.Kind[thing]{Name: "test.of-tomorrow", Queue: outbox.Prompt, MaxAttempts: 1, Timeout: time.Second}
	w.owe(strange, 1, now())
	run(t, s)
	w.owe(quick, 1, now())
	w.until("the other is done", func() bool { return w.count("select count(*) from house.effect") == 1 })
	if n := w.count("select count(*) from house.outbox where kind = 'test.of-tomorrow' and attempts = 0 and failed_at is null and done_at is null"); n != 1 {
		t.Error("it was touched")
	}
}

func TestWhoeverStopsLetsJobsFinish(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := w.server(miniredis.RunT(t).Addr())
	began, end := make(chan struct{}), make(chan struct{})
	Serve(s, quick, func(ctx context.Context, p thing) error {
		close(began)
		<-end
		return effect(w.DB)(ctx, p)
	})
	ids := w.owe(quick, 1, now())
	stop := run(t, s)
	<-began
	time.AfterFunc(200*time.Millisecond, func() { close(end) })
	stop()
	w.allDone(ids)
}

func TestAJobThatIsCutOffIsOwedAsBefore(t *testing.T) {
	t.Parallel()
	w := open(t)
	m := miniredis.RunT(t)
	s := w.server(m.Addr())
	began := make(chan struct{})
	Serve(s, quick, func(ctx context.Context, _ thing) error {
		close(began)
		<-ctx.Done()
		return ctx.Err()
	})
	ids := w.owe(quick, 1, now())
	stop := run(t, s)
	<-began
	stop()
	if n := w.count("select count(*) from house.outbox where attempts = 0 and sent_at is null and done_at is null and failed_at is null"); n != 1 {
		t.Error("the attempt counted")
	}
	run(t, w.server(m.Addr()))
	w.allDone(ids)
}

func TestBackOffGrowsToItsLimit(t *testing.T) {
	t.Parallel()
	var got []string
	for _, n := range []int{1, 2, 3, 9, 10, 11, 60} {
		got = append(got, backOff(n).String())
	}
	if want := "1s 2s 4s 4m16s 8m32s 10m0s 10m0s"; strings.Join(got, " ") != want {
		t.Errorf("%s, want %s", strings.Join(got, " "), want)
	}
}
