package feed

import (
	"encoding/xml"
	"html"
	"strings"
)

// offer reads one <offer> and hands it on if it is sound.
func (p *parser) offer(e xml.StartElement) error {
	if e.Name.Local != "offer" {
		return p.skip(e)
	}
	d := &draft{Item: Item{
		ID: attr(e, "id"), GroupID: attr(e, "group_id"), Available: attr(e, "available") != "false", Line: p.line(),
	}, said: attr(e, "available") != ""}
	p.at(d.ID)
	if err := p.children(func(e xml.StartElement) error { return p.property(d, e) }); err != nil {
		return err
	}
	err := p.take(d)
	if err == nil {
		p.at("")
	}
	return err
}

// at remembers the offer in hand, for what is told of it.
func (p *parser) at(id string) {
	p.stream.offer = clip(id)
	p.tally.offer = clip(id)
}

// property reads one element of an offer.
func (p *parser) property(d *draft, e xml.StartElement) error {
	switch e.Name.Local {
	case "param":
		return p.param(d, e)
	case "outlets":
		return p.children(func(e xml.StartElement) error { return p.outlet(d, e) })
	case "delivery-options", "pickup-options":
		return p.options(e, &d.terms)
	case "supplier":
		return p.supplier(d, e)
	case "rec":
		return p.codes(&d.Related)
	case "accessories":
		return p.codes(&d.Accessories)
	case "picture":
		return p.more(&d.Pictures)
	case "barcode":
		return p.more(&d.Barcodes)
	case "count", "stock_quantity", "quantity":
		return p.stock(d)
	case "delivery":
		return p.flag(&d.Delivery)
	case "pickup":
		return p.flag(&d.Pickup)
	case "store":
		return p.flag(&d.Store)
	case "description":
		text, err := p.text()
		d.Description = plain(text)
		return err
	}
	to := d.text(e.Name.Local)
	if to == nil {
		return p.skip(e)
	}
	text, err := p.text()
	*to = text
	return err
}

// text returns where the text of an element goes, or nil if nobody needs it.
func (d *draft) text(element string) *string {
	switch element {
	case "name":
		return &d.Name
	case "typePrefix":
		return &d.prefix
	case "vendor":
		return &d.Vendor
	case "model":
		return &d.Model
	case "vendorCode":
		return &d.SKU
	case "url":
		return &d.URL
	case "group_id":
		return &d.GroupID
	case "price":
		return &d.price
	case "oldprice":
		return &d.old
	case "currencyId":
		return &d.currency
	case "categoryId":
		return &d.category
	case "sales_notes":
		return &d.SalesNotes
	case "country_of_origin":
		return &d.Country
	}
	return nil
}

func (p *parser) more(to *[]string) error {
	text, err := p.text()
	if err == nil && text != "" && len(*to) < maxList {
		*to = append(*to, text)
	}
	return err
}

func (p *parser) flag(to **bool) error {
	text, err := p.text()
	switch strings.ToLower(text) {
	case "true", "1":
		yes := true
		*to = &yes
	case "false", "0":
		no := false
		*to = &no
	}
	return err
}

func (p *parser) param(d *draft, e xml.StartElement) error {
	param := Param{Name: attr(e, "name"), Unit: attr(e, "unit")}
	var err error
	if param.Value, err = p.text(); err != nil {
		return err
	}
	if param.Name != "" && param.Value != "" && len(d.Params) < maxList {
		d.Params = append(d.Params, Param{cut(param.Name, maxName), cut(param.Value, maxName), cut(param.Unit, maxName)})
	}
	return nil
}

func (p *parser) stock(d *draft) error {
	text, err := p.text()
	if err != nil {
		return err
	}
	p.addStock(d, text, 0, p.line())
	return nil
}

// outlet adds the stock of one warehouse.
func (p *parser) outlet(d *draft, e xml.StartElement) error {
	if text := attr(e, "instock"); text != "" {
		so := int64(0)
		if d.Stock != nil {
			so = *d.Stock
		}
		before := d.Stock
		p.addStock(d, text, so, p.line())
		if d.Stock != before && len(d.Warehouses) < maxList {
			d.Warehouses = append(d.Warehouses, Warehouse{cut(attr(e, "id"), maxName), *d.Stock - so})
		}
	}
	return p.skip(e)
}

// plain takes the tags out of a description that is HTML.
func plain(text string) string {
	if !strings.ContainsAny(text, "<&") {
		return text
	}
	var b strings.Builder
	for text != "" {
		before, rest, tag := strings.Cut(text, "<")
		b.WriteString(before)
		if !tag {
			break
		}
		_, after, closed := strings.Cut(rest, ">")
		if !closed {
			b.WriteString("<" + rest)
			break
		}
		b.WriteByte(' ')
		text = after
	}
	return tidy([]byte(html.UnescapeString(b.String())))
}
