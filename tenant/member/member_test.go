package member_test

import (
	"errors"
	"testing"
	"time"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/member"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

func TestMembersAreTheShopsOwn(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna := w.AddAccount(t, "anna@shop-a.test", "Anna")
	add := func(s tenant.Scope, role member.Role) error {
		return w.DB.Within(t.Context(), s, func(tx tenant.Tx) error {
			_, err := member.Add(tx, anna, role, time.Now())
			return err
		})
	}
	var invalid fault.Invalid
	if err := add(w.A.Scope, "boss"); !errors.As(err, &invalid) || invalid.Field != "role" {
		t.Errorf("role boss: %v, want invalid", err)
	}
	if err := add(w.A.Scope, member.Manager); err != nil {
		t.Fatal(err)
	}
	if err := add(w.A.Scope, member.Owner); !errors.Is(err, fault.Conflict) {
		t.Errorf("added twice: %v, want conflict", err)
	}
	for _, tc := range []struct {
		shop tenanttest.Shop
		want int
	}{{w.A, 2}, {w.B, 1}} {
		err := w.DB.Within(t.Context(), tc.shop.Scope, func(tx tenant.Tx) error {
			all, err := member.List(tx)
			if len(all) != tc.want {
				t.Errorf("%s has %d members, want %d", tc.shop.Slug, len(all), tc.want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.DB.EnterAsMember(t.Context(), anna, w.B.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("a member of a enters b: %v", err)
	}
}
