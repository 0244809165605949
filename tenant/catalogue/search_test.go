package catalogue_test

import (
	"strings"
	"testing"

	"switchboard/demo/data"
	"switchboard/tenant/tenanttest"
)

func TestSearchWords(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	for _, file := range []string{"tyres.yml", "clothes.yml"} {
		s.source = s.addSource(file)
		f, err := data.Files.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.read(f); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	for typed, want := range map[string]string{
		"Шины зимние Шипованные 205/55 R16": "шипованная",
		"205/55R16 шип":               "205/55 R16",
		"205 55 р16 hakka":            "Hakka",
		"205/55/16":                   "205/55 R16",
		"НОКИАН":                      "Nokian",
		"nokian r5":                   "Hakkapeliitta R5",
		"липучка":                     "нешипованная",
		"полотенца льняные":           "Полотенце льняное",
		"лён":                         "",
		"саше лаванда":                "Саше «Лаванда»",
		"101-1-44":                    "размер 44",
		"дисков литых":                "Диск литой",
		"'; drop table shop.item; --": "",
		"шина & | ! ( ) :* <-> \\ ' шипованн": "шипованная",
		"!!!":                         "",
		strings.Repeat("шина ", 5000): "Шина ",
	} {
		got := s.find(typed)
		if want != "" && (len(got) == 0 || !strings.Contains(got[0], want)) {
			t.Errorf("%.60q finds %.60q, want %q first", typed, got, want)
		}
	}
}
