package feed

import (
	"errors"
	"io"
	"strconv"
	"strings"

	"switchboard/billing/money"
	"switchboard/tenant/fault"
)

// rows are what is read of a table, whatever file it is in.
type rows interface {
	// next returns the next row that is not empty and its number in the file, from
	// 1. The cells are valid until the next call. It ends with io.EOF.
	next() ([]string, int, error)
	// explain says where and why reading ended.
	explain(error) error
	// spelling is the encoding of the file, as far as it was read.
	spelling() string
}

func (l *lines) spelling() string { return l.encoding }

// CSV is text with columns, parted by whatever the file has.
type CSV struct{ Mapping Mapping }

// Read implements Format.
func (f CSV) Read(r io.Reader, l Limits, emit func(Item) error) (Header, error) {
	in, err := f.open(r, l)
	if err != nil {
		return Header{}, err
	}
	return readTable(in, f.Mapping, newTally(l, emit))
}

func (f CSV) open(r io.Reader, l Limits) (rows, error) {
	delimiter := rune(0)
	if f.Mapping.Delimiter != "" {
		delimiter = []rune(f.Mapping.Delimiter)[0]
	}
	return newLines(r, l, delimiter)
}

// table is one reading of a table.
type table struct {
	*tally
	columns  []Column
	currency money.Currency
	category string // of the row above that has nothing else
}

// begin finds the header and says what the columns are. It returns the rows that
// were read on the way and stand below the header.
func begin(in rows, m Mapping) (columns []Column, below []numbered, err error) {
	var first []numbered
	for len(first) < mostHeader || m.HeaderRow > 0 {
		cells, line, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, in.explain(err)
		}
		first = append(first, numbered{append([]string{}, cells[:min(len(cells), maxColumns)]...), line})
		if m.HeaderRow > 0 && line >= m.HeaderRow {
			return m.place(first[len(first)-1].cells), nil, checkHeader(m, first, len(first)-1)
		}
	}
	at := m.headerAmong(first)
	if at < 0 {
		return nil, nil, fault.Invalid{Line: 1, Problem: "no row names the columns: say which row is the header"}
	}
	return m.place(first[at].cells), first[at+1:], checkHeader(m, first, at)
}

// numbered is a row with its number in the file.
type numbered struct {
	cells []string
	line  int
}

// headerAmong finds the header: with a mapping the row that has most of its names.
func (m Mapping) headerAmong(first []numbered) int {
	if len(m.Columns) == 0 {
		cells := make([][]string, len(first))
		for i, r := range first {
			cells[i] = r.cells
		}
		return headerAt(cells)
	}
	at, most := -1, 0
	for i, r := range first {
		n := 0
		for _, c := range m.place(r.cells) {
			if c.Field != FieldNone {
				n++
			}
		}
		if n > most {
			at, most = i, n
		}
	}
	return at
}

// checkHeader refuses a table that lacks what an item must have.
func checkHeader(m Mapping, first []numbered, at int) error {
	var invalid fault.Invalid
	if err := complete(fieldsOf(m.place(first[at].cells))); errors.As(err, &invalid) {
		return fault.Invalid{Line: first[at].line, Problem: invalid.Problem}
	}
	return nil
}

func readTable(in rows, m Mapping, t *tally) (Header, error) {
	columns, below, err := begin(in, m)
	t.header.Encoding = in.spelling()
	if err != nil {
		return t.header, err
	}
	currency, ok := currencyOf(m.currency())
	if !ok {
		return t.header, m.Check()
	}
	t.header.Currencies = []money.Currency{currency}
	out := &table{tally: t, columns: columns, currency: currency}
	for _, r := range below {
		if err := out.row(r.cells, r.line); err != nil {
			return t.header, err
		}
	}
	for {
		cells, line, err := in.next()
		t.header.Encoding = in.spelling()
		if errors.Is(err, io.EOF) {
			t.header.lines = line
			return t.finish()
		}
		if err != nil {
			return t.header, in.explain(err)
		}
		if err := out.row(cells, line); err != nil {
			return t.header, err
		}
	}
}

// row reads one row. One that has nothing but a name is the heading of the rows
// below, as price lists have it.
func (t *table) row(cells []string, line int) error {
	if t.heading(cells) {
		return nil
	}
	d := &draft{Item: Item{Line: line, Available: true}}
	var path []string
	for i, text := range cells[:min(len(cells), len(t.columns))] {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if t.columns[i].Field == FieldCategory {
			path = append(path, pathOf(text))
			continue
		}
		t.cell(d, t.columns[i], text)
	}
	if d.ID == "" {
		d.ID = d.SKU
	}
	if d.Category = cut(strings.Join(path, " / "), maxName); len(path) == 0 {
		d.Category = t.category
	}
	return t.take(d)
}

// heading reports whether a row is the heading of others, and remembers it.
func (t *table) heading(cells []string) bool {
	filled, text := 0, ""
	for _, c := range cells {
		if c = strings.TrimSpace(c); c != "" {
			filled++
			text = c
		}
	}
	if filled != 1 || fieldsOf(t.columns)[FieldCategory] || len(t.columns) < 3 {
		return false
	}
	t.category = pathOf(text)
	return true
}

