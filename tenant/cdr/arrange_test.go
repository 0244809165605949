package cdr_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant/cdr"
	"switchboard/tenant/tenanttest"
)

// addLive makes a call that its switch is in the middle of.
func addLive(t *testing.T, w *tenanttest.World, s tenanttest.Shop, state cdr.State, startedAt time.Time) uuid.UUID {
	t.Helper()
	id := uuid.New()
	w.Admin(t, `insert into shop.call (shop_id, id, no, direction, state, pool, epoch, node, number_id, queue_id, started_at)
		values ($1, $2, (select count(*) + 1 from shop.call where shop_id = $1), 'inbound', $3, 'main', 1, 'test', $4, $5, $6)`,
		s.ID.UUID(), id, string(state), s.Number, s.Queue, startedAt)
	w.Admin(t, "insert into shop.call_party (shop_id, call_id, phone_raw, phone) values ($1, $2, '89215550144', '+79215550144')", s.ID.UUID(), id)
	return id
}

func addRecording(t *testing.T, w *tenanttest.World, s tenanttest.Shop, call uuid.UUID) uuid.UUID {
	t.Helper()
	id := uuid.New()
	w.Admin(t, `insert into shop.recording (shop_id, id, call_id, state, path, started_at, offset_ms, duration_ms) values ($1, $2, $3, 'ready', 'a.wav', now(), 5000, 100000)`,
		s.ID.UUID(), id, call)
	return id
}

func addSnapshot(t *testing.T, w *tenanttest.World, s tenanttest.Shop) uuid.UUID {
	t.Helper()
	id, source := uuid.New(), uuid.New()
	w.Admin(t, "insert into shop.catalogue_source (shop_id, id, format, location, created_at) values ($1, $2, 'yml', $3, now())", s.ID.UUID(), source, source.String())
	w.Admin(t, `insert into shop.snapshot (shop_id, id, seq, source_id, state, taken_at, published_at) values ($1, $2, 1, $3, 'published', now(), now())`, s.ID.UUID(), id, source)
	return id
}

func addOrder(t *testing.T, w *tenanttest.World, s tenanttest.Shop, call uuid.UUID) uuid.UUID {
	t.Helper()
	id := uuid.New()
	w.Admin(t, `insert into shop."order" (shop_id, id, no, call_id, snapshot_id, status, currency, total_minor, created_at) values ($1, $2, 1, $3, $4, 'draft', 'RUB', 100, now())`,
		s.ID.UUID(), id, call, addSnapshot(t, w, s))
	return id
}

func addCharge(t *testing.T, w *tenanttest.World, s tenanttest.Shop, call uuid.UUID, amount int64) {
	t.Helper()
	plan, tariff := uuid.New(), uuid.New()
	w.Admin(t, "insert into house.plan (id, name, currency, created_at) values ($1, $2, 'RUB', now())", plan, plan.String())
	w.Admin(t, "insert into house.tariff_version (id, plan_id, version, effective_from, body, published_at) values ($1, $2, 1, now(), '{}', now())", tariff, plan)
	w.Admin(t, `insert into shop.charge (shop_id, id, subject, call_id, leg, version, kind, tariff_version_id, service_at, period, raw_ms, billed_s, bundle_s, amount, currency, explain, posted_at)
		values ($1, gen_random_uuid(), 'shop', $2, 1, 1, 'usage', $3, now(), '2026-11', 100000, 120, 0, $4, 'RUB', '{}', now())`, s.ID.UUID(), call, tariff, amount)
}

func addWalk(t *testing.T, w *tenanttest.World, s tenanttest.Shop, call uuid.UUID) {
	t.Helper()
	script, version, walk := uuid.New(), uuid.New(), uuid.New()
	w.Admin(t, "insert into shop.script (shop_id, id, name, created_at, updated_at) values ($1, $2, 'orders', now(), now())", s.ID.UUID(), script)
	w.Admin(t, `insert into shop.script_version (shop_id, id, script_id, version, source, graph, published_at, published_by) values ($1, $2, $3, 1, '', '{}', now(), 'test')`, s.ID.UUID(), version, script)
	w.Admin(t, `insert into shop.walk (shop_id, id, call_id, script_version_id, state, started_at, updated_at) values ($1, $2, $3, $4, '{}', now(), now())`, s.ID.UUID(), walk, call, version)
	for i, node := range []string{"greet", "order"} {
		w.Admin(t, "insert into shop.walk_step (shop_id, walk_id, seq, node, answer, at) values ($1, $2, $3, $4, $5, now())", s.ID.UUID(), walk, i+1, node, `"yes"`)
	}
}
