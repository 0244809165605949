package catalogue_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"switchboard/tenant/catalogue/term"
)

// wares makes up what a shop of the benchmark sells, always the same.
type wares struct {
	kinds, brands, models, words []string
	n                            int
}

var kinds = strings.Fields("шина диск колесо масло фильтр аккумулятор телефон чехол наушники колонка холодильник пылесос чайник утюг миксер дрель пила " +
	"лобзик лопата грабли шланг лампа люстра кровать диван стол стул шкаф матрас подушка одеяло полотенце платье рубашка юбка брюки куртка ботинки кукла коляска")

var qualities = strings.Fields("зимний летний шипованный литой беспроводной автоматический складной детский мужской женский кожаный хлопковый льняной белый чёрный синий красный " +
	"тихий мощный лёгкий прочный большой маленький новый")

var colours = strings.Fields("белый чёрный синий красный зелёный серый бежевый жёлтый")

// syllables make names that sound like brands and like words of descriptions.
func syllables(r *rand.Rand, most int) string {
	var b strings.Builder
	for range 2 + r.IntN(most) {
		b.WriteByte("bdfgklmnprstvz"[r.IntN(14)])
		b.WriteByte("aeiou"[r.IntN(5)])
	}
	return b.String()
}

func newWares(n int) wares {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	w := wares{n: n}
	for range 6 + r.IntN(14) {
		w.kinds = append(w.kinds, kinds[r.IntN(len(kinds))])
	}
	for range 40 {
		w.brands = append(w.brands, syllables(r, 2))
	}
	for range 600 {
		w.models = append(w.models, syllables(r, 3))
	}
	for range 3000 {
		w.words = append(w.words, syllables(r, 3))
	}
	return w
}

// item is the i-th of a shop.
func (w wares) item(i int) term.Text {
	r := rand.New(rand.NewPCG(uint64(w.n), uint64(i)))
	kind, brand, model := w.kinds[r.IntN(len(w.kinds))], w.brands[r.IntN(len(w.brands))], w.models[r.IntN(len(w.models))]
	var about []string
	for range 15 {
		about = append(about, w.words[r.IntN(len(w.words))])
	}
	return term.Text{
		Name:   fmt.Sprintf("%s %s %s %s %d/%d R%d", kind, qualities[r.IntN(len(qualities))], brand, model, 155+10*r.IntN(15), 35+5*r.IntN(7), 13+r.IntN(9)),
		Vendor: brand, Category: "Товары / " + kind, Codes: []string{fmt.Sprintf("%s-%06d", brand[:2], i), fmt.Sprintf("46%04d%07d", w.n, i)},
		Params: []term.Pair{{Name: "Цвет", Value: colours[r.IntN(len(colours))]}, {Name: "Вес", Value: fmt.Sprint(r.IntN(30))}},
		About:  strings.Join(about, " "), Available: i%7 != 0,
	}
}

// queries are what somebody types who looks for one of a shop's items.
func (w wares) queries(items int, r *rand.Rand) map[string]string {
	i := 1 + r.IntN(items)
	it := w.item(i)
	f := strings.Fields(it.Name) // kind, quality, brand, model, size, rim
	slip := []byte(f[2])
	at := r.IntN(len(slip)-1) + 1
	slip[at] = "bdfgklmnprst"[r.IntN(12)]
	return map[string]string{
		"one letter": string([]rune(f[0])[:1]), "two letters": string([]rune(f[0])[:2]), "kind": f[0], "kind, brand": f[0] + " " + f[2],
		"growing": f[0] + " " + f[2] + " " + f[3][:2], "size": f[0] + " " + f[4] + " " + f[5], "slip": f[0] + " " + string(slip), "two slips": f[0][:len(f[0])-2] + "ь " + string(slip) + " " + f[3][1:],
		"layout": term.Swap(f[0]) + " " + term.Swap(f[2]), "sku": it.Codes[0], "half sku": it.Codes[0][3:], "barcode": it.Codes[1], "end of it": it.Codes[1][7:],
		"nowhere": "щкуфыва цукенга", "all but one": it.Name + " несуществует",
	}
}
