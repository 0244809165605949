package job

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"switchboard/tenant"
)

func TestAnEmbeddedRedisThatIsWipedInTheMiddle(t *testing.T) {
	t.Parallel()
	w := open(t)
	m := miniredis.RunT(t)
	run(t, w.server(m.Addr()))
	var ids []uuid.UUID
	for range 10 {
		ids = append(ids, w.owe(quick, 30, now())...)
		time.Sleep(30 * time.Millisecond) // some are done, some rung for, some neither
		m.FlushAll()
	}
	w.allDone(ids)
}

// realRedis is a redis-server of its own on a free port. It keeps nothing.
type realRedis struct {
	t    *testing.T
	port int
	cmd  *exec.Cmd
}

func startRedis(t *testing.T) *realRedis {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &realRedis{t: t, port: l.Addr().(*net.TCPAddr).Port}
	l.Close()
	r.start()
	t.Cleanup(r.kill)
	return r
}

func (r *realRedis) addr() string { return fmt.Sprintf("127.0.0.1:%d", r.port) }

func (r *realRedis) start() {
	r.t.Helper()
	r.cmd = exec.Command("redis-server", "--port", fmt.Sprint(r.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", r.t.TempDir())
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := r.cmd.Start(); err != nil {
		r.t.Fatalf("start redis-server (Debian: redis-server): %v", err)
	}
	for range 500 {
		if c, err := net.Dial("tcp", r.addr()); err == nil {
			c.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.t.Fatal("redis-server does not answer")
}

func (r *realRedis) kill() {
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait()
}

func (r *realRedis) do(args ...any) {
	r.t.Helper()
	c := redis.NewClient(&redis.Options{Addr: r.addr()})
	defer c.Close()
	if err := c.Do(context.Background(), args...).Err(); err != nil {
		r.t.Fatal(err)
	}
}

// Redis is flushed, killed and started empty again and again while jobs are
// owed and done. None is lost and none is done twice.
func TestARealRedisThatIsWipedAndKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	w := open(t)
	r := startRedis(t)
	run(t, w.server(r.addr()))
	run(t, w.server(r.addr()))
	var ids []uuid.UUID
	for round := range 12 {
		ids = append(ids, w.owe(quick, 25, now())...)
		ids = append(ids, w.owe(slow, 5, now())...)
		time.Sleep(20 * time.Millisecond)
		switch round % 3 {
		case 0:
			r.do("flushall")
		case 1:
			r.kill()
			ids = append(ids, w.owe(quick, 5, now())...) // owed while it is away
			r.start()
		case 2:
			_ = r.cmd.Process.Signal(syscall.SIGSTOP)
			time.Sleep(300 * time.Millisecond)
			_ = r.cmd.Process.Signal(syscall.SIGCONT)
		}
	}
	w.allDone(ids)
}

// After an empty restart nobody waits until a bell counts as lost.
func TestAWipeIsNoticedAtOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	m := miniredis.RunT(t)
	s := w.server(m.Addr())
	ids := w.owe(quick, 40, now())
	if _, err := s.pass(t.Context(), 0); err != nil { // rung for, and nobody answers
		t.Fatal(err)
	}
	if n := w.count("select count(*) from house.outbox where sent_at is not null"); n != 40 {
		t.Fatalf("rang for %d of 40", n)
	}
	m.FlushAll()
	began := time.Now()
	run(t, s)
	w.allDone(ids)
	if took := time.Since(began); took >= lost {
		t.Errorf("took %s, as long as a lost bell", took)
	}
}

func TestABellThatRedisDidNotTakeIsRungAgain(t *testing.T) {
	t.Parallel()
	w := open(t)
	m := miniredis.RunT(t)
	s := w.server(m.Addr())
	w.owe(quick, 3, now())
	owed, err := s.take(t.Context(), due)
	if err != nil || len(owed) != 3 {
		t.Fatalf("took %d, %v", len(owed), err)
	}
	m.SetError("out of order")
	if err := s.ring(t.Context(), owed); err == nil {
		t.Error("rang a broken bell")
	}
	m.SetError("")
	if owed, err = s.take(t.Context(), due); err != nil || len(owed) != 3 {
		t.Errorf("took %d again, %v", len(owed), err)
	}
	if owed, err = s.take(t.Context(), due); err != nil || len(owed) != 0 {
		t.Errorf("took %d a third time, %v", len(owed), err)
	}
	s.now = func() time.Time { return time.Now().Add(lost + time.Second) }
	if owed, err = s.take(t.Context(), due); err != nil || len(owed) != 3 {
		t.Errorf("took %d after the bells were lost, %v", len(owed), err)
	}
	s.now = func() time.Time { return time.Now().Add(-time.Hour) }
	if owed, err = s.take(t.Context(), due); err != nil || len(owed) != 3 {
		t.Errorf("took %d after the clock was set back behind the bells, %v", len(owed), err)
	}
}

// beWorker is the process that dies in the middle of a job: it has begun, and
// has the effect only after it was killed.
func beWorker() {
	db, err := tenant.Open(context.Background(), os.Getenv("JOB_TEST_WORKER"), os.Getenv("JOB_TEST_ACROSS"))
	if err != nil {
		panic(err)
	}
	s := New(db, redis.NewClient(&redis.Options{Addr: os.Getenv("JOB_TEST_REDIS")}), slog.New(slog.DiscardHandler))
	Serve(s, quick, func(ctx context.Context, _ thing) error {
		fmt.Println("began")
		<-ctx.Done()
		return ctx.Err()
	})
	ServeBatch(s, many, func(ctx context.Context, ps []thing) []error {
		fmt.Println(len(ps))
		<-ctx.Done()
		return slices.Repeat([]error{ctx.Err()}, len(ps))
	})
	_ = s.Run(context.Background())
}

func TestAWorkerThatIsKilledLosesNothing(t *testing.T) {
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
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ids := w.owe(quick, 10, now())
	for range hands[quick.Queue] { // as many begin at once
		if _, err := fmt.Fscanln(out, new(string)); err != nil {
			t.Fatal(err)
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()

	s := w.server(r.addr())
	s.now = func() time.Time { return time.Now().Add(lost + time.Second) }
	run(t, s)
	w.allDone(ids)
	if n := w.count("select count(*) from house.outbox where attempts > 1"); n < hands[quick.Queue] {
		t.Errorf("%d jobs have an attempt that was cut short, want %d", n, hands[quick.Queue])
	}
}
