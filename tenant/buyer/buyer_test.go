package buyer_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/buyer"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const sergei = e164.Number("+79215550144")

func within[T any](t *testing.T, w *tenanttest.World, s tenant.Scope, do func(tenant.Tx) (T, error)) (T, error) {
	t.Helper()
	var v T
	err := w.DB.Within(t.Context(), s, func(tx tenant.Tx) (err error) {
		v, err = do(tx)
		return err
	})
	return v, err
}

func put(t *testing.T, w *tenanttest.World, s tenant.Scope, f buyer.Facts) buyer.Buyer {
	t.Helper()
	b, err := within(t, w, s, func(tx tenant.Tx) (buyer.Buyer, error) { return buyer.Put(tx, f, noon) })
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestABuyerIsKnownByTheirNumberWithinTheShop(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	first := put(t, w, w.A.Scope, buyer.Facts{Phone: sergei, Name: "Сергей", Address: "Невский, 1"})
	again := put(t, w, w.A.Scope, buyer.Facts{Phone: sergei, Address: "Садовая, 2"})
	if again.ID != first.ID || again.Name != "Сергей" || again.Address != "Садовая, 2" {
		t.Errorf("what was not said again was lost: %+v", again)
	}
	theirs := put(t, w, w.B.Scope, buyer.Facts{Phone: sergei, Name: "Sergey of shop b"})
	if theirs.ID == first.ID {
		t.Error("two shops share a buyer")
	}
	byPhone := func(tx tenant.Tx) (buyer.Buyer, error) { return buyer.ByPhone(tx, sergei) }
	if b, err := within(t, w, w.A.Scope, byPhone); err != nil || b.Name != "Сергей" {
		t.Errorf("shop a knows %+v, %v", b, err)
	}
	if _, err := within(t, w, w.B.Scope, func(tx tenant.Tx) (buyer.Buyer, error) { return buyer.Take(tx, first.ID) }); !errors.Is(err, fault.NotFound) {
		t.Errorf("shop b takes a buyer of shop a: %v", err)
	}
	if b, err := within(t, w, w.A.Scope, func(tx tenant.Tx) (buyer.Buyer, error) { return buyer.Take(tx, first.ID) }); err != nil || b.Phone != sergei {
		t.Errorf("%+v, %v", b, err)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from house.audit where action = 'buyer.put' and subject = $1", first.ID.String()); n != 2 {
		t.Errorf("%d records in the audit log, want 2", n)
	}
	if leak := tenanttest.One[int](t, w, "select count(*) from house.audit where detail::text || subject || actor ~ '7921|Сергей|Невский'"); leak != 0 {
		t.Error("the audit log holds personal data")
	}
}

func TestTwoWhoWriteDownTheSameBuyerMakeOne(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { put(t, w, w.A.Scope, buyer.Facts{Phone: sergei, Name: "Сергей"}) })
	}
	all.Wait()
	if n := tenanttest.One[int](t, w, "select count(*) from shop.buyer"); n != 1 {
		t.Errorf("%d buyers", n)
	}
}

func TestWhatCannotBeWrittenDown(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	_, err := within(t, w, w.A.Scope, func(tx tenant.Tx) (buyer.Buyer, error) {
		return buyer.Put(tx, buyer.Facts{Phone: "89215550144", Name: strings.Repeat("я", 201), Note: strings.Repeat("я", 2000)}, noon)
	})
	var p fault.Problems
	if !errors.As(err, &p) || len(p) != 2 || p[0].Field != "phone" || p[1].Field != "name" {
		t.Errorf("%v", err)
	}
}

func TestTheCardCountsWhatThereWas(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna := w.AddOperator(t, "anna", w.A, w.B)
	var last uuid.UUID
	for i := range 3 {
		last = w.AddCall(t, w.A, anna, noon.Add(time.Duration(i)*time.Hour))
	}
	w.AddCall(t, w.B, anna, noon.Add(9*time.Hour))
	w.Admin(t, `insert into shop.lost_call (shop_id, id, call_id, reason, words, waited_ms, owner, lost_at) values ($1, $2, $2, 'abandoned', '', 1, 'pool:main', now())`, w.A.ID.UUID(), last)
	card := func(s tenant.Scope, n e164.Number) buyer.Card {
		c, err := within(t, w, s, func(tx tenant.Tx) (buyer.Card, error) { return buyer.CardOf(tx, n) })
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if c := card(w.A.Scope, sergei); c.Buyer != nil || c.Calls != 3 || c.Answered != 3 || c.Lost != 1 || c.Orders != 0 || !c.LastCallAt.Equal(noon.Add(2*time.Hour)) {
		t.Errorf("before anything was written down: %+v", c)
	}
	b := put(t, w, w.A.Scope, buyer.Facts{Phone: sergei, Name: "Сергей"})
	source, snapshot := uuid.New(), uuid.New()
	w.Admin(t, "insert into shop.catalogue_source (shop_id, id, format, location, created_at) values ($1, $2, 'yml', 'x', now())", w.A.ID.UUID(), source)
	w.Admin(t, `insert into shop.snapshot (shop_id, id, seq, source_id, state, taken_at, published_at) values ($1, $2, 1, $3, 'published', now(), now())`, w.A.ID.UUID(), snapshot, source)
	for no, status := range []string{"confirmed", "confirmed", "draft"} {
		w.Admin(t, `insert into shop."order" (shop_id, id, no, buyer_id, snapshot_id, status, currency, total_minor, created_at) values ($1, gen_random_uuid(), $2, $3, $4, $5, 'RUB', 1, $6)`,
			w.A.ID.UUID(), no+1, b.ID, snapshot, status, noon.Add(time.Duration(no)*time.Minute))
	}
	if c := card(w.A.Scope, sergei); c.Buyer == nil || c.Buyer.Name != "Сергей" || c.Orders != 2 || *c.LastOrderNo != 3 {
		t.Errorf("of a known buyer: %+v", c)
	}
	if c := card(w.B.Scope, sergei); c.Buyer != nil || c.Calls != 1 || c.Orders != 0 {
		t.Errorf("shop b's card: %+v", c)
	}
	if c := card(w.A.Scope, "+79990001122"); c.Calls != 0 || c.LastCallAt != nil {
		t.Errorf("of a stranger: %+v", c)
	}
}
