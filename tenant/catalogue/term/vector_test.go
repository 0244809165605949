package term

import "testing"

func BenchmarkVectors(b *testing.B) {
	t := Text{
		Name: "Шина зимняя шипованная Nokian Hakkapeliitta 10p 205/55 R16", Vendor: "Nokian", Category: "Шины / Зимние / Шипованные", Codes: []string{"TS72718", "4607000000017"},
		Params:    []Pair{{"Сезон", "зима"}, {"Шипы", "да"}, {"Ширина", "205"}},
		About:     "Зимняя шина для города и трассы, размер 205/55 R16. Тихая, с глубоким протектором и хорошим торможением на льду; производитель даёт пять лет гарантии на дефекты.",
		Available: true,
	}
	w := NewWriter("beef")
	for b.Loop() {
		w.Vectors(t)
	}
}
