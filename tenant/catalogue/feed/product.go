package feed

import (
	"encoding/xml"
	"strings"
)

// record is a product, or what one file says of an offer, on its way to the join.
type record struct {
	Product *product `json:"p,omitempty"`
	Offer   *partial `json:"o,omitempty"`
}

// product is a <Товар>.
type product struct {
	ID          string    `json:"id"`
	Line        int       `json:"line"`
	SKU         string    `json:"sku,omitempty"`
	Name        string    `json:"name,omitempty"`
	Vendor      string    `json:"vendor,omitempty"`
	Country     string    `json:"country,omitempty"`
	Description string    `json:"text,omitempty"`
	Barcode     string    `json:"code,omitempty"`
	Group       string    `json:"group,omitempty"`
	Pictures    []string  `json:"pictures,omitempty"`
	Values      []idValue `json:"values,omitempty"` // of properties
	Needs       []Param   `json:"needs,omitempty"`
	Deleted     bool      `json:"deleted,omitempty"`
}

type idValue struct{ ID, Value string }

// partial is what one <Предложение> says.
type partial struct {
	ID         string    `json:"id"`
	Line       int       `json:"line"`
	Name       string    `json:"name,omitempty"`
	SKU        string    `json:"sku,omitempty"`
	Barcode    string    `json:"code,omitempty"`
	Quantity   *string   `json:"count,omitempty"`
	Prices     []rawCost `json:"prices,omitempty"`
	Warehouses []idValue `json:"stores,omitempty"`
	Params     []Param   `json:"params,omitempty"`
	Deleted    bool      `json:"deleted,omitempty"`
}

// rawCost is a price by type.
type rawCost struct{ Type, Amount, Currency string }

// productOf is the id of the product of an offer: "product#characteristic".
func productOf(offer string) string {
	id, _, _ := strings.Cut(offer, "#")
	return id
}

// product reads a <Товар>.
func (p *cml) product(e xml.StartElement) error {
	if err := p.tooMany(); err != nil {
		return err
	}
	d := &product{Line: p.line(), Deleted: attr(e, "Статус") == "Удален"}
	var mark, deleted string
	err := p.texts(map[string]*string{
		"Ид": &d.ID, "Артикул": &d.SKU, "Наименование": &d.Name, "Страна": &d.Country, "Описание": &d.Description, "Штрихкод": &d.Barcode,
		"ТорговаяМарка": &mark, "ПометкаУдаления": &deleted,
	}, func(e xml.StartElement) error { return p.productPart(d, e) })
	if err != nil {
		return err
	}
	d.Deleted = d.Deleted || deleted == "true"
	if d.Vendor == "" {
		d.Vendor = mark
	}
	if d.ID == "" {
		p.header.Skipped++
		p.tell(d.Line, "a product has no id")
		return nil
	}
	d.Description = cut(plain(d.Description), maxKept)
	return p.in.spill.put(d.ID, record{Product: d})
}

// productPart reads what of a product is more than a text.
func (p *cml) productPart(d *product, e xml.StartElement) error {
	switch e.Name.Local {
	case "Группы":
		return p.all("Ид", func(xml.StartElement) error {
			id, err := p.text()
			if d.Group == "" {
				d.Group = id
			}
			return err
		})
	case "Картинка":
		return p.more(&d.Pictures)
	case "Изготовитель":
		return p.texts(map[string]*string{"Наименование": &d.Vendor}, nil)
	case "ЗначенияСвойств":
		return p.all("ЗначенияСвойства", func(xml.StartElement) error {
			var v idValue
			err := p.texts(map[string]*string{"Ид": &v.ID, "Значение": &v.Value}, nil)
			if v.Value != "" && len(d.Values) < maxList {
				d.Values = append(d.Values, v)
			}
			return err
		})
	case "ЗначенияРеквизитов":
		return p.all("ЗначениеРеквизита", func(xml.StartElement) error { return p.requisite(d) })
	}
	return p.skip(e)
}

// requisite reads a requisite: some are what other formats have as fields.
func (p *cml) requisite(d *product) error {
	var name, value string
	if err := p.texts(map[string]*string{"Наименование": &name, "Значение": &value}, nil); err != nil {
		return err
	}
	switch {
	case value == "":
	case name == "Полное наименование":
		if d.Name == "" {
			d.Name = value
		}
	case strings.HasPrefix(name, "ОписаниеВФорматеHTML"):
		if d.Description == "" {
			d.Description = value
		}
	case name == "Вес" && strings.Trim(value, "0.,") != "" && len(d.Needs) < maxList:
		d.Needs = append(d.Needs, Param{name, cut(value, maxName), "кг"})
	}
	return nil
}

// offer reads a <Предложение>.
func (p *cml) offer(e xml.StartElement) error {
	if err := p.tooMany(); err != nil {
		return err
	}
	d := &partial{Line: p.line(), Deleted: attr(e, "Статус") == "Удален"}
	var quantity string
	said := false
	err := p.texts(map[string]*string{"Ид": &d.ID, "Наименование": &d.Name, "Артикул": &d.SKU, "Штрихкод": &d.Barcode},
		func(e xml.StartElement) (err error) {
			if e.Name.Local == "Количество" {
				said = true
				quantity, err = p.text()
				return err
			}
			return p.offerPart(d, e)
		})
	if err != nil {
		return err
	}
	if said {
		d.Quantity = &quantity
	}
	if d.ID == "" {
		p.header.Skipped++
		p.tell(d.Line, "an offer has no id")
		return nil
	}
	return p.in.spill.put(productOf(d.ID), record{Offer: d})
}

func (p *cml) offerPart(d *partial, e xml.StartElement) error {
	switch e.Name.Local {
	case "Цены":
		return p.all("Цена", func(xml.StartElement) error {
			var c rawCost
			err := p.texts(map[string]*string{"ИдТипаЦены": &c.Type, "ЦенаЗаЕдиницу": &c.Amount, "Валюта": &c.Currency}, nil)
			if len(d.Prices) < maxList {
				d.Prices = append(d.Prices, c)
			}
			return err
		})
	case "ХарактеристикиТовара":
		return p.all("ХарактеристикаТовара", func(xml.StartElement) error {
			var c Param
			err := p.texts(map[string]*string{"Наименование": &c.Name, "Значение": &c.Value}, nil)
			if c.Name != "" && c.Value != "" && len(d.Params) < maxList {
				d.Params = append(d.Params, c)
			}
			return err
		})
	case "Склад": // <Склад ИдСклада="" КоличествоНаСкладе=""/>
		d.at(attr(e, "ИдСклада"), attr(e, "КоличествоНаСкладе"))
		return p.skip(e)
	case "Остатки":
		return p.all("Остаток", func(xml.StartElement) error { return p.balance(d) })
	}
	return p.skip(e)
}

// balance reads <Остаток>: of a store, or of all.
func (p *cml) balance(d *partial) error {
	var all string
	err := p.texts(map[string]*string{"Количество": &all}, func(e xml.StartElement) error {
		if e.Name.Local != "Склад" {
			return p.skip(e)
		}
		var id, n string
		err := p.texts(map[string]*string{"Ид": &id, "Количество": &n}, nil)
		d.at(id, n)
		return err
	})
	if all != "" {
		d.Quantity = &all
	}
	return err
}

func (d *partial) at(store, n string) {
	if store != "" && n != "" && len(d.Warehouses) < maxList {
		d.Warehouses = append(d.Warehouses, idValue{store, n})
	}
}
