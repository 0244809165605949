package catalogue

import (
	"context"

	"switchboard/api/session"
	"switchboard/api/web"
)

// Comparison is a few items side by side.
type Comparison struct {
	Items []Item          `json:"items" nullable:"false" doc:"In the order in which they were named, each with the age of its price and stock"`
	Rows  []ComparisonRow `json:"rows" nullable:"false" doc:"Their properties, in the order of the first item that has each"`
}

// ComparisonRow is one property of every item.
type ComparisonRow struct {
	Name   string   `json:"name"`
	Values []string `json:"values" nullable:"false" doc:"With the unit, one for each item; empty where the feed does not say"`
	Differ bool     `json:"differ" doc:"They are not all the same"`
}

type compare struct {
	session.Shop
	Items []string `query:"item_id,explode" nullable:"false" minItems:"2" maxItems:"4" required:"true" doc:"Ids of the items, as search gives them"`
}

type comparisonAnswer struct{ Body Comparison }

func (h *Handler) compare(context.Context, *compare) (*comparisonAnswer, error) {
	return nil, web.NotYet()
}
