package buyer_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/buyer"
	"switchboard/tenant/tenanttest"
)

func TestHistoryIsOfThisNumberAndThisShop(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna := w.AddOperator(t, "anna", w.A, w.B)
	older, newer, now := w.AddCall(t, w.A, anna, noon.Add(-48*time.Hour)), w.AddCall(t, w.A, anna, noon.Add(-time.Hour)), w.AddCall(t, w.A, anna, noon)
	stranger := w.AddCall(t, w.A, anna, noon.Add(-time.Minute))
	w.AddCall(t, w.B, anna, noon.Add(-time.Hour))
	id := w.A.ID.UUID()
	w.Admin(t, "update shop.call_party set phone = '+79990001122' where call_id = $1", stranger)
	w.Admin(t, "insert into shop.disposition (shop_id, call_id, outcome, said_by, said_at) values ($1, $2, 'claim', 'operator:x', now())", id, older)
	b := put(t, w, w.A.Scope, buyer.Facts{Phone: sergei, Name: "Сергей"})
	source, snapshot := uuid.New(), uuid.New()
	w.Admin(t, "insert into shop.catalogue_source (shop_id, id, format, location, created_at) values ($1, $2, 'yml', 'x', now())", id, source)
	w.Admin(t, "insert into shop.snapshot (shop_id, id, seq, source_id, state, taken_at, published_at) values ($1, $2, 1, $3, 'published', now(), now())", id, snapshot, source)
	for no, call := range []uuid.UUID{newer, now} {
		w.Admin(t, `insert into shop."order" (shop_id, id, no, call_id, buyer_id, snapshot_id, status, currency, total_minor, created_at)
			values ($1, gen_random_uuid(), $2, $3, $4, $5, 'draft', 'RUB', 100, $6)`, id, no+1, call, b.ID, snapshot, noon.Add(time.Duration(no)*time.Hour))
	}
	for _, task := range []struct {
		call  uuid.UUID
		state string
		due   int
	}{{older, "open", 3}, {newer, "claimed", 2}, {now, "cancelled", 1}, {stranger, "open", 1}} {
		w.Admin(t, `insert into shop.task (shop_id, id, kind, state, call_id, owner, due_at, created_at, closed_at, subject)
			values ($1, gen_random_uuid(), 'callback', $3, $2, 'pool:main', $4, now(), case $3 when 'cancelled' then now() end, 'about ' || $3)`,
			id, task.call, task.state, noon.Add(time.Duration(task.due)*time.Hour))
	}
	h, err := within(t, w, w.A.Scope, func(tx tenant.Tx) (buyer.History, error) { return buyer.HistoryOf(tx, sergei, now) })
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Calls) != 2 || h.Calls[0].ID != newer || h.Calls[1].ID != older || *h.Calls[1].Disposition != "claim" || h.Calls[0].Disposition != nil ||
		*h.Calls[0].OperatorID != anna || *h.Calls[0].Outcome != "answered" || h.Calls[0].TalkMS != 100_000 {
		t.Errorf("calls %+v", h.Calls)
	}
	if len(h.Orders) != 2 || h.Orders[0].No != 2 || *h.Orders[0].CallID != now || h.Orders[1].TotalMinor != 100 {
		t.Errorf("orders %+v", h.Orders)
	}
	var owed []string
	for _, o := range h.Tasks {
		owed = append(owed, o.State+", "+o.Subject)
	}
	if fmt.Sprint(owed) != "[claimed, about claimed open, about open]" {
		t.Errorf("owed %q", owed)
	}
	withheld, err := within(t, w, w.A.Scope, func(tx tenant.Tx) (buyer.History, error) { return buyer.HistoryOf(tx, "", now) })
	if err != nil || len(withheld.Calls)+len(withheld.Orders)+len(withheld.Tasks) > 0 {
		t.Errorf("whoever withholds their number has a history: %+v, %v", withheld, err)
	}
}
