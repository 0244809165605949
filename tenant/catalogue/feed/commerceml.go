package feed

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"switchboard/tenant/fault"
)

// CommerceML is CommerceML 2, in which 1C exports goods: one XML, or several
// packed together - goods in one, prices and balances in others, in whatever
// order. Of two that say something of the same thing the later counts.
type CommerceML struct {
	Currency string // of prices that name none
	Price    string // the name of the type that buyers pay; "": the first that sounds like it
}

// Read implements Format.
func (f CommerceML) Read(r io.Reader, l Limits, emit func(Item) error) (Header, error) {
	s, err := newSpill()
	if err != nil {
		return Header{}, err
	}
	defer s.close()
	e := &exchange{
		tally: newTally(l, emit), spill: s, format: f,
		types: map[string]string{}, stores: map[string]string{}, properties: map[string]*property{}, currencies: map[string]string{},
	}
	if err := e.file(r, 0); err != nil {
		return e.header, err
	}
	if err := e.cycles(); err != nil {
		return e.header, err
	}
	if err := e.join(); err != nil {
		return e.header, err
	}
	return e.finish()
}

// exchange is one reading of all the files.
type exchange struct {
	*tally
	spill  *spill
	format CommerceML

	types      map[string]string // of prices: their names by id
	first      string            // the id of the first type
	currencies map[string]string // of types
	stores     map[string]string
	properties map[string]*property
	products   int
}

// property is what a product's value refers to.
type property struct {
	name   string
	values map[string]string
}

// maxNested is how deep packed files may lie in packed files: 1C packs its parts,
// and we pack what it sent.
const maxNested = 2

// file reads one file, packed or not.
func (e *exchange) file(r io.Reader, depth int) error {
	in := bufio.NewReaderSize(r, 4<<10)
	head, err := in.Peek(4)
	if len(head) == 0 && err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if string(head) == "PK\x03\x04" {
		if depth >= maxNested {
			return fault.Invalid{Problem: "packed files lie in packed files"}
		}
		return e.packed(in, depth)
	}
	s, err := open(in, e.limits)
	if err != nil {
		return err
	}
	e.header.Encoding = s.src.encoding
	p := &cml{parser{s, e.tally}, e}
	if err := p.document(); err != nil {
		return s.explain(err)
	}
	e.header.lines = s.line()
	return nil
}

// packed reads the files of interest in a packed one: pictures are left.
func (e *exchange) packed(r io.Reader, depth int) error {
	a, err := openArchive(r, e.limits)
	if err != nil {
		return err
	}
	defer a.close()
	found := false
	for _, f := range a.zip.File {
		name := strings.ToLower(path.Base(f.Name))
		if !strings.HasSuffix(name, ".xml") && !strings.HasSuffix(name, ".zip") {
			continue
		}
		found = true
		if err := e.entry(a, name, depth); err != nil {
			return err
		}
	}
	if !found {
		return fault.Invalid{Problem: "there is no XML in the packed file"}
	}
	return nil
}

func (e *exchange) entry(a *archive, name string, depth int) error {
	for _, f := range a.zip.File {
		if !strings.EqualFold(path.Base(f.Name), name) || f.Comment == "read" {
			continue
		}
		f.Comment = "read" // two in different folders have the same name
		r, err := a.open(f)
		if err != nil {
			return err
		}
		err = e.file(r, depth+1)
		_ = r.Close()
		var invalid fault.Invalid
		if errors.As(err, &invalid) {
			invalid.Problem = clip(f.Name) + ": " + invalid.Problem
			return invalid
		}
		return err
	}
	return nil
}

// cml reads one XML.
type cml struct {
	parser
	in *exchange
}

func (p *cml) document() error {
	root, err := p.rootOf("КоммерческаяИнформация")
	if err != nil {
		return err
	}
	if p.header.Date == "" {
		p.header.Date = attr(root, "ДатаФормирования")
	}
	err = p.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "Классификатор":
			return p.children(p.classifier)
		case "Каталог":
			return p.each("Товары", "Товар", p.product)
		case "ПакетПредложений", "ИзмененияПакетаПредложений":
			return p.children(p.offers)
		}
		return p.skip(e)
	})
	if err != nil {
		return err
	}
	return p.tail()
}

