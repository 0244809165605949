package feed

import (
	"io"
	"net/url"
	"strings"
)

// Shopify is the answer of GET /admin/api/.../products.json of Shopify, page
// after page. Each variant is an item. It names no currency.
type Shopify struct {
	Currency string
	Location string // the address that was asked: where the shop's pages are
}

type shopifyProduct struct {
	ID      text     `json:"id"`
	Title   text     `json:"title"`
	Body    text     `json:"body_html"`
	Vendor  text     `json:"vendor"`
	Type    text     `json:"product_type"`
	Handle  text     `json:"handle"`
	Status  text     `json:"status"`
	Options []option `json:"options"`
	Images  []image  `json:"images"`
	Items   []struct {
		ID        text `json:"id"`
		Title     text `json:"title"`
		SKU       text `json:"sku"`
		Price     text `json:"price"`
		Compare   text `json:"compare_at_price"`
		Quantity  text `json:"inventory_quantity"`
		Managed   text `json:"inventory_management"`
		Policy    text `json:"inventory_policy"`
		Available text `json:"available"`
		Barcode   text `json:"barcode"`
		Option1   text `json:"option1"`
		Option2   text `json:"option2"`
		Option3   text `json:"option3"`
		Weight    text `json:"weight"`
		Unit      text `json:"weight_unit"`
	} `json:"variants"`
}

type option struct {
	Name text `json:"name"`
}

type image struct {
	Src      text `json:"src"`
	URL      text `json:"url"`
	Original text `json:"original_url"`
}

func addresses(images []image) []string {
	var all []string
	for _, i := range images[:min(len(images), maxList)] {
		for _, a := range []text{i.Original, i.Src, i.URL} {
			if a != "" {
				all = append(all, string(a))
				break
			}
		}
	}
	return all
}

