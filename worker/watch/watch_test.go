package watch

import (
	"testing"
	"time"

	"switchboard/tenant"
	"switchboard/tenant/alert"
	"switchboard/tenant/live"
	"switchboard/tenant/page"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

// TestUnusualTraffic: shop a calls out as always, shop b all at once and to a
// country that it never called.
func TestUnusualTraffic(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	now := time.Now()
	add := func(s tenanttest.Shop, at time.Time, n int, country, refused string) {
		w.Admin(t, `insert into shop.outgoing_call (shop_id, id, asked_at, path, country, lapses_at, ended_at, refused)
			select $1, gen_random_uuid(), $2, 'desk', $3, $2, $2, $5 from generate_series(1, $4)`, s.ID.UUID(), at, country, n, refused)
	}
	for d := 1; d <= 10; d++ {
		add(w.A, now.Add(-time.Duration(d)*24*time.Hour-10*time.Minute), 20, "RU", "")
		add(w.B, now.Add(-time.Duration(d)*24*time.Hour-10*time.Minute), 2, "RU", "")
	}
	add(w.A, now.Add(-10*time.Minute), 55, "RU", "") // a busy day
	add(w.B, now.Add(-10*time.Minute), 40, "RU", "")
	add(w.B, now.Add(-5*time.Minute), 1, "DE", "")
	add(w.B, now.Add(-5*time.Minute), 30, "CU", "country")
	var told []live.Hint
	watcher := New(w.DB, func(h live.Hint) { told = append(told, h) }, func() time.Time { return now })
	watcher.told = now.Add(-time.Minute)
	for range 2 {
		if err := watcher.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		now = now.Add(Every)
	}
	var found []alert.Alert
	err := w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) (err error) {
		found, _, err = alert.List(tx, true, page.Cursor{}, 50)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{}
	for _, a := range found {
		if a.ShopID == nil || *a.ShopID != w.B.ID.UUID() || a.Times != 2 {
			t.Errorf("%+v", a)
		}
		kinds[a.Kind] = a.Subject
	}
	if len(kinds) != 3 || kinds["country"] != "DE" || kinds["outbound"] == "" || kinds["refused"] == "" {
		t.Errorf("%v", kinds)
	}
	if len(told) < 3 || told[0].Kind != live.Alert {
		t.Errorf("told %+v", told)
	}
}
