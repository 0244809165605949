package feed

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"switchboard/billing/money"
)

// parser is one reading of a feed.
type parser struct {
	*stream
	*tally
}

func (p *parser) document() error {
	root, err := p.root()
	if err != nil {
		return err
	}
	p.header.Date = attr(root, "date")
	shops := 0
	err = p.children(func(e xml.StartElement) error {
		if e.Name.Local != "shop" {
			return p.skip(e)
		}
		if shops++; shops > 1 {
			return p.bad("a second <shop>: a feed is of one shop")
		}
		return p.children(p.shop)
	})
	if err != nil {
		return err
	}
	if shops == 0 {
		return p.bad("there is no <shop> in the feed")
	}
	return p.tail()
}

// root finds the outermost element of YML.
func (p *parser) root() (xml.StartElement, error) { return p.rootOf("yml_catalog") }

// rootOf finds the outermost element, which must be one of these.
func (p *parser) rootOf(names ...string) (xml.StartElement, error) {
	for {
		t, err := p.next()
		if err != nil {
			return xml.StartElement{}, err
		}
		e, ok := t.(xml.StartElement)
		switch {
		case !ok:
		case slices.Contains(names, e.Name.Local):
			return e, nil
		case strings.EqualFold(e.Name.Local, "html"):
			return e, p.bad("this is an HTML page, not a feed")
		case names[0] == "yml_catalog":
			return e, p.bad("this is not YML: it begins with <%s> and not with <yml_catalog>", clip(e.Name.Local))
		default:
			return e, p.bad("this is another format: it begins with <%s> and not with <%s>", clip(e.Name.Local), strings.Join(names, "> or <"))
		}
	}
}

// tail reads what follows the outermost element, which must be nothing.
func (p *parser) tail() error {
	for {
		t, err := p.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok {
			return p.bad("a second document begins here with <%s>", clip(e.Name.Local))
		}
	}
}

// shop reads one element of <shop>.
func (p *parser) shop(e xml.StartElement) error {
	var err error
	switch e.Name.Local {
	case "name":
		p.header.Name, err = p.text()
	case "company":
		p.header.Company, err = p.text()
	case "url":
		p.header.URL, err = p.text()
	case "currencies":
		return p.children(p.currency)
	case "categories":
		if err := p.children(p.category); err != nil {
			return err
		}
		return p.cycles()
	case "delivery-options", "pickup-options":
		return p.options(e, &p.common)
	case "offers":
		return p.children(p.offer)
	default:
		return p.skip(e)
	}
	return err
}

// currency reads <currency id="RUR" rate="1"/>. The one whose rate is 1 is the
// shop's own and comes first.
func (p *parser) currency(e xml.StartElement) error {
	c, ok := currencyOf(attr(e, "id"))
	switch {
	case !ok:
		p.tell(p.line(), "currency %q is not one that we count in", clip(attr(e, "id")))
	case len(p.header.Currencies) >= maxList:
		return p.bad("more than %d currencies", maxList)
	case attr(e, "rate") == "1":
		p.header.Currencies = append([]money.Currency{c}, p.header.Currencies...)
	default:
		p.header.Currencies = append(p.header.Currencies, c)
	}
	return p.skip(e)
}

func (p *parser) category(e xml.StartElement) error {
	if e.Name.Local != "category" {
		return p.skip(e)
	}
	id, c := attr(e, "id"), &category{parent: attr(e, "parentId"), line: p.line()}
	var err error
	if c.name, err = p.text(); err != nil {
		return err
	}
	return p.addCategory(id, c)
}
