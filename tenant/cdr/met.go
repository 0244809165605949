package cdr

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
)

// Meeting is an operator and a buyer of a shop, who may have talked before.
type Meeting struct {
	Shop     tenant.ID
	Phone    string // of the buyer, E.164; "" if withheld
	Operator uuid.UUID
	Call     uuid.UUID // the present one, which does not count
}

// Last returns when they last talked; the zero time for never.
func (m Meeting) Last(tx tenant.AcrossTx) (time.Time, error) {
	if m.Phone == "" {
		return time.Time{}, nil
	}
	var at sql.NullTime
	err := tx.Query().Raw(`
		select max(c.answered_at) from shop.call_party p join shop.call c on c.shop_id = p.shop_id and c.id = p.call_id
		 where p.shop_id = ? and p.phone = ? and p.phone <> '' and c.operator_id = ? and c.id <> ?`,
		m.Shop.UUID(), m.Phone, m.Operator, m.Call).Row().Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("look when operator %s talked to a buyer: %w", m.Operator, err)
	}
	return at.Time, nil
}