// each visits the elements of one name in a list of another.
func (p *cml) each(list, element string, visit func(xml.StartElement) error) error {
	return p.children(func(e xml.StartElement) error {
		if e.Name.Local != list {
			return p.skip(e)
		}
		return p.all(element, visit)
	})
}

// all visits the elements of one name.
func (p *cml) all(element string, visit func(xml.StartElement) error) error {
	return p.children(func(e xml.StartElement) error {
		if e.Name.Local != element {
			return p.skip(e)
		}
		return visit(e)
	})
}

// texts reads the plain elements that are named, each into its place; others go
// to other, which may be nil.
func (p *cml) texts(to map[string]*string, other func(xml.StartElement) error) error {
	return p.children(func(e xml.StartElement) error {
		if at := to[e.Name.Local]; at != nil {
			text, err := p.text()
			*at = text
			return err
		}
		if other != nil {
			return other(e)
		}
		return p.skip(e)
	})
}

// classifier reads one element of <Классификатор>.
func (p *cml) classifier(e xml.StartElement) error {
	switch e.Name.Local {
	case "Группы":
		return p.all("Группа", func(xml.StartElement) error { return p.group("") })
	case "Свойства":
		return p.all("Свойство", p.property)
	case "ТипыЦен":
		return p.all("ТипЦены", p.priceType)
	case "Склады":
		return p.all("Склад", p.store)
	}
	return p.skip(e)
}

// group reads a group with those in it.
func (p *cml) group(parent string) error {
	var id, name string
	line := p.line()
	err := p.texts(map[string]*string{"Ид": &id, "Наименование": &name}, func(e xml.StartElement) error {
		if e.Name.Local != "Группы" {
			return p.skip(e)
		}
		if err := p.grouped(id, name, parent, line); err != nil {
			return err
		}
		return p.all("Группа", func(xml.StartElement) error { return p.group(id) })
	})
	if err != nil {
		return err
	}
	return p.grouped(id, name, parent, line)
}

// grouped takes a group into the list. A later one of the same id counts: names
// and places change from one exchange to the next.
func (p *cml) grouped(id, name, parent string, line int) error {
	if old, there := p.categories[id]; there {
		old.name, old.parent = cut(name, maxName), parent
		return nil
	}
	return p.addCategory(id, &category{name: name, parent: parent, line: line})
}

func (p *cml) property(xml.StartElement) error {
	one := &property{values: map[string]string{}}
	var id string
	err := p.texts(map[string]*string{"Ид": &id, "Наименование": &one.name}, func(e xml.StartElement) error {
		if e.Name.Local != "ВариантыЗначений" {
			return p.skip(e)
		}
		return p.all("Справочник", func(xml.StartElement) error {
			var value, name string
			err := p.texts(map[string]*string{"ИдЗначения": &value, "Значение": &name}, nil)
			if len(one.values) < maxEntries {
				one.values[value] = cut(name, maxName)
			}
			return err
		})
	})
	if len(p.in.properties) < maxEntries {
		p.in.properties[id] = one
	}
	return err
}

func (p *cml) priceType(xml.StartElement) error {
	var id, name, currency string
	err := p.texts(map[string]*string{"Ид": &id, "Наименование": &name, "Валюта": &currency}, nil)
	if len(p.in.types) < maxList {
		if p.in.first == "" {
			p.in.first = id
		}
		p.in.types[id], p.in.currencies[id] = cut(name, maxName), currency
	}
	return err
}

func (p *cml) store(xml.StartElement) error {
	var id, name string
	err := p.texts(map[string]*string{"Ид": &id, "Наименование": &name}, nil)
	if len(p.in.stores) < maxEntries {
		p.in.stores[id] = cut(name, maxName)
	}
	return err
}

// offers reads one element of <ПакетПредложений>.
func (p *cml) offers(e xml.StartElement) error {
	switch e.Name.Local {
	case "ТипыЦен", "Склады":
		return p.classifier(e)
	case "Предложения":
		return p.all("Предложение", p.offer)
	}
	return p.skip(e)
}

// tooMany refuses a product or an offer past the limit.
func (p *cml) tooMany() error {
	if p.in.products++; p.in.products > 2*p.in.limits.Items {
		return p.bad("more than %d products and offers", 2*p.in.limits.Items)
	}
	return nil
}
