package feed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/charmap"

	"switchboard/tenant/fault"
)

// read reads a whole feed.
func read(src string, l Limits) (Header, []Item, error) {
	var items []Item
	h, err := Read(strings.NewReader(src), l, func(i Item) error {
		items = append(items, i)
		return nil
	})
	return h, items, err
}

// shop is a feed of these offers; the first stands on line 6.
func shop(offers ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<yml_catalog date="2026-11-25 14:00"><shop><name>Лён</name>
<currencies><currency id="USD" rate="90"/><currency id="RUR" rate="1"/></currencies>
<categories><category id="1">Дом</category><category id="2" parentId="1">Кухня</category></categories>
<offers>
` + strings.Join(offers, "\n") + `
</offers></shop></yml_catalog>
`
}

// upTo cuts s off behind the first mark.
func upTo(s, mark string) string {
	before, _, _ := strings.Cut(s, mark)
	return before + mark
}

func in1251(t testing.TB, s string) string {
	t.Helper()
	out, err := charmap.Windows1251.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const good = `<offer id="good"><name>Рушник</name><price>10</price></offer>`

func TestFullOffer(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("testdata/full.xml")
	if err != nil {
		t.Fatal(err)
	}
	h, items, err := read(string(src), DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	if h.Name != "Колесо 24" || h.Company != "ООО «Колесо»" || h.URL != "https://koleso24.test" || h.Encoding != "UTF-8" ||
		fmt.Sprint(h.Currencies) != "[RUB USD]" || h.Categories != 3 || h.Found != 0 {
		t.Errorf("header %+v", h)
	}
	yes, no, stock, none := true, false, int64(17), int64(0)
	free, common := int64(0), int64(50000)
	want := []Item{{
		ID: "TS-1", SKU: "TS72718", Name: "Шина зимняя Nokian Hakkapeliitta 10p 205/55 R16", Vendor: "Nokian",
		Category: "Шины / Зимние / Шипованные", URL: "https://koleso24.test/1?a=1&b=2",
		Params: []Param{{"Диаметр", "16", "дюйм"}, {"Сезон", "зима", ""}}, GroupID: "g1",
		PriceMinor: 845050, OldMinor: 920000, Currency: "RUB", Available: true, Stock: &stock, Delivery: &yes, Pickup: &no, Store: &yes, Line: 26,
		Detail: Detail{
			Description: "Тихая & цепкая шина. Гарантия 5 лет", Model: "Hakkapeliitta 10p", SalesNotes: "Монтаж бесплатно при покупке 4 шт.", Country: "Финляндия",
			Supplier: "ООО Шинторг", Pictures: []string{"https://koleso24.test/1.jpg", "https://koleso24.test/2.jpg"}, Barcodes: []string{"4607000000017"},
			Terms: []Terms{{Kind: ByCourier, CostMinor: &free, Days: "1"}}, Warehouses: []Warehouse{{"1", 12}, {"2", 5}}, Related: []string{"2", "3"},
		},
	}, {
		ID: "2", Name: "Диск литой СКАД Тайга", Vendor: "СКАД", PriceMinor: 1234567, Currency: "USD", Stock: &none, Line: 34,
		Detail: Detail{Model: "Тайга", Terms: []Terms{{Kind: ByCourier, CostMinor: &common, Days: "1-2", Before: "18"}}},
	}}
	if !reflect.DeepEqual(items, want) {
		t.Errorf("got\n%+v\nwant\n%+v", items, want)
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	text := shop(`<offer id="1"><name>Ёж «Щит» № 5 — ъ</name><price>1</price></offer>`)
	bare := strings.Replace(text, ` encoding="UTF-8"`, "", 1)
	as := func(name string) string { return strings.Replace(text, "UTF-8", name, 1) }
	for _, tc := range []struct{ name, src, want string }{
		{"UTF-8", text, utf8Name},
		{"UTF-8 with a mark", "\ufeff" + text, utf8Name},
		{"nothing declared, UTF-8", bare, utf8Name},
		{"nothing declared, windows-1251", in1251(t, bare), windowsName},
		{"windows-1251", in1251(t, as("windows-1251")), windowsName},
		{"CP1251", in1251(t, as("CP1251")), windowsName},
		{"windows-1251 without Russian", as("windows-1251")[:len(as("windows-1251"))], ""}, // UTF-8 inside
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for _, r := range []io.Reader{strings.NewReader(tc.src), iotest.OneByteReader(strings.NewReader(tc.src))} {
				var name string
				h, err := Read(r, DefaultLimits, func(i Item) error { name = i.Name; return nil })
				if tc.want == "" {
					if err == nil || !strings.Contains(err.Error(), "but it is UTF-8") {
						t.Errorf("got %v", err)
					}
					continue
				}
				if err != nil || h.Encoding != tc.want || name != "Ёж «Щит» № 5 — ъ" || h.Name != "Лён" {
					t.Errorf("got %q of %q in %s, %v", name, h.Name, h.Encoding, err)
				}
			}
		})
	}
}

// TestRefused says what a feed as a whole is refused for, and at which line.
func TestRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("а", DefaultLimits.Token)
	ascii := strings.Repeat(" ", 70<<10)
	for _, tc := range []struct {
		name, src string
		line      int
		field     string
		problem   string
	}{
		{"nothing", "", 1, "", "is empty"},
		{"spaces", " \n \n", 1, "", "is empty"},
		{"HTML", "<!DOCTYPE html>\n<html><body>404</body></html>", 1, "", "HTML page"},
		{"HTML without a doctype", "\n<HTML>", 2, "", "HTML page"},
		{"JSON", `{"error": 1}`, 1, "", "not XML"},
		{"gzip", "\x1f\x8b\x08\x00", 1, "", "packed"},
		{"UTF-16", "\xff\xfe<\x00", 1, "", "UTF-16"},
		{"UTF-8 undeclared and spoilt", strings.Replace(shop("\x80<x>\x00"), ` encoding="UTF-8"`, "", 1), 4, "", "but it is UTF-8"},
		{"KOI8-R", `<?xml version="1.0" encoding="koi8-r"?><a/>`, 1, "", "koi8-r"},
		{"RSS", "<?xml version=\"1.0\"?>\n<rss/>", 2, "", "not YML: it begins with <rss>"},
		{"XML 1.1", "<?xml version=\"1.1\"?><yml_catalog/>", 1, "", "unsupported version"},
		{"no shop", "<yml_catalog>\n</yml_catalog>", 2, "", "no <shop>"},
		{"no offers", "<yml_catalog><shop>\n</shop></yml_catalog>\n", 3, "", "no offers"},
		{"two shops", "<yml_catalog><shop></shop>\n<shop></shop></yml_catalog>", 2, "", "second <shop>"},
		{"two documents", shop(good) + "<yml_catalog/>", 8, "", "second document"},
		{"cut off in an offer", upTo(shop(good, `<offer id="7"><name>Скатерть`), "Ска"), 7, "offer 7", "cut off"},
		{"cut off between offers", upTo(shop(good), "</offer>\n"), 7, "", "cut off"},
		{"wrong closing tag", shop(`<offer id="7">`, `<name>Скатерть</nam></offer>`), 7, "offer 7", "broken XML"},
		{"an entity of HTML", shop(`<offer id="7">`, `<name>А&nbsp;Б</name></offer>`), 7, "offer 7", "broken XML"},
		{"a bare ampersand", shop(`<offer id="7">`, `<url>/?a=1&b=2</url></offer>`), 7, "offer 7", "broken XML"},
		{"a control character", shop(`<offer id="7"><name>a`, "\x01</name></offer>"), 7, "offer 7", "broken XML"},
		{"windows-1251 called UTF-8", in1251(t, shop("", `<offer id="7"><name>Скатерть`)), 2, "", "says that it is UTF-8"},
		{"windows-1251 late and undeclared", strings.Replace(shop(ascii, "<offer id=\"7\">", in1251(t, "<name>Скатерть</name></offer>")), ` encoding="UTF-8"`, "", 1), 8, "offer 7", "says that it is UTF-8"},
		{"entities", "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY b \"c\">]>\n<yml_catalog/>", 2, "", "DTD of its own"},
		{"a long text", shop(`<offer id="7">`, "<description>"+long), 7, "offer 7", "longer than a feed may have"},
		{"a long comment", shop("<!--" + long), 6, "", "longer than a feed may have"},
		{"a long name of a tag", shop("<" + long), 6, "", "longer than a feed may have"},
		{"deep", shop(`<offer id="7">` + strings.Repeat("<a>", 40)), 6, "offer 7", "deeper than 32"},
		{"a category in itself", strings.Replace(shop(good), `id="1"`, `id="1" parentId="2"`, 1), 4, "", "category 1 lies within itself"},
		{"its own parent", strings.Replace(shop(good), `id="1"`, `id="1" parentId="1"`, 1), 4, "", "category 1 lies within itself"},
		{"a category without an id", strings.Replace(shop(good), `category id="1"`, `category`, 1), 4, "", "no id"},
		{"nothing sound", shop(`<offer id="1"><name>a</name></offer>`, `<offer id="2"><price>1</price></offer>`), 6, "offer 1", "none of the 2 offers is sound; the first problem: the price is missing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := read(tc.src, DefaultLimits)
			var got fault.Invalid
			if !errors.As(err, &got) || got.Line != tc.line || got.Field != tc.field || !strings.Contains(got.Problem, tc.problem) {
				t.Errorf("got %+v at line %d, want %q of %q at line %d", err, got.Line, tc.problem, tc.field, tc.line)
			}
		})
	}
}

// TestSkipped says what one offer is left out for, while the others are read.
func TestSkipped(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ offer, problem string }{
		{`<offer><name>a</name><price>1</price></offer>`, "has no id"},
		{`<offer id="good"><name>a</name><price>1</price></offer>`, "there already, in line 6"},
		{`<offer id="1"><price>1</price></offer>`, "neither a name nor a model"},
		{`<offer id="1"><name>` + strings.Repeat("a", 100_000) + `</name><price>1</price></offer>`, "the name is longer"},
		{`<offer id="1"><name>a</name></offer>`, "price is missing"},
		{`<offer id="1"><name>a</name><price> </price></offer>`, "price is missing"},
		{`<offer id="1"><name>a</name><price>-5</price></offer>`, `price "-5" is below zero`},
		{`<offer id="1"><name>a</name><price>0.00</price></offer>`, "price is 0"},
		{`<offer id="1"><name>a</name><price>по запросу</price></offer>`, "is not a number"},
		{`<offer id="1"><name>a</name><price>1e5</price></offer>`, "is not a number"},
		{`<offer id="1"><name>a</name><price>12,345</price></offer>`, "can be read in two ways"},
		{`<offer id="1"><name>a</name><price>99999999999999999999</price></offer>`, "is not a number"},
		{`<offer id="1"><name>a</name><price>99999999999</price></offer>`, "higher than is believed"},
		{`<offer id="1"><name>a</name><price>1</price><currencyId>XXX</currencyId></offer>`, `currency "XXX"`},
	} {
		h, items, err := read(shop(good, tc.offer), DefaultLimits)
		if err != nil || len(items) != 1 || h.Items != 1 || h.Skipped != 1 || h.Found != 1 ||
			h.Problems[0].Line != 7 || !strings.Contains(h.Problems[0].Problem, tc.problem) {
			t.Errorf("%s: got %d items, %+v, %v, want %q", tc.offer[:min(len(tc.offer), 80)], len(items), h.Problems, err, tc.problem)
		}
	}
}

// TestKept says what is told of an offer that is kept all the same.
func TestKept(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ inside, problem string }{
		{`<categoryId>9</categoryId>`, "category 9 is not in the list"},
		{`<oldprice>много</oldprice>`, "the old price is not used"},
		{`<count>-1</count>`, `stock "-1"`},
		{`<stock_quantity>есть</stock_quantity>`, `stock "есть"`},
	} {
		h, items, err := read(shop(`<offer id="1"><name>a</name><price>1</price>`+tc.inside+`</offer>`), DefaultLimits)
		if err != nil || len(items) != 1 || h.Skipped != 0 || h.Found != 1 || !strings.Contains(h.Problems[0].Problem, tc.problem) || h.Problems[0].Field != "offer 1" {
			t.Errorf("%s: got %+v, %v", tc.inside, h.Problems, err)
		}
	}
}

// TestCategoryTwice: the first of two categories with one id counts.
func TestCategoryTwice(t *testing.T) {
	t.Parallel()
	src := strings.Replace(shop(`<offer id="1"><name>a</name><price>1</price><categoryId>1</categoryId></offer>`), "</categories>", `<category id="1">Сад</category></categories>`, 1)
	h, items, err := read(src, DefaultLimits)
	if err != nil || h.Categories != 2 || h.Found != 1 || h.Problems[0].Problem != "category 1 is there already, in line 4; the first one counts" || items[0].Category != "Дом" {
		t.Errorf("got %+v, %+v, %v", h, items, err)
	}
}

func TestPrices(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"1": 100, "1.5": 150, "1,5": 150, "1.50": 150, "0.01": 1, "1 234,56": 123456, "1\u00a0234.56": 123456, "1\u202f234": 123400,
		"1,234.56": 123456, "1.234,56": 123456, "1,234,567.89": 123456789, "8450.4951": 845050, "8450.494": 845049, "1.005": 101, "9999999999.99": 999999999999, ".5": 50, "5.": 500,
		"1.2.3": -1, "1,2,3": -1, "1,23.4": -1, "": -1, ".": -1, "+1": -1, "--1": -1, "1-": -1, "١": -1,
	} {
		got, problem := minor(text, "RUB")
		if want < 0 && problem == "" || want >= 0 && (problem != "" || got != want) {
			t.Errorf("%q: got %d %q, want %d", text, got, problem, want)
		}
	}
	if got, problem := minor("1234.6", "JPY"); got != 1235 || problem != "" {
		t.Errorf("yen have no decimals: got %d %q", got, problem)
	}
}

// TestManyProblems counts all and tells the first.
func TestManyProblems(t *testing.T) {
	t.Parallel()
	offers := []string{good}
	for i := range 250 {
		offers = append(offers, fmt.Sprintf(`<offer id="%d"/>`, i))
	}
	h, _, err := read(shop(offers...), DefaultLimits)
	if err != nil || h.Skipped != 250 || h.Found != 250 || len(h.Problems) != MaxProblems {
		t.Errorf("got %d skipped, %d found, %d told, %v", h.Skipped, h.Found, len(h.Problems), err)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	two := shop(good, `<offer id="2"><name>a</name><price>1</price></offer>`)
	for problem, l := range map[string]Limits{
		"more than 1 offers":     {Bytes: 1 << 20, Token: 1 << 10, Depth: 9, Items: 1, Categories: 9},
		"more than 1 categories": {Bytes: 1 << 20, Token: 1 << 10, Depth: 9, Items: 9, Categories: 1},
		"larger than is read":    {Bytes: 80 << 10, Token: 1 << 10, Depth: 9, Items: 9, Categories: 9},
	} {
		src := strings.Replace(two, "<offers>", "<!-- "+strings.Repeat("- ", 400)+"-->"+strings.Repeat(strings.Repeat(" ", 500)+"<x/>", 170)+"<offers>", 1)
		if _, _, err := read(src, l); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("got %v, want %q", err, problem)
		}
	}
}

// TestOthersErrors are handed on as they are: the import must tell a broken
// feed from a broken connection.
func TestOthersErrors(t *testing.T) {
	t.Parallel()
	reset := errors.New("connection reset")
	for _, r := range []io.Reader{
		iotest.ErrReader(reset),
		io.MultiReader(strings.NewReader(upTo(shop(good), "<offers>")), iotest.ErrReader(reset)),
	} {
		_, err := Read(r, DefaultLimits, func(Item) error { return nil })
		var invalid fault.Invalid
		if !errors.Is(err, reset) || errors.As(err, &invalid) {
			t.Errorf("got %v", err)
		}
	}
	full := errors.New("disk full")
	if _, err := Read(strings.NewReader(shop(good)), DefaultLimits, func(Item) error { return full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(shop(good)))
	f.Add([]byte(in1251(f, strings.Replace(shop(good), "UTF-8", "windows-1251", 1))))
	full, err := os.ReadFile("testdata/full.xml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(full)
	f.Fuzz(func(t *testing.T, src []byte) {
		l := Limits{Bytes: 1 << 20, Token: 1 << 12, Depth: 10, Items: 100, Categories: 100}
		n := 0
		h, err := Read(bytes.NewReader(src), l, func(i Item) error {
			n++
			if i.ID == "" || i.Name == "" || i.PriceMinor <= 0 || i.PriceMinor > maxMinor || !i.Currency.Known() || i.Line < 1 {
				t.Errorf("an unsound item: %+v", i)
			}
			return nil
		})
		var invalid fault.Invalid
		switch {
		case err != nil && !errors.As(err, &invalid):
			t.Errorf("not a problem of the feed: %v", err)
		case err != nil && (invalid.Line < 1 || invalid.Problem == ""):
			t.Errorf("a problem without its line: %+v", invalid)
		case n != h.Items, len(h.Problems) > h.Found, err == nil && n == 0:
			t.Errorf("%d items and a header of %+v", n, h)
		}
	})
}
