package hook

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Result is how an attempt went.
type Result struct {
	At         time.Time
	Took       time.Duration
	Status     int    // of HTTP; 0: there was no answer
	Error      string // why it counts as failed; "": it does not
	Gone       bool   // the receiver says that it is no more
	RetryAfter time.Duration
	Request    string // for the log: what is personal is struck out already
	Answer     string // as it came: what the parcel knows to be personal is struck out here
}

// delivery is a row as it is settled.
type delivery struct {
	ID         uuid.UUID
	ReceiverID uuid.UUID
	State      string
	DueAt      time.Time
	TakenAt    *time.Time
	Attempts   int
	Tries      int
	FirstAt    *time.Time
	DoneAt     *time.Time
	LastStatus *int
	LastError  string
}

// TableName implements gorm's Tabler.
func (delivery) TableName() string { return "delivery" }

// Settle writes down how an attempt went: what of it is still owed, and how the
// receiver is. It answers whether the receiver was turned off by it.
func Settle(tx tenant.Tx, p Parcel, r Result) (off bool, err error) {
	r.At = r.At.UTC()
	var d delivery
	err = tx.Query().Clauses(clause.Locking{Strength: "UPDATE"}).Take(&d, "id = ?", p.ID).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return false, nil // its receiver was taken away meanwhile
	}
	if err != nil {
		return false, fmt.Errorf("settle delivery %s: %w", p.ID, err)
	}
	d.count(r)
	if err := d.log(tx, p, r); err != nil {
		return false, err
	}
	if r.Error == "" {
		return false, praise(tx, d.ReceiverID, r.At)
	}
	return blame(tx, d.ReceiverID, r)
}

// count changes the row by an attempt.
func (d *delivery) count(r Result) {
	d.Attempts++
	d.LastError, d.LastStatus = r.Error, nil
	if r.Status != 0 {
		d.LastStatus = &r.Status
	}
	if d.State != "owed" {
		return // another was faster, and settled it
	}
	d.Tries, d.TakenAt = d.Tries+1, nil
	if d.FirstAt == nil {
		d.FirstAt = &r.At
	}
	switch {
	case r.Error == "":
		d.State, d.DoneAt = "done", &r.At
	case r.At.Sub(*d.FirstAt) >= GiveUp:
		d.State, d.DoneAt = "given_up", &r.At
	default:
		d.DueAt = r.At.Add(wait(d.Tries, d.ID))
	}
}

// log writes the row and the attempt.
func (d *delivery) log(tx tenant.Tx, p Parcel, r Result) error {
	err := tx.Query().Model(d).Select("State", "DueAt", "TakenAt", "Attempts", "Tries", "FirstAt", "DoneAt", "LastStatus", "LastError").Updates(d).Error
	if err == nil {
		_, err = tx.Exec(`
			insert into shop.delivery_attempt (delivery_id, n, at, took_ms, status, error, request, answer) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			d.ID, d.Attempts, r.At, r.Took.Milliseconds(), d.LastStatus, r.Error, r.Request, scrub(r.Answer, p.private))
	}
	if err != nil {
		return fmt.Errorf("settle delivery %s: %w", d.ID, err)
	}
	return nil
}

// praise notes that a receiver took something. If it had failed, what waits for
// its next try is due now.
func praise(tx tenant.Tx, receiver uuid.UUID, now time.Time) error {
	var was int
	err := tx.Query().Raw(`
		with was as (select id, streak from shop.receiver where id = ? for update)
		update shop.receiver r set streak = 0, failing_since = null, last_done_at = ? from was where r.id = was.id returning was.streak`, receiver, now).Scan(&was).Error
	if err == nil && was > 0 {
		_, err = tx.Exec("update shop.delivery set due_at = $2 where receiver_id = $1 and state = 'owed' and taken_at is null and due_at > $2", receiver, now)
	}
	if err != nil {
		return fmt.Errorf("note that receiver %s is well: %w", receiver, err)
	}
	return nil
}

// blame notes that a receiver failed, and turns it off if it is gone, or dead for
// too long.
func blame(tx tenant.Tx, receiver uuid.UUID, r Result) (off bool, err error) {
	var was struct {
		State        State
		Streak       int
		FailingSince *time.Time
	}
	res := tx.Query().Raw("select state, streak, failing_since from shop.receiver where id = ? for update", receiver).Scan(&was)
	if res.Error != nil {
		return false, fmt.Errorf("look how receiver %s is: %w", receiver, res.Error)
	}
	if res.RowsAffected == 0 {
		return false, fmt.Errorf("receiver %s: %w", receiver, fault.NotFound)
	}
	since := r.At
	if was.FailingSince != nil {
		since = *was.FailingSince
	}
	state, why := was.State, ""
	switch {
	case was.State != On:
	case r.Gone:
		state, why = Off, Gone
	case r.At.Sub(since) >= GiveUp:
		state, why = Off, Dead
	}
	_, err = tx.Exec(`update shop.receiver set state = $2, off_reason = case when $3 = '' then off_reason else $3 end, streak = $4, failing_since = $5, rest_until = $6 where id = $1`,
		receiver, state, why, was.Streak+1, since, r.At.Add(rest(was.Streak+1, r.RetryAfter)))
	if err != nil {
		return false, fmt.Errorf("note that receiver %s failed: %w", receiver, err)
	}
	if why == "" {
		return false, nil
	}
	return true, tenant.Audit(tx, "receiver.off", receiver.String(), map[string]any{"reason": why})
}
