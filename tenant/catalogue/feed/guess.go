package feed

import (
	"slices"
	"strings"
)

// known are the headers that shops write, by field, in Russian and in English.
// What stands first wins.
var known = []struct {
	field Field
	words []string
}{
	{FieldID, []string{"id", "ид", "id товара", "код товара", "код", "внутренний код", "offer id", "product id", "ид товара", "внешний код", "uuid", "guid", "handle"}},
	{FieldSKU, []string{"артикул", "sku", "vendorcode", "vendor code", "код производителя", "mpn", "part number", "арт", "арт.", "артикул поставщика", "variant sku", "код артикула", "item number", "номер по каталогу"}},
	{FieldName, []string{"название", "наименование", "name", "title", "товар", "номенклатура", "название товара", "наименование товара", "product", "product name", "полное наименование", "позиция", "item"}},
	{FieldVendor, []string{"производитель", "бренд", "brand", "vendor", "марка", "торговая марка", "manufacturer", "изготовитель"}},
	{FieldModel, []string{"модель", "model"}},
	{FieldCategory, []string{"категория", "category", "раздел", "группа товаров", "группа", "подкатегория", "подраздел", "product type", "type", "каталог", "subcategory", "корневая"}},
	{FieldOldPrice, []string{"старая цена", "old price", "oldprice", "цена до скидки", "compare at price", "зачеркнутая цена", "variant compare at price", "цена без скидки", "regular price", "рекомендованная цена"}},
	{FieldPrice, []string{"цена", "price", "цена розничная", "розничная цена", "розница", "стоимость", "цена продажи", "variant price", "цена со скидкой", "sale price", "retail price", "retail", "cost", "ррц", "цена, руб", "цена, руб.", "цена руб", "цена (руб)", "цена (руб.)", "цена, ₽", "цена ₽", "price, rub", "price rub"}},
	{FieldCurrency, []string{"валюта", "currency", "currencyid", "валюта цены"}},
	{FieldAvailable, []string{"наличие", "в наличии", "available", "availability", "доступность", "статус", "in stock", "есть в наличии", "status"}},
	{FieldStock, []string{"остаток", "остатки", "количество", "кол-во", "кол.", "stock", "quantity", "qty", "в наличии, шт", "на складе", "остаток, шт", "остаток, шт.", "остаток шт", "свободный остаток", "variant inventory qty", "in stock, pcs", "count", "всего"}},
	{FieldBarcode, []string{"штрихкод", "штрих-код", "штрих код", "barcode", "ean", "ean13", "ean-13", "gtin", "upc", "variant barcode", "баркод"}},
	{FieldURL, []string{"ссылка", "url", "link", "адрес", "адрес страницы", "ссылка на товар", "страница", "product url"}},
	{FieldPicture, []string{"фото", "изображение", "изображения", "картинка", "картинки", "image", "images", "picture", "image link", "image src", "фотография", "ссылка на фото", "фото товара"}},
	{FieldDescription, []string{"описание", "description", "полное описание", "краткое описание", "body (html)", "аннотация", "текст"}},
	{FieldGroup, []string{"group id", "группа вариантов", "item group id", "ид группы", "id группы", "родитель", "parent", "parent id", "модельный ряд"}},
	{FieldSupplier, []string{"поставщик", "supplier", "дистрибьютор"}},
	{FieldCountry, []string{"страна", "страна производства", "страна изготовления", "country", "country of origin", "страна происхождения", "made in"}},
	{FieldTerms, []string{"условия", "условия продажи", "sales notes", "sales_notes", "условия оплаты", "примечание", "примечания"}},
	{FieldCost, []string{"стоимость доставки", "доставка", "цена доставки", "delivery cost", "shipping cost", "shipping price", "delivery"}},
	{FieldDays, []string{"срок доставки", "срок поставки", "delivery days", "delivery time", "дней доставки", "срок"}},
	{FieldRelated, []string{"похожие", "похожие товары", "рекомендуемые", "related", "рекомендуем", "аналоги", "сопутствующие товары", "сопутствующие"}},
	{FieldAccessories, []string{"аксессуары", "accessories", "с этим покупают"}},
}

