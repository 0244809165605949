package ticket_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
	"switchboard/tenant/ticket"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

func issue(t *testing.T, w *tenanttest.World, operator uuid.UUID) (secret string) {
	t.Helper()
	err := w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) (err error) {
		secret, err = ticket.Issue(tx, operator)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func redeem(ctx context.Context, w *tenanttest.World, secret string) (operator uuid.UUID, err error) {
	err = w.DB.Across(ctx, "test", func(tx tenant.AcrossTx) (err error) {
		operator, err = ticket.Redeem(tx, secret)
		return err
	})
	return operator, err
}

// However many try at once, one gets in.
func TestATicketIsGoodOnce(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna := w.AddOperator(t, "anna", w.A)
	secret := issue(t, w, anna)
	var in atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if who, err := redeem(t.Context(), w, secret); err == nil && who == anna {
				in.Add(1)
			} else if !errors.Is(err, fault.NotFound) {
				t.Errorf("redeemed for %s, %v", who, err)
			}
		})
	}
	all.Wait()
	if in.Load() != 1 {
		t.Errorf("%d got in by one ticket", in.Load())
	}
}

func TestATicketThatIsNoGood(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna, boris := w.AddOperator(t, "anna", w.A), w.AddOperator(t, "boris", w.A)
	old, dismissed := issue(t, w, anna), issue(t, w, boris)
	w.Admin(t, "update house.desk_ticket set lapses_at = now() where operator_id = $1", anna)
	w.Admin(t, "update house.account set disabled_at = now() where id = $1", boris)
	for name, secret := range map[string]string{"old": old, "of one who may not any more": dismissed, "guessed": "guessed", "none": ""} {
		if who, err := redeem(t.Context(), w, secret); !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: redeemed for %s, %v", name, who, err)
		}
	}
}

// What nobody redeems does not pile up.
func TestOldTicketsGo(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna := w.AddOperator(t, "anna", w.A)
	issue(t, w, anna)
	w.Admin(t, "update house.desk_ticket set lapses_at = now()")
	issue(t, w, anna)
	if n := tenanttest.One[int](t, w, "select count(*) from house.desk_ticket"); n != 1 {
		t.Errorf("%d tickets are kept", n)
	}
}
