package recording

import (
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
)

// Rule is why a recording was deleted.
type Rule string

// The rules.
const (
	ByRequest   Rule = "request"   // somebody of the shop asked for it
	ByRetention Rule = "retention" // it was as old as the shop keeps them
	ByBuyer     Rule = "buyer"     // the buyer was forgotten
	ByKeys      Rule = "keys"      // the shop's keys were destroyed
)

// Deletion is why and when.
type Deletion struct {
	Rule   Rule
	Reason string // in words; not for the audit log
	At     time.Time
}

// Delete deletes the recording of a call. Its key is destroyed in the
// transaction, so that nothing can open the file any more; the files go within
// seconds. What stays is the proof: hash and size, when, by whom, by which rule.
// It answers fault.NotFound if there is none, and fault.Conflict for one that
// the law holds, or that is being made.
func Delete(tx tenant.Tx, call uuid.UUID, d Deletion) error {
	rec, err := cdr.RecordingOf(tx, call)
	if err != nil {
		return err
	}
	if err := deletable(rec); err != nil {
		return err
	}
	n, err := tx.Exec(`
		update shop.recording set state = 'erased', data_key = null, deleted_at = $2, deleted_by = $3, deleted_rule = $4, deleted_reason = $5,
		  tries = 0, try_at = '-infinity', try_error = ''
		 where id = $1 and state in ('ready', 'failed') and not held`, rec.ID, d.At.UTC(), tx.Scope().Actor(), string(d.Rule), d.Reason)
	if err != nil || n == 0 {
		return fmt.Errorf("delete the recording of call %s: %w", call, orConflict(err))
	}
	return tenant.Audit(tx, "recording.delete", "call:"+call.String(), map[string]any{
		"recording": rec.ID, "sha256": hex.EncodeToString(rec.SHA256), "bytes": rec.Bytes, "rule": d.Rule,
	})
}

func orConflict(err error) error {
	if err == nil {
		return fault.Conflict // it changed in this moment
	}
	return err
}

// deletable tells why a recording may not be deleted now.
func deletable(rec cdr.Recording) error {
	switch {
	case rec.State == "erased":
		return fmt.Errorf("recording of call %s is deleted already: %w", rec.CallID, fault.NotFound)
	case rec.State == "recording":
		return fmt.Errorf("recording of call %s is being made: %w", rec.CallID, fault.Conflict)
	case rec.Held:
		return fmt.Errorf("recording of call %s is held for the law: %w", rec.CallID, fault.Conflict)
	}
	return nil
}

// Hold keeps the recording of a call from being deleted by whatever rule, because
// the law wants it; or no longer, with an empty reason.
func Hold(tx tenant.Tx, call uuid.UUID, reason string) error {
	held, action := reason != "", "recording.hold"
	if !held {
		action = "recording.release"
	}
	n, err := tx.Exec("update shop.recording set held = $2, held_reason = $3 where call_id = $1 and state <> 'erased'", call, held, reason)
	if err == nil && n == 0 {
		err = fault.NotFound
	}
	if err != nil {
		return fmt.Errorf("hold the recording of call %s: %w", call, err)
	}
	return tenant.Audit(tx, action, "call:"+call.String(), nil)
}

// OfBuyer returns the calls of a buyer's number whose recordings are not deleted.
// Who is to be forgotten is looked for here before the numbers are.
func OfBuyer(tx tenant.Tx, phone string) ([]uuid.UUID, error) {
	rows, err := tx.Rows(`
		select r.call_id from shop.recording r join shop.call_party p on p.shop_id = r.shop_id and p.call_id = r.call_id
		 where p.phone = $1 and r.state <> 'erased' order by r.started_at, r.call_id`, phone)
	if err != nil {
		return nil, fmt.Errorf("find a buyer's recordings: %w", err)
	}
	defer rows.Close()
	var calls []uuid.UUID
	for rows.Next() {
		var call uuid.UUID
		if err := rows.Scan(&call); err != nil {
			return nil, fmt.Errorf("find a buyer's recordings: %w", err)
		}
		calls = append(calls, call)
	}
	return calls, rows.Err()
}

// ForgetBuyer deletes all recordings of a buyer's number, and returns how many.
// One that the law holds, or that is being made, is an error: nothing is deleted
// then, and whoever asked must know.
func ForgetBuyer(tx tenant.Tx, phone string, d Deletion) (int, error) {
	calls, err := OfBuyer(tx, phone)
	if err != nil {
		return 0, err
	}
	d.Rule = ByBuyer
	for _, call := range calls {
		if err := Delete(tx, call, d); err != nil {
			return 0, err
		}
	}
	return len(calls), nil
}

// Old is a recording that is older than its shop keeps them.
type Old struct {
	ShopID uuid.UUID
	CallID uuid.UUID
	Days   int
}

// Expired returns such recordings, the oldest first.
func Expired(tx tenant.AcrossTx, now time.Time, most int) (old []Old, err error) {
	err = tx.Query().Raw(`
		select r.shop_id, r.call_id, s.retention_days as days from house.shop s join shop.recording r on r.shop_id = s.id
		 where s.retention_days is not null and r.state in ('ready', 'failed') and not r.held
		   and r.started_at < ?::timestamptz - s.retention_days * interval '1 day'
		 order by r.started_at, r.id limit ?`, now.UTC(), most).Scan(&old).Error
	return old, err
}
