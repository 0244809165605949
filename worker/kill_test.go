package worker_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"switchboard/tenant"
	"switchboard/tenant/tenanttest"
	"switchboard/worker"
)

func TestMain(m *testing.M) {
	if url := os.Getenv("WORKER_TEST_APP"); url != "" {
		beWorker(url)
		return
	}
	tenanttest.Main(m)
}

// beWorker is a process that the test kills.
func beWorker(url string) {
	db, err := tenant.Open(context.Background(), url, os.Getenv("WORKER_TEST_ACROSS"))
	if err != nil {
		panic(err)
	}
	r := redis.NewClient(&redis.Options{Addr: os.Getenv("WORKER_TEST_REDIS")})
	_ = worker.New(worker.Config{DB: db, Redis: r, Log: slog.New(slog.DiscardHandler)}).Run(context.Background())
}

// startRedis starts a redis-server on a free port and returns its address.
func startRedis(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	cmd := exec.Command("redis-server", "--port", fmt.Sprint(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start redis-server (Debian: redis-server): %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return fmt.Sprintf("127.0.0.1:%d", port)
}

// Calls finish while worker after worker is killed in the middle of its work:
// none is charged twice, none is forgotten.
func TestWorkersThatAreKilledChargeEachCallOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	addr := startRedis(t)
	for range 10 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "WORKER_TEST_APP="+w.AppURL, "WORKER_TEST_ACROSS="+w.CrossURL, "WORKER_TEST_REDIS="+addr)
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			finish(t, w, w.A)
		}
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond) // wherever it is then
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	early := tenanttest.One[int](t, w, "select count(*) from shop.charge")
	c := redis.NewClient(&redis.Options{Addr: addr})
	defer c.Close()
	if err := c.FlushAll(t.Context()).Err(); err != nil { // and nobody need wait for lost bells
		t.Fatal(err)
	}
	runOn(t, w, addr, nil)
	until(t, "nothing is owed", func() bool {
		return tenanttest.One[int](t, w, "select count(*) from house.outbox where done_at is null") == 0
	})
	got := tenanttest.One[string](t, w, "select (select count(*) || ' charges of ' || sum(amount) from shop.charge) || ', ' || (select count(*) from shop.transfer) || ' transfers'")
	if want := "100 charges of 240000, 100 transfers"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	t.Logf("%d of 100 were charged by those who were killed", early)
}
