package catalogue

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/fault"
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

func (h *Handler) compare(ctx context.Context, in *compare) (*comparisonAnswer, error) {
	ids := make([]uuid.UUID, len(in.Items))
	for i, text := range in.Items {
		id, err := uuid.Parse(text)
		if err != nil {
			return nil, fault.Invalid{Field: fmt.Sprintf("query.item_id[%d]", i), Problem: "is no id of an item"}
		}
		ids[i] = id
	}
	var found []catalogue.Hit
	var as asOf
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		if found, err = catalogue.TakeItems(tx, ids); err != nil {
			return err
		}
		as, err = h.asOf(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &comparisonAnswer{Comparison{Items: as.items(found), Rows: []ComparisonRow{}}}
	for _, r := range catalogue.Beside(found) {
		out.Body.Rows = append(out.Body.Rows, ComparisonRow{r.Name, r.Values, r.Differ()})
	}
	return out, nil
}
