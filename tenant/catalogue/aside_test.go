package catalogue_test

import (
	"fmt"
	"strings"
	"testing"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/tenanttest"
)

const white, black = `<vendorCode>W-1</vendorCode><barcode>4600000000017</barcode><param name="Цвет">белый</param><param name="Вес">1</param>`,
	`<param name="Цвет">чёрный</param><param name="Вес">1</param>`

func names(hits []catalogue.Hit) (all []string) {
	for _, h := range hits {
		all = append(all, fmt.Sprintf("%s %d", h.Name, h.PriceMinor/100))
	}
	return all
}

func TestFilters(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	s.put(offer{"1", "Чайник белый", 100, white}, offer{"2", "Чайник чёрный", 300, black}, offer{"3", "Утюг", 200, black})
	for _, tc := range []struct {
		ask  catalogue.Ask
		want string
	}{
		{catalogue.Ask{Typed: "чайник", Filter: catalogue.Filter{Params: []catalogue.Param{{Name: "цвет", Value: "Белый"}}}}, "[Чайник белый 100]"},
		{catalogue.Ask{Filter: catalogue.Filter{Params: []catalogue.Param{{Name: "Цвет", Value: "чёрный"}, {Name: "Вес", Value: "1"}}, PriceUpto: 25000}}, "[Утюг 200]"},
		{catalogue.Ask{Typed: "чайник", Filter: catalogue.Filter{PriceFrom: 20000}}, "[Чайник чёрный 300]"},
		{catalogue.Ask{Typed: "чайник", Filter: catalogue.Filter{InStock: true, Category: "нет такой"}}, "[]"},
		{catalogue.Ask{Filter: catalogue.Filter{PriceFrom: 15000, PriceUpto: 25000}}, "[Утюг 200]"},
		{catalogue.Ask{Typed: "qqqq", Filter: catalogue.Filter{InStock: true}}, "[]"},
	} {
		tc.ask.Most = 5
		s.within(func(tx tenant.Tx) error {
			found, err := catalogue.Find(tx, tc.ask)
			if got := fmt.Sprint(names(found)); got != tc.want {
				t.Errorf("%+v finds %s, want %s", tc.ask, got, tc.want)
			}
			return err
		})
	}
	s.within(func(tx tenant.Tx) error {
		facets, err := catalogue.Facets(tx, catalogue.Ask{Typed: "чайник"})
		colours := map[string]int{}
		for _, f := range facets {
			if f.Name == "Цвет" {
				colours[f.Value] = f.Count
			}
			if f.Name == "Вес" {
				t.Error("a property that is the same everywhere is no choice")
			}
		}
		if len(colours) != 2 || colours["белый"] != 1 {
			t.Errorf("facets %+v", facets)
		}
		return err
	})
}

func TestOneThingFromTwoSources(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	s.put(offer{"1", "Чайник", 100, white}, offer{"2", "Чайник большой", 300, black})
	s.source = s.addSource("supplier.yml")
	s.put(offer{"x", "Чайник, от поставщика", 90, white + "<count>4</count>"}, offer{"y", "Чайник иной", 80, "<vendorCode>Y</vendorCode>"})
	other := newShelf(t, w, w.B)
	other.put(offer{"1", "Чайник чужой", 1, white})
	s.within(func(tx tenant.Tx) error {
		found, err := catalogue.Search(tx, "чайник", 10)
		if err != nil {
			return err
		}
		lead, others, err := catalogue.United(tx, found)
		beside := map[string]string{}
		for i, h := range lead {
			beside[h.Name] = fmt.Sprint(names(others[i]))
		}
		if len(lead) != 3 || beside["Чайник, от поставщика"] != "[Чайник 100]" || beside["Чайник иной"] != "[]" {
			t.Errorf("united %v: %v", names(lead), beside)
		}
		return err
	})
}

func TestWhatThereIsInstead(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	const of = "<categoryId>1</categoryId>"
	feed := yml(offer{"1", "Чайник", 100, white + of}, offer{"2", "Чайник дорогой", 300, white + of}, offer{"3", "Чайник чёрный", 101, black + of},
		offer{"4", "Чайник золотой", 5000, white + of}, offer{"5", "Утюг", 100, white})
	if _, err := s.read(strings.NewReader(strings.Replace(feed, "<offers>", `<categories><category id="1">Чайники</category></categories><offers>`, 1))); err != nil {
		t.Fatal(err)
	}
	s.within(func(tx tenant.Tx) error {
		found, err := catalogue.Search(tx, "чайник", 10)
		if err != nil {
			return err
		}
		for _, h := range found {
			if h.OfferID != "1" {
				continue
			}
			instead, err := catalogue.Alternatives(tx, h.Item)
			if got := fmt.Sprint(names(instead)); err != nil || h.Category == "" || got != "[Чайник дорогой 300 Чайник чёрный 101]" {
				t.Errorf("instead of %s (%s): %s, %v", h.Name, h.Category, got, err)
			}
		}
		return nil
	})
}
