package script

import (
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/fresh"
	"switchboard/tenant/script/graph"
	"switchboard/tenant/script/walk"
)

// known is what the database knows of a call, for the facts of its walk.
type known struct {
	SpokenRU   string `gorm:"column:spoken_ru"`
	SpokenEN   string `gorm:"column:spoken_en"`
	Language   string
	Timezone   string
	ShopPhone  string
	Phone      string
	Buyer      sql.NullString
	Orders     int64
	OrderNo    sql.NullInt64
	Lines      int64
	TotalMinor int64
	Currency   string
	Items      sql.NullInt64
	TakenAt    sql.NullTime
	PriceS     int64 // how long a price lives, in seconds; 0: the platform's time
	StockS     int64
}

const knownOf = `
select coalesce(nullif(s.spoken_ru, ''), s.name_ru) as spoken_ru, coalesce(nullif(s.spoken_en, ''), s.name_en) as spoken_en, s.language, s.timezone,
  coalesce(n.e164, '') as shop_phone, coalesce(nullif(p.phone, ''), p.phone_raw, '') as phone, b.name as buyer,
  (select count(*) from shop."order" o where o.buyer_id = b.id and o.status = 'confirmed') as orders,
  o.no as order_no, coalesce((select count(*) from shop.order_line l where l.order_id = o.id), 0) as lines,
  coalesce(o.total_minor, 0) as total_minor, coalesce(o.currency, '') as currency,
  z.item_count as items, z.taken_at, coalesce(fr.price_s, 0) as price_s, coalesce(fr.stock_s, 0) as stock_s
 from shop.call c join house.shop s on s.id = c.shop_id
 left join shop.freshness fr on fr.shop_id = c.shop_id
 left join shop.number n on n.id = c.number_id
 left join shop.call_party p on p.call_id = c.id
 left join shop.buyer_phone bp on bp.phone = p.phone and p.phone <> ''
 left join shop.buyer b on b.id = bp.buyer_id
 left join lateral (select id, no, total_minor, currency from shop."order" where call_id = c.id and status <> 'cancelled' order by created_at desc, id limit 1) o on true
 left join lateral (select item_count, taken_at from shop.snapshot where state = 'published' and (id = c.snapshot_id or c.snapshot_id is null) order by seq desc limit 1) z on true
where c.id = ?`

// FactsOf gathers what is known of a call for its walk: the shop, the buyer, the
// order that the call has made and the catalogue that it works with. operator is
// the name that is said.
func FactsOf(tx tenant.Tx, call uuid.UUID, operator string, now time.Time) (walk.Facts, error) {
	var k known
	res := tx.Query().Raw(knownOf, call).Scan(&k)
	if res.Error != nil {
		return walk.Facts{}, fmt.Errorf("gather the facts of call %s: %w", call, res.Error)
	}
	if res.RowsAffected == 0 {
		return walk.Facts{}, fmt.Errorf("call %s: %w", call, fault.NotFound)
	}
	return k.facts(operator, now)
}

func (k known) facts(operator string, now time.Time) (walk.Facts, error) {
	zone, err := time.LoadLocation(k.Timezone)
	if err != nil {
		return walk.Facts{}, fmt.Errorf("find the zone %q of the shop: %w", k.Timezone, err)
	}
	_, offset := now.In(zone).Zone()
	f := walk.Facts{
		Now: walk.Instant(now.UnixMilli()), ZoneS: offset, Language: graph.Language(k.Language), Operator: operator,
		Shop:   walk.Shop{Name: graph.Text{RU: k.SpokenRU, EN: k.SpokenEN}, Phone: k.ShopPhone},
		Caller: walk.Caller{Name: k.Buyer.String, Phone: k.Phone, Known: k.Buyer.Valid, Orders: k.Orders},
		Fresh:  fresh.Rule{Price: k.PriceS * 1000, Stock: k.StockS * 1000},
	}
	if k.OrderNo.Valid {
		f.Order = &walk.Order{Number: strconv.FormatInt(k.OrderNo.Int64, 10), Lines: k.Lines, TotalMinor: k.TotalMinor, Currency: k.Currency}
	}
	if k.TakenAt.Valid {
		f.Catalogue = &walk.Catalogue{Items: k.Items.Int64, TakenAt: walk.Instant(k.TakenAt.Time.UnixMilli())}
	}
	return f, nil
}
