package feed

import (
	"strings"
	"time"
)

// google collects the attributes of one item of Google Merchant Center.
type google struct {
	d          *draft
	now        time.Time
	sale, when string
}

func newGoogle(line int, now time.Time) *google {
	return &google{d: &draft{Item: Item{Available: true, Line: line}}, now: now}
}

// attribute is the name of an attribute: "g:sale price" is sale_price.
func attribute(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if _, after, found := strings.Cut(name, ":"); found {
		name = after
	}
	return strings.ReplaceAll(name, " ", "_")
}

// told are the attributes that are properties of the thing, in the order in
// which people say them.
var told = map[string]string{
	"color": "color", "size": "size", "material": "material", "pattern": "pattern", "gender": "gender", "age_group": "age group",
	"condition": "condition", "product_weight": "weight", "shipping_weight": "shipping weight", "energy_efficiency_class": "energy class",
}

// set takes an attribute; what nobody needs is left.
func (g *google) set(name, text string) {
	text = strings.TrimSpace(text)
	name = attribute(name)
	if text == "" {
		return
	}
	d := g.d
	switch name {
	case "price":
		d.price, d.currency = amount(text)
	case "sale_price":
		g.sale, _ = amount(text)
	case "sale_price_effective_date":
		g.when = text
	case "availability":
		d.said = true
		d.Available = strings.Contains(strings.ReplaceAll(strings.ToLower(text), "_", " "), "in stock")
	case "quantity", "sell_on_google_quantity", "inventory":
		g.stock(text)
	case "image_link", "additional_image_link":
		g.pictures(text)
	case "gtin":
		d.Barcodes = append(d.Barcodes, listed(text)...)
	case "product_type":
		d.Category = pathOf(text)
	case "google_product_category":
		if d.Category == "" && strings.ContainsAny(text, "> ") {
			d.Category = pathOf(text)
		}
	default:
		if property := told[name]; property != "" {
			g.param(property, text)
		} else if to := g.text(name); to != nil {
			*to = text
		}
	}
}

// text returns where a plain attribute goes, or nil.
func (g *google) text(name string) *string {
	switch name {
	case "id":
		return &g.d.ID
	case "title":
		return &g.d.Name
	case "description", "summary":
		return &g.d.Description
	case "link":
		return &g.d.URL
	case "brand":
		return &g.d.Vendor
	case "mpn":
		return &g.d.SKU
	case "item_group_id":
		return &g.d.GroupID
	}
	return nil
}

func (g *google) stock(text string) {
	if n, ok := pieces(text); ok {
		g.d.Stock = &n
	}
}

// pictures takes addresses by commas; a comma may also stand in one.
func (g *google) pictures(text string) {
	for _, one := range strings.Split(strings.ReplaceAll(text, ",http", "\nhttp"), "\n") {
		if len(g.d.Pictures) < maxList {
			g.d.Pictures = append(g.d.Pictures, strings.TrimSpace(one))
		}
	}
}

func (g *google) param(name, value string) {
	if name != "" && value != "" && len(g.d.Params) < maxList {
		g.d.Params = append(g.d.Params, Param{Name: cut(name, maxName), Value: cut(value, maxName)})
	}
}

// done returns the offer. A sale that is on is the price, and what was the price
// is the old one.
func (g *google) done() *draft {
	g.d.Description = plain(g.d.Description)
	if g.sale != "" && g.on() {
		g.d.old, g.d.price = g.d.price, g.sale
	}
	return g.d
}

// on reports whether now is within "2026-11-20T00:00+03:00/2026-11-30T23:59+03:00".
// A sale without dates is on; one whose dates are none is not.
func (g *google) on() bool {
	if g.when == "" {
		return true
	}
	from, to, ok := strings.Cut(g.when, "/")
	begin, fine := instant(from)
	end, sound := instant(to)
	return ok && fine && sound && !g.now.Before(begin) && !g.now.After(end)
}

func instant(text string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04Z07:00", "2006-01-02T15:04-0700", time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02"} {
		if t, err := time.Parse(layout, strings.TrimSpace(text)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// amount parts "1 234.50 RUB" into the number and the currency, which may also
// stand first.
func amount(text string) (number, currency string) {
	letter := func(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' }
	for _, word := range strings.Fields(text) {
		if len(word) == 3 && strings.IndexFunc(word, func(r rune) bool { return !letter(r) }) < 0 {
			currency = word
		} else {
			number += word
		}
	}
	return number, currency
}

// pathOf writes a path of categories as all formats have it.
func pathOf(text string) string {
	for _, sign := range []string{">", "|", "\\", "/"} {
		if strings.Contains(text, sign) {
			names := strings.Split(text, sign)
			for i := range names {
				names[i] = strings.TrimSpace(names[i])
			}
			return cut(strings.Trim(strings.Join(names, " / "), " /"), maxName)
		}
	}
	return cut(strings.TrimSpace(text), maxName)
}
