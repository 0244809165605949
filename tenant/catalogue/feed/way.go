package feed

import (
	"encoding/xml"
	"slices"
	"strings"
)

// rawWay is a Way whose cost is still text: the currency may stand after it.
type rawWay struct {
	Way
	cost string
}

// maxWays is how many ways of one kind are kept; nobody reads more aloud.
const maxWays = 10

// options reads <delivery-options> or <pickup-options>.
func (p *parser) options(e xml.StartElement, to *[]rawWay) error {
	kind := ByCourier
	if e.Name.Local == "pickup-options" {
		kind = ByPickup
	}
	return p.children(func(e xml.StartElement) error {
		if e.Name.Local == "option" && len(*to) < 2*maxWays {
			*to = append(*to, rawWay{Way{Kind: kind, Days: clip(attr(e, "days")), Before: clip(attr(e, "order-before"))}, attr(e, "cost")})
		}
		return p.skip(e)
	})
}

// ways returns the offer's own ways, and of each kind that it is silent about
// those of the shop, unless the offer does not come that way.
func (p *parser) ways(d *draft) []Way {
	var all []Way
	for kind, flag := range map[string]*bool{ByCourier: d.Delivery, ByPickup: d.Pickup} {
		from := d.ways
		if !slices.ContainsFunc(from, func(w rawWay) bool { return w.Kind == kind }) {
			from = p.common
		}
		if flag != nil && !*flag {
			continue
		}
		for _, w := range from {
			if w.Kind == kind {
				all = append(all, p.priced(d, w))
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Way) int { return strings.Compare(a.Kind, b.Kind) })
	return all
}

// priced reads the cost of a way. Free is a cost too.
func (p *parser) priced(d *draft, w rawWay) Way {
	if strings.Trim(w.cost, "0., ") == "" && w.cost != "" {
		free := int64(0)
		w.CostMinor = &free
		return w.Way
	}
	if cost, problem := minor(w.cost, d.Currency); problem == "" {
		w.CostMinor = &cost
	}
	return w.Way
}

// supplier reads who supplies an offer: a name, or what stands for it.
func (p *parser) supplier(d *draft, e xml.StartElement) error {
	text, err := p.text()
	for _, name := range []string{text, attr(e, "name"), attr(e, "ogrn")} {
		if d.Supplier == "" {
			d.Supplier = name
		}
	}
	return err
}

// codes reads SKUs or ids that stand in one text.
func (p *parser) codes(to *[]string) error {
	text, err := p.text()
	*to = append(*to, listed(text)...)
	return err
}

// listed parts a list of codes: by commas, semicolons or bars.
func listed(text string) []string {
	var all []string
	for _, code := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '|' }) {
		if code = strings.TrimSpace(code); code != "" && len(all) < maxList {
			all = append(all, code)
		}
	}
	return all
}
