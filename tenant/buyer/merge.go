package buyer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Merger is two cards that are of one person.
type Merger struct {
	Kept      uuid.UUID
	Duplicate uuid.UUID
	Confirm   string // the duplicate's first number, as its card has it: nothing undoes a merger
}

// Merge gives the kept buyer all that the duplicate has: numbers, orders,
// consents, segments, what was bought out before, and whatever the kept card
// does not say. The duplicate is gone then. Calls follow, for they go by number.
func Merge(tx tenant.Tx, m Merger, now time.Time) (Row, error) {
	if m.Kept == m.Duplicate {
		return Row{}, fault.Invalid{Field: "duplicate_id", Problem: "is the buyer itself"}
	}
	kept, gone, err := m.lock(tx)
	if err != nil {
		return Row{}, err
	}
	if m.Confirm != string(gone.Phone) {
		return Row{}, fault.Invalid{Field: "confirm", Problem: "is not the duplicate's first number"}
	}
	phones, err := phonesOf(tx, kept.ID, gone.ID)
	if err != nil {
		return Row{}, err
	}
	if len(phones) > mostPhones {
		return Row{}, fault.Invalid{Field: "duplicate_id", Problem: fmt.Sprintf("would make more than %d numbers", mostPhones)}
	}
	if err := m.move(tx); err != nil {
		return Row{}, err
	}
	kept = joined(kept, gone)
	kept.UpdatedAt = now.UTC()
	if err := tx.Query().Model(&kept).Select("*").Omit("ID", "Phone", "CreatedAt").Updates(&kept).Error; err != nil {
		return Row{}, fmt.Errorf("merge buyer %s into %s: %w", gone.ID, kept.ID, err)
	}
	if err := tenant.Audit(tx, "buyer.merge", kept.ID.String(), map[string]any{"duplicate": gone.ID}); err != nil {
		return Row{}, err
	}
	return Look(tx, kept.ID)
}

// lock locks both in the order of their ids, so that two mergers never wait for
// each other.
func (m Merger) lock(tx tenant.Tx) (kept, gone Buyer, err error) {
	first, second := &kept, &gone
	a, b := m.Kept, m.Duplicate
	if a.String() > b.String() {
		a, b, first, second = b, a, second, first
	}
	if *first, err = lock(tx, a); err != nil {
		return kept, gone, err
	}
	*second, err = lock(tx, b)
	return kept, gone, err
}

// move gives the rows of the duplicate to the kept one, and removes its card.
func (m Merger) move(tx tenant.Tx) error {
	for _, query := range []string{
		"update shop.buyer_phone set buyer_id = $1 where buyer_id = $2",
		`update shop."order" set buyer_id = $1 where buyer_id = $2`,
		"update shop.consent set buyer_id = $1 where buyer_id = $2",
		"delete from shop.buyer where id = $2 and id <> $1",
	} {
		if _, err := tx.Exec(query, m.Kept, m.Duplicate); err != nil {
			return fmt.Errorf("move what buyer %s has to %s: %w", m.Duplicate, m.Kept, err)
		}
	}
	return nil
}

// joined returns the kept card with what the other adds. Notes are both kept:
// nobody knows which is right.
func joined(kept, gone Buyer) Buyer {
	kept.Name, kept.Address = cmp.Or(kept.Name, gone.Name), cmp.Or(kept.Address, gone.Address)
	note := strings.TrimSpace(kept.Note + "\n" + gone.Note)
	if r := []rune(note); len(r) > longestNote {
		note = string(r[:longestNote])
	}
	kept.Note = note
	kept.Segments = slices.Concat(kept.Segments, gone.Segments)
	slices.Sort(kept.Segments)
	kept.Segments = slices.Compact(kept.Segments)
	kept.Segments = kept.Segments[:min(len(kept.Segments), mostSegments)]
	kept.RedeemedBefore += gone.RedeemedBefore
	kept.RefusedBefore += gone.RefusedBefore
	if kept.BlockedAt == nil {
		kept.BlockedAt, kept.BlockedReason = gone.BlockedAt, gone.BlockedReason
	}
	return kept
}

func phonesOf(tx tenant.Tx, ids ...uuid.UUID) (phones []string, err error) {
	if err = tx.Query().Raw("select phone from shop.buyer_phone where buyer_id in ? order by phone", ids).Scan(&phones).Error; err != nil {
		return nil, fmt.Errorf("read numbers of buyers: %w", err)
	}
	return phones, nil
}
