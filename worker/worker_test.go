package worker_test

import (
	"context"
	"io/fs"
	"log/slog"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/live"
	"switchboard/tenant/task"
	"switchboard/tenant/tenanttest"
	"switchboard/worker"
)

// run runs a worker until the test ends.
func run(t *testing.T, w *tenanttest.World, m *miniredis.Miniredis, feeds fs.FS) *worker.Worker {
	t.Helper()
	return runOn(t, w, m.Addr(), feeds)
}

func runOn(t *testing.T, w *tenanttest.World, redisAddr string, feeds fs.FS) *worker.Worker {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: redisAddr})
	work := worker.New(worker.Config{DB: w.DB, Redis: c, Log: slog.New(slog.DiscardHandler), Feeds: catalogue.Origin{Files: feeds}})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := work.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
		_ = c.Close()
	})
	return work
}

func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("waited in vain until %s", what)
}

// Calls finish while Redis is wiped again and again: each is charged once.
func TestFinishedCallsAreChargedOnceWhateverRedisForgets(t *testing.T) {
	t.Parallel()
	w := open(t)
	m := miniredis.RunT(t)
	work := run(t, w, m, nil)
	for i := range 20 {
		finish(t, w, w.A)
		finish(t, w, w.B)
		if i%4 == 3 {
			m.FlushAll()
		}
	}
	until(t, "40 calls are charged", func() bool { return tenanttest.One[int](t, w, "select count(*) from shop.charge") == 40 })
	for _, s := range []tenanttest.Shop{w.A, w.B} {
		if sum := tenanttest.One[int64](t, w, "select sum(amount)::bigint from shop.charge where shop_id = $1", s.ID.UUID()); sum != 20*2400 {
			t.Errorf("%s owes %d kopecks for 20 calls of 2 begun minutes, want %d", s.Slug, sum, 20*2400)
		}
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.transfer"); n != 40 {
		t.Errorf("%d transfers", n)
	}
	until(t, "nothing is owed", func() bool {
		return tenanttest.One[int](t, w, "select count(*) from house.outbox where done_at is null") == 0
	})
	if err := work.Healthy(); err != nil {
		t.Error(err)
	}
}

func TestTwoWorkersChargeOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	m := miniredis.RunT(t)
	run(t, w, m, nil)
	run(t, w, m, nil)
	for range 15 {
		finish(t, w, w.A)
	}
	until(t, "nothing is owed", func() bool {
		return tenanttest.One[int](t, w, "select count(*) from house.outbox where done_at is null") == 0
	})
	if n := tenanttest.One[int](t, w, "select count(*) from shop.charge"); n != 15 {
		t.Errorf("%d charges for 15 calls", n)
	}
}

const yml = `<?xml version="1.0" encoding="UTF-8"?>
<yml_catalog date="2026-11-22T12:00:00+03:00"><shop><name>Tyres</name><currencies><currency id="RUB" rate="1"/></currencies>
<categories><category id="1">Шины</category></categories>
<offers><offer id="1" available="true"><price>8450</price><currencyId>RUB</currencyId><categoryId>1</categoryId><name>Nokian Hakka 10p</name><vendorCode>TS72718</vendorCode></offer></offers></shop></yml_catalog>`

