package cdr_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/tenanttest"
)

// The hash of a record can be worked out from its row alone, without our code.
const contentOfRow = `
select concat_ws(e'\n', call_id, leg, version, source, direction, disposition,
  (extract(epoch from started_at) * 1000000)::bigint, coalesce((extract(epoch from answered_at) * 1000000)::bigint::text, ''),
  (extract(epoch from ended_at) * 1000000)::bigint, ring_ms, greeting_ms, queue_ms, talk_ms, hold_ms, wrap_up_ms,
  coalesce(number_id::text, ''), coalesce(queue_id::text, ''), coalesce(operator_id::text, '')) || e'\n' from shop.call_leg where call_id = $1`

func record(t *testing.T, w *tenanttest.World, l cdr.Leg) error {
	t.Helper()
	return w.DB.Across(t.Context(), "record a call", func(tx tenant.AcrossTx) error { return cdr.Record(tx, l) })
}

func TestARecordIsWrittenOnceAndNeverChanged(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	call := w.AddCall(t, w.A, w.AddOperator(t, "anna", w.A), noon)
	answered, queue := noon.Add(5*time.Second+123456789), w.A.Queue
	leg := cdr.Leg{
		ShopID: w.A.ID.UUID(), CallID: call, Leg: cdr.FirstLeg, Version: 1, Source: cdr.FromSwitch, Direction: "inbound", Disposition: "answered",
		StartedAt: noon.Add(987654321), AnsweredAt: &answered, EndedAt: noon.Add(105 * time.Second), Parts: cdr.Parts{QueueMS: 5000, TalkMS: 100000},
		QueueID: &queue, ReceivedAt: noon.Add(2 * time.Minute),
	}.Sealed()
	if err := record(t, w, leg); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(tenanttest.One[string](t, w, contentOfRow, call)))
	if stored := tenanttest.One[string](t, w, "select encode(sha256, 'hex') from shop.call_leg where call_id = $1", call); stored != hex.EncodeToString(sum[:]) {
		t.Errorf("stored hash %s, hash of the row %x", stored, sum)
	}

	again := leg
	again.ReceivedAt = noon.Add(time.Hour)
	if err := record(t, w, again.Sealed()); err != nil {
		t.Errorf("the same record once more: %v", err)
	}
	other := leg
	other.TalkMS++
	if err := record(t, w, other.Sealed()); err == nil {
		t.Error("a record with other content went through")
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.call_leg"); n != 1 {
		t.Errorf("%d records", n)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from house.outbox where shop_id = $1 and kind = 'call.finished'", w.A.ID.UUID()); n != 1 {
		t.Errorf("%d jobs", n)
	}
	next := other
	next.Version, next.Source = 2, cdr.Correction
	if err := record(t, w, next.Sealed()); err != nil {
		t.Errorf("a correction: %v", err)
	}
}
