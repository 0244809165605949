package catalogue_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

// goods are n offers with a price each.
func goods(n, price int) []offer {
	all := make([]offer, n)
	for i := range all {
		all[i] = offer{fmt.Sprint(i), fmt.Sprintf("Товар %d", i), price, ""}
	}
	return all
}

// TestWhatIsNotToBeBelieved holds a snapshot until a person has looked.
func TestWhatIsNotToBeBelieved(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	s.put(goods(20, 100)...)
	jumped := append(goods(17, 100), offer{"17", "Товар 17", 1000, ""}, offer{"18", "Товар 18", 10, ""}, offer{"19", "Товар 19", 1001, ""})
	for _, tc := range []struct {
		name  string
		feed  []offer
		cause catalogue.Cause
	}{
		{"half and one are gone", goods(9, 100), catalogue.Lost},
		{"a comma was lost", goods(20, 10000), catalogue.Prices},
		{"a comma came", goods(20, 10), catalogue.Prices},
		{"three of twenty", jumped, catalogue.Prices},
		{"nothing", nil, catalogue.Empty},
	} {
		snap := s.put(tc.feed...)
		if snap.State != catalogue.Held || snap.Cause != tc.cause || snap.Reason == "" {
			t.Errorf("%s: %+v", tc.name, snap)
		}
		s.expect("товар 5", "Товар 5 100")
		s.within(func(tx tenant.Tx) error {
			got, err := catalogue.Discard(tx, snap.ID)
			if err != nil || got.State != catalogue.Discarded || !strings.HasPrefix(got.Reason, "discarded by ") {
				t.Errorf("%s: %+v, %v", tc.name, got, err)
			}
			return nil
		})
		err := w.DB.Within(t.Context(), s.shop.Scope, func(tx tenant.Tx) error { _, err := catalogue.Accept(tx, snap.ID); return err })
		if !errors.Is(err, fault.Conflict) {
			t.Errorf("%s: what was thrown away is accepted: %v", tc.name, err)
		}
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.item_staged"); n != 0 {
		t.Errorf("%d rows are left staged", n)
	}
	if snap := s.put(append(goods(18, 100), offer{"18", "Товар 18", 1000, ""}, offer{"19", "Товар 19", 999, ""})...); snap.State != catalogue.Published || snap.UpCount != 2 {
		t.Errorf("two of twenty: %+v", snap)
	}
	empty := s.put()
	s.within(func(tx tenant.Tx) error {
		got, err := catalogue.Accept(tx, empty.ID)
		if err != nil || got.State != catalogue.Published || got.GoneCount != 20 {
			t.Errorf("an empty one that was accepted: %+v, %v", got, err)
		}
		return nil
	})
	s.expect("товар 5")
}

// TestAnEmptyFirstFeedIsRefused: there is nothing to lose, and nothing to show.
func TestAnEmptyFirstFeedIsRefused(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	snap, err := s.read(strings.NewReader(yml()))
	var invalid fault.Invalid
	if !errors.As(err, &invalid) || snap.State != catalogue.Refused {
		t.Errorf("%+v, %v", snap, err)
	}
}
