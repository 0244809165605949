package draft_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/draft"
	"switchboard/tenant/fault"
	"switchboard/tenant/order"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

var noon = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

func within[T any](t *testing.T, w *tenanttest.World, s tenant.Scope, do func(tenant.Tx) (T, error)) (T, error) {
	t.Helper()
	var v T
	err := w.DB.Within(t.Context(), s, func(tx tenant.Tx) (err error) {
		v, err = do(tx)
		return err
	})
	return v, err
}

func save(t *testing.T, w *tenanttest.World, s tenant.Scope, call uuid.UUID, revision int64, body string) (draft.Draft, error) {
	t.Helper()
	return within(t, w, s, func(tx tenant.Tx) (draft.Draft, error) {
		return draft.Save(tx, call, draft.Change{Revision: revision, Body: json.RawMessage(body)}, noon)
	})
}

func take(t *testing.T, w *tenanttest.World, s tenant.Scope, call uuid.UUID) draft.Draft {
	t.Helper()
	d, err := within(t, w, s, func(tx tenant.Tx) (draft.Draft, error) { return draft.Take(tx, call) })
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// another returns a scope of a shop that is another person's.
func another(t *testing.T, w *tenanttest.World, s tenanttest.Shop) tenant.Scope {
	t.Helper()
	account := w.AddAccount(t, "second@test.example", "Second")
	w.Admin(t, "insert into shop.member (shop_id, id, account_id, role, created_at) values ($1, gen_random_uuid(), $2, 'manager', now())", s.ID.UUID(), account)
	scope, err := w.DB.EnterAsMember(t.Context(), account, s.ID)
	if err != nil {
		t.Fatal(err)
	}
	return scope
}

func TestADraftIsKeptByRevision(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	call, second := w.AddCall(t, w.A, w.AddOperator(t, "anna"), noon), another(t, w, w.A)
	if d := take(t, w, w.A.Scope, call); d.Revision != 0 || string(d.Body) != "{}" {
		t.Errorf("where nothing was typed: %+v", d)
	}
	var early draft.Stale
	if _, err := save(t, w, w.A.Scope, call, 5, `{"note":"a"}`); !errors.As(err, &early) || early.Kept.Revision != 0 {
		t.Errorf("made from a revision that never was: %v", err)
	}
	for n, step := range []struct {
		by       tenant.Scope
		revision int64
		body     string
		kept     string // what is kept after it; the revision that it has
		stale    bool
	}{
		{w.A.Scope, 0, `{"note":"a"}`, `1 {"note":"a"}`, false},
		{w.A.Scope, 0, `{"note":"a"}`, `1 {"note":"a"}`, false}, // sent again: the answer was lost
		{w.A.Scope, 1, `{"note":"ab"}`, `2 {"note":"ab"}`, false},
		{w.A.Scope, 1, `{"note":"ac"}`, `2 {"note":"ab"}`, true}, // another tab
		{second, 1, `{"note":"ab"}`, `2 {"note":"ab"}`, true},    // the same words, but another's
		{second, 2, `{"note":"abc"}`, `3 {"note":"abc"}`, false}, // the next operator goes on
		{w.A.Scope, 2, `{"note":"abd"}`, `3 {"note":"abc"}`, true},
		{w.A.Scope, 0, `{"note":"x"}`, `3 {"note":"abc"}`, true},
		{w.A.Scope, 9, `{"note":"x"}`, `3 {"note":"abc"}`, true},
	} {
		_, err := save(t, w, step.by, call, step.revision, step.body)
		var stale draft.Stale
		if errors.As(err, &stale) != step.stale || !step.stale && err != nil {
			t.Errorf("%d: %v", n, err)
		}
		if step.stale && (!errors.Is(err, fault.Conflict) || fmt.Sprintf("%d %s", stale.Kept.Revision, stale.Kept.Body) != step.kept) {
			t.Errorf("%d: the refusal has %d %s", n, stale.Kept.Revision, stale.Kept.Body)
		}
		if d := take(t, w, w.A.Scope, call); fmt.Sprintf("%d %s", d.Revision, d.Body) != step.kept {
			t.Errorf("%d: kept %d %s, want %s", n, d.Revision, d.Body, step.kept)
		}
	}
	if got := tenanttest.One[string](t, w, "select string_agg(actor || ' ' || detail, ' ' order by at) from house.audit where action = 'draft.save'"); got != w.A.Scope.Actor()+" {} "+second.Actor()+" {}" {
		t.Errorf("the audit log has %s: want each person once, and no words", got)
	}
}

func TestTwoFirstWordsMeet(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	call := w.AddCall(t, w.A, w.AddOperator(t, "anna"), noon)
	var kept, refused atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			_, err := save(t, w, w.A.Scope, call, 0, fmt.Sprintf(`{"note":"%d"}`, i))
			switch {
			case err == nil:
				kept.Add(1)
			case errors.Is(err, fault.Conflict):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if kept.Load() != 1 || refused.Load() != 7 {
		t.Errorf("%d kept, %d refused", kept.Load(), refused.Load())
	}
}

func TestADraftIsOneShops(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	call := w.AddCall(t, w.A, w.AddOperator(t, "anna"), noon)
	if _, err := save(t, w, w.A.Scope, call, 0, `{"note":"a"}`); err != nil {
		t.Fatal(err)
	}
	if d := take(t, w, w.B.Scope, call); d.Revision != 0 {
		t.Errorf("shop b reads %s", d.Body)
	}
	if _, err := save(t, w, w.B.Scope, call, 0, `{"note":"b"}`); err == nil {
		t.Error("shop b writes a draft of a call that it does not have")
	}
	if d := take(t, w, w.A.Scope, call); string(d.Body) != `{"note":"a"}` {
		t.Errorf("shop a has %s", d.Body)
	}
}

func TestWhatPeoplePasteIsKeptOrRefused(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	call := w.AddCall(t, w.A, w.AddOperator(t, "anna"), noon)
	if d, err := save(t, w, w.A.Scope, call, 0, `{"note":"\u0000 \ud83d\ude00 \\u0000"}`); err != nil || take(t, w, w.A.Scope, call).Revision != d.Revision {
		t.Errorf("a character that PostgreSQL has not: %v", err)
	}
	var invalid fault.Invalid
	if _, err := save(t, w, w.A.Scope, call, 1, `{"note":"`+strings.Repeat("x", 10<<20)+`"}`); !errors.As(err, &invalid) {
		t.Errorf("ten megabytes: %v", err)
	}
	if d := take(t, w, w.A.Scope, call); d.Revision != 1 {
		t.Errorf("revision %d after a refusal", d.Revision)
	}
}

// shelf is a catalogue of two snapshots: a tyre of 800.00 in the first costs
// 845.00 in the second; a tube of 50.00 is in both.
type shelf struct{ cheap, dear, tube, first, second uuid.UUID }

func stock(t *testing.T, w *tenanttest.World, s tenanttest.Shop) shelf {
	t.Helper()
	source, c := uuid.New(), shelf{uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New()}
	w.Admin(t, "insert into shop.catalogue_source (shop_id, id, format, location, created_at) values ($1, $2, 'yml', 'feed', now())", s.ID.UUID(), source)
	for seq, id := range []uuid.UUID{c.first, c.second} {
		w.Admin(t, `insert into shop.snapshot (shop_id, id, seq, source_id, state, taken_at, published_at) values ($1, $2, $3, $4, 'published', now(), now())`, s.ID.UUID(), id, seq+1, source)
	}
	item := func(id uuid.UUID, sku string, price int64, first int, last any) {
		w.Admin(t, `insert into shop.item (shop_id, id, source_id, offer_id, first_seq, last_seq, sku, name, price_minor, currency, available, content_hash, search)
			values ($1, $2, $3, $4, $5, $6, $4, $4, $7, 'RUB', true, '', '')`, s.ID.UUID(), id, source, sku, first, last, price)
	}
	item(c.cheap, "tyre", 80000, 1, 1)
	item(c.dear, "tyre", 84500, 2, nil)
	item(c.tube, "tube", 5000, 1, nil)
	return c
}

func TestTheOrderHasThePricesThatWereTold(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	c, theirs := stock(t, w, w.A), stock(t, w, w.B)
	anna := w.AddOperator(t, "anna", w.A)
	for _, tc := range []struct {
		name, order string
		total       int64
		snapshot    uuid.UUID
		fields      []string
	}{
		{"told before the newest catalogue", `{"items":[{"item_id":"` + c.cheap.String() + `","quantity":"4"},{"item_id":"` + c.tube.String() + `"}],"delivery":"1 500,50"}`, 475050, c.first, nil},
		{"told by the newest", `{"items":[{"item_id":"` + c.dear.String() + `","quantity":" 2 "},{"item_id":"` + c.tube.String() + `"}]}`, 174000, c.second, nil},
		{"told by none", `{"items":[{"item_id":"` + c.tube.String() + `"},{"item_id":"` + c.cheap.String() + `"},{"item_id":"` + c.dear.String() + `"}]}`, 0, uuid.Nil, []string{"order.items[1].item_id"}},
		{"of another shop", `{"items":[{"item_id":"` + theirs.dear.String() + `"}]}`, 0, uuid.Nil, []string{"order.items[0].item_id"}},
		{"half typed", `{"items":[{"item_id":"` + c.tube.String() + `","quantity":"4x"}],"delivery":"free?"}`, 0, uuid.Nil, []string{"order.items[0].quantity", "order.delivery"}},
		{"beyond bounds", `{"items":[{"item_id":"` + c.tube.String() + `","quantity":"0"}],"contact":{"phone":"12"}}`, 0, uuid.Nil, []string{"order.items[0].quantity", "order.contact.phone"}},
		{"of nothing", `{}`, 0, uuid.Nil, []string{"order.items"}},
	} {
		call := w.AddCall(t, w.A, anna, noon)
		if _, err := save(t, w, w.A.Scope, call, 0, `{"order":`+tc.order+`}`); err != nil {
			t.Fatal(err)
		}
		o, err := within(t, w, w.A.Scope, func(tx tenant.Tx) (order.Order, error) { return draft.Make(tx, call, 1, noon) })
		var p fault.Problems
		errors.As(err, &p)
		var fields []string
		for _, e := range p {
			fields = append(fields, e.Field)
		}
		if !slices.Equal(fields, tc.fields) || tc.fields == nil && err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
		if tc.fields == nil && (o.TotalMinor != tc.total || o.SnapshotID != tc.snapshot || *o.CallID != call) {
			t.Errorf("%s: %+v", tc.name, o)
		}
	}
}

func TestAnOlderDraftMakesNoOrder(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	c := stock(t, w, w.A)
	call := w.AddCall(t, w.A, w.AddOperator(t, "anna", w.A), noon)
	for revision, quantity := range []string{"1", "4"} {
		if _, err := save(t, w, w.A.Scope, call, int64(revision), `{"order":{"items":[{"item_id":"`+c.tube.String()+`","quantity":"`+quantity+`"}]}}`); err != nil {
			t.Fatal(err)
		}
	}
	var stale draft.Stale
	_, err := within(t, w, w.A.Scope, func(tx tenant.Tx) (order.Order, error) { return draft.Make(tx, call, 1, noon) })
	if !errors.As(err, &stale) || stale.Kept.Revision != 2 {
		t.Errorf("%v", err)
	}
	if n := tenanttest.One[int](t, w, `select count(*) from shop."order"`); n != 0 {
		t.Errorf("%d orders", n)
	}
}
