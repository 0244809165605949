package job

import (
	"log/slog"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"switchboard/bench/rig"
	"switchboard/tenant/tenanttest"
)

// BenchmarkIdle is what waiting for jobs costs while there are none, Redis in
// this process included, as in the demo.
func BenchmarkIdle(b *testing.B) {
	const window = 30 * time.Second // /proc counts in 10 ms
	w := tenanttest.Open(b)
	m := miniredis.RunT(b)
	c := redis.NewClient(&redis.Options{Addr: m.Addr()})
	b.Cleanup(func() { _ = c.Close() })
	s := New(w.DB, c, slog.New(slog.DiscardHandler))
	Serve(s, quick, effect(w.DB))
	Serve(s, slow, effect(w.DB))
	run(b, s)
	time.Sleep(time.Second)
	var worker, postgres time.Duration
	var before, after runtime.MemStats
	for range b.N {
		own, all := spent(b)
		runtime.ReadMemStats(&before)
		time.Sleep(window)
		runtime.ReadMemStats(&after)
		ownNow, allNow := spent(b)
		worker += ownNow - own
		postgres += (allNow - all) - (ownNow - own)
	}
	b.ReportMetric(float64(worker.Microseconds())/float64(b.N)/window.Seconds(), "worker-us/s")
	b.ReportMetric(float64(postgres.Microseconds())/float64(b.N)/window.Seconds(), "postgres-us/s")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/window.Seconds(), "allocations/s")
}

// spent is what this process has used, and what it has with PostgreSQL.
func spent(b *testing.B) (own, all time.Duration) {
	own, err := rig.CPU(os.Getpid())
	if err != nil {
		b.Fatal(err)
	}
	if all, err = rig.TreeCPU(os.Getpid()); err != nil {
		b.Fatal(err)
	}
	return own, all
}
