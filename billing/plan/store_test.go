package plan_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/plan"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

func publish(ctx context.Context, w *tenanttest.World, p plan.Plan, now time.Time) (v plan.Version, err error) {
	err = w.DB.Across(ctx, "test", func(tx tenant.AcrossTx) error {
		v, err = plan.Publish(tx, p, now)
		return err
	})
	return v, err
}

func mustPublish(t *testing.T, w *tenanttest.World, p plan.Plan, now time.Time) plan.Version {
	t.Helper()
	v, err := publish(t.Context(), w, p, now)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func subscribe(t *testing.T, w *tenanttest.World, s tenanttest.Shop, planID uuid.UUID, from time.Time) {
	t.Helper()
	w.Admin(t, "insert into shop.subscription (shop_id, id, plan_id, effective_from, created_at) values ($1, gen_random_uuid(), $2, $3, $3)", s.ID.UUID(), planID, from)
}

func termsAt(t *testing.T, w *tenanttest.World, s tenanttest.Shop, at time.Time) (terms plan.Terms, err error) {
	t.Helper()
	err = w.DB.Within(t.Context(), s.Scope, func(tx tenant.Tx) error {
		terms, err = plan.At(tx, at)
		return err
	})
	return terms, err
}

var day = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// TestAPublishedVersionStays: an edit is a version of its own, the same plan is
// none, and a call keeps the price of the moment it was answered.
func TestAPublishedVersionStays(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	p := fromYAML(t, demo)
	first := mustPublish(t, w, p, day)
	if again := mustPublish(t, w, p, day.Add(time.Hour)); again.ID != first.ID || again.Version != 1 {
		t.Errorf("the same plan became version %d", again.Version)
	}
	p.RatePerMin = "13.00"
	second := mustPublish(t, w, p, day.Add(2*time.Hour))
	if second.Version != 2 || second.PlanID != first.PlanID || second.ID == first.ID {
		t.Errorf("the edit became %+v after %+v", second, first)
	}
	subscribe(t, w, w.A, first.PlanID, day)
	for hours, want := range map[time.Duration]string{0: "12.00", 1: "12.00", 2: "13.00", 300: "13.00"} {
		terms, err := termsAt(t, w, w.A, day.Add(hours*time.Hour))
		if err != nil || terms.Tariff.Rate.String() != want || terms.Zone.String() != "Europe/Moscow" || terms.Plan.Name != "demo" {
			t.Errorf("after %d h the minute is %s in %s, %v; want %s", hours, terms.Tariff.Rate, terms.Zone, err, want)
		}
	}
	if _, err := termsAt(t, w, w.A, day.Add(-time.Second)); !errors.Is(err, fault.NotFound) {
		t.Errorf("before the plan was in effect: %v", err)
	}
	if _, err := termsAt(t, w, w.B, day); !errors.Is(err, fault.NotFound) {
		t.Errorf("the other shop, on no plan: %v", err)
	}
}

// TestEachShopHasItsPlan: and may change it.
func TestEachShopHasItsPlan(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	p := fromYAML(t, demo)
	cheap := mustPublish(t, w, p, day)
	p.Name, p.RatePerMin = "dear", "20"
	dear := mustPublish(t, w, p, day)
	subscribe(t, w, w.A, cheap.PlanID, day)
	subscribe(t, w, w.B, dear.PlanID, day)
	subscribe(t, w, w.A, dear.PlanID, day.Add(24*time.Hour))
	for _, c := range []struct {
		shop tenanttest.Shop
		at   time.Time
		want uuid.UUID
	}{{w.A, day, cheap.ID}, {w.B, day, dear.ID}, {w.A, day.Add(24 * time.Hour), dear.ID}} {
		if terms, err := termsAt(t, w, c.shop, c.at); err != nil || terms.VersionID != c.want {
			t.Errorf("%s at %s pays by %s of %s, %v", c.shop.Slug, c.at, terms.VersionID, terms.Plan.Name, err)
		}
	}
}

func TestWhatIsNotPublished(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	p := fromYAML(t, demo)
	mustPublish(t, w, p, day)
	for text, says := range map[string]string{
		strings.Replace(demo, "RUB", "USD", 1):                    "currency",
		strings.Replace(demo, `"12.00"`, "12.0000001", 1):         "rate_per_min",
		strings.Replace(demo, "}", ", round: none}", 1):           "scale",
		strings.Replace(demo, "}", ", scale: 4}", 1):              "scale",
		strings.Replace(demo, "setup_fee: 0", "setup_fee: -1", 1): "setup_fee",
	} {
		_, err := publish(t.Context(), w, fromYAML(t, text), day)
		if err == nil || !strings.Contains(err.Error(), says+":") {
			t.Errorf("%s: %v; want a mistake in %s", text, err, says)
		}
	}
	if n := tenanttest.One[int](t, w, "select count(*) from house.tariff_version"); n != 1 {
		t.Errorf("%d versions are there", n)
	}
}

// TestVersionsAreNumberedOneByOne: whoever publishes at the same moment.
func TestVersionsAreNumberedOneByOne(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			p := fromYAML(t, demo)
			p.IncludedS = int64(i % 4)
			if _, err := publish(t.Context(), w, p, day); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	n := tenanttest.One[int](t, w, "select count(*) from house.tariff_version")
	last := tenanttest.One[int](t, w, "select max(version) from house.tariff_version")
	if plans := tenanttest.One[int](t, w, "select count(*) from house.plan"); plans != 1 || n != last || n < 4 || n > 8 {
		t.Errorf("%d plans, %d versions, the last is %d", plans, n, last)
	}
}

// TestNobodyEditsAVersion: not even the role that publishes.
func TestNobodyEditsAVersion(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	mustPublish(t, w, fromYAML(t, demo), day)
	err := w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) error {
		_, err := tx.Exec("update house.tariff_version set body = '{}'")
		return err
	})
	if err == nil {
		t.Error("a published version was edited")
	}
}

func TestPeriod(t *testing.T) {
	t.Parallel()
	moscow, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]string{"2026-01-31T20:59:59.999Z": "2026-01", "2026-01-31T21:00:00Z": "2026-02"} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := plan.Period(instant, moscow); got != want {
			t.Errorf("%s is in %s; want %s", at, got, want)
		}
	}
}
