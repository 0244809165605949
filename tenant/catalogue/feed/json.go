package feed

import (
	"encoding/json"
	"errors"
	"io"
	"slices"

	"switchboard/billing/money"
	"switchboard/tenant/fault"
)

// JSON is our own format, in which a shop's system pushes its goods: an object
// with "items", or a list of them. Currency is that of prices that name none.
type JSON struct{ Currency string }

// jsonItem is an item as it is pushed. Numbers may also be strings.
type jsonItem struct {
	ID          text      `json:"id"`
	SKU         text      `json:"sku"`
	Name        text      `json:"name"`
	Vendor      text      `json:"vendor"`
	Model       text      `json:"model"`
	Category    text      `json:"category"`
	Description text      `json:"description"`
	URL         text      `json:"url"`
	Price       text      `json:"price"`
	OldPrice    text      `json:"old_price"`
	Currency    text      `json:"currency"`
	Available   text      `json:"available"`
	Stock       text      `json:"stock"`
	GroupID     text      `json:"group_id"`
	Supplier    text      `json:"supplier"`
	Country     text      `json:"country"`
	SalesNotes  text      `json:"sales_notes"`
	Pictures    textList  `json:"pictures"`
	Barcodes    textList  `json:"barcodes"`
	Related     textList  `json:"related"`
	Accessories textList  `json:"accessories"`
	Params      []named3  `json:"params"`
	Prices      []pricing `json:"prices"`
	Warehouses  []place   `json:"warehouses"`
	Delivery    []coming  `json:"delivery"`
}

type named3 struct {
	Name  text `json:"name"`
	Value text `json:"value"`
	Unit  text `json:"unit"`
}

type pricing struct {
	Type     text `json:"type"`
	Price    text `json:"price"`
	Currency text `json:"currency"`
}

type place struct {
	Name  text `json:"name"`
	Stock text `json:"stock"`
}

type coming struct {
	Kind   text `json:"kind"`
	Cost   text `json:"cost"`
	Days   text `json:"days"`
	Before text `json:"before"`
}

// Read implements Format.
func (f JSON) Read(r io.Reader, l Limits, emit func(Item) error) (Header, error) {
	return readDocuments(r, l, "items", f.Currency, newTally(l, emit), func(t *tally, i jsonItem, line int) error {
		return t.take(t.pushed(i, line))
	})
}

// readDocuments reads the elements of documents as E and passes them to each. One
// that is no E is told, and left out.
func readDocuments[E any](r io.Reader, l Limits, list, currency string, t *tally, each func(*tally, E, int) error) (Header, error) {
	d, err := newDocuments(r, l, list)
	if err != nil {
		return t.header, err
	}
	t.header.Encoding = utf8Name
	if c, ok := currencyOf((Mapping{Currency: currency}).currency()); ok {
		t.header.Currencies = []money.Currency{c}
	}
	err = d.each(func(element json.RawMessage, line int) error {
		if c, ok := currencyOf(d.string("currency")); ok {
			t.header.Currencies = []money.Currency{c}
		}
		var e E
		if err := json.Unmarshal(element, &e); err != nil {
			t.header.Skipped++
			t.tell(line, "an item is not as it should be: %s", clip(worded(err)))
			return nil
		}
		return each(t, e, line)
	})
	var invalid fault.Invalid
	if err != nil && (!errors.As(err, &invalid) || invalid.Line == 0) {
		return t.header, d.explain(err)
	}
	if err != nil {
		return t.header, err
	}
	t.header.lines = d.line()
	return t.finish()
}

func worded(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return kind.Field + " is a " + kind.Value
	}
	return err.Error()
}

// string is a member of the document beside its list.
func (d *documents) string(name string) string {
	var s text
	if json.Unmarshal(d.head[name], &s) != nil {
		return ""
	}
	return string(s)
}

// pushed turns an item that was pushed into an offer.
func (t *tally) pushed(i jsonItem, line int) *draft {
	d := &draft{Item: Item{
		ID: string(i.ID), SKU: string(i.SKU), Name: string(i.Name), Vendor: string(i.Vendor), Category: pathOf(string(i.Category)),
		URL: string(i.URL), GroupID: string(i.GroupID), Available: true, Line: line,
		Detail: Detail{
			Description: plain(string(i.Description)), Model: string(i.Model), Country: string(i.Country), SalesNotes: string(i.SalesNotes),
			Supplier: string(i.Supplier), Pictures: i.Pictures, Barcodes: i.Barcodes, Related: i.Related, Accessories: i.Accessories,
		},
	}, price: string(i.Price), old: string(i.OldPrice), currency: string(i.Currency)}
	if d.ID == "" {
		d.ID = d.SKU
	}
	if yes, ok := i.Available.bool(); ok {
		d.Available, d.said = yes, true
	}
	t.offer = clip(d.ID)
	for _, w := range i.Warehouses {
		if n, ok := pieces(string(w.Stock)); ok {
			d.addAt(string(w.Name), n)
		} else {
			t.tell(line, "stock %q is not a number of pieces and is not used", clip(string(w.Stock)))
		}
	}
	if i.Stock != "" {
		t.addStock(d, string(i.Stock), 0, line)
	}
	d.lists(i)
	return d
}

// lists takes what there may be many of.
func (d *draft) lists(i jsonItem) {
	for _, p := range i.Params[:min(len(i.Params), maxList)] {
		if p.Name != "" && p.Value != "" {
			d.Params = append(d.Params, Param{cut(string(p.Name), maxName), cut(string(p.Value), maxName), cut(string(p.Unit), maxName)})
		}
	}
	for _, p := range i.Prices[:min(len(i.Prices), maxList)] {
		d.prices = append(d.prices, rawPrice{string(p.Type), string(p.Price), string(p.Currency)})
	}
	for _, w := range i.Delivery[:min(len(i.Delivery), maxTerms)] {
		kind := string(w.Kind)
		if !slices.Contains([]string{ByCourier, ByPickup}, kind) {
			kind = ByCourier
		}
		d.terms = append(d.terms, rawTerms{Terms{Kind: kind, Days: clip(string(w.Days)), Before: clip(string(w.Before))}, string(w.Cost)})
	}
}
