package buyer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// home is the country of numbers that are written without one.
const home e164.Country = "RU"

// mostPhones is how many numbers a buyer has at most: a family's.
const mostPhones = 10

// longestReason bounds why somebody is on the blacklist, in characters.
const longestReason = 500

// Form is all that people write on a buyer's card. Saving replaces it.
type Form struct {
	Phones   []string // the first is rung first
	Name     string
	Address  string
	Note     string
	Segments Segments
}

// card is a Form that was checked.
type card struct {
	Facts
	phones   []string
	segments Segments
}

func (f Form) checked() (card, error) {
	var p fault.Problems
	c := card{Facts: Facts{Name: strings.TrimSpace(f.Name), Address: strings.TrimSpace(f.Address), Note: strings.TrimSpace(f.Note)}}
	if len(f.Phones) == 0 || len(f.Phones) > mostPhones {
		return c, fault.Problems{{Field: "phones", Problem: fmt.Sprintf("are not 1 to %d", mostPhones)}}
	}
	for i, text := range f.Phones {
		n, err := e164.Parse(text, home)
		switch {
		case err != nil || !n.Valid():
			p = append(p, fault.Invalid{Field: fmt.Sprintf("phones[%d]", i), Problem: "is not a telephone number"})
		case slices.Contains(c.phones, string(n)):
			p = append(p, fault.Invalid{Field: fmt.Sprintf("phones[%d]", i), Problem: "is there twice"})
		}
		c.phones = append(c.phones, string(n))
	}
	c.Phone = e164.Number(c.phones[0])
	if len(p) > 0 {
		return c, p
	}
	if err := c.check(); err != nil {
		return c, err
	}
	var err error
	c.segments, err = f.Segments.Tidied()
	return c, err
}

// Save replaces what people wrote on a card. read is when the card that they
// changed was saved: if somebody saved another since, it is fault.Conflict.
func Save(tx tenant.Tx, id uuid.UUID, f Form, read, now time.Time) (Row, error) {
	c, err := f.checked()
	if err != nil {
		return Row{}, err
	}
	b, err := lock(tx, id)
	if err != nil {
		return Row{}, err
	}
	if !b.UpdatedAt.Equal(read) {
		return Row{}, fmt.Errorf("save buyer %s, whom somebody saved since: %w", id, fault.Conflict)
	}
	if err := setPhones(tx, id, c.phones); err != nil {
		return Row{}, err
	}
	b.Phone, b.Name, b.Address, b.Note, b.Segments, b.UpdatedAt = c.Phone, c.Name, c.Address, c.Note, c.segments, now.UTC()
	err = tx.Query().Model(&b).Select("Phone", "Name", "Address", "Note", "Segments", "UpdatedAt").Updates(&b).Error
	if err != nil {
		return Row{}, fmt.Errorf("save buyer %s: %w", id, err)
	}
	if err := tenant.Audit(tx, "buyer.save", id.String(), map[string]any{"phones": len(c.phones)}); err != nil {
		return Row{}, err
	}
	return Look(tx, id)
}

// lock takes a buyer whom nobody else changes until the transaction ends.
func lock(tx tenant.Tx, id uuid.UUID) (Buyer, error) {
	var b Buyer
	err := tx.Query().Clauses(clause.Locking{Strength: "UPDATE"}).Take(&b, "id = ?", id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return b, fmt.Errorf("buyer %s: %w", id, fault.NotFound)
	}
	if err != nil {
		return b, fmt.Errorf("lock buyer %s: %w", id, err)
	}
	return b, nil
}

// setPhones makes these all numbers of a buyer. One that is another buyer's is
// a problem with its place: the two may be one person, to be merged.
func setPhones(tx tenant.Tx, id uuid.UUID, phones []string) error {
	var taken []string
	err := tx.Query().Raw("select phone from shop.buyer_phone where phone in ? and buyer_id <> ?", phones, id).Scan(&taken).Error
	if err != nil {
		return fmt.Errorf("look whose the numbers of buyer %s are: %w", id, err)
	}
	var p fault.Problems
	for _, phone := range taken {
		p = append(p, fault.Invalid{Field: fmt.Sprintf("phones[%d]", slices.Index(phones, phone)), Problem: "is another buyer's: merge the two if they are one"})
	}
	if len(p) > 0 {
		return p
	}
	_, err = tx.Exec("delete from shop.buyer_phone where buyer_id = $1 and not phone = any ($2::text[])", id, phones)
	if err == nil {
		_, err = tx.Exec("insert into shop.buyer_phone (phone, buyer_id) select unnest($2::text[]), $1 on conflict do nothing", id, phones)
	}
	if err != nil {
		return fmt.Errorf("write numbers of buyer %s: %w", id, raced(err))
	}
	return nil
}

// raced makes a conflict of a key that somebody else took meanwhile.
func raced(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		return fmt.Errorf("%w: %w", fault.Conflict, err)
	}
	return err
}

// Block puts a buyer on the shop's blacklist: operators are warned, nobody is
// refused by a machine.
func Block(tx tenant.Tx, id uuid.UUID, reason string, now time.Time) (Row, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || len([]rune(reason)) > longestReason {
		return Row{}, fault.Invalid{Field: "reason", Problem: fmt.Sprintf("has not 1 to %d characters", longestReason)}
	}
	return setBlock(tx, id, block{&now, reason, now})
}

// Unblock takes a buyer off the blacklist.
func Unblock(tx tenant.Tx, id uuid.UUID, now time.Time) (Row, error) {
	return setBlock(tx, id, block{nil, "", now})
}

type block struct {
	since  *time.Time
	reason string
	now    time.Time
}

func setBlock(tx tenant.Tx, id uuid.UUID, k block) (Row, error) {
	b, err := lock(tx, id)
	if err != nil {
		return Row{}, err
	}
	b.BlockedAt, b.BlockedReason, b.UpdatedAt = k.since, k.reason, k.now.UTC()
	if err := tx.Query().Model(&b).Select("BlockedAt", "BlockedReason", "UpdatedAt").Updates(&b).Error; err != nil {
		return Row{}, fmt.Errorf("set the blacklist for buyer %s: %w", id, err)
	}
	action := "buyer.block"
	if k.since == nil {
		action = "buyer.unblock"
	}
	if err := tenant.Audit(tx, action, id.String(), nil); err != nil {
		return Row{}, err
	}
	return Look(tx, id)
}
