package feed

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// shelf is a heap in memory: products with their offers, in the order in which
// they came.
type shelf struct {
	products map[string]*product
	order    []string
	offers   map[string]*partial
	of       map[string][]string // the offers of a product
}

// join brings products and offers together and hands them on.
func (e *exchange) join() error {
	for n := range heaps {
		s, err := e.load(n)
		if err != nil {
			return err
		}
		for _, id := range s.order {
			if err := e.goods(s, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// load reads a heap. What comes later counts.
func (e *exchange) load(n int) (*shelf, error) {
	s := &shelf{map[string]*product{}, nil, map[string]*partial{}, map[string][]string{}}
	for d := e.spill.heap(n); ; {
		var r record
		err := d.Decode(&r)
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return nil, fmt.Errorf("join goods and prices: %w", err)
		}
		if r.Product != nil {
			s.product(r.Product)
		}
		if r.Offer != nil {
			s.offer(r.Offer)
		}
	}
}

func (s *shelf) product(p *product) {
	if s.products[p.ID] == nil && len(s.of[p.ID]) == 0 {
		s.order = append(s.order, p.ID)
	}
	s.products[p.ID] = p
}

func (s *shelf) offer(o *partial) {
	of := productOf(o.ID)
	if s.products[of] == nil && len(s.of[of]) == 0 {
		s.order = append(s.order, of)
	}
	old := s.offers[o.ID]
	if old == nil {
		s.offers[o.ID] = o
		s.of[of] = append(s.of[of], o.ID)
		return
	}
	old.merge(o)
}

// merge takes what a later file says of an offer.
func (o *partial) merge(later *partial) {
	for _, t := range []struct{ to, from *string }{{&o.Name, &later.Name}, {&o.SKU, &later.SKU}, {&o.Barcode, &later.Barcode}} {
		if *t.from != "" {
			*t.to = *t.from
		}
	}
	if later.Quantity != nil {
		o.Quantity = later.Quantity
	}
	if later.Prices != nil {
		o.Prices = later.Prices
	}
	if later.Warehouses != nil {
		o.Warehouses = later.Warehouses
	}
	if later.Params != nil {
		o.Params = later.Params
	}
	o.Line, o.Deleted = later.Line, later.Deleted
}

// goods hands on what is sold of a product: itself, or its variants.
func (e *exchange) goods(s *shelf, id string) error {
	p, offers := s.products[id], s.of[id]
	switch {
	case p == nil:
		for _, o := range offers {
			e.header.Skipped++
			e.offer = clip(o)
			e.tell(s.offers[o].Line, "there is no product of this offer in the catalogue")
			e.offer = ""
		}
		return nil
	case p.Deleted:
		return nil
	case len(offers) == 0:
		e.header.Skipped++
		e.offer = clip(id)
		e.tell(p.Line, "there is no offer of this product, and so no price")
		e.offer = ""
		return nil
	}
	for _, o := range offers {
		if s.offers[o].Deleted {
			continue
		}
		if err := e.take(e.draft(p, s.offers[o], len(offers) > 1)); err != nil {
			return err
		}
	}
	return nil
}

// draft is an offer of a product, which may be one of its variants.
func (e *exchange) draft(p *product, o *partial, variant bool) *draft {
	d := &draft{Item: Item{
		ID: o.ID, SKU: orElse(o.SKU, p.SKU), Name: p.Name, Vendor: p.Vendor, Available: true, Line: o.Line,
		Detail: Detail{Description: p.Description, Country: p.Country, Pictures: p.Pictures},
	}, category: p.Group}
	if code := orElse(o.Barcode, p.Barcode); code != "" {
		d.Barcodes = []string{code}
	}
	if variant || strings.Contains(o.ID, "#") {
		d.GroupID, d.Name = p.ID, orElse(o.Name, p.Name)
	}
	if d.Name == "" {
		d.Name = o.Name
	}
	d.Params = append(e.params(p), o.Params...)
	e.offer = clip(d.ID)
	e.costs(d, o)
	e.stocked(d, o)
	return d
}

func orElse(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func (e *exchange) params(p *product) []Param {
	var all []Param
	for _, v := range p.Values {
		name := e.properties[v.ID]
		if name == nil || name.name == "" {
			continue
		}
		all = append(all, Param{cut(name.name, maxName), cut(orElse(name.values[v.Value], v.Value), maxName), ""})
	}
	return append(all, p.Needs...)
}

// retail are the names of the type that buyers pay, the plainest first.
var retail = []string{"розничн", "розниц", "retail", "сайт", "интернет", "базов"}

// costs takes the price that buyers pay, and the others by type.
func (e *exchange) costs(d *draft, o *partial) {
	main := e.main(o.Prices)
	for i, c := range o.Prices {
		currency := strings.TrimSuffix(strings.ToLower(orElse(c.Currency, e.currencies[c.Type])), ".")
		if currency == "руб" || currency == "643" || currency == "" {
			currency = (Mapping{Currency: e.format.Currency}).currency()
		}
		if i == main {
			d.price, d.currency = c.Amount, currency
		} else {
			d.prices = append(d.prices, rawPrice{orElse(e.types[c.Type], c.Type), c.Amount, currency})
		}
	}
	if d.currency == "" {
		d.currency = (Mapping{Currency: e.format.Currency}).currency()
	}
}

// main is which of the prices buyers pay; -1 if there are none.
func (e *exchange) main(prices []rawCost) int {
	wanted := retail
	if e.format.Price != "" {
		wanted = []string{strings.ToLower(e.format.Price)}
	}
	for _, word := range wanted {
		if i := slices.IndexFunc(prices, func(c rawCost) bool { return strings.Contains(strings.ToLower(e.types[c.Type]), word) }); i >= 0 {
			return i
		}
	}
	if e.format.Price != "" {
		return -1
	}
	if i := slices.IndexFunc(prices, func(c rawCost) bool { return c.Type == e.first }); i >= 0 {
		return i
	}
	return len(prices[:min(len(prices), 1)]) - 1
}

// stocked takes the stock by warehouse, and in all. Less than nothing is nothing:
// 1C sells in advance.
func (e *exchange) stocked(d *draft, o *partial) {
	for _, w := range o.Warehouses {
		if n, ok := pieces(w.Value); ok && n > 0 {
			d.addAt(orElse(e.stores[w.ID], w.ID), n)
		}
	}
	switch {
	case o.Quantity != nil && strings.HasPrefix(strings.TrimSpace(*o.Quantity), "-"):
		zero := int64(0)
		d.Stock = &zero
	case o.Quantity != nil && *o.Quantity != "":
		e.addStock(d, *o.Quantity, 0, o.Line)
	case d.Stock == nil && len(o.Warehouses) > 0:
		zero := int64(0)
		d.Stock = &zero
	}
}
