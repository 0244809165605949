package rate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"switchboard/bench/rig"
	"switchboard/billing/plan"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/live"
	"switchboard/tenant/outbox"
	"switchboard/tenant/tenanttest"
	"switchboard/worker/job"
	"switchboard/worker/rate"
)

// BenchmarkFinishedCalls is the whole way of a finished call through the worker:
// outbox, bell, ledger. A backlog is there at once, as after a night without a
// worker; the rush comes at 100 calls/s, as from the switch. Each is 2,000 calls
// of five shops.
func BenchmarkFinishedCalls(b *testing.B) {
	for name, pause := range map[string]time.Duration{"backlog": 0, "rush": 100 * time.Millisecond} {
		b.Run(name, func(b *testing.B) {
			const calls, together = 2000, 10
			for range b.N {
				w, shops := fiveShops(b)
				due := finished(b, w, shops, calls)
				before := usage(b, w)
				if pause == 0 {
					owe(b, w, due)
				}
				stop := serve(w)
				for i := 0; pause > 0 && i < calls; i += together {
					owe(b, w, due[i:i+together])
					time.Sleep(pause)
				}
				for tenanttest.One[int](b, w, "select count(*) from house.outbox where done_at is not null") < calls {
					time.Sleep(500 * time.Millisecond) // a look is a connection of its own
				}
				took := time.Since(before.at)
				stop()
				now := usage(b, w)
				b.ReportMetric(calls/took.Seconds(), "calls/s")
				b.ReportMetric(float64((now.worker-before.worker).Microseconds())/calls, "worker-us/call")
				b.ReportMetric(float64((now.postgres-before.postgres).Microseconds())/calls, "postgres-us/call")
				b.ReportMetric(float64(now.commits-before.commits)/calls, "commits/call")
				b.ReportMetric(float64(now.rows-before.rows)/calls, "rows/call")
				if n := tenanttest.One[int](b, w, "select count(*) from shop.charge"); n != calls {
					b.Fatalf("%d charges for %d calls", n, calls)
				}
			}
		})
	}
}

func fiveShops(b *testing.B) (*tenanttest.World, []tenanttest.Shop) {
	w := tenanttest.Open(b)
	shops := []tenanttest.Shop{w.A, w.B}
	for i := range 3 {
		shops = append(shops, w.AddShop(b, fmt.Sprintf("shop-%d", i), fmt.Sprintf("+7495000001%d", i)))
	}
	since := time.Now().AddDate(0, -1, 0)
	err := w.DB.Across(b.Context(), "arrange", func(tx tenant.AcrossTx) error {
		v, err := plan.Publish(tx, plan.Plan{Name: "demo", Currency: "RUB", FirstIncrementS: 60, NextIncrementS: 60, RatePerMin: "12.00", Billable: []string{"talk"}}, since)
		for _, s := range shops {
			if err == nil {
				_, err = tx.Exec("insert into shop.subscription (shop_id, id, plan_id, effective_from, created_at) values ($1, $2, $3, $4, $4)", s.ID.UUID(), uuid.New(), v.PlanID, since)
			}
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return w, shops
}

// finished makes n calls of the shops in turn, with their records, and returns
// the jobs that the switch would owe for them.
func finished(b *testing.B, w *tenanttest.World, shops []tenanttest.Shop, n int) (due []outbox.Row) {
	started := time.Now().Add(-time.Hour)
	answered := started.Add(5 * time.Second)
	first := map[tenant.ID]uuid.UUID{}
	for _, s := range shops {
		first[s.ID] = w.AddCall(b, s, uuid.New(), started)
	}
	var legs []cdr.Leg
	var calls, like []uuid.UUID
	for i := range n {
		s := shops[i%len(shops)]
		l := cdr.Leg{ShopID: s.ID.UUID(), CallID: uuid.New(), Leg: 1, Version: 1, Source: cdr.FromSwitch, Direction: "inbound", Disposition: "answered",
			StartedAt: started, AnsweredAt: &answered, EndedAt: started.Add(105 * time.Second), Parts: cdr.Parts{TalkMS: 100000}, ReceivedAt: started}.Sealed()
		calls, like = append(calls, l.CallID), append(like, first[s.ID])
		row, err := cdr.Finished.Row(s.ID, l.Finished(), outbox.Ask{Now: time.Now(), Key: l.Finished().Key()})
		if err != nil {
			b.Fatal(err)
		}
		legs, due = append(legs, l), append(due, row)
	}
	w.Admin(b, `insert into shop.call select (jsonb_populate_record(c, jsonb_build_object('id', n.id, 'no', n.no + 1))).*
		from unnest($1::uuid[], $2::uuid[]) with ordinality n(id, first, no) join shop.call c on c.id = n.first`, calls, like)
	across(b, w, cdr.InsertLegsSQL, legs)
	return due
}

func owe(b *testing.B, w *tenanttest.World, due []outbox.Row) { across(b, w, outbox.InsertSQL, due) }

func across(b *testing.B, w *tenanttest.World, query string, rows any) {
	doc, err := json.Marshal(rows)
	if err != nil {
		b.Fatal(err)
	}
	err = w.DB.Across(b.Context(), "arrange", func(tx tenant.AcrossTx) error {
		_, err := tx.Exec(query, string(doc))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// serve runs a worker until stop is called, which also ends its connections:
// what they have counted is known then.
func serve(w *tenanttest.World) (stop func()) {
	m := miniredis.NewMiniRedis()
	if err := m.Start(); err != nil {
		panic(err)
	}
	c := redis.NewClient(&redis.Options{Addr: m.Addr()})
	s := job.New(w.DB, c, slog.New(slog.DiscardHandler))
	job.ServeBatch(s, cdr.Finished, rate.New(w.DB, func(live.Hint) {}, time.Now).Charge)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	return func() {
		cancel()
		<-ended
		_ = c.Close()
		m.Close()
		w.DB.Close()
	}
}

type used struct {
	at               time.Time
	worker, postgres time.Duration
	commits, rows    int64
}

func usage(b *testing.B, w *tenanttest.World) (u used) {
	own, err := rig.CPU(os.Getpid())
	if err != nil {
		b.Fatal(err)
	}
	all, err := rig.TreeCPU(os.Getpid())
	if err != nil {
		b.Fatal(err)
	}
	u.at, u.worker, u.postgres = time.Now(), own, all-own
	const count = "select %s from pg_stat_database where datname = current_database()"
	u.commits = tenanttest.One[int64](b, w, fmt.Sprintf(count, "xact_commit"))
	u.rows = tenanttest.One[int64](b, w, fmt.Sprintf(count, "tup_inserted + tup_updated"))
	return u
}
