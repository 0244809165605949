package alert

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/page"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

func TestUsual(t *testing.T) {
	t.Parallel()
	week := []int{40, 42, 38, 45, 500, 41, 0} // one day with television
	for _, c := range []struct {
		what   string
		n      int
		before []int
		want   bool
	}{
		{"a shop without a past, few calls", 60, nil, false},
		{"a shop without a past, many", 61, nil, true},
		{"a good day", 160, week, false},
		{"more than four times the usual", 165, week, true},
		{"three days are no habit", 61, []int{100, 100, 100}, true},
		{"a night with nothing before it", 30, []int{0, 0, 0, 0, 0}, false},
	} {
		if _, got := Inbound.Exceeds(c.n, c.before); got != c.want {
			t.Errorf("%s: %t", c.what, got)
		}
	}
}

func TestAnAlertIsOneAnHour(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	shop, now := w.A.ID.UUID(), time.Now().UTC().Truncate(time.Millisecond)
	err := w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) error {
		for _, at := range []time.Duration{0, 30 * time.Minute, 80 * time.Minute, 3 * time.Hour} {
			if err := Raise(tx, Alert{Kind: "outbound", ShopID: &shop, Subject: "CU"}, now.Add(at)); err != nil {
				return err
			}
		}
		if err := Raise(tx, Alert{Kind: "banned", Subject: "192.0.2.1"}, now); err != nil {
			return err
		}
		all, _, err := List(tx, true, page.Cursor{}, 10)
		if err != nil || len(all) != 3 || all[0].Times != 1 || !all[0].At.Equal(now.Add(3*time.Hour)) {
			t.Errorf("%+v, %v", all, err)
		}
		seen, err := See(tx, all[0].ID, w.A.Owner, now)
		if err != nil || seen.SeenBy == nil || *seen.SeenBy != w.A.Owner {
			t.Errorf("%+v, %v", seen, err)
		}
		if _, err := See(tx, uuid.New(), w.A.Owner, now); !errors.Is(err, fault.NotFound) {
			t.Errorf("%v", err)
		}
		all, _, err = List(tx, true, page.Cursor{}, 10)
		if len(all) != 2 {
			t.Errorf("%d are unseen", len(all))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
