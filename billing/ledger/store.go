package ledger

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/money"
	"switchboard/billing/plan"
	"switchboard/billing/rating"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
)

// Kinds of account. A shop has one of each kind and currency.
const (
	receivable = "receivable"      // what the shop owes
	minutes    = "revenue.minutes" // what we earned by the minute
)

// lock makes transactions that name the same thing of a shop wait for each other
// until they end. No row is locked, so nobody waits who names another thing.
func lock(tx tenant.Tx, thing string) error {
	_, err := tx.Exec("select pg_advisory_xact_lock(hashtextextended($1, 0))", tx.Scope().Shop().String()+":"+thing)
	return err
}

func lockLeg(tx tenant.Tx, f cdr.FinishedCall) error {
	return lock(tx, fmt.Sprintf("leg:%s:%d", f.CallID, f.Leg))
}

// leg is a detail record, and the newest version that there is of it.
type leg struct {
	cdr.Leg
	Newest int
}

func readLeg(tx tenant.Tx, f cdr.FinishedCall) (l leg, err error) {
	res := tx.Query().Raw(`
		select call_id, leg, version, started_at, answered_at, ended_at, ring_ms, greeting_ms, queue_ms, talk_ms, hold_ms, wrap_up_ms,
		       '\x' || encode(sha256, 'hex') as sha256,
		       (select max(version) from shop.call_leg n where n.call_id = l.call_id and n.leg = l.leg) as newest
		  from shop.call_leg l where call_id = ? and leg = ? and version = ?`, f.CallID, f.Leg, f.Version).Scan(&l)
	if res.Error == nil && res.RowsAffected == 0 {
		res.Error = fault.NotFound
	}
	return l, res.Error
}

// posted is a charge that is in the books.
type posted struct {
	ID       uuid.UUID
	CallID   uuid.UUID
	Leg      int
	Version  int
	Amount   int64
	Currency money.Currency
	BilledS  int64
	BundleS  int64
	CDR      string
	Reversed bool
}

// readCharges returns the shop's charges for the leg by the version of its
// record.
func readCharges(tx tenant.Tx, f cdr.FinishedCall) (map[int]posted, error) {
	var rows []posted
	err := tx.Query().Raw(`
		select id, call_id, leg, version, amount, currency, billed_s, bundle_s, explain->>'cdr_sha256' as cdr,
		       exists (select 1 from shop.charge r where r.subject = 'shop' and r.call_id = c.call_id and r.leg = c.leg and r.version = c.version and r.kind = 'reversal') as reversed
		  from shop.charge c where subject = 'shop' and call_id = ? and leg = ? and kind = 'usage'`, f.CallID, f.Leg).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read its charges: %w", err)
	}
	charges := map[int]posted{}
	for _, c := range rows {
		charges[c.Version] = c
	}
	return charges, nil
}

// readUsed returns the included seconds and free calls of a month that charges
// have used up, and keeps the next reader waiting until tx ends.
func readUsed(tx tenant.Tx, planID uuid.UUID, period string) (seconds, calls int64, err error) {
	if err := lock(tx, "allowance:"+planID.String()+":"+period); err != nil {
		return 0, 0, err
	}
	err = tx.Query().Raw("select coalesce(sum(seconds), 0)::bigint, coalesce(sum(calls), 0)::bigint from shop.bundle_use where plan_id = ? and period = ?",
		planID, period).Row().Scan(&seconds, &calls)
	return seconds, calls, err
}

// entry is all that one usage writes.
type entry struct {
	leg    leg
	terms  plan.Terms
	period string
	charge rating.Charge
	amount money.Amount
	record []byte
	id     uuid.UUID
	at     time.Time
}

// idemKey is unique among the transfers of a shop: whatever the same charge is
// posted by, it moves money once.
func idemKey(call uuid.UUID, leg, version int, kind string) string {
	return fmt.Sprintf("call:%s:%d:%d:%s", call, leg, version, kind)
}

// account returns the id of an account, which follows from what it is.
func account(shop tenant.ID, kind string, c money.Currency) uuid.UUID {
	return uuid.NewSHA1(shop.UUID(), []byte(kind+":"+string(c)))
}

