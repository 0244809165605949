package catalogue

import (
	"fmt"
	"time"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/fresh"
)

// Freshness is how long the facts of a shop's catalogue live.
type Freshness struct {
	Rule      fresh.Rule
	ChangedAt *time.Time // nil: the platform's times
}

// A time to live is at least a minute, and a month at most: what a feed says less
// often is no catalogue.
const (
	shortest = time.Minute
	longest  = 30 * 24 * time.Hour
)

// TakeFreshness returns the shop's times to live.
func TakeFreshness(tx tenant.Tx) (Freshness, error) {
	var row struct {
		PriceS, StockS, DeliveryS int64
		ChangedAt                 time.Time
	}
	res := tx.Query().Raw("select price_s, stock_s, delivery_s, changed_at from shop.freshness").Scan(&row)
	if res.Error != nil {
		return Freshness{}, fmt.Errorf("read how long the catalogue is fresh: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return Freshness{Rule: fresh.Usual}, nil
	}
	return Freshness{fresh.Rule{Price: row.PriceS * 1000, Stock: row.StockS * 1000, Delivery: row.DeliveryS * 1000}, &row.ChangedAt}, nil
}

// SetFreshness changes the shop's times to live, in whole seconds.
func SetFreshness(tx tenant.Tx, r fresh.Rule, now time.Time) (Freshness, error) {
	var wrong fault.Problems
	for field, ms := range map[string]fresh.Millis{"price_s": r.Price, "stock_s": r.Stock, "delivery_s": r.Delivery} {
		if ms < shortest.Milliseconds() || ms > longest.Milliseconds() {
			wrong = append(wrong, fault.Invalid{Field: field, Problem: fmt.Sprintf("is from %d to %d seconds", int(shortest.Seconds()), int(longest.Seconds()))})
		}
	}
	if err := wrong.Err(); err != nil {
		return Freshness{}, err
	}
	_, err := tx.Exec(`insert into shop.freshness (price_s, stock_s, delivery_s, changed_at, changed_by) values ($1, $2, $3, $4, $5)
		on conflict (shop_id) do update set price_s = excluded.price_s, stock_s = excluded.stock_s, delivery_s = excluded.delivery_s,
		  changed_at = excluded.changed_at, changed_by = excluded.changed_by`, r.Price/1000, r.Stock/1000, r.Delivery/1000, now.UTC(), tx.Scope().Actor())
	if err != nil {
		return Freshness{}, fmt.Errorf("set how long the catalogue is fresh: %w", err)
	}
	detail := map[string]any{"price_s": r.Price / 1000, "stock_s": r.Stock / 1000, "delivery_s": r.Delivery / 1000}
	if err := tenant.Audit(tx, "catalogue.freshness", tx.Scope().Shop().String(), detail); err != nil {
		return Freshness{}, err
	}
	return TakeFreshness(tx)
}

// Fact returns when what an item says of a field was true.
func (h Hit) Fact(fresh.Field) fresh.Fact {
	return fresh.Fact{AsOf: fresh.Instant(h.AsOf.UnixMilli()), Source: fresh.Feed}
}
