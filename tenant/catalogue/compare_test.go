package catalogue_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

// ids returns the current items that a search finds.
func (s *shelf) ids(typed string) (found []uuid.UUID) {
	s.t.Helper()
	s.within(func(tx tenant.Tx) error {
		hits, err := catalogue.Search(tx, typed, 10)
		for _, h := range hits {
			found = append(found, h.ID)
		}
		return err
	})
	return found
}

func TestItemsStandSideBySide(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	s.put(
		offer{"1", "Nokian", 8450, `<param name="Сезон">зима</param><param name="Ширина" unit="мм">205</param>`},
		offer{"2", "Gislaved", 7190, `<param name="ширина" unit="мм">205</param><param name="Шум" unit="дБ">72</param><param name="Шум">ещё</param>`},
	)
	nokian, gislaved := s.ids("Nokian")[0], s.ids("Gislaved")[0]
	s.within(func(tx tenant.Tx) error {
		hits, err := catalogue.TakeItems(tx, []uuid.UUID{gislaved, nokian})
		if err != nil {
			return err
		}
		if hits[0].Name != "Gislaved" || hits[1].Name != "Nokian" || !hits[0].AsOf.Equal(s.now) {
			t.Errorf("items %+v", hits)
		}
		var got []string
		for _, r := range catalogue.Beside(hits) {
			got = append(got, fmt.Sprintf("%s: %q %v", r.Name, r.Values, r.Differ()))
		}
		if want := []string{`ширина: ["205 мм" "205 мм"] false`, `Шум: ["72 дБ" ""] true`, `Сезон: ["" "зима"] true`}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q, want %q", got, want)
		}
		if _, err := catalogue.TakeItems(tx, []uuid.UUID{nokian, uuid.New()}); !errors.Is(err, fault.NotFound) {
			t.Errorf("one that is not there: %v", err)
		}
		return nil
	})
	err := w.DB.Within(t.Context(), w.B.Scope, func(tx tenant.Tx) error {
		_, err := catalogue.TakeItems(tx, []uuid.UUID{nokian, gislaved})
		return err
	})
	if !errors.Is(err, fault.NotFound) {
		t.Errorf("shop b compares items of shop a: %v", err)
	}
}

func TestWhichCatalogueHasTheItemsThatWereTold(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	first := s.put(offer{"1", "tyre", 800, ""}, offer{"2", "tube", 50, ""})
	cheap, tube := s.ids("tyre")[0], s.ids("tube")[0]
	second := s.put(offer{"1", "tyre", 845, ""}, offer{"2", "tube", 50, ""})
	dear := s.ids("tyre")[0]
	s.within(func(tx tenant.Tx) error {
		for _, tc := range []struct {
			name  string
			items []uuid.UUID
			want  *uuid.UUID
		}{
			{"in both", []uuid.UUID{tube, tube}, &second.ID}, {"in the first", []uuid.UUID{tube, cheap}, &first.ID}, {"in the second", []uuid.UUID{dear}, &second.ID},
			{"in none together", []uuid.UUID{cheap, dear}, nil}, {"nowhere", []uuid.UUID{uuid.New()}, nil}, {"nothing", nil, nil},
		} {
			got, err := catalogue.Holding(tx, tc.items)
			if err != nil || (got == nil) != (tc.want == nil) || got != nil && *got != *tc.want {
				t.Errorf("%s: %v, %v, want %v", tc.name, got, err, tc.want)
			}
		}
		return nil
	})
}
