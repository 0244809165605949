package feed

import (
	"encoding/xml"
	"slices"
	"strings"
)

// rawTerms are Terms whose cost is still text: the currency may stand after it.
type rawTerms struct {
	Terms
	cost string
}

// maxTerms is how many terms of one kind are kept; nobody reads more aloud.
const maxTerms = 10

// options reads <delivery-options> or <pickup-options>.
func (p *parser) options(e xml.StartElement, to *[]rawTerms) error {
	kind := ByCourier
	if e.Name.Local == "pickup-options" {
		kind = ByPickup
	}
	return p.children(func(e xml.StartElement) error {
		if e.Name.Local == "option" && len(*to) < 2*maxTerms {
			*to = append(*to, rawTerms{Terms{Kind: kind, Days: clip(attr(e, "days")), Before: clip(attr(e, "order-before"))}, attr(e, "cost")})
		}
		return p.skip(e)
	})
}

// terms returns the offer's own terms, and of each kind that it is silent about
// those of the shop, unless the offer does not come that way.
func (p *tally) terms(d *draft) []Terms {
	var all []Terms
	for kind, flag := range map[string]*bool{ByCourier: d.Delivery, ByPickup: d.Pickup} {
		from := d.terms
		if !slices.ContainsFunc(from, func(w rawTerms) bool { return w.Kind == kind }) {
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
	slices.SortStableFunc(all, func(a, b Terms) int { return strings.Compare(a.Kind, b.Kind) })
	return all
}

// priced reads the cost of a way. Free is a cost too.
func (p *tally) priced(d *draft, w rawTerms) Terms {
	if strings.Trim(w.cost, "0., ") == "" && w.cost != "" {
		free := int64(0)
		w.CostMinor = &free
		return w.Terms
	}
	if cost, problem := minor(w.cost, d.Currency); problem == "" {
		w.CostMinor = &cost
	}
	return w.Terms
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
