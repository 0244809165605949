package catalogue

import (
	"context"
	"fmt"
	"strings"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/fault"
)

// Asked is what is looked for, and within what.
type Asked struct {
	session.Shop
	Query     string   `query:"q" maxLength:"200" doc:"What the buyer says"`
	Category  string   `query:"category" maxLength:"500" doc:"Of this category: its whole path"`
	Params    []string `query:"param,explode" maxItems:"10" doc:"With this value of this property: name=value" example:"[\"Цвет=белый\"]"`
	InStock   bool     `query:"in_stock" doc:"Only what is in stock"`
	PriceFrom int64    `query:"price_from" minimum:"0" doc:"Minor units"`
	PriceUpto int64    `query:"price_upto" minimum:"0" doc:"Minor units; 0: no bound"`
}

func (a Asked) read(most int) (catalogue.Ask, error) {
	out := catalogue.Ask{Typed: a.Query, Most: most, Filter: catalogue.Filter{
		Category: a.Category, InStock: a.InStock, PriceFrom: a.PriceFrom, PriceUpto: a.PriceUpto,
	}}
	for i, p := range a.Params {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			return out, fault.Invalid{Field: fmt.Sprintf("query.param[%d]", i), Problem: "is not written as name=value"}
		}
		out.Filter.Params = append(out.Filter.Params, catalogue.Param{Name: name, Value: value})
	}
	return out, nil
}

type search struct {
	Asked
	Limit int `query:"limit" minimum:"1" maximum:"50" default:"20" doc:"Most items to return"`
}

func (h *Handler) search(ctx context.Context, in *search) (*web.List[Item], error) {
	ask, err := in.read(in.Limit)
	if err != nil {
		return nil, err
	}
	var lead []catalogue.Hit
	var others [][]catalogue.Hit
	var as asOf
	err = h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		found, err := catalogue.Find(tx, ask)
		if err != nil {
			return err
		}
		if lead, others, err = catalogue.United(tx, found); err != nil {
			return err
		}
		as, err = h.asOf(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	n := -1
	return web.All(lead, func(hit catalogue.Hit) Item {
		n++
		i := as.item(hit)
		i.Elsewhere = elsewhere(others[n], as.now)
		return i
	}), nil
}

// Facet is one value of one property.
type Facet struct {
	Name  string `json:"name" doc:"Of the property; empty: the category"`
	Value string `json:"value"`
	Count int    `json:"count" doc:"Items that fit and have it"`
}

func (h *Handler) facets(ctx context.Context, in *Asked) (*web.List[Facet], error) {
	ask, err := in.read(1)
	if err != nil {
		return nil, err
	}
	var found []catalogue.Facet
	err = h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		found, err = catalogue.Facets(tx, ask)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.All(found, func(f catalogue.Facet) Facet { return Facet{f.Name, f.Value, f.Count} }), nil
}
