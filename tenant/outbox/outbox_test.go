package outbox_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/outbox"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

type thing struct {
	ThingID uuid.UUID `json:"thing_id"`
}

var things = outbox.Kind[thing]{Name: "thing.made", Queue: outbox.Slow, MaxAttempts: 3, Timeout: time.Second}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 123456789, time.UTC)

func owed(t *testing.T, w *tenanttest.World, shop tenanttest.Shop) int {
	t.Helper()
	return tenanttest.One[int](t, w, "select count(*) from house.outbox where shop_id = $1", shop.ID.UUID())
}

func TestAJobIsOwedIfTheTransactionCommits(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	id := uuid.New()
	enqueue := func(tx tenant.Tx) error { return things.Enqueue(tx, thing{id}, outbox.Ask{Now: noon}) }
	over := errors.New("over")
	err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error { return errors.Join(enqueue(tx), over) })
	if !errors.Is(err, over) || owed(t, w, w.A) != 0 {
		t.Errorf("after a rollback: %v, %d jobs", err, owed(t, w, w.A))
	}
	if err := w.DB.Within(t.Context(), w.A.Scope, enqueue); err != nil || owed(t, w, w.A) != 1 {
		t.Errorf("after a commit: %v, %d jobs", err, owed(t, w, w.A))
	}
	if owed(t, w, w.B) != 0 {
		t.Error("shop b owes it too")
	}
	row := tenanttest.One[string](t, w, `select concat_ws(' ', kind, queue, payload->>'thing_id', due_at = created_at, dedupe_key) from house.outbox`)
	if want := "thing.made slow " + id.String() + " t"; row != want {
		t.Errorf("row %q, want %q", row, want)
	}
}

// The key is unique on the platform: were the shop not in it, one shop's job
// would silently swallow another's.
func TestAKeyIsTheShopsOwn(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	for _, s := range []tenanttest.Shop{w.A, w.A, w.B} {
		err := w.DB.Within(t.Context(), s.Scope, func(tx tenant.Tx) error {
			return things.Enqueue(tx, thing{}, outbox.Ask{Now: noon, Key: "one"})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if a, b := owed(t, w, w.A), owed(t, w, w.B); a != 1 || b != 1 {
		t.Errorf("shop a owes %d, shop b %d; want one each", a, b)
	}
}

func TestEnqueueAcross(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	due := noon.Add(time.Hour)
	err := w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) error {
		return errors.Join(
			things.EnqueueAcross(tx, w.A.ID, thing{}, outbox.Ask{Now: noon, Due: due}),
			things.EnqueueAcross(tx, tenant.ID{}, thing{}, outbox.Ask{Now: noon}))
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from house.outbox where shop_id = $1 and due_at = $2", w.A.ID.UUID(), due.Truncate(time.Microsecond)); n != 1 {
		t.Errorf("%d jobs of shop a", n)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from house.outbox where shop_id is null"); n != 1 {
		t.Errorf("%d jobs of the platform", n)
	}
	seen, err := 0, w.DB.Within(t.Context(), w.B.Scope, func(tx tenant.Tx) error {
		if n := 0; tx.Query().Raw("select count(*) from house.outbox").Scan(&n).Error != nil || n != 0 {
			t.Errorf("shop b sees %d jobs", n)
		}
		return nil
	})
	if err != nil || seen != 0 {
		t.Error(err)
	}
}
