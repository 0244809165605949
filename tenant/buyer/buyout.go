package buyer

import (
	"fmt"

	"switchboard/tenant"
)

// Buyouts are how often a buyer took what they had ordered, and how often not:
// by the orders here and by the shop's word of those before.
type Buyouts struct {
	Redeemed int
	Refused  int
}

// Share returns the permille that was bought out; false if nothing was sent yet.
func (b Buyouts) Share() (permille int, known bool) {
	all := b.Redeemed + b.Refused
	if all == 0 {
		return 0, false
	}
	return b.Redeemed * 1000 / all, true
}

// Caution is why a buyer needs attention.
type Caution string

// The cautions, from the gravest.
const (
	None    Caution = ""
	Blocked Caution = "blocked" // the shop does not want to sell to them
	Refuses Caution = "refuses" // did not take something that was sent
)

// CautionOf returns the gravest.
func CautionOf(b Buyer, o Buyouts) Caution {
	switch {
	case b.BlockedAt != nil:
		return Blocked
	case o.Refused > 0:
		return Refuses
	}
	return None
}

// bought counts the orders of buyer b.
const bought = `
(select count(*) filter (where status = 'redeemed') + b.redeemed_before as redeemed, count(*) filter (where status = 'refused') + b.refused_before as refused
  from shop."order" where buyer_id = b.id)`

// BuyoutsOf counts those of a buyer.
func BuyoutsOf(tx tenant.Tx, b Buyer) (Buyouts, error) {
	var o Buyouts
	err := tx.Query().Raw("select o.* from shop.buyer b, lateral "+bought+" o where b.id = ?", b.ID).Scan(&o).Error
	if err != nil {
		return o, fmt.Errorf("count what buyer %s bought out: %w", b.ID, err)
	}
	return o, nil
}