// cell reads one cell.
func (t *table) cell(d *draft, c Column, text string) {
	switch c.Field {
	case FieldPrice:
		d.price, d.currency = t.sum(d, text)
	case FieldOldPrice:
		d.old, _ = t.sum(nil, text)
	case FieldPriceOf:
		sum, currency := t.sum(nil, text)
		d.prices = append(d.prices, rawPrice{c.Name, sum, currency})
	case FieldStock:
		t.stocked(d, text)
	case FieldStockAt:
		t.stockAt(d, c.Name, text)
	case FieldAvailable:
		d.available(text)
	case FieldBarcode:
		d.Barcodes = append(d.Barcodes, listed(text)...)
	case FieldPicture:
		(&google{d: d}).pictures(strings.NewReplacer(" http", ",http", ";http", ",http", "|http", ",http", "; http", ",http").Replace(text))
	case FieldDescription:
		d.Description = plain(text)
	case FieldParam:
		(&google{d: d}).param(c.Name, text)
		if n := len(d.Params); n > 0 {
			d.Params[n-1].Unit = c.Unit
		}
	case FieldCost, FieldDays:
		t.delivery(d, c.Field, text)
	case FieldRelated:
		d.Related = append(d.Related, listed(text)...)
	case FieldAccessories:
		d.Accessories = append(d.Accessories, listed(text)...)
	default:
		if to := d.column(c.Field); to != nil {
			*to = text
		}
	}
}

// column returns where the text of a plain column goes, or nil.
func (d *draft) column(f Field) *string {
	switch f {
	case FieldID:
		return &d.ID
	case FieldSKU:
		return &d.SKU
	case FieldName:
		return &d.Name
	case FieldVendor:
		return &d.Vendor
	case FieldModel:
		return &d.Model
	case FieldCurrency:
		return &d.currency
	case FieldURL:
		return &d.URL
	case FieldGroup:
		return &d.GroupID
	case FieldSupplier:
		return &d.Supplier
	case FieldCountry:
		return &d.Country
	case FieldTerms:
		return &d.SalesNotes
	}
	return nil
}

// signs are how people write currencies, the plainest first.
var signs = []struct{ sign, code string }{{"₽", "RUB"}, {"$", "USD"}, {"€", "EUR"}, {"₸", "KZT"}, {"руб", "RUB"}, {"р.", "RUB"}, {"тг", "KZT"}}

// sum parts "1 234,50 руб." into the number and its currency; that of a column
// for currencies, which may stand before, counts if the cell names none.
func (t *table) sum(d *draft, text string) (number, currency string) {
	low := strings.ToLower(text)
	for _, s := range signs {
		if strings.Contains(low, s.sign) {
			currency = s.code
			break
		}
	}
	number, code := amount(text)
	number = strings.Trim(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || strings.ContainsRune(".,-", r) {
			return r
		}
		if strings.ContainsRune("₽$€₸ \u00a0\u202f", r) || strings.ContainsRune("рубтгРУБТГ", r) {
			return -1
		}
		return r
	}, number), ".")
	if code != "" {
		currency = code
	}
	if currency == "" && d != nil {
		currency = d.currency
	}
	return number, currency
}

// stocked reads a stock: a number, or a word for whether there is any.
func (t *table) stocked(d *draft, text string) {
	if n, ok := pieces(text); ok {
		d.Stock = &n
		return
	}
	if strings.IndexFunc(text, func(r rune) bool { return r >= '0' && r <= '9' }) < 0 && d.available(text) {
		return
	}
	t.tell(d.Line, "stock %q is not a number of pieces and is not used", clip(text))
}

func (t *table) stockAt(d *draft, place, text string) {
	n, ok := pieces(text)
	if !ok {
		t.tell(d.Line, "stock %q is not a number of pieces and is not used", clip(text))
		return
	}
	d.addAt(place, n)
}

// addAt adds the stock of one place.
func (d *draft) addAt(place string, n int64) {
	all := n
	if d.Stock != nil {
		all = min(all+*d.Stock, 1<<31-1)
	}
	d.Stock = &all
	if len(d.Warehouses) < maxList {
		d.Warehouses = append(d.Warehouses, Warehouse{cut(place, maxName), n})
	}
}

// available reads a word for whether a thing can be had, and tells if it is one.
func (d *draft) available(text string) bool {
	switch word := plainHeader(text); {
	case begins(word, "нет", "no", "false", "0", "out", "отсутств", "под заказ", "ожида", "снят", "discontinued", "распродан", "-", "архив", "draft"):
		d.said, d.Available = true, false
	case begins(word, "да", "есть", "в наличии", "true", "yes", "1", "in stock", "in_stock", "+", "много", "мало", "доступ", "available", "active", "достаточно", "instock"):
		d.said, d.Available = true, true
	default:
		return false
	}
	return true
}

func (t *table) delivery(d *draft, f Field, text string) {
	if len(d.terms) == 0 {
		d.terms = []rawTerms{{Terms: Terms{Kind: ByCourier}}}
	}
	if f == FieldDays {
		d.terms[0].Days = clip(text)
		return
	}
	if number, _ := t.sum(nil, text); number != "" {
		d.terms[0].cost = number
	} else if begins(plainHeader(text), "бесплатно", "free") {
		d.terms[0].cost = strconv.Itoa(0)
	}
}
