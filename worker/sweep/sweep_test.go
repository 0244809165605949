package sweep_test

import (
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/outbox"
	"switchboard/tenant/tenanttest"
	"switchboard/worker/sweep"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

func sweepAt(t *testing.T, w *tenanttest.World, at time.Time) {
	t.Helper()
	s := sweep.New(w.DB, slog.New(slog.DiscardHandler), func() time.Time { return at })
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// record makes an answered call and its record; the job of rating it is not owed.
func record(t *testing.T, w *tenanttest.World, s tenanttest.Shop, version int) cdr.Leg {
	t.Helper()
	started := time.Now().Add(-10 * time.Minute)
	answered := started.Add(5 * time.Second)
	l := cdr.Leg{ShopID: s.ID.UUID(), CallID: w.AddCall(t, s, uuid.New(), started), Leg: 1, Version: version, Source: cdr.FromSwitch, Direction: "inbound",
		Disposition: "answered", StartedAt: started, AnsweredAt: &answered, EndedAt: started.Add(105 * time.Second), ReceivedAt: started.Add(105 * time.Second)}.Sealed()
	insert(t, w, l)
	w.Admin(t, "delete from house.outbox")
	return l
}

func insert(t *testing.T, w *tenanttest.World, l cdr.Leg) {
	t.Helper()
	if err := w.DB.Across(t.Context(), "record a call", func(tx tenant.AcrossTx) error { return cdr.Record(tx, l) }); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, w *tenanttest.World, query string, args ...any) int {
	t.Helper()
	return tenanttest.One[int](t, w, query, args...)
}

func TestACallWithoutAChargeIsRatedAgain(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	a, b := record(t, w, w.A, 1), record(t, w, w.B, 1)
	for range 2 {
		sweepAt(t, w, time.Now())
	}
	for _, l := range []cdr.Leg{a, b} {
		if n := count(t, w, "select count(*) from house.outbox where kind = 'call.finished' and shop_id = $1 and payload->>'call_id' = $2 and done_at is null", l.ShopID, l.CallID.String()); n != 1 {
			t.Errorf("%d jobs for the call of shop %s", n, l.ShopID)
		}
	}
	w.Admin(t, "update house.outbox set done_at = now(), attempts = 3 where shop_id = $1", a.ShopID)
	w.Admin(t, "update house.outbox set failed_at = now() where shop_id = $1", b.ShopID)
	sweepAt(t, w, time.Now())
	if n := count(t, w, "select count(*) from house.outbox where shop_id = $1 and done_at is null and attempts = 0", a.ShopID); n != 1 {
		t.Error("a job that is done without its charge stays done")
	}
	if n := count(t, w, "select count(*) from house.outbox where shop_id = $1 and failed_at is null", b.ShopID); n != 0 {
		t.Error("a job that was given up was begun anew without a person")
	}
}

func TestWhatIsChargedOrNewOrOldIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	charged, corrected := record(t, w, w.A, 1), record(t, w, w.A, 1)
	charge(t, w, charged)
	next := corrected
	next.Version, next.Source = 2, cdr.Correction
	insert(t, w, next.Sealed())
	sweepAt(t, w, time.Now())
	if n := count(t, w, "select count(*) from house.outbox where payload->>'call_id' = $1", charged.CallID.String()); n != 0 {
		t.Error("a charged call is rated again")
	}
	if n := count(t, w, "select count(*) from house.outbox where payload->>'call_id' = $1", corrected.CallID.String()); n != 1 {
		t.Error("a version that a newer one replaced is rated")
	}
	w.Admin(t, "delete from house.outbox")
	sweepAt(t, w, time.Now().Add(-9*time.Minute)) // as if it had just come
	sweepAt(t, w, time.Now().Add(72*time.Hour))
	if n := count(t, w, "select count(*) from house.outbox where kind = 'call.finished'"); n != 0 {
		t.Errorf("%d jobs for what is too new or too old", n)
	}
}

func charge(t *testing.T, w *tenanttest.World, l cdr.Leg) {
	t.Helper()
	plan, tariff := uuid.New(), uuid.New()
	w.Admin(t, "insert into house.plan (id, name, currency, created_at) values ($1, $2, 'RUB', now())", plan, plan.String())
	w.Admin(t, "insert into house.tariff_version (id, plan_id, version, effective_from, body, published_at) values ($1, $2, 1, now(), '{}', now())", tariff, plan)
	w.Admin(t, `insert into shop.charge (shop_id, id, subject, call_id, leg, version, kind, tariff_version_id, service_at, period, raw_ms, billed_s, bundle_s, amount, currency, explain, posted_at)
		values ($1, gen_random_uuid(), 'shop', $2, 1, 1, 'usage', $3, now(), '2026-11', 1, 60, 0, 1200, 'RUB', '{}', now())`, l.ShopID, l.CallID, tariff)
}

func TestALostCallWithoutACallbackGetsOne(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	started := time.Now().Add(-10 * time.Minute)
	lost := map[string]uuid.UUID{}
	for _, outcome := range []string{"abandoned", "failed", "refused", "answered"} {
		id := w.AddCall(t, w.A, uuid.New(), started)
		w.Admin(t, "update shop.call set outcome = $2, answered_at = case when $2 = 'answered' then answered_at end, talk_ms = 0 where id = $1", id, outcome)
		w.Admin(t, "update shop.call_party set phone = $2 where call_id = $1", id, "+7921555014"+string(rune('0'+len(lost))))
		lost[outcome] = id
	}
	for range 2 {
		sweepAt(t, w, time.Now())
	}
	for outcome, id := range lost {
		want := 0
		if outcome == "abandoned" || outcome == "failed" {
			want = 1
		}
		if n := count(t, w, "select count(*) from shop.lost_call l join shop.task t on t.id = l.task_id and t.state = 'open' where l.call_id = $1 and l.reason = $2", id, outcome); n != want {
			t.Errorf("%s: %d callbacks, want %d", outcome, n, want)
		}
	}
	if words := tenanttest.One[string](t, w, "select words from shop.lost_call where call_id = $1", lost["abandoned"]); words != "Повесил трубку через 5 с." {
		t.Errorf("words %q claim what nobody knows", words)
	}
	if n := count(t, w, "select count(*) from shop.lost_call where shop_id = $1", w.B.ID.UUID()); n != 0 {
		t.Error("shop b lost calls")
	}
}

func source(t *testing.T, w *tenanttest.World, s tenanttest.Shop, checked *time.Time) uuid.UUID {
	t.Helper()
	id := uuid.New()
	w.Admin(t, "insert into shop.catalogue_source (shop_id, id, format, location, every_s, checked_at, created_at) values ($1, $2, 'yml', $3, 3600, $4, now())", s.ID.UUID(), id, id.String(), checked)
	return id
}

func TestFeedsAreOwedALookByTheirSchedule(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	now := time.Now()
	at := func(d time.Duration) *time.Time { v := now.Add(d); return &v }
	never, late, recent, future := source(t, w, w.A, nil), source(t, w, w.B, at(-61*time.Minute)), source(t, w, w.A, at(-59*time.Minute)), source(t, w, w.B, at(24*time.Hour))
	for range 3 {
		sweepAt(t, w, now)
	}
	for _, c := range []struct {
		name string
		id   uuid.UUID
		shop tenanttest.Shop
		want int
	}{{"never looked at", never, w.A, 1}, {"an hour ago", late, w.B, 1}, {"recently", recent, w.A, 0}, {"tomorrow, by a clock that was wrong", future, w.B, 1}} {
		if n := count(t, w, "select count(*) from house.outbox where kind = 'catalogue.look' and payload->>'source_id' = $1 and shop_id = $2", c.id.String(), c.shop.ID.UUID()); n != c.want {
			t.Errorf("%s: %d looks owed, want %d", c.name, n, c.want)
		}
	}
}

// Ten sweepers whose clocks differ by a day sweep at once.
func TestManySweepersOweOneLook(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	source(t, w, w.A, nil)
	record(t, w, w.A, 1)
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			s := sweep.New(w.DB, slog.New(slog.DiscardHandler), func() time.Time { return time.Now().Add(time.Duration(i%3-1) * 24 * time.Hour) })
			if err := s.Sweep(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	sweepAt(t, w, time.Now())
	if n := count(t, w, "select count(*) from house.outbox where kind = 'catalogue.look'"); n != 1 {
		t.Errorf("%d looks owed", n)
	}
	if n := count(t, w, "select count(*) from house.outbox where kind = 'call.finished'"); n != 1 {
		t.Errorf("%d ratings owed", n)
	}
}

func TestAnImportThatDiedIsRefused(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	src, dead, fresh := source(t, w, w.A, nil), uuid.New(), uuid.New()
	for seq, s := range []struct {
		id  uuid.UUID
		ago time.Duration
	}{{dead, 2 * time.Hour}, {fresh, time.Minute}} {
		w.Admin(t, "insert into shop.snapshot (shop_id, id, seq, source_id, state, taken_at) values ($1, $2, $3, $4, 'staging', $5)", w.A.ID.UUID(), s.id, seq+1, src, time.Now().Add(-s.ago))
		w.Admin(t, "insert into shop.item_staged (shop_id, snapshot_id, offer_id, body, content_hash) values ($1, $2, '1', '{}', '')", w.A.ID.UUID(), s.id)
	}
	sweepAt(t, w, time.Now())
	if left := tenanttest.One[uuid.UUID](t, w, "select id from shop.snapshot where state = 'staging'"); left != fresh {
		t.Error("the wrong one was refused")
	}
	if left := tenanttest.One[uuid.UUID](t, w, "select snapshot_id from shop.item_staged"); left != fresh {
		t.Error("what the dead one staged is still there")
	}
}

func TestWhatNothingNeedsIsForgotten(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	kind := outbox.Kind[struct{}]{Name: "test", Queue: outbox.Prompt}
	err := w.DB.Across(t.Context(), "owe", func(tx tenant.AcrossTx) (err error) {
		for range 4 {
			err = errors.Join(err, kind.EnqueueAcross(tx, w.A.ID, struct{}{}, outbox.Ask{Now: time.Now()}))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Admin(t, `with n as (select id, row_number() over (order by id) as n from house.outbox)
		update house.outbox o set done_at = case n when 1 then now() - interval '8 days' when 2 then now() - interval '6 days' end,
		  failed_at = case n when 3 then now() - interval '80 days' end from n where n.id = o.id`)
	ended := w.AddCall(t, w.A, uuid.New(), time.Now())
	for _, ago := range []string{"25 hours", "1 hour"} {
		w.Admin(t, "insert into house.dialog (id, pool, epoch, node, shop_id, call_id, side, state, media_at, created_at) values (gen_random_uuid(), 'main', 1, 'n', $1, $2, 'buyer', '{}', now(), now() - $3::interval)", w.A.ID.UUID(), ended, ago)
	}
	sweepAt(t, w, time.Now())
	if n := count(t, w, "select count(*) from house.outbox"); n != 3 {
		t.Errorf("%d jobs are left, want the recent, the failed and the owed", n)
	}
	if n := count(t, w, "select count(*) from house.dialog"); n != 1 {
		t.Errorf("%d dialogs are left, want the recent", n)
	}
}
