package ledger

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/money"
	"switchboard/billing/rating"
	"switchboard/tenant"
)

// Kinds of account. A shop has one of each kind and currency.
const (
	receivable = "receivable"      // what the shop owes
	minutes    = "revenue.minutes" // what we earned by the minute
)

// usage is all that one charge writes. Its JSON carries the names of the columns.
type usage struct {
	ID        uuid.UUID       `json:"id"`
	CallID    uuid.UUID       `json:"call_id"`
	Leg       int             `json:"leg"`
	Version   int             `json:"version"`
	VersionID uuid.UUID       `json:"tariff_version_id"`
	ServiceAt time.Time       `json:"service_at"`
	Period    string          `json:"period"`
	RawMs     int64           `json:"raw_ms"`
	BilledS   int64           `json:"billed_s"`
	BundleS   int64           `json:"bundle_s"`
	Amount    int64           `json:"amount"`
	Scale     int             `json:"scale"`
	Currency  money.Currency  `json:"currency"`
	Explain   json.RawMessage `json:"explain"`
	PlanID    uuid.UUID       `json:"plan_id"`
	Calls     int64           `json:"calls"`
	Transfer  uuid.UUID       `json:"transfer_id"`
	DebitID   uuid.UUID       `json:"debit_id"`
	CreditID  uuid.UUID       `json:"credit_id"`
	IdemKey   string          `json:"idem_key"`
}

func (b *batch) row(l leg, version uuid.UUID, m month, c rating.Charge, record []byte) usage {
	amount, _ := c.Minor()
	k := recordKey{legKey{l.CallID, l.Leg.Leg}, l.Version}
	u := usage{
		ID: uuid.Must(uuid.NewV7()), CallID: l.CallID, Leg: l.Leg.Leg, Version: l.Version, VersionID: version, ServiceAt: l.AnsweredAt.UTC(), Period: m.period,
		RawMs: c.RawMs, BilledS: c.BilledS, BundleS: c.IncludedS, Amount: amount.Minor, Scale: c.Scale, Currency: amount.Currency, Explain: record, PlanID: m.plan,
		Transfer: uuid.Must(uuid.NewV7()), DebitID: account(b.shop, receivable, amount.Currency), CreditID: account(b.shop, minutes, amount.Currency),
		IdemKey: idemKey(k, "usage"),
	}
	if c.Free == rating.FreeCall {
		u.Calls = 1
	}
	return u
}

// idemKey is unique among the transfers of a shop: whatever the same charge is
// posted by, it moves money once.
func idemKey(k recordKey, kind string) string {
	return fmt.Sprintf("call:%s:%d:%d:%s", k.call, k.leg, k.version, kind)
}

// account returns the id of an account, which follows from what it is.
func account(shop tenant.ID, kind string, c money.Currency) uuid.UUID {
	return uuid.NewSHA1(shop.UUID(), []byte(kind+":"+string(c)))
}

// insertUsages writes charges with what they use up and move, in one statement:
// foreign keys are checked at its end.
const insertUsages = `
with n as (
  select * from json_to_recordset($1) as n(id uuid, call_id uuid, leg int, version int, tariff_version_id uuid, service_at timestamptz, period text,
    raw_ms bigint, billed_s bigint, bundle_s bigint, amount bigint, scale int, currency text, explain jsonb, plan_id uuid, calls bigint,
    transfer_id uuid, debit_id uuid, credit_id uuid, idem_key text)
), book as (
  insert into shop.account_book (id, kind, currency)
  select debit_id, 'receivable', currency from n union select credit_id, 'revenue.minutes', currency from n order by 1
  on conflict do nothing
), charged as (
  insert into shop.charge (id, subject, call_id, leg, version, kind, tariff_version_id, service_at, period, raw_ms, billed_s, bundle_s, amount, scale, currency, explain, posted_at)
  select id, 'shop', call_id, leg, version, 'usage', tariff_version_id, service_at, period, raw_ms, billed_s, bundle_s, amount, scale, currency, explain, $2 from n
), used as (
  insert into shop.bundle_use (charge_id, period, plan_id, seconds, calls)
  select id, period, plan_id, bundle_s, calls from n where bundle_s <> 0 or calls <> 0
)
insert into shop.transfer (id, charge_id, debit_id, credit_id, amount, currency, kind, idem_key, created_at)
select transfer_id, id, debit_id, credit_id, amount, currency, 'usage', idem_key, $2 from n where amount > 0`

// reversal takes one charge back.
type reversal struct {
	ID       uuid.UUID `json:"id"`
	Old      uuid.UUID `json:"old_id"`
	Newer    int       `json:"newer"` // version of the record that it gives way to
	Transfer uuid.UUID `json:"transfer_id"`
	IdemKey  string    `json:"idem_key"`
	OldKey   string    `json:"old_key"` // idem_key of what the old one moved
}

// insertReversals writes the exact negative of charges: of their seconds, of
// what they used up, of what they moved.
const insertReversals = `
with n as (
  select * from json_to_recordset($1) as n(id uuid, old_id uuid, newer int, transfer_id uuid, idem_key text, old_key text)
), given_back as (
  insert into shop.bundle_use (charge_id, period, plan_id, seconds, calls)
  select n.id, u.period, u.plan_id, -u.seconds, -u.calls from n join shop.bundle_use u on u.charge_id = n.old_id
), moved_back as (
  insert into shop.transfer (id, charge_id, debit_id, credit_id, amount, currency, kind, reverses_id, idem_key, created_at)
  select n.transfer_id, n.id, t.credit_id, t.debit_id, t.amount, t.currency, 'reversal', t.id, n.idem_key, $2 from n join shop.transfer t on t.idem_key = n.old_key
)
insert into shop.charge (id, subject, call_id, leg, version, kind, tariff_version_id, service_at, period, raw_ms, billed_s, bundle_s, amount, scale, currency, reverses_id, explain, posted_at)
select n.id, c.subject, c.call_id, c.leg, c.version, 'reversal', c.tariff_version_id, c.service_at, c.period, -c.raw_ms, -c.billed_s, -c.bundle_s, -c.amount, c.scale, c.currency, c.id,
       c.explain || jsonb_build_object('reverses', c.id, 'for_version', n.newer), $2
  from n join shop.charge c on c.id = n.old_id`

// write writes what was decided.
func (b *batch) write(tx tenant.Tx) error {
	reversed, err := insert(tx, insertReversals, b.reversals, b.now)
	if err != nil {
		return fmt.Errorf("write the reversals: %w", err)
	}
	if reversed != int64(len(b.reversals)) {
		return fmt.Errorf("of %d charges to reverse %d are there", len(b.reversals), reversed)
	}
	if _, err := insert(tx, insertUsages, b.usages, b.now); err != nil {
		return fmt.Errorf("write the charges: %w", err)
	}
	return nil
}

// insert writes rows, if there are any, and returns how many the statement's
// last part wrote.
func insert[R any](tx tenant.Tx, statement string, rows []R, now time.Time) (int64, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	doc, err := json.Marshal(rows)
	if err != nil {
		return 0, err
	}
	return tx.Exec(statement, string(doc), now)
}
