package order

import (
	"fmt"
	"time"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Heard is as much of an order as a machine may tell whoever knows its number
// and the end of the telephone that it was made with.
type Heard struct {
	No     int64
	Status Status
	Since  time.Time // when it became so
}

// LeastDigits is how many of the last digits of the telephone must be known.
const LeastDigits = 4

// Hear returns the order of a number whose telephone ends in digits. One that is
// not there, one of another telephone and too few digits are alike: fault.NotFound.
func Hear(tx tenant.Tx, no int64, digits string) (Heard, error) {
	var h Heard
	if len(digits) < LeastDigits {
		return h, fmt.Errorf("order %d by %d digits: %w", no, len(digits), fault.NotFound)
	}
	res := tx.Query().Raw(`
		select o.no, o.status, coalesce(o.cancelled_at, o.confirmed_at, o.created_at) as since
		  from shop."order" o join shop.order_contact c on c.order_id = o.id
		 where o.no = ? and right(regexp_replace(c.phone, '\D', '', 'g'), length(?)) = ?`, no, digits, digits).Scan(&h)
	if res.Error != nil {
		return h, fmt.Errorf("hear of order %d: %w", no, res.Error)
	}
	if res.RowsAffected == 0 {
		return h, fmt.Errorf("order %d by that telephone: %w", no, fault.NotFound)
	}
	return h, nil
}
