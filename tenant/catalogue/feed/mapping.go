package feed

import (
	"fmt"
	"slices"
	"strings"

	"switchboard/billing/money"
	"switchboard/tenant/fault"
)

// Field is what a column of a table says of an item.
type Field string

// The fields. What is not one of a kind takes a name: of the property, the type
// of price, the warehouse.
const (
	FieldNone        Field = ""
	FieldID          Field = "id"
	FieldSKU         Field = "sku"
	FieldName        Field = "name"
	FieldVendor      Field = "vendor"
	FieldModel       Field = "model"
	FieldCategory    Field = "category" // several columns are a path
	FieldPrice       Field = "price"
	FieldOldPrice    Field = "old_price"
	FieldPriceOf     Field = "price_of" // named: wholesale
	FieldCurrency    Field = "currency"
	FieldAvailable   Field = "available"
	FieldStock       Field = "stock"
	FieldStockAt     Field = "stock_at" // named: the warehouse; they add up
	FieldBarcode     Field = "barcode"
	FieldURL         Field = "url"
	FieldPicture     Field = "picture"
	FieldDescription Field = "description"
	FieldGroup       Field = "group_id"
	FieldSupplier    Field = "supplier"
	FieldCountry     Field = "country"
	FieldTerms       Field = "sales_notes"
	FieldCost        Field = "delivery_cost"
	FieldDays        Field = "delivery_days"
	FieldRelated     Field = "related"
	FieldAccessories Field = "accessories"
	FieldParam       Field = "param" // named, perhaps with a unit
)

// Fields are all that a column can be.
var Fields = []Field{
	FieldNone, FieldID, FieldSKU, FieldName, FieldVendor, FieldModel, FieldCategory, FieldPrice, FieldOldPrice, FieldPriceOf, FieldCurrency, FieldAvailable,
	FieldStock, FieldStockAt, FieldBarcode, FieldURL, FieldPicture, FieldDescription, FieldGroup, FieldSupplier, FieldCountry, FieldTerms, FieldCost, FieldDays,
	FieldRelated, FieldAccessories, FieldParam,
}

// several are the fields that more than one column may have.
var several = []Field{FieldNone, FieldCategory, FieldPriceOf, FieldStockAt, FieldBarcode, FieldPicture, FieldParam, FieldRelated, FieldAccessories}

// Column maps the column of a header to a field.
type Column struct {
	Header string `json:"header"` // as it stands in the table, compared without case and spaces
	Field  Field  `json:"field"`
	Name   string `json:"name,omitempty"`
	Unit   string `json:"unit,omitempty"`
}

// Mapping says how a table, or a shop's own answer, is read. The zero value of a
// field is guessed.
type Mapping struct {
	Sheet     string   `json:"sheet,omitempty"`      // of a workbook; "": the first
	Delimiter string   `json:"delimiter,omitempty"`  // of columns in text
	HeaderRow int      `json:"header_row,omitempty"` // from 1
	Currency  string   `json:"currency,omitempty"`   // of prices that name none; "": rubles
	PriceType string   `json:"price_type,omitempty"` // of several in CommerceML, that which buyers pay
	Columns   []Column `json:"columns,omitempty"`    // none: all are guessed
}

// maxColumns is how many columns of a table are read.
const maxColumns = 200

// Check refuses a mapping that nothing can be read with.
func (m Mapping) Check() error {
	if _, ok := currencyOf(m.currency()); !ok {
		return fault.Invalid{Field: "currency", Problem: "is not one that we count in"}
	}
	if len([]rune(m.Delimiter)) > 1 || m.HeaderRow < 0 || m.HeaderRow > 1000 || len(m.Columns) > maxColumns {
		return fault.Invalid{Field: "mapping", Problem: "is out of bounds: one sign parts columns, and the header is one of the first 1000 rows"}
	}
	seen := map[Field]bool{}
	for i, c := range m.Columns {
		switch at := fmt.Sprintf("columns[%d]", i); {
		case !slices.Contains(Fields, c.Field):
			return fault.Invalid{Field: at, Problem: "is no field of an item"}
		case seen[c.Field] && !slices.Contains(several, c.Field):
			return fault.Invalid{Field: at, Problem: fmt.Sprintf("there is a column for %s already", c.Field)}
		}
		seen[c.Field] = true
	}
	if len(m.Columns) == 0 {
		return nil
	}
	return complete(seen)
}

// complete says what columns are missing.
func complete(has map[Field]bool) error {
	switch {
	case !has[FieldName] && !has[FieldModel]:
		return fault.Invalid{Field: "columns", Problem: "no column is the name"}
	case !has[FieldPrice]:
		return fault.Invalid{Field: "columns", Problem: "no column is the price"}
	case !has[FieldID] && !has[FieldSKU]:
		return fault.Invalid{Field: "columns", Problem: "no column is the id or the SKU: items could not be told apart"}
	}
	return nil
}

func (m Mapping) currency() string {
	if m.Currency == "" {
		return string(money.RUB)
	}
	return m.Currency
}

// place returns the columns in the order of a header.
func (m Mapping) place(header []string) []Column {
	if len(m.Columns) == 0 {
		return Guess(header)
	}
	columns := make([]Column, len(header))
	used := make([]bool, len(m.Columns))
	for i, h := range header {
		at := slices.IndexFunc(m.Columns, func(c Column) bool { return plainHeader(c.Header) == plainHeader(h) })
		for at >= 0 && used[at] { // the same header twice: the next of that name
			next := slices.IndexFunc(m.Columns[at+1:], func(c Column) bool { return plainHeader(c.Header) == plainHeader(h) })
			if next < 0 {
				at = -1
			} else {
				at += next + 1
			}
		}
		if at >= 0 {
			columns[i], used[at] = m.Columns[at], true
		}
	}
	return columns
}

func plainHeader(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(s), "ё", "е")), " ")
}

// fieldsOf tells which fields the columns have.
func fieldsOf(columns []Column) map[Field]bool {
	has := map[Field]bool{}
	for _, c := range columns {
		has[c.Field] = true
	}
	return has
}
