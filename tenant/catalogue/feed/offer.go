package feed

import (
	"encoding/xml"
	"html"
	"math"
	"strconv"
	"strings"
)

// draft is an offer while it is read.
type draft struct {
	Item
	prefix, category, currency, price, old string

	terms []rawTerms // of this offer, with their costs as written
	said  bool       // whether it is available
}

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
	if p.header.Items+p.header.Skipped >= p.limits.Items {
		return p.bad("more than %d offers", p.limits.Items)
	}
	problem := p.complete(d)
	if problem != "" {
		p.header.Skipped++
		p.tell(d.Line, "%s", problem)
	}
	p.at("")
	if problem != "" {
		return nil
	}
	p.header.Items++
	return p.emit(d.Item)
}

// at remembers the offer in hand, for what is told of it.
func (p *parser) at(id string) { p.stream.offer = clip(id) }

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
	p.addStock(d, text, 0)
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
		p.addStock(d, text, so)
		if d.Stock != before && len(d.Warehouses) < maxList {
			d.Warehouses = append(d.Warehouses, Warehouse{cut(attr(e, "id"), maxName), *d.Stock - so})
		}
	}
	return p.skip(e)
}

// addStock sets the stock to so plus what text says; a part of a piece is none.
func (p *parser) addStock(d *draft, text string, so int64) {
	whole, _, _ := strings.Cut(strings.ReplaceAll(text, ",", "."), ".")
	n, err := strconv.ParseInt(whole, 10, 32)
	if err != nil || n < 0 {
		p.tell(p.line(), "stock %q is not a number of pieces and is not used", clip(text))
		return
	}
	n = min(n+so, math.MaxInt32)
	d.Stock = &n
}

// complete derives what is derived and returns why the offer is not sound, or "".
func (p *parser) complete(d *draft) string {
	if d.Name == "" {
		d.Name = strings.Join(strings.Fields(d.prefix+" "+d.Vendor+" "+d.Model), " ")
	}
	switch {
	case d.ID == "":
		return "the offer has no id"
	case len(d.ID) > maxName:
		return "the id is longer than is read"
	case d.Name == "":
		return "the offer has neither a name nor a model"
	case len(d.Name) > maxName:
		return "the name is longer than is read"
	}
	if problem := p.money(d); problem != "" {
		return problem
	}
	if d.Stock != nil && *d.Stock == 0 && !d.said {
		d.Available = false
	}
	d.Terms = p.terms(d)
	d.GroupID, d.URL = cut(d.GroupID, maxName), cut(d.URL, maxAddress)
	d.bound()
	if before := p.seen.first(d.ID, d.Line); before != 0 {
		return "an offer with this id is there already, in line " + strconv.Itoa(before)
	}
	if d.Category = p.path(d.category); d.Category == "" && d.category != "" {
		p.tell(d.Line, "category %s is not in the list; the offer is kept without one", clip(d.category))
	}
	return ""
}

func (p *parser) money(d *draft) string {
	if d.currency == "" {
		if len(p.header.Currencies) == 0 {
			return "the offer names no currency, and neither does the feed"
		}
		d.Currency = p.header.Currencies[0]
	} else {
		var ok bool
		if d.Currency, ok = currencyOf(d.currency); !ok {
			return "currency " + strconv.Quote(clip(d.currency)) + " is not one that we count in"
		}
	}
	var problem string
	if d.PriceMinor, problem = minor(d.price, d.Currency); problem != "" {
		return problem
	}
	if d.old != "" {
		if d.OldMinor, problem = minor(d.old, d.Currency); problem != "" {
			p.tell(d.Line, "the old price is not used: %s", problem)
		}
	}
	return ""
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
