package catalogue

import (
	"context"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/catalogue/feed"
)

// ItemDetail is an item with all that a buyer may ask about.
type ItemDetail struct {
	Item
	GroupID     string           `json:"group_id" doc:"Items of one group are variants of one thing; empty: it has none"`
	Description string           `json:"description" doc:"Plain text"`
	Model       string           `json:"model"`
	Country     string           `json:"country" doc:"Where it is made"`
	SalesNotes  string           `json:"sales_notes" doc:"The shop's words on terms of sale"`
	Supplier    string           `json:"supplier"`
	Pictures    []string         `json:"pictures" nullable:"false" doc:"Addresses"`
	Barcodes    []string         `json:"barcodes" nullable:"false"`
	Prices      []ItemPrice      `json:"prices" nullable:"false" doc:"Beside the one that buyers pay"`
	Terms       []Terms          `json:"terms" nullable:"false" doc:"How it comes to the buyer"`
	Warehouses  []WarehouseStock `json:"warehouses" nullable:"false" doc:"Stock by place, as old as the stock"`
	Variants    []Item           `json:"variants" nullable:"false" doc:"Others of its group, by price"`
	Related     []Item           `json:"related" nullable:"false" doc:"What the feed recommends with it"`
	Accessories []Item           `json:"accessories" nullable:"false"`

	Alternatives []Item `json:"alternatives" nullable:"false" doc:"What is in stock in its place if it is not: the most alike first, then about as dear"`
}

// ItemPrice is one of several prices.
type ItemPrice struct {
	Type       string `json:"type" doc:"In the shop's words"`
	PriceMinor int64  `json:"price_minor" doc:"Minor units"`
	Currency   string `json:"currency" example:"RUB"`
}

// Terms are how an item comes to its buyer.
type Terms struct {
	Kind      string `json:"kind" enum:"delivery,pickup"`
	CostMinor *int64 `json:"cost_minor" doc:"Minor units of the item's currency; null if the feed does not say"`
	Days      string `json:"days" example:"1-3"`
	Before    string `json:"before" doc:"The hour until which an order counts for today" example:"18"`
}

// WarehouseStock is the stock in one place.
type WarehouseStock struct {
	Name  string `json:"name"`
	Stock int64  `json:"stock" doc:"Pieces"`
}

type detailAnswer struct{ Body ItemDetail }

func (h *Handler) take(ctx context.Context, in *path) (*detailAnswer, error) {
	out := &detailAnswer{}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		hit, err := catalogue.TakeItem(tx, in.ID)
		if err != nil {
			return err
		}
		as, err := h.asOf(tx)
		if err != nil {
			return err
		}
		out.Body = as.detail(hit)
		return out.Body.kin(tx, hit, as)
	})
	return out, err
}

// kin adds the items that go with it.
func (d *ItemDetail) kin(tx tenant.Tx, of catalogue.Hit, as asOf) error {
	variants, err := catalogue.Variants(tx, of.Item)
	if err != nil {
		return err
	}
	related, err := catalogue.Named(tx, of.Item, of.Detail.Related)
	if err != nil {
		return err
	}
	accessories, err := catalogue.Named(tx, of.Item, of.Detail.Accessories)
	d.Variants, d.Related, d.Accessories = as.items(variants), as.items(related), as.items(accessories)
	if err != nil {
		return err
	}
	return d.instead(tx, of, as)
}

// instead adds where else the item is, and what there is in its place.
func (d *ItemDetail) instead(tx tenant.Tx, of catalogue.Hit, as asOf) error {
	others, err := catalogue.Twins(tx, of)
	if err != nil {
		return err
	}
	d.Elsewhere, d.Alternatives = elsewhere(others, as.now), []Item{}
	if of.Available {
		return nil
	}
	alternatives, err := catalogue.Alternatives(tx, of.Item)
	d.Alternatives = as.items(alternatives)
	return err
}

func (as asOf) detail(h catalogue.Hit) ItemDetail {
	from := h.Detail
	return ItemDetail{
		Item: as.item(h), GroupID: h.GroupID, Description: from.Description, Model: from.Model, Country: from.Country,
		SalesNotes: from.SalesNotes, Supplier: from.Supplier, Pictures: list(from.Pictures), Barcodes: list(from.Barcodes),
		Prices:     each(from.Prices, func(p feed.Price) ItemPrice { return ItemPrice{p.Type, p.Minor, p.Currency} }),
		Terms:      each(from.Terms, func(w feed.Terms) Terms { return Terms{w.Kind, w.CostMinor, w.Days, w.Before} }),
		Warehouses: each(from.Warehouses, func(w feed.Warehouse) WarehouseStock { return WarehouseStock{w.Name, w.Stock} }),
	}
}

func list(texts []string) []string { return append([]string{}, texts...) }

func each[From, To any](all []From, to func(From) To) []To {
	out := make([]To, len(all))
	for i, one := range all {
		out[i] = to(one)
	}
	return out
}