// Guess says what the columns of a header are. What is not known is a property,
// if it has a name at all.
func Guess(header []string) []Column {
	columns := make([]Column, len(header))
	taken := map[Field]bool{}
	for i, h := range header {
		f := fieldOf(h)
		if f != FieldNone && taken[f] && !slices.Contains(several, f) {
			f = FieldNone
		}
		taken[f] = true
		columns[i] = Column{Header: h, Field: f}
	}
	for i := range columns {
		columns[i].rest(taken)
	}
	return columns
}

// fieldOf finds a header among the known ones.
func fieldOf(header string) Field {
	h := plainHeader(strings.ReplaceAll(header, "_", " "))
	for _, k := range known {
		if slices.Contains(k.words, h) {
			return k.field
		}
	}
	return FieldNone
}

// rest guesses what a column is by the beginning of its header.
func (c *Column) rest(taken map[Field]bool) {
	h := plainHeader(c.Header)
	switch {
	case c.Field != FieldNone || h == "":
	case begins(h, "цена", "price") && !taken[FieldPrice]:
		c.Field, taken[FieldPrice] = FieldPrice, true
	case begins(h, "цена", "price", "опт", "дилер", "wholesale", "dealer"):
		c.Field, c.Name = FieldPriceOf, named(c.Header, "цена", "price")
	case begins(h, "остаток", "остатки", "склад", "stock", "warehouse", "наличие", "кол-во"):
		c.Field, c.Name = FieldStockAt, named(c.Header, "остатки", "остаток", "наличие", "кол-во", "склад", "stock", "warehouse")
	case begins(h, "фото", "изображение", "картинка", "image", "picture", "доп. фото"):
		c.Field = FieldPicture
	case begins(h, "категория", "подкатегория", "category", "раздел", "подраздел"):
		c.Field = FieldCategory
	case begins(h, "штрихкод", "barcode", "ean"):
		c.Field = FieldBarcode
	default:
		c.Field = FieldParam
		c.Name, c.Unit = withoutUnit(c.Header)
	}
}

func begins(h string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(h, w) })
}

// named takes the word for the kind from a header: "Цена опт" is "опт".
func named(header string, words ...string) string {
	name := strings.TrimSpace(header)
	for again := true; again; {
		again = false
		for _, w := range words {
			if len(name) > len(w) && strings.EqualFold(name[:len(w)], w) {
				name, again = strings.Trim(name[len(w):], " :.,-–—()"), true
			}
		}
	}
	return name
}

// withoutUnit parts "Вес, кг" and "Weight (kg)" into the name and the unit.
func withoutUnit(header string) (name, unit string) {
	header = strings.TrimSpace(header)
	header = strings.TrimPrefix(strings.TrimPrefix(header, "Параметр: "), "Свойство: ")
	if at := strings.LastIndexByte(header, '('); at > 0 && strings.HasSuffix(header, ")") {
		name, unit = header[:at], header[at+1:len(header)-1]
	} else if at := strings.LastIndexByte(header, ','); at > 0 {
		name, unit = header[:at], header[at+1:]
	}
	name, unit = strings.TrimSpace(name), strings.TrimSpace(unit)
	if name == "" || unit == "" || len([]rune(unit)) > 8 || strings.Contains(unit, " ") {
		return header, ""
	}
	return name, unit
}

// mostHeader is in how many first rows the header is looked for: price lists
// begin with the name of the firm, a logo, a date.
const mostHeader = 30

// headerAt finds the header among the first rows: the row with the most known
// words, and of two alike the first; -1 if there are none.
func headerAt(rows [][]string) int {
	at, most := -1, 0
	for i, row := range rows[:min(len(rows), mostHeader)] {
		n := 0
		for _, cell := range row {
			if fieldOf(cell) != FieldNone {
				n++
			}
		}
		if n > most && n >= 2 {
			at, most = i, n
		}
	}
	return at
}
