// Package feedtest writes YML feeds of any size for tests and benchmarks.
package feedtest

import (
	"bufio"
	"fmt"
	"io"

	"golang.org/x/text/encoding/charmap"
)

// Feed is what a written feed looks like.
type Feed struct {
	Items   int
	Windows bool // windows-1251 instead of UTF-8
	Price   int  // of the first item in rubles; each has its own
	Skip    int  // items at the beginning that are left out
}

var (
	vendors = []string{"Nokian", "Gislaved", "Continental", "Pirelli", "Cordiant", "Ikon", "Michelin", "Yokohama"}
	models  = []string{"Hakkapeliitta", "Nord Frost", "IceContact", "Ice Zero", "Snow Cross", "Autograph", "X-Ice", "iceGUARD"}
)

// Write writes the feed to w. It keeps nothing in memory.
func (f Feed) Write(w io.Writer) error {
	encoding := "UTF-8"
	if f.Windows {
		encoding = "windows-1251"
		w = charmap.Windows1251.NewEncoder().Writer(w)
	}
	b := bufio.NewWriterSize(w, 32<<10)
	fmt.Fprintf(b, head, encoding)
	for i := f.Skip; i < f.Items; i++ {
		v := i % len(vendors)
		size := fmt.Sprintf("%d/%d R%d", 155+10*(i%15), 45+5*(i%7), 13+i%8)
		fmt.Fprintf(b, offer, i, i%20 != 0, vendors[v], models[v], i, size, i+1, max(f.Price, 1000)+i%9000, i%100,
			1+i%2, vendors[v], i, size, i%50, 13+i%8)
	}
	fmt.Fprint(b, "</offers>\n</shop>\n</yml_catalog>\n")
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write a feed of %d items: %w", f.Items, err)
	}
	return nil
}

// Reader returns the feed as it is written, piece by piece.
func (f Feed) Reader() io.ReadCloser {
	r, w := io.Pipe()
	go func() { w.CloseWithError(f.Write(w)) }()
	return r
}

const head = `<?xml version="1.0" encoding="%s"?>
<!DOCTYPE yml_catalog SYSTEM "shops.dtd">
<yml_catalog date="2026-11-25 14:00">
<shop>
<name>Колесо 24</name>
<company>ООО «Колесо»</company>
<url>https://koleso24.test</url>
<currencies><currency id="RUR" rate="1"/></currencies>
<categories>
<category id="1">Шины зимние</category>
<category id="2" parentId="1">Шипованные</category>
</categories>
<offers>
`

const offer = `<offer id="%d" available="%t">
<name>Шина зимняя %s %s %d %s</name>
<url>https://koleso24.test/tyre/%d</url>
<price>%d.%02d</price>
<currencyId>RUR</currencyId>
<categoryId>%d</categoryId>
<picture>https://koleso24.test/p.jpg</picture>
<vendor>%s</vendor>
<vendorCode>TS%06d</vendorCode>
<description>Зимняя шина для города и трассы, размер %s. Тихая, с глубоким протектором и хорошим торможением на льду; производитель даёт пять лет гарантии на дефекты.</description>
<count>%d</count>
<param name="Диаметр" unit="дюйм">%d</param>
<param name="Сезон">зима</param>
</offer>
`
