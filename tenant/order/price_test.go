package order

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"switchboard/tenant/fault"
)

func stock() (shelf, map[string]uuid.UUID) {
	ids := map[string]uuid.UUID{}
	var items []item
	for _, i := range []item{
		{SKU: "ts72718", Name: "Nokian", PriceMinor: 845000, Currency: "RUB"},
		{SKU: "ts40122", Name: "Gislaved", PriceMinor: 649000, Currency: "RUB"},
		{SKU: "twin", Name: "Left", PriceMinor: 1, Currency: "RUB"},
		{SKU: "twin", Name: "Right", PriceMinor: 2, Currency: "RUB"},
		{SKU: "us", Name: "Dollar tyre", PriceMinor: 9900, Currency: "USD"},
		{SKU: "moon", Name: "The Moon", PriceMinor: math.MaxInt64 / 2, Currency: "RUB"},
	} {
		i.ID = uuid.New()
		ids[i.Name] = i.ID
		items = append(items, i)
	}
	return shelve(items), ids
}

func TestLinesHaveTheShelfsPrices(t *testing.T) {
	t.Parallel()
	s, ids := stock()
	right := ids["Right"]
	lines, total, err := s.price([]Ask{{SKU: "ts72718", Quantity: 4}, {SKU: "ts40122", Quantity: 1}, {ItemID: &right, Quantity: 3}}, 50000)
	if err != nil {
		t.Fatal(err)
	}
	if total.Minor != 4*845000+649000+3*2+50000 || total.Currency != "RUB" {
		t.Errorf("total %s", total)
	}
	if len(lines) != 3 || lines[0].Line != 1 || lines[0].SumMinor != 3380000 || lines[2].Name != "Right" || lines[2].SumMinor != 6 {
		t.Errorf("lines %+v", lines)
	}
}

func TestWhatCannotBePriced(t *testing.T) {
	t.Parallel()
	s, _ := stock()
	stranger := uuid.New()
	for _, c := range []struct {
		name string
		asks []Ask
		want []string
	}{
		{"an unknown SKU, third", []Ask{{SKU: "ts72718", Quantity: 1}, {SKU: "ts40122", Quantity: 1}, {SKU: "gone", Quantity: 1}}, []string{"items[2].sku: is not in this catalogue"}},
		{"an unknown id", []Ask{{ItemID: &stranger, Quantity: 1}}, []string{"items[0].item_id: is not in this catalogue"}},
		{"a SKU of two items", []Ask{{SKU: "twin", Quantity: 1}}, []string{"items[0].sku: is that of 2 items: name one by item_id"}},
		{"two currencies", []Ask{{SKU: "ts72718", Quantity: 1}, {SKU: "us", Quantity: 1}}, []string{"items[1]: costs USD and the items before it RUB: make two orders"}},
		{"more than there is money", []Ask{{SKU: "moon", Quantity: 3}}, []string{"items[0]: costs more than can be counted"}},
		{"a sum of more than there is money", []Ask{{SKU: "moon", Quantity: 2}, {SKU: "moon", Quantity: 1}}, []string{"items[1]: costs more than can be counted"}},
		{"all at once", []Ask{{SKU: "gone", Quantity: 1}, {SKU: "us", Quantity: 1}, {SKU: "twin", Quantity: 1}}, []string{"items[0].sku: is not in this catalogue", "items[2].sku: is that of 2 items: name one by item_id"}},
	} {
		_, _, err := s.price(c.asks, 0)
		var p fault.Problems
		errors.As(err, &p)
		var got []string
		for _, e := range p {
			got = append(got, e.Error())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTheShapeIsCheckedBeforeTheCatalogue(t *testing.T) {
	t.Parallel()
	id := uuid.New()
	many := slices.Repeat([]Ask{{SKU: "x", Quantity: 1}}, 101)
	for _, c := range []struct {
		name string
		new  New
		want []string
	}{
		{"empty", New{}, []string{"items"}},
		{"too many", New{Items: many}, []string{"items"}},
		{"each wrong", New{
			Items:   []Ask{{Quantity: 1}, {SKU: "x", ItemID: &id, Quantity: 1}, {SKU: "x"}, {SKU: "x", Quantity: 10001}},
			Contact: Contact{Phone: "12", Name: strings.Repeat("я", 201), Comment: strings.Repeat("я", 2001)}, DeliveryMinor: -1,
		}, []string{"items[0].sku", "items[1].sku", "items[2].quantity", "items[3].quantity", "delivery_minor", "contact.phone", "contact.name", "contact.comment"}},
		{"right", New{Items: many[:100], Contact: Contact{Phone: "8 921 555-01-44", Name: strings.Repeat("я", 200)}}, nil},
	} {
		n, err := c.new.checked()
		var p fault.Problems
		errors.As(err, &p)
		var got []string
		for _, e := range p {
			got = append(got, e.Field)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if err == nil && n.Contact.Phone != "+79215550144" {
			t.Errorf("the number is kept as %s", n.Contact.Phone)
		}
	}
}
