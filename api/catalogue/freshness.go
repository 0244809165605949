package catalogue

import (
	"context"
	"time"

	"switchboard/api/session"
	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/fresh"
)

// ItemFacts is the age of each value of an item.
type ItemFacts struct {
	Price    ItemFact `json:"price"`
	Stock    ItemFact `json:"stock" doc:"Of available and stock"`
	Delivery ItemFact `json:"delivery" doc:"Of the terms"`
}

// ItemFact is when a value was true.
type ItemFact struct {
	Source  string    `json:"source" enum:"feed,voice" doc:"voice: the supplier said so by telephone"`
	AsOf    time.Time `json:"as_of"`
	AgeS    int64     `json:"age_s" doc:"Seconds since then"`
	StaleAt time.Time `json:"stale_at" doc:"From this instant on nobody may say it as current, whatever they have on the screen"`
	Stale   bool      `json:"stale" doc:"That instant has passed"`
}

// asOf judges the age of items at one instant, by the times of their shop.
type asOf struct {
	rule fresh.Rule
	now  time.Time
}

func (h *Handler) asOf(tx tenant.Tx) (asOf, error) {
	f, err := catalogue.TakeFreshness(tx)
	return asOf{f.Rule, h.now()}, err
}

func (as asOf) facts(h catalogue.Hit) ItemFacts {
	return ItemFacts{as.fact(h, fresh.Price), as.fact(h, fresh.Stock), as.fact(h, fresh.Delivery)}
}

func (as asOf) fact(h catalogue.Hit, f fresh.Field) ItemFact {
	of := h.Fact(f)
	v := as.rule.Judge(f, of, fresh.Instant(as.now.UnixMilli()))
	return ItemFact{string(of.Source), time.UnixMilli(int64(of.AsOf)).UTC(), v.Age / 1000, time.UnixMilli(int64(v.StaleAt)).UTC(), v.Stale}
}

func (as asOf) items(hits []catalogue.Hit) []Item {
	all := make([]Item, len(hits))
	for i, h := range hits {
		all[i] = as.item(h)
	}
	return all
}

// FreshnessTimes is how long the facts of a catalogue live.
type FreshnessTimes struct {
	PriceS    int64 `json:"price_s" minimum:"60" maximum:"2592000" doc:"Seconds for which a price may be said" example:"10800"`
	StockS    int64 `json:"stock_s" minimum:"60" maximum:"2592000" doc:"The same for the stock"`
	DeliveryS int64 `json:"delivery_s" minimum:"60" maximum:"2592000" doc:"The same for the terms of delivery"`
}

// Freshness is the times of a shop.
type Freshness struct {
	FreshnessTimes
	Usual     FreshnessTimes `json:"usual" doc:"The platform's, which hold for whoever sets none"`
	ChangedAt *time.Time     `json:"changed_at" doc:"Null: the platform's times hold"`
}

func times(r fresh.Rule) FreshnessTimes {
	return FreshnessTimes{r.TTL(fresh.Price) / 1000, r.TTL(fresh.Stock) / 1000, r.TTL(fresh.Delivery) / 1000}
}

type freshnessAnswer struct{ Body Freshness }

func (h *Handler) freshness(ctx context.Context, in *session.Shop) (*freshnessAnswer, error) {
	out := &freshnessAnswer{}
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) error {
		f, err := catalogue.TakeFreshness(tx)
		out.Body = Freshness{times(f.Rule), times(fresh.Usual), f.ChangedAt}
		return err
	})
	return out, err
}

type setFreshness struct {
	session.Shop
	Body FreshnessTimes
}

func (h *Handler) setFreshness(ctx context.Context, in *setFreshness) (*freshnessAnswer, error) {
	out := &freshnessAnswer{}
	r := fresh.Rule{Price: in.Body.PriceS * 1000, Stock: in.Body.StockS * 1000, Delivery: in.Body.DeliveryS * 1000}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		f, err := catalogue.SetFreshness(tx, r, h.now())
		out.Body = Freshness{times(f.Rule), times(fresh.Usual), f.ChangedAt}
		return err
	})
	return out, err
}