// Read implements Format.
func (f Shopify) Read(r io.Reader, l Limits, emit func(Item) error) (Header, error) {
	return readDocuments(r, l, "products", f.Currency, newTally(l, emit), func(t *tally, p shopifyProduct, line int) error {
		if p.Status == "draft" || p.Status == "archived" {
			return nil // not for sale
		}
		if len(p.Items) == 0 {
			t.header.Skipped++
			t.tell(line, "product %s has no variants", clip(string(p.ID)))
		}
		for n := range p.Items {
			if err := t.take(f.variant(p, n, line)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f Shopify) variant(p shopifyProduct, n, line int) *draft {
	v := p.Items[n]
	d := &draft{Item: Item{
		ID: string(v.ID), SKU: string(v.SKU), Name: string(p.Title), Vendor: string(p.Vendor), Category: pathOf(string(p.Type)), Available: true, Line: line,
		Detail: Detail{Description: plain(string(p.Body)), Pictures: addresses(p.Images)},
	}, price: string(v.Price), old: string(v.Compare)}
	if len(p.Items) > 1 {
		d.GroupID = string(p.ID)
		d.Name += " " + string(v.Title)
	}
	if p.Handle != "" {
		d.URL = pageOf(f.Location, "/products/"+string(p.Handle))
	}
	if v.Barcode != "" {
		d.Barcodes = []string{string(v.Barcode)}
	}
	for i, value := range []text{v.Option1, v.Option2, v.Option3} {
		if i < len(p.Options) && value != "" && value != "Default Title" {
			d.Params = append(d.Params, Param{Name: string(p.Options[i].Name), Value: string(value)})
		}
	}
	if v.Weight != "" && v.Weight != "0" && v.Weight != "0.0" {
		d.Params = append(d.Params, Param{"weight", string(v.Weight), string(v.Unit)})
	}
	d.counted(v.Quantity, v.Available, v.Policy == "continue")
	return d
}

// counted takes the stock of a shop's own answer: below zero is sold in advance.
func (d *draft) counted(quantity, available text, onOrder bool) {
	if n, ok := pieces(strings.TrimPrefix(string(quantity), "-")); ok {
		if strings.HasPrefix(string(quantity), "-") {
			n = 0
		}
		d.Stock = &n
		d.Available, d.said = n > 0 || onOrder, true
	}
	if yes, ok := available.bool(); ok {
		d.Available, d.said = yes, true
	}
}

// pageOf is a page on the server of an address.
func pageOf(location, path string) string {
	u, err := url.Parse(location)
	if err != nil || u.Host == "" {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: path}).String()
}

// Woo is the answer of GET /wp-json/wc/v3/products of WooCommerce, page after
// page. A variable product is one item at its lowest price.
type Woo struct{ Currency string }

type wooProduct struct {
	ID         text     `json:"id"`
	Name       text     `json:"name"`
	Status     text     `json:"status"`
	Link       text     `json:"permalink"`
	SKU        text     `json:"sku"`
	GTIN       text     `json:"global_unique_id"`
	Price      text     `json:"price"`
	Regular    text     `json:"regular_price"`
	Quantity   text     `json:"stock_quantity"`
	Stock      text     `json:"stock_status"`
	Body       text     `json:"description"`
	Short      text     `json:"short_description"`
	Weight     text     `json:"weight"`
	Parent     text     `json:"parent_id"`
	Related    textList `json:"related_ids"`
	Upsell     textList `json:"upsell_ids"`
	CrossSell  textList `json:"cross_sell_ids"`
	Images     []image  `json:"images"`
	Brands     []option `json:"brands"`
	Categories []option `json:"categories"`
	Attributes []struct {
		Name    text     `json:"name"`
		Options textList `json:"options"`
		Option  text     `json:"option"` // of a variation
	} `json:"attributes"`
}

// Read implements Format.
func (f Woo) Read(r io.Reader, l Limits, emit func(Item) error) (Header, error) {
	return readDocuments(r, l, "products", f.Currency, newTally(l, emit), func(t *tally, p wooProduct, line int) error {
		if p.Status != "" && p.Status != "publish" {
			return nil
		}
		return t.take(p.draft(line))
	})
}

func (p wooProduct) draft(line int) *draft {
	body := p.Body
	if body == "" {
		body = p.Short
	}
	d := &draft{Item: Item{
		ID: string(p.ID), SKU: string(p.SKU), Name: string(p.Name), URL: string(p.Link), Available: p.Stock != "outofstock", Line: line,
		Detail: Detail{Description: plain(string(body)), Pictures: addresses(p.Images), Related: append(p.Related, p.Upsell...), Accessories: p.CrossSell},
	}, price: string(p.Price), old: string(p.Regular), said: p.Stock != ""}
	if len(p.Categories) > 0 {
		d.Category = pathOf(string(p.Categories[0].Name))
	}
	if len(p.Brands) > 0 {
		d.Vendor = string(p.Brands[0].Name)
	}
	if p.GTIN != "" {
		d.Barcodes = []string{string(p.GTIN)}
	}
	if p.Parent != "" && p.Parent != "0" {
		d.GroupID = string(p.Parent)
	}
	for _, a := range p.Attributes[:min(len(p.Attributes), maxList)] {
		if value := strings.Join(append(a.Options, strings.Fields(string(a.Option))...), ", "); a.Name != "" && value != "" {
			d.Params = append(d.Params, Param{Name: string(a.Name), Value: cut(value, maxName)})
		}
	}
	if p.Weight != "" {
		d.Params = append(d.Params, Param{Name: "weight", Value: string(p.Weight)})
	}
	d.counted(p.Quantity, "", p.Stock == "onbackorder")
	return d
}

// InSales is the answer of GET /admin/products.json of InSales, page after page.
// Each variant is an item.
type InSales struct {
	Currency string
	Location string
}

type inSalesProduct struct {
	ID         text    `json:"id"`
	Title      text    `json:"title"`
	Body       text    `json:"description"`
	Short      text    `json:"short_description"`
	Link       text    `json:"permalink"`
	Hidden     text    `json:"is_hidden"`
	Category   text    `json:"category_title"`
	Currency   text    `json:"currency_code"`
	Images     []image `json:"images"`
	Properties []struct {
		ID    text `json:"id"`
		Title text `json:"title"`
	} `json:"properties"`
	Values []struct {
		Property text `json:"property_id"`
		Title    text `json:"title"`
	} `json:"characteristics"`
	Options []struct {
		ID    text `json:"id"`
		Title text `json:"title"`
	} `json:"option_names"`
	Items []struct {
		ID       text `json:"id"`
		Title    text `json:"title"`
		SKU      text `json:"sku"`
		Barcode  text `json:"barcode"`
		Price    text `json:"price"`
		Old      text `json:"old_price"`
		Price2   text `json:"price2"`
		Quantity text `json:"quantity"`
		Values   []struct {
			Option text `json:"option_name_id"`
			Title  text `json:"title"`
		} `json:"option_values"`
	} `json:"variants"`
}

// Read implements Format.
func (f InSales) Read(r io.Reader, l Limits, emit func(Item) error) (Header, error) {
	return readDocuments(r, l, "products", f.Currency, newTally(l, emit), func(t *tally, p inSalesProduct, line int) error {
		if hidden, _ := p.Hidden.bool(); hidden {
			return nil
		}
		for n := range p.Items {
			if err := t.take(f.variant(p, n, line)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f InSales) variant(p inSalesProduct, n, line int) *draft {
	v := p.Items[n]
	body := p.Body
	if body == "" {
		body = p.Short
	}
	d := &draft{Item: Item{
		ID: string(v.ID), SKU: string(v.SKU), Name: string(p.Title), Category: pathOf(string(p.Category)), Available: true, Line: line,
		Detail: Detail{Description: plain(string(body)), Pictures: addresses(p.Images)},
	}, price: string(v.Price), old: string(v.Old), currency: string(p.Currency)}
	if len(p.Items) > 1 {
		d.GroupID = string(p.ID)
		d.Name = strings.TrimSpace(d.Name + " " + string(v.Title))
	}
	if p.Link != "" {
		d.URL = pageOf(f.Location, "/product/"+string(p.Link))
	}
	if v.Barcode != "" {
		d.Barcodes = []string{string(v.Barcode)}
	}
	if v.Price2 != "" {
		d.prices = []rawPrice{{"price2", string(v.Price2), ""}}
	}
	d.Params = p.params(n)
	d.counted(v.Quantity, "", false)
	return d
}

// params are the properties of the product, and the options of a variant.
func (p inSalesProduct) params(n int) []Param {
	names := map[text]text{}
	for _, one := range p.Properties {
		names["p"+one.ID] = one.Title
	}
	for _, one := range p.Options {
		names["o"+one.ID] = one.Title
	}
	var all []Param
	for _, v := range p.Values {
		if name := names["p"+v.Property]; name != "" && v.Title != "" && len(all) < maxList {
			all = append(all, Param{Name: string(name), Value: cut(string(v.Title), maxName)})
		}
	}
	for _, v := range p.Items[n].Values {
		if name := names["o"+v.Option]; name != "" && v.Title != "" && len(all) < maxList {
			all = append(all, Param{Name: string(name), Value: cut(string(v.Title), maxName)})
		}
	}
	return all
}
