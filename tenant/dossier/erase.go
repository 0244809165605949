package dossier

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/buyer"
	"switchboard/tenant/fault"
	"switchboard/tenant/recording"
)

// Erased is the proof: how much was taken away. What is kept - calls, orders,
// charges, the audit log - says nothing of the person any more.
type Erased struct {
	Calls      int
	Orders     int
	Recordings int
}

// Ready answers fault.Conflict if the buyer cannot be erased now: the law holds
// a recording of theirs, or they are in a call.
func Ready(tx tenant.Tx, s Subject) error {
	var held, live bool
	err := tx.Query().Raw(`
		select coalesce(bool_or(r.held), false), coalesce(bool_or(c.state <> 'ended'), false)
		  from shop.call c left join shop.recording r on r.call_id = c.id where c.id::text in ?`, append([]string{""}, s.Calls...)).Row().Scan(&held, &live)
	switch {
	case err != nil:
		return fmt.Errorf("look whether buyer %s can be erased: %w", s.Buyer, err)
	case held:
		return fmt.Errorf("erase buyer %s, of whom the law holds a recording: %w", s.Buyer, fault.Conflict)
	case live:
		return fmt.Errorf("erase buyer %s, whose call is not over: %w", s.Buyer, fault.Conflict)
	}
	return nil
}

// words are queries of the calls' ids.
var words = []string{
	"delete from shop.call_party where call_id = any ($1::uuid[])",
	"delete from shop.menu_entry where call_id = any ($1::uuid[])",
	"delete from shop.transcript where call_id = any ($1::uuid[])",
	"delete from shop.call_trace where call_id = any ($1::uuid[])",
	"delete from shop.call_draft where call_id = any ($1::uuid[])",
	"delete from shop.call_comment where call_id = any ($1::uuid[])",
	"update shop.disposition set note = '' where call_id = any ($1::uuid[])",
	"update shop.task set subject = '', closed_reason = '' where call_id = any ($1::uuid[])",
	"update shop.walk_step s set answer = null from shop.walk w where w.id = s.walk_id and w.call_id = any ($1::uuid[])",
	"update shop.walk set state = '{}' where call_id = any ($1::uuid[])",
	"update shop.recording set deleted_reason = '', error = '' where call_id = any ($1::uuid[])",
}

// papers are queries of the orders' ids.
var papers = []string{
	"delete from shop.order_contact where order_id = any ($1::uuid[])",
	`update shop."order" set buyer_id = null where id = any ($1::uuid[])`,
}

// person are queries of the buyer's id.
var person = []string{
	"delete from shop.consent where buyer_id = $1",
	"delete from shop.buyer where id = $1", // the numbers go with it
}

// Erase takes a buyer away with all that was said and written of them; nothing
// brings it back. Recordings lose their keys at once and their files within
// seconds. Whoever calls it has Scrubbed before: afterwards nobody knows what
// to look for.
func Erase(tx tenant.Tx, s Subject, now time.Time) (Erased, error) {
	if err := Ready(tx, s); err != nil {
		return Erased{}, err
	}
	done := Erased{Calls: len(s.Calls), Orders: len(s.Orders)}
	var err error
	if done.Recordings, err = silence(tx, s.Calls, now); err != nil {
		return Erased{}, fmt.Errorf("erase buyer %s: %w", s.Buyer, err)
	}
	for _, part := range []struct {
		queries []string
		arg     any
	}{{words, s.Calls}, {papers, s.Orders}, {person, s.Buyer}} {
		for _, query := range part.queries {
			if _, err := tx.Exec(query, part.arg); err != nil {
				return Erased{}, fmt.Errorf("erase buyer %s: %w", s.Buyer, err)
			}
		}
	}
	if err := forgetAnswers(tx, s); err != nil {
		return Erased{}, err
	}
	return done, tenant.Audit(tx, "buyer.erase", s.Buyer.String(), map[string]any{"calls": done.Calls, "orders": done.Orders, "recordings": done.Recordings})
}

// silence deletes the recordings of calls, messages among them.
func silence(tx tenant.Tx, calls []string, now time.Time) (n int, err error) {
	for _, call := range calls {
		err := recording.Delete(tx, uuid.MustParse(call), recording.Deletion{Rule: recording.ByBuyer, At: now})
		switch {
		case errors.Is(err, fault.NotFound): // there is none, or none any more
		case err != nil:
			return n, err
		default:
			n++
		}
	}
	return n, nil
}

// forgetAnswers removes the kept answers to requests that tell of the buyer.
func forgetAnswers(tx tenant.Tx, s Subject) error {
	marks := append([]string{s.Buyer.String()}, s.Phones...)
	marks = append(append(marks, s.Calls...), s.Orders...)
	_, err := tx.Exec(`delete from shop.idempotency i where exists (select 1 from unnest($1::text[]) m where position(m in i.answer::text) > 0)`, marks)
	if err != nil {
		return fmt.Errorf("forget answers about buyer %s: %w", s.Buyer, err)
	}
	return nil
}

// Find is SubjectOf and Ready.
func Find(tx tenant.Tx, id uuid.UUID) (Subject, error) {
	s, err := SubjectOf(tx, id)
	if err != nil {
		return s, err
	}
	return s, Ready(tx, s)
}

// Confirmed answers fault.Invalid unless word is the number that is rung first:
// nothing undoes an erasure.
func Confirmed(tx tenant.Tx, id uuid.UUID, word string) error {
	b, err := buyer.Take(tx, id)
	if err != nil {
		return err
	}
	if word != string(b.Phone) {
		return fault.Invalid{Field: "confirm", Problem: "is not the buyer's first number"}
	}
	return nil
}
