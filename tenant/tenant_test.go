package tenant_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

func names(t *testing.T, w *tenanttest.World, s tenant.Scope) (shops []string) {
	t.Helper()
	err := w.DB.Within(t.Context(), s, func(tx tenant.Tx) error {
		return tx.Query().Raw("select distinct shop_id::text from shop.queue").Scan(&shops).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return shops
}

func TestATransactionSeesOneShop(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	for _, s := range []tenanttest.Shop{w.A, w.B} {
		got := names(t, w, s.Scope)
		if len(got) != 1 || got[0] != s.ID.String() {
			t.Errorf("an unfiltered query within %s sees %v", s.Slug, got)
		}
	}
}

func TestAForeignRowCannotBeWritten(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error {
		return tx.Query().Exec("insert into shop.buyer (shop_id, id, phone, created_at, updated_at) values (?, ?, '+7921', now(), now())",
			w.B.ID.UUID(), uuid.New()).Error
	})
	if err == nil {
		t.Error("a row of shop b was written within shop a")
	}
	err = w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error {
		res := tx.Query().Exec("update shop.queue set name = 'taken'")
		if res.RowsAffected != 1 {
			t.Errorf("an unfiltered update touched %d rows, want the shop's own 1", res.RowsAffected)
		}
		return res.Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.queue where name = 'taken'"); n != 1 {
		t.Errorf("%d queues changed, want 1", n)
	}
}

func TestTheZeroScopeAndTheBareLoginSeeNothing(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	if err := w.DB.Within(t.Context(), tenant.Scope{}, func(tenant.Tx) error { return nil }); err == nil {
		t.Error("the zero Scope was let in")
	}
	stranger := tenant.ID(uuid.New())
	if _, err := w.DB.EnterAsMember(t.Context(), w.A.Owner, w.B.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("owner of a enters b: %v, want not found", err)
	}
	if _, err := w.DB.EnterAsMember(t.Context(), w.A.Owner, stranger); !errors.Is(err, fault.NotFound) {
		t.Errorf("owner of a enters no shop: %v, want not found", err)
	}
	b, err := json.Marshal(w.A.Scope) //nolint:staticcheck // SA9005: that nothing is exported is what is tested
	if err != nil || string(b) != "{}" {
		t.Errorf("a Scope leaks into JSON: %s, %v", b, err)
	}
}

func TestAMemberWhoLeftIsOutAtOnce(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	w.Admin(t, "delete from shop.member where id = $1", w.A.Member)
	err := w.DB.Within(t.Context(), w.A.Scope, func(tenant.Tx) error { return nil })
	if !errors.Is(err, fault.Forbidden) {
		t.Errorf("a Scope held in memory outlived the membership: %v", err)
	}
}

func TestAnOperatorIsInForTheCallOnly(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna, call := w.AddOperator(t, "anna", w.A), uuid.New()
	enter := func() error {
		s, err := w.DB.EnterForCall(t.Context(), anna, w.A.ID, call)
		if err != nil {
			return err
		}
		return w.DB.Within(t.Context(), s, func(tenant.Tx) error { return nil })
	}
	if err := enter(); !errors.Is(err, fault.NotFound) {
		t.Errorf("before the call: %v, want not found", err)
	}
	w.Admin(t, `insert into house.operator_grant (id, operator_id, shop_id, reason, subject, granted_at, lapses_at)
		values (gen_random_uuid(), $1, $2, 'call', $3, now(), now() + interval '1 minute')`, anna, w.A.ID.UUID(), call)
	held, err := w.DB.EnterForCall(t.Context(), anna, w.A.ID, call)
	if err != nil {
		t.Fatalf("in the call: %v", err)
	}
	w.Admin(t, "update house.operator_grant set lapses_at = now() where subject = $1", call)
	if err := w.DB.Within(t.Context(), held, func(tenant.Tx) error { return nil }); !errors.Is(err, fault.Forbidden) {
		t.Errorf("after wrap-up: %v, want forbidden", err)
	}
	if _, err := w.DB.EnterForCall(t.Context(), anna, w.B.ID, call); !errors.Is(err, fault.NotFound) {
		t.Errorf("another shop: %v, want not found", err)
	}
}

// Connections are pooled: what one transaction was confined to must not stick,
// whether it commits, rolls back or is cut off.
func TestNoBleedBetweenPooledConnections(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	shops := []tenanttest.Shop{w.A, w.B}
	var wg sync.WaitGroup
	gate := make(chan struct{}, 32)
	for i := range 1000 {
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			s := shops[i%2]
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if i%7 == 0 {
				time.AfterFunc(time.Duration(i%5)*100*time.Microsecond, cancel)
			}
			_ = w.DB.Within(ctx, s.Scope, func(tx tenant.Tx) error {
				var seen []string
				if err := tx.Query().Raw("select shop_id::text from shop.queue").Scan(&seen).Error; err != nil {
					return err
				}
				if len(seen) != 1 || seen[0] != s.ID.String() {
					t.Errorf("saw %v within %s", seen, s.ID)
				}
				if i%5 == 0 {
					return errors.New("roll back")
				}
				return nil
			})
		})
	}
	wg.Wait()
}

func TestTheAuditLogCannotBeAltered(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error { return tenant.Audit(tx, "test.do", "thing", nil) })
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"update house.audit set actor = 'nobody'", "delete from house.audit"} {
		if err := w.DB.Across(t.Context(), "alter the audit log", func(tx tenant.AcrossTx) error { return tx.Query().Exec(q).Error }); err == nil {
			t.Errorf("%s went through", q)
		}
	}
	if n := tenanttest.One[int](t, w, "select count(*) from house.audit where action = 'test.do' and actor = $1", w.A.Scope.Actor()); n != 1 {
		t.Errorf("%d records, want 1", n)
	}
}
