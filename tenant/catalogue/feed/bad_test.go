package feed

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/text/encoding/unicode"

	"switchboard/tenant/fault"
)

// rss, goods and offers are small feeds around what is tested.
func rss(items ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel>` + strings.Join(items, "\n") + `</channel></rss>`
}

func lamp(id, name, price string) string {
	return fmt.Sprintf(`<item><g:id>%s</g:id><title>%s</title><g:price>%s</g:price></item>`, id, name, price)
}

func import1C(groups string, products ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация><Классификатор><Группы>` + groups + `</Группы></Классификатор><Каталог><Товары>` +
		strings.Join(products, "\n") + `</Товары></Каталог></КоммерческаяИнформация>`
}

func offers1C(offers ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация><ПакетПредложений><ТипыЦен><ТипЦены><Ид>t</Ид><Наименование>Розничная</Наименование></ТипЦены></ТипыЦен><Предложения>` +
		strings.Join(offers, "\n") + `</Предложения></ПакетПредложений></КоммерческаяИнформация>`
}

func good1C(id, name string) string {
	return fmt.Sprintf("<Товар><Ид>%s</Ид><Наименование>%s</Наименование></Товар>", id, name)
}

func price1C(id, price string) string {
	return fmt.Sprintf("<Предложение><Ид>%s</Ид><Цены><Цена><ИдТипаЦены>t</ИдТипаЦены><ЦенаЗаЕдиницу>%s</ЦенаЗаЕдиницу></Цена></Цены></Предложение>", id, price)
}

// both is goods and offers packed together.
func both(t testing.TB, goods, offers string) string {
	return zipped(t, "import.xml", goods, "offers.xml", offers)
}

// TestBadInput: whatever stands in a file, it is read as far as it is sound, and
// the rest is told with its line.
func TestBadInput(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("я", 50_000)
	csv := func(rows ...string) string { return "id;name;price;stock\n" + strings.Join(rows, "\n") + "\n" }
	page := "<!DOCTYPE html><html><body>404</body></html>"
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("id\tname\tprice\n1\tЁж\t10\n")
	cases := []struct{ format, name, src, want string }{ // want: "id name price" of the items; then what is told or refused
		{"merchant", "a mark of UTF-8", "\ufeff" + rss(lamp("1", "Lamp", "1 EUR")), "1 Lamp 100"},
		{"merchant", "windows-1251", in1251(t, strings.Replace(rss(lamp("1", "Лампа", "1 EUR")), "UTF-8", "windows-1251", 1)), "1 Лампа 100"},
		{"merchant", "a wrong encoding", strings.Replace(rss(lamp("1", "Лампа настольная", "1 EUR")), "UTF-8", "windows-1251", 1), "but it is UTF-8"},
		{"merchant", "entities", rss(lamp("1", "A &amp; B &#169;", "1 EUR")), "1 A & B © 100"},
		{"merchant", "a DTD", `<!DOCTYPE rss [<!ENTITY a "b">]>` + rss(lamp("1", "&a;", "1 EUR"))[38:], "DTD"},
		{"merchant", "ids", rss(lamp("1", "A", "1 EUR"), lamp("1", "B", "2 EUR"), lamp("", "C", "1 EUR")), "1 A 100; there already; has no id"},
		{"merchant", "decimals", rss(lamp("1", "A", "1,50 EUR"), lamp("2", "B", "1.5 EUR"), lamp("3", "C", "EUR 3")), "1 A 150; 2 B 150; 3 C 300"},
		{"merchant", "a price below zero", rss(lamp("1", "A", "-1 EUR"), lamp("2", "B", "2 EUR")), "2 B 200; below zero"},
		{"merchant", "a long name", rss(lamp("1", long, "1 EUR"), lamp("2", "B", "2 EUR")), "2 B 200; longer than"},
		{"merchant", "half a file", rss(lamp("1", "A", "1 EUR"))[:140], "cut off"},
		{"merchant", "a page", page, "HTML page"},
		{"merchant", "YML", shop(good), "another format"},
		{"merchant", "half a table", "id\ttitle\tpri", "no price"},
		{"merchant", "nothing", "", "empty"},
		{"commerceml", "a mark, and a price below zero", both(t, "\ufeff"+import1C("", good1C("1", "Ёж"), good1C("2", "Уж")), offers1C(price1C("1", "-5"), price1C("2", "1,50"))), "2 Уж 150; below zero"},
		{"commerceml", "windows-1251", both(t, in1251(t, strings.Replace(import1C("", good1C("1", "Ёж")), "UTF-8", "windows-1251", 1)), offers1C(price1C("1", "5"))), "1 Ёж 500"},
		{"commerceml", "a wrong encoding", both(t, strings.Replace(import1C("", good1C("1", "Ёж")), "UTF-8", "windows-1251", 1), offers1C(price1C("1", "5"))), "but it is UTF-8"},
		{"commerceml", "ids", both(t, import1C("", good1C("", "А"), good1C("1", "Б"), good1C("1", "В")), offers1C(price1C("1", "5"), price1C("", "6"))), "1 В 500; a product has no id; an offer has no id"},
		{"commerceml", "offers without goods", offers1C(price1C("1", "5")), "no product of this offer"},
		{"commerceml", "goods without offers", import1C("", good1C("1", "Ёж")), "no offer of this product"},
		{"commerceml", "groups in a ring", both(t, import1C("<Группа><Ид>a</Ид><Наименование>А</Наименование><Группы><Группа><Ид>b</Ид><Наименование>Б</Наименование><Группы><Группа><Ид>a</Ид><Наименование>А</Наименование></Группа></Группы></Группа></Группы></Группа>", good1C("1", "Ёж")), offers1C(price1C("1", "5"))), "1 Ёж 500"},
		{"commerceml", "a group in itself", both(t, import1C("<Группа><Ид>a</Ид><Наименование>А</Наименование><Группы><Группа><Ид>a</Ид><Наименование>А</Наименование></Группа></Группы></Группа>", good1C("1", "Ёж")), offers1C(price1C("1", "5"))), "1 Ёж 500"},
		{"commerceml", "half a file", both(t, import1C("", good1C("1", "Ёж"))[:300], offers1C(price1C("1", "5"))), "cut off"},
		{"commerceml", "half a packed file", both(t, import1C("", good1C("1", "Ёж")), offers1C(price1C("1", "5")))[:500], "cut off or broken"},
		{"commerceml", "a DTD", both(t, `<!DOCTYPE a [<!ENTITY a "b">]>`+import1C("", good1C("1", "Ёж"))[38:], offers1C(price1C("1", "5"))), "DTD"},
		{"commerceml", "a long name", both(t, import1C("", good1C("1", long), good1C("2", "Уж")), offers1C(price1C("1", "5"), price1C("2", "5"))), "2 Уж 500; longer than"},
		{"commerceml", "a page", page, "HTML page"},
		{"commerceml", "no XML in it", zipped(t, "a.txt", "a"), "no XML"},
		{"csv", "a mark", "\ufeff" + csv("1;Ёж;10;"), "1 Ёж 1000"},
		{"csv", "windows-1251", in1251(t, csv("1;Ёж;10;")), "1 Ёж 1000"},
		{"csv", "windows-1251 further on", csv("1;Ёж;10;") + in1251(t, "2;Уж;5;\n"), "1 Ёж 1000; 2 Уж 500"},
		{"csv", "UTF-16", utf16, "1 Ёж 1000"},
		{"csv", "tabs", strings.ReplaceAll(csv("1;Ёж;10;"), ";", "\t"), "1 Ёж 1000"},
		{"csv", "quotes", csv(`1;"Ёж ""и"" ;змея";10;`, `2;Диск 17" литой;20;`, "3;\"в две\nстроки\";5;"), `1 Ёж "и" ;змея 1000; 2 Диск 17" литой 2000; 3 в две строки 500`},
		{"csv", "a quote not closed", csv(`1;Ёж;10;`) + `2;"` + strings.Repeat("Уж;5;\n", 200_000), "one row is longer"},
		{"csv", "ids", csv("1;Ёж;10;", "1;Уж;5;", ";Чиж;1;"), "1 Ёж 1000; there already, in line 2; has no id"},
		{"csv", "decimals", csv("1;А;1,5;", "2;Б;1.5;", "3;В;1 234,50 руб.;", "4;Г;1.234,50;", "5;Д;1,234;"), "1 А 150; 2 Б 150; 3 В 123450; 4 Г 123450; two ways"},
		{"csv", "a price below zero", csv("1;А;-1;", "2;Б;0;", "3;В;1;"), "3 В 100; below zero; the price is 0"},
		{"csv", "a stock of words", csv("1;А;1;есть", "2;Б;1;нет", "3;В;1;>10", "4;Г;1;5 коробок"), "1 А 100; 2 Б 100; 3 В 100; 4 Г 100; is not a number of pieces"},
		{"csv", "a long name", csv("1;"+long+";10;", "2;Уж;5;"), "2 Уж 500; longer than"},
		{"csv", "half a file", "id;na", "no row names the columns"},
		{"csv", "a page", page, "HTML page"},
		{"csv", "a workbook", book(t), "XLSX"},
		{"csv", "nothing", "\n\n", "empty"},
		{"csv", "no items", "id;name;price\n", "no offers"},
		{"xlsx", "half a file", book(t)[:1500], "cut off or broken"},
		{"xlsx", "a page", page, "HTML page"},
		{"xlsx", "a table of text", csv("1;А;1;"), "no XLSX"},
		{"xlsx", "Excel 97", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more", "Excel 97"},
		{"xlsx", "a text that is not there", sheetOf(t, nil, `<c r="A1" t="s"><v>99</v></c>`), "which the workbook lacks"},
		{"xlsx", "ids and prices", sheetOf(t, nil, cells("id", "name", "price"), cells("1", "А", "-5"), cells("2", "Б", "5,5"), cells("2", "В", "5"), cells("", "Г", "5")), "2 Б 550; below zero; there already; has no id"},
		{"json", "a mark", "\ufeff" + `[{"id":1,"name":"Ёж","price":"1,5"}]`, "1 Ёж 150"},
		{"json", "windows-1251", in1251(t, `[{"id":1,"name":"Ёж","price":2}]`), "1 Ёж 200"},
		{"json", "ids", `[{"id":1,"name":"А","price":1},{"id":"1","name":"Б","price":1},{"name":"В","price":1}]`, "1 А 100; there already; has no id"},
		{"json", "prices", `[{"id":1,"name":"А","price":-1},{"id":2,"name":"Б","price":1.5},{"id":3,"name":"В","price":null},{"id":4,"name":"Г","price":{}}]`, "2 Б 150; below zero; missing"},
		{"json", "a wrong kind", `[{"id":1,"name":"А","price":1,"params":"x"},7,{"id":2,"name":"Б","price":1}]`, "2 Б 100; is not as it should be"},
		{"json", "a long name", `[{"id":1,"name":"` + long + `","price":1},{"id":2,"name":"Б","price":1}]`, "2 Б 100; longer than"},
		{"json", "half a file", `{"items":[{"id":1,"name":"А","price":1},{"id":2`, "cut off"},
		{"json", "no list", `{"goods":[]}`, `no list "items"`},
		{"json", "a page", page, "HTML page"},
		{"json", "broken", `[{"id":1,,}]`, "broken JSON"},
		{"json", "deep", "[" + strings.Repeat(`{"a":`, 20_000) + "1", "broken JSON"},
		{"json", "one endless text", `[{"id":"` + strings.Repeat("a", 3<<20), "longer than"},
		{"shopify", "half a page", `{"products":[{"id":1,"title":"A","variants":[{"id":2,"price":"1"}]}`, "cut off"},
		{"shopify", "an error", `{"errors":"[API] Invalid API key"}`, `no list "products"`},
		{"woocommerce", "an error", `{"code":"woocommerce_rest_cannot_view","message":"Sorry","data":{"status":401}}`, `no list "products"`},
		{"woocommerce", "a page", page, "HTML page"},
		{"insales", "ids and prices", `[{"id":1,"title":"А","variants":[{"id":1,"price":"-1"},{"id":2,"price":"1.5"},{"id":2,"price":"1"}]}]`, "2 А 150; below zero; there already"},
	}
	for _, tc := range cases {
		t.Run(tc.format+" "+tc.name, func(t *testing.T) {
			t.Parallel()
			h, items, err := readAs(of(tc.format), tc.src)
			var got strings.Builder
			for _, i := range items {
				fmt.Fprintf(&got, "%s %s %d; ", i.ID, i.Name, i.PriceMinor)
			}
			for _, p := range h.Problems {
				fmt.Fprintf(&got, "%s; ", p.Problem)
			}
			var invalid fault.Invalid
			if err != nil && !errors.As(err, &invalid) {
				t.Errorf("the shop would not be told: %v", err)
			}
			fmt.Fprint(&got, err)
			for _, want := range strings.Split(tc.want, "; ") {
				if !strings.Contains(got.String(), want) && !strings.Contains(strings.ReplaceAll(got.String(), ";", ""), strings.ReplaceAll(want, ";", "")) {
					t.Errorf("%q is missing in %q", want, got.String()[:min(got.Len(), 600)])
				}
			}
		})
	}
}

