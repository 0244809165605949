package dossier

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"switchboard/tenant"
)

// personal are the fields of a journalled batch that tell of a person.
var personal = []string{"phone_raw", "phone", "display", "digits", "subject", "words", "data_key", "state"}

// Scrub takes a buyer out of the batches of the calls' journal that the tables
// refused: they are set aside for a person to look at, and hold what was to be
// written. What happened stays, with its ids.
func Scrub(tx tenant.AcrossTx, s Subject) error {
	rows, err := tx.Rows("select pool, epoch, seq, doc from house.journal where failed_at is not null for update")
	if err != nil {
		return fmt.Errorf("look for buyer %s in what was set aside: %w", s.Buyer, err)
	}
	type batch struct {
		pool       string
		epoch, seq int64
		doc        []byte
	}
	var changed []batch
	for rows.Next() {
		var b batch
		if err = rows.Scan(&b.pool, &b.epoch, &b.seq, &b.doc); err != nil {
			break
		}
		doc, hit, wrong := s.scrubbed(b.doc)
		if err = wrong; err != nil {
			break
		}
		if hit {
			b.doc = doc
			changed = append(changed, b)
		}
	}
	if err = firstOf(err, rows.Err(), rows.Close()); err != nil {
		return fmt.Errorf("take buyer %s out of what was set aside: %w", s.Buyer, err)
	}
	for _, b := range changed {
		_, err := tx.Exec("update house.journal set doc = $4 where pool = $1 and epoch = $2 and seq = $3", b.pool, b.epoch, b.seq, b.doc)
		if err != nil {
			return fmt.Errorf("take buyer %s out of batch %d of pool %s: %w", s.Buyer, b.seq, b.pool, err)
		}
	}
	return nil
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// scrubbed returns a batch without the buyer, and whether they were in it.
func (s Subject) scrubbed(doc []byte) ([]byte, bool, error) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	var batch map[string]any
	if err := d.Decode(&batch); err != nil {
		return nil, false, fmt.Errorf("read a batch: %w", err)
	}
	calls := slices.Clone(s.Calls)
	for _, party := range rowsOf(batch["Parties"]) { // a call that is in no table yet
		if phone, _ := party["phone"].(string); party["shop_id"] == s.Shop.String() && slices.Contains(s.Phones, phone) {
			calls = append(calls, fmt.Sprint(party["call_id"]))
		}
	}
	hit := false
	for part := range batch {
		for _, row := range rowsOf(batch[part]) {
			if part != "Calls" && part != "Arrived" && slices.Contains(calls, fmt.Sprint(row["call_id"])) {
				hit = blanked(row) || hit
			}
		}
	}
	if !hit {
		return nil, false, nil
	}
	out, err := json.Marshal(batch)
	return out, true, err
}

func rowsOf(part any) (rows []map[string]any) {
	all, _ := part.([]any)
	for _, one := range all {
		if row, ok := one.(map[string]any); ok {
			rows = append(rows, row)
		}
	}
	return rows
}

// blanked empties what is personal in a row, and tells whether anything was.
func blanked(row map[string]any) (hit bool) {
	for _, field := range personal {
		switch v := row[field].(type) {
		case string:
			if v != "" && field != "state" { // of a dialog it is a document; else a word of ours
				row[field], hit = "", true
			}
		case map[string]any:
			row[field], hit = map[string]any{}, true
		}
	}
	return hit
}
