package wage

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/money"
	"switchboard/tenant"
)

// term is a row of house.pay_term.
type term struct {
	ID            uuid.UUID
	OperatorID    *uuid.UUID
	EffectiveFrom time.Time
	Currency      money.Currency
	TalkRate      money.MicroRate
	HoldRate      money.MicroRate
	WrapUpRate    money.MicroRate
}

// TableName implements gorm's Tabler.
func (term) TableName() string { return "house.pay_term" }

// Book is the terms that were ever agreed with an operator or with everybody,
// in the order in which they count.
type Book []term

// BookOf returns what an operator's work was and is paid by.
func BookOf(tx tenant.AcrossTx, operator uuid.UUID) (Book, error) {
	var b Book
	err := tx.Query().Where("operator_id = ? or operator_id is null", operator).Order("operator_id is null, effective_from desc").Find(&b).Error
	if err != nil {
		return nil, fmt.Errorf("read the pay terms of operator %s: %w", operator, err)
	}
	return b, nil
}

// At returns the terms of an instant: the operator's own, else everybody's. It
// is not ok if none were agreed.
func (b Book) At(at time.Time) (Terms, bool) {
	for _, t := range b {
		if !t.EffectiveFrom.After(at) {
			return Terms{Currency: t.Currency, Talk: t.TalkRate, Hold: t.HoldRate, WrapUp: t.WrapUpRate}, true
		}
	}
	return Terms{}, false
}

// Agree writes down from when work is paid by the terms: of one operator, or of
// everybody where it is nil. What counts by then already, and what was agreed
// for that very instant, changes nothing.
func Agree(tx tenant.AcrossTx, operator *uuid.UUID, t Terms, from time.Time) error {
	if !t.Currency.Known() {
		return fmt.Errorf("agree on pay in %q, which is no currency that we count in", t.Currency)
	}
	_, err := tx.Exec(`insert into house.pay_term (id, operator_id, effective_from, currency, talk_rate, hold_rate, wrap_up_rate)
		select $1::uuid, $2::uuid, $3::timestamptz, $4::text, $5::bigint, $6::bigint, $7::bigint
		 where not exists (select from (select * from house.pay_term where operator_id is not distinct from $2 and effective_from <= $3
		     order by effective_from desc limit 1) last
		   where last.currency = $4 and last.talk_rate = $5 and last.hold_rate = $6 and last.wrap_up_rate = $7)
		on conflict (operator_id, effective_from) do nothing`,
		uuid.Must(uuid.NewV7()), operator, from.UTC(), t.Currency, int64(t.Talk), int64(t.Hold), int64(t.WrapUp))
	if err != nil {
		return fmt.Errorf("agree on pay: %w", err)
	}
	return nil
}
