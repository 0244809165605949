package catalogue

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"switchboard/api/web"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/fault"
)

// Item is an offer of the current catalogue.
type Item struct {
	ID            uuid.UUID `json:"id" format:"uuid" doc:"Of this version of the item: another price is another id"`
	SKU           string    `json:"sku" doc:"Lower case"`
	OfferID       string    `json:"offer_id" doc:"Its id in the feed"`
	Name          string    `json:"name"`
	Vendor        string    `json:"vendor"`
	Category      string    `json:"category"`
	PriceMinor    int64     `json:"price_minor" doc:"Minor units"`
	OldPriceMinor *int64    `json:"old_price_minor" doc:"Before the promotion, minor units"`
	Currency      string    `json:"currency" example:"RUB"`
	Available     bool      `json:"available"`
	Stock         *int      `json:"stock" doc:"Pieces; null if the feed does not say"`
	Barcode       string    `json:"barcode"`
	URL           string    `json:"url"`
	Picture       string    `json:"picture" doc:"Address of a picture"`
	Params        []Param   `json:"params" nullable:"false" doc:"In the order of the feed"`
	SnapshotID    uuid.UUID `json:"snapshot_id" format:"uuid" doc:"The newest reading that has it"`
	AsOf          time.Time `json:"as_of" doc:"When that feed was fetched: the date of price and stock"`
	AgeS          int64     `json:"age_s" doc:"Seconds since then"`
	Facts         ItemFacts `json:"facts" doc:"How old each value is, and whether it may be said as current"`

	Elsewhere []Elsewhere `json:"elsewhere" nullable:"false" doc:"The same thing, by barcode or SKU, in others of the shop's sources. Told by search-items and take-item"`
}

// Elsewhere is the same thing from another of the shop's sources.
type Elsewhere struct {
	ItemID     uuid.UUID `json:"item_id" format:"uuid"`
	SourceID   uuid.UUID `json:"source_id" format:"uuid"`
	Supplier   string    `json:"supplier" doc:"Empty if the feed does not say"`
	PriceMinor int64     `json:"price_minor" doc:"Minor units"`
	Currency   string    `json:"currency"`
	Available  bool      `json:"available"`
	Stock      *int      `json:"stock" doc:"Pieces; null if the feed does not say"`
	AsOf       time.Time `json:"as_of" doc:"When that feed was fetched"`
	AgeS       int64     `json:"age_s" doc:"Seconds since then"`
}

func elsewhere(others []catalogue.Hit, now time.Time) []Elsewhere {
	all := make([]Elsewhere, len(others))
	for i, h := range others {
		all[i] = Elsewhere{h.ID, h.SourceID, h.Detail.Supplier, h.PriceMinor, h.Currency, h.Available, h.Stock, h.AsOf, age(h.AsOf, now)}
	}
	return all
}

// Param is a property of an item.
type Param struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Unit  string `json:"unit"`
}

func (as asOf) item(h catalogue.Hit) Item {
	out := Item{
		h.ID, h.SKU, h.OfferID, h.Name, h.Vendor, h.Category, h.PriceMinor, h.OldPriceMinor, h.Currency, h.Available, h.Stock,
		h.Barcode, h.URL, h.Picture, []Param{}, h.SnapshotID, h.AsOf, age(h.AsOf, as.now), as.facts(h), []Elsewhere{},
	}
	for _, p := range h.Params {
		out.Params = append(out.Params, Param{p.Name, p.Value, p.Unit})
	}
	return out
}

func age(of, now time.Time) int64 { return max(0, int64(now.Sub(of).Seconds())) }

// Snapshot is one reading of a feed.
type Snapshot struct {
	ID           uuid.UUID  `json:"id" format:"uuid"`
	Seq          int        `json:"seq" doc:"Rises with every reading"`
	SourceID     uuid.UUID  `json:"source_id" format:"uuid"`
	State        string     `json:"state" enum:"staging,published,held,refused,discarded" doc:"held: a person must look"`
	TakenAt      time.Time  `json:"taken_at" doc:"When the feed was fetched: the age of its facts"`
	AgeS         int64      `json:"age_s" doc:"Seconds since then"`
	PublishedAt  *time.Time `json:"published_at"`
	ItemCount    int        `json:"item_count"`
	NewCount     int        `json:"new_count"`
	ChangedCount int        `json:"changed_count"`
	GoneCount    int        `json:"gone_count"`
	UpCount      int        `json:"up_count" doc:"Prices that rose"`
	DownCount    int        `json:"down_count" doc:"Prices that fell"`
	StockCount   int        `json:"stock_count" doc:"Stocks that changed"`
	ReadCount    int        `json:"read_count" doc:"Items read so far"`
	Cause        string     `json:"cause" enum:",lost,prices,empty" doc:"Of its being held: more than half of the items gone, many prices ten times what they were or a tenth, nothing in it"`
	Forgotten    bool       `json:"forgotten" doc:"What it had is no longer kept, and it can't be compared"`
	Problems     []web.Flaw `json:"problems" nullable:"false" doc:"Offers that were left out, or what was wrong with the feed"`
	Reason       string     `json:"reason" doc:"Why it is held or refused"`
}

func snapshot(s catalogue.Snapshot, now time.Time) Snapshot {
	out := Snapshot{
		s.ID, s.Seq, s.SourceID, string(s.State), s.TakenAt, age(s.TakenAt, now), s.PublishedAt,
		s.ItemCount, s.NewCount, s.ChangedCount, s.GoneCount,
		s.UpCount, s.DownCount, s.StockCount, s.ReadCount, string(s.Cause), s.ForgottenAt != nil, []web.Flaw{}, s.Reason,
	}
	var problems []fault.Invalid
	if err := json.Unmarshal(s.Problems, &problems); err == nil {
		for _, p := range problems {
			out.Problems = append(out.Problems, web.Flaw{Location: p.Field, Message: p.Problem, Line: p.Line})
		}
	}
	return out
}