// insertUsage writes a charge with what it uses up and moves, in one statement:
// foreign keys are checked at its end.
const insertUsage = `
with book as (
  insert into shop.account_book (id, kind, currency) values (@receivable, 'receivable', @currency), (@minutes, 'revenue.minutes', @currency)
  on conflict do nothing
), charged as (
  insert into shop.charge (id, subject, call_id, leg, version, kind, tariff_version_id, service_at, period, raw_ms, billed_s, bundle_s, amount, scale, currency, explain, posted_at)
  values (@id, 'shop', @call, @leg, @version, 'usage', @tariff, @answered, @period, @raw, @billed, @included, @amount, @scale, @currency, cast(@record as jsonb), @at)
), used as (
  insert into shop.bundle_use (charge_id, period, plan_id, seconds, calls)
  select @id, @period, @plan, @included, @free where @included <> 0 or @free <> 0
)
insert into shop.transfer (id, charge_id, debit_id, credit_id, amount, currency, kind, idem_key, created_at)
select @transfer, @id, @receivable, @minutes, @amount, @currency, 'usage', @idem, @at where @amount > 0`

func (e *entry) insert(tx tenant.Tx) error {
	free := 0
	if e.charge.Free == rating.FreeCall {
		free = 1
	}
	shop, currency, l := tx.Scope().Shop(), e.amount.Currency, e.leg
	err := tx.Query().Exec(insertUsage, map[string]any{
		"receivable": account(shop, receivable, currency), "minutes": account(shop, minutes, currency), "currency": string(currency),
		"id": e.id, "call": l.CallID, "leg": l.Leg.Leg, "version": l.Version, "tariff": e.terms.VersionID, "plan": e.terms.PlanID,
		"answered": *l.AnsweredAt, "period": e.period, "raw": e.charge.RawMs, "billed": e.charge.BilledS, "included": e.charge.IncludedS,
		"free": free, "amount": e.amount.Minor, "scale": e.charge.Scale, "record": string(e.record), "at": e.at,
		"transfer": uuid.Must(uuid.NewV7()), "idem": idemKey(l.CallID, l.Leg.Leg, l.Version, "usage"),
	}).Error
	if err != nil {
		return fmt.Errorf("write the charge: %w", err)
	}
	return nil
}

// insertReversal writes the exact negative of a charge: of its seconds, of what
// it used up, of what it moved.
const insertReversal = `
with charged as (
  insert into shop.charge (id, subject, call_id, leg, version, kind, tariff_version_id, service_at, period, raw_ms, billed_s, bundle_s, amount, scale, currency, reverses_id, explain, posted_at)
  select @id, subject, call_id, leg, version, 'reversal', tariff_version_id, service_at, period, -raw_ms, -billed_s, -bundle_s, -amount, scale, currency, id,
         explain || jsonb_build_object('reverses', id, 'for_version', cast(@newer as int)), @at
    from shop.charge where id = @old
  returning id
), given_back as (
  insert into shop.bundle_use (charge_id, period, plan_id, seconds, calls)
  select @id, period, plan_id, -seconds, -calls from shop.bundle_use where charge_id = @old
), moved_back as (
  insert into shop.transfer (id, charge_id, debit_id, credit_id, amount, currency, kind, reverses_id, idem_key, created_at)
  select @transfer, @id, credit_id, debit_id, amount, currency, 'reversal', id, @idem, @at from shop.transfer where charge_id = @old
)
select count(*) from charged`

func reverse(tx tenant.Tx, c posted, newer int, now time.Time) error {
	var written int
	err := tx.Query().Raw(insertReversal, map[string]any{
		"id": uuid.Must(uuid.NewV7()), "old": c.ID, "newer": newer, "at": now,
		"transfer": uuid.Must(uuid.NewV7()), "idem": idemKey(c.CallID, c.Leg, c.Version, "reversal"),
	}).Row().Scan(&written)
	if err == nil && written != 1 {
		err = errors.New("it is not there any more")
	}
	return err
}