func TestFeedsAreReadByScheduleAndOnDemand(t *testing.T) {
	t.Parallel()
	w := open(t)
	source := func(s tenanttest.Shop, location string) catalogue.Source {
		var src catalogue.Source
		err := w.DB.Within(t.Context(), s.Scope, func(tx tenant.Tx) (err error) {
			src, err = catalogue.Ensure(tx, location, time.Now())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return src
	}
	whole, broken := source(w.A, "whole.yml"), source(w.B, "broken.yml")
	run(t, w, miniredis.RunT(t), fstest.MapFS{"whole.yml": {Data: []byte(yml)}, "broken.yml": {Data: []byte(yml[:300])}})
	published := func() int {
		return tenanttest.One[int](t, w, "select count(*) from shop.snapshot where state = 'published' and shop_id = $1", w.A.ID.UUID())
	}
	until(t, "the schedule brought a catalogue", func() bool { return published() == 1 })
	until(t, "shop b reads what is wrong", func() bool {
		return tenanttest.One[int](t, w, "select count(*) from shop.catalogue_source where id = $1 and error <> ''", broken.ID) == 1
	})
	err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error { return catalogue.Want(tx, whole.ID, time.Now()) })
	if err != nil {
		t.Fatal(err)
	}
	until(t, "it was looked at again", func() bool { return published() == 2 })
	if n := tenanttest.One[int](t, w, "select count(*) from shop.snapshot where state = 'published' and shop_id = $1", w.B.ID.UUID()); n != 0 {
		t.Errorf("shop b has %d catalogues", n)
	}
	until(t, "nothing is owed", func() bool {
		return tenanttest.One[int](t, w, "select count(*) from house.outbox where done_at is null") == 0
	})
	if n := tenanttest.One[int](t, w, "select count(*) from house.outbox where failed_at is not null"); n != 0 {
		t.Errorf("%d jobs were given up", n)
	}
}

func TestACallbackThatIsDueIsToldOf(t *testing.T) {
	t.Parallel()
	w := open(t)
	m := miniredis.RunT(t)
	c := redis.NewClient(&redis.Options{Addr: m.Addr()})
	defer c.Close()
	hub := live.NewHub(c)
	ctx, cancel := context.WithCancel(t.Context())
	var hearing sync.WaitGroup
	hearing.Go(func() { hub.Run(ctx) })
	defer hearing.Wait()
	defer cancel()
	until(t, "the hub hears", hub.Healthy)
	ofA, ofB := hub.Read(w.A.ID), hub.Read(w.B.ID)
	call, id := w.AddCall(t, w.A, uuid.New(), time.Now()), uuid.New()
	err := w.DB.Across(t.Context(), "lose a call", func(tx tenant.AcrossTx) error {
		return task.Lose(tx, task.Lost{ShopID: w.A.ID.UUID(), ID: uuid.New(), TaskID: id, CallID: call, Reason: task.Abandoned, Owner: "pool:main", LostAt: time.Now(), DueAt: time.Now().Add(time.Second)})
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, w, m, nil)
	for {
		select {
		case h := <-ofA.Hints():
			if h.Kind != live.Task {
				continue // Resync, when the hub began
			}
			if want := (live.Hint{Shop: w.A.ID, Kind: live.Task, ID: id, State: "overdue"}); h != want {
				t.Errorf("told of %+v, want %+v", h, want)
			}
		case <-time.After(30 * time.Second):
			t.Error("nobody was told")
		}
		break
	}
	for len(ofB.Hints()) > 0 {
		if h := <-ofB.Hints(); h.Kind != live.Resync {
			t.Errorf("shop b was told of %+v", h)
		}
	}
}

// The whole of a dead switch's evening: its calls are closed, recorded, charged
// and the lost caller is owed a callback.
func TestCallsOfADeadSwitchAreClosedAndCharged(t *testing.T) {
	t.Parallel()
	w := open(t)
	started := time.Now().Add(-5 * time.Minute)
	talking, waiting := liveCall(t, w, w.A, "talking", started), liveCall(t, w, w.B, "waiting", started)
	w.Admin(t, "update shop.call set answered_at = started_at + interval '5 s', queue_ms = 5000 where id = $1", talking)
	for _, id := range []uuid.UUID{talking, waiting} {
		w.Admin(t, `insert into house.dialog (id, pool, epoch, node, shop_id, call_id, side, state, media_at, created_at)
			select gen_random_uuid(), pool, epoch, node, shop_id, id, 'buyer', '{}', started_at + interval '65 s', now() from shop.call where id = $1`, id)
	}
	w.Admin(t, "insert into house.lease (pool, epoch, node, renewed_at) values ('main', 1, 'dead', now())")
	run(t, w, miniredis.RunT(t), nil)
	until(t, "both calls are closed", func() bool {
		return tenanttest.One[int](t, w, "select count(*) from shop.call where state = 'ended'") == 2
	})
	until(t, "the talk is charged", func() bool {
		return tenanttest.One[int](t, w, "select count(*) from shop.charge where call_id = $1 and amount = 1200", talking) == 1
	})
	if n := tenanttest.One[int](t, w, "select count(*) from shop.lost_call l join shop.task t on t.id = l.task_id where l.call_id = $1 and l.shop_id = $2", waiting, w.B.ID.UUID()); n != 1 {
		t.Error("the lost caller is owed nothing")
	}
	if epoch := tenanttest.One[int](t, w, "select epoch from house.lease"); epoch != 2 {
		t.Errorf("the dead switch still leads, in epoch %d", epoch)
	}
}

func liveCall(t *testing.T, w *tenanttest.World, s tenanttest.Shop, state string, started time.Time) uuid.UUID {
	t.Helper()
	id := uuid.New()
	w.Admin(t, `insert into shop.call (shop_id, id, no, direction, state, pool, epoch, node, number_id, queue_id, started_at) values ($1, $2, 1, 'inbound', $3, 'main', 1, 'dead', $4, $5, $6)`,
		s.ID.UUID(), id, state, s.Number, s.Queue, started)
	w.Admin(t, "insert into shop.call_party (shop_id, call_id, phone_raw, phone) values ($1, $2, '89215550144', '+79215550144')", s.ID.UUID(), id)
	return id
}
