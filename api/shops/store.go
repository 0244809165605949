package shops

import (
	"database/sql"
	"fmt"

	"switchboard/tenant"
	"switchboard/tenant/page"
)

// own reads the one shop that the transaction sees.
func own(tx tenant.Tx) (Shop, error) {
	var s Shop
	if err := tx.Query().Raw("select * from house.shop").Scan(&s).Error; err != nil {
		return Shop{}, fmt.Errorf("read the shop: %w", err)
	}
	return s, nil
}

func all(tx tenant.AcrossTx, after page.Cursor, limit int) ([]Shop, page.Cursor, error) {
	limit = page.Limit(limit)
	var shops []Shop
	err := tx.Query().Raw(`
		select * from house.shop
		 where (cast(@at as timestamptz) is null or (created_at <= @at and (created_at < @at or id > @after)))
		 order by created_at desc, id limit @rows`,
		map[string]any{"at": sql.NullTime{Time: after.At, Valid: !after.At.IsZero()}, "after": after.ID, "rows": limit + 1}).Scan(&shops).Error
	if err != nil {
		return nil, page.Cursor{}, fmt.Errorf("list shops: %w", err)
	}
	shops, next := page.Cut(shops, limit, func(s Shop) page.Cursor { return page.Cursor{At: s.CreatedAt, ID: s.ID} })
	return shops, next, nil
}