// cells is a row of a sheet.
func cells(texts ...string) string {
	var b strings.Builder
	for i, s := range texts {
		fmt.Fprintf(&b, `<c r="%c1" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+i, s)
	}
	return b.String()
}

// bomb is a packed file of so many bytes of one row repeated.
func bomb(t testing.TB, name string, head, row string, size int) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	for _, part := range []struct{ name, text string }{
		{"xl/workbook.xml", `<workbook><sheets><sheet name="a"/></sheets></workbook>`},
	} {
		f, _ := w.Create(part.name)
		_, _ = io.WriteString(f, part.text)
	}
	f, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(f, head)
	block := strings.Repeat(row, 1<<20/len(row))
	for n := 0; n < size; n += len(block) {
		_, _ = io.WriteString(f, block)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestPackedBombs: a file of a megabyte that unpacks to a hundred times as much and
// more is refused without being unpacked whole, and without memory for it.
func TestPackedBombs(t *testing.T) { // not parallel: it measures memory
	const size = 400 << 20
	for _, tc := range []struct{ format, src string }{
		{"xlsx", bomb(t, "xl/sharedStrings.xml", "<sst>", "<si><t>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA</t></si>", size)},
		{"xlsx", bomb(t, "xl/worksheets/sheet1.xml", "<worksheet><sheetData>", `<row><c t="str"><v>AAAAAAAAAAAAAAAA</v></c></row>`, size)},
		{"xlsx", bomb(t, "xl/styles.xml", "<styleSheet>", `<numFmt numFmtId="1" formatCode="0"/>`, size)},
		{"commerceml", bomb(t, "import.xml", "<КоммерческаяИнформация><Каталог><Товары>", "<Товар><Ид>1</Ид></Товар>", size)},
		{"commerceml", zipped(t, "a.zip", zipped(t, "b.zip", zipped(t, "c.zip", "x")))},
	} {
		var before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		peak, done := watchHeap()
		begin := time.Now()
		_, _, err := readAs(of(tc.format), tc.src)
		done()
		var invalid fault.Invalid
		if !errors.As(err, &invalid) {
			t.Errorf("%s: %v", tc.format, err)
		}
		if grown := int64(peak.Load()) - int64(before.HeapAlloc); grown > 64<<20 {
			t.Errorf("%s: %d MiB of memory", tc.format, grown>>20)
		}
		t.Logf("%s: refused after %v: %v", tc.format, time.Since(begin).Round(time.Millisecond), err)
	}
}

// watchHeap notes the most memory that is in use until done is called.
func watchHeap() (most *atomic.Uint64, done func()) {
	most = new(atomic.Uint64)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		var m runtime.MemStats
		for {
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc))
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	}()
	return most, func() { close(stop); <-stopped }
}
