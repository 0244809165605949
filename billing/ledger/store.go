package ledger

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"switchboard/billing/money"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
)

// lock makes transactions that name the same things of a shop wait for each
// other until they end. No row is locked, so nobody waits who names other
// things. They are taken in the order of their names, and by every transaction
// legs before allowances: two that want the same never wait in a circle.
func lock(tx tenant.Tx, things []string) error {
	names := make([]string, len(things))
	for i, t := range things {
		names[i] = tx.Scope().Shop().String() + ":" + t
	}
	slices.Sort(names)
	_, err := tx.Exec("select pg_advisory_xact_lock(hashtextextended(name, 0)) from unnest($1::text[]) name", slices.Compact(names))
	return err
}

func lockLegs(tx tenant.Tx, fs []cdr.FinishedCall) error {
	things := make([]string, len(fs))
	for i, f := range fs {
		things[i] = fmt.Sprintf("leg:%s:%d", f.CallID, f.Leg)
	}
	return lock(tx, things)
}

// leg is a detail record, and the newest version that there is of it.
type leg struct {
	cdr.Leg
	Newest int
}

func readLegs(tx tenant.Tx, fs []cdr.FinishedCall) (map[recordKey]leg, error) {
	doc, err := json.Marshal(fs)
	if err != nil {
		return nil, err
	}
	var rows []leg
	err = tx.Query().Raw(`
		select l.call_id, l.leg, l.version, started_at, answered_at, ended_at, ring_ms, greeting_ms, queue_ms, talk_ms, hold_ms, wrap_up_ms,
		       '\x' || encode(sha256, 'hex') as sha256,
		       (select max(version) from shop.call_leg n where n.call_id = l.call_id and n.leg = l.leg) as newest
		  from (select distinct call_id, leg, version from json_to_recordset(?) as f(call_id uuid, leg int, version int)) f
		  join shop.call_leg l on l.call_id = f.call_id and l.leg = f.leg and l.version = f.version`, string(doc)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read them: %w", err)
	}
	legs := make(map[recordKey]leg, len(rows))
	for _, l := range rows {
		legs[recordKey{legKey{l.CallID, l.Leg.Leg}, l.Version}] = l
	}
	return legs, nil
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

	PlanID  uuid.UUID // of what it used up; zero: nothing
	Period  string
	Seconds int64
	Calls   int64
}

// readCharges returns the shop's charges for the legs.
func readCharges(tx tenant.Tx, fs []cdr.FinishedCall) (map[legKey]map[int]*posted, error) {
	doc, err := json.Marshal(fs)
	if err != nil {
		return nil, err
	}
	var rows []*posted
	err = tx.Query().Raw(`
		select c.id, c.call_id, c.leg, c.version, c.amount, c.currency, c.billed_s, c.bundle_s, c.explain->>'cdr_sha256' as cdr,
		       exists (select 1 from shop.charge r where r.subject = 'shop' and r.call_id = c.call_id and r.leg = c.leg and r.version = c.version and r.kind = 'reversal') as reversed,
		       u.plan_id, u.period, u.seconds, u.calls
		  from (select distinct call_id, leg from json_to_recordset(?) as f(call_id uuid, leg int)) f
		  join shop.charge c on c.subject = 'shop' and c.call_id = f.call_id and c.leg = f.leg and c.kind = 'usage'
		  left join shop.bundle_use u on u.charge_id = c.id`, string(doc)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read their charges: %w", err)
	}
	charges := map[legKey]map[int]*posted{}
	for _, c := range rows {
		k := legKey{c.CallID, c.Leg}
		if charges[k] == nil {
			charges[k] = map[int]*posted{}
		}
		charges[k][c.Version] = c
	}
	return charges, nil
}
