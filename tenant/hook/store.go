package hook

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/hook/body"
	"switchboard/tenant/hook/sign"
	"switchboard/tenant/seal"
)

// Change is what a change is made with, and when.
type Change struct {
	At  time.Time
	Box seal.Box
}

// row is a receiver as it is read.
type row struct {
	Receiver
	EventList string
}

const selectReceivers = `
select r.id, r.name, r.form, r.url, array_to_string(r.events, ' ') as event_list, r.personal, r.state, r.off_reason, r.streak, r.failing_since, r.rest_until,
  r.last_done_at, r.old_until, r.created_at, r.changed_at,
  (select count(*) from (select 1 from shop.delivery d where d.receiver_id = r.id and d.state = 'owed' limit 1000) n) as owed
  from shop.receiver r `

func receivers(tx tenant.Tx, where string, args ...any) ([]Receiver, error) {
	var rows []row
	if err := tx.Query().Raw(selectReceivers+where, args...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read receivers: %w", err)
	}
	all := make([]Receiver, len(rows))
	for i, r := range rows {
		for e := range strings.FieldsSeq(r.EventList) {
			r.Events = append(r.Events, body.Event(e))
		}
		all[i] = r.Receiver
	}
	return all, nil
}

// List returns the shop's receivers by name. Owed counts up to a thousand.
func List(tx tenant.Tx) ([]Receiver, error) { return receivers(tx, "order by r.name, r.id") }

// Take returns a receiver, or fault.NotFound.
func Take(tx tenant.Tx, id uuid.UUID) (Receiver, error) {
	all, err := receivers(tx, "where r.id = ?", id)
	if err != nil {
		return Receiver{}, err
	}
	if len(all) == 0 {
		return Receiver{}, fmt.Errorf("receiver %s: %w", id, fault.NotFound)
	}
	return all[0], nil
}

// context is what a receiver's secrets are sealed for.
func context(id uuid.UUID) string { return "receiver " + id.String() }

// Create adds a receiver. It returns the secret that what it gets is signed with:
// nobody can read it later.
func Create(tx tenant.Tx, s Settings, c Change) (id uuid.UUID, secret string, err error) {
	if s, err = s.checked(); err != nil {
		return id, "", err
	}
	if err := errors.Join(allow(tx, Settings{}, s), bounded(tx)); err != nil {
		return id, "", err
	}
	id, secret = uuid.Must(uuid.NewV7()), sign.NewSecret()
	sealed, err := c.Box.Seal(secret, context(id))
	if err != nil {
		return id, "", fmt.Errorf("seal the secret of receiver %s: %w", id, err)
	}
	_, err = tx.Exec(`
		insert into shop.receiver (id, name, form, url, events, personal, secret, state, rest_until, created_at, changed_at)
		values ($1, $2, $3, $4, $5::text[], $6, $7, 'on', $8, $8, $8)`, id, s.Name, s.Form, s.URL, s.Events, s.Personal, sealed, c.At.UTC())
	if err != nil {
		return id, "", fmt.Errorf("add receiver %s: %w", id, named(err))
	}
	return id, secret, tenant.Audit(tx, "receiver.create", id.String(), s.audited())
}

// bounded refuses one receiver too many.
func bounded(tx tenant.Tx) error {
	var n int
	if err := tx.Query().Raw("select count(*) from shop.receiver").Scan(&n).Error; err != nil {
		return fmt.Errorf("count receivers: %w", err)
	}
	if n >= mostReceivers {
		return fmt.Errorf("add a receiver to the %d that the shop may have: %w", mostReceivers, fault.Conflict)
	}
	return nil
}

// audited is what the log has of settings: no address, which may hold a secret.
func (s Settings) audited() map[string]any {
	return map[string]any{"form": s.Form, "events": len(s.Events), "personal": s.Personal}
}

// named makes a conflict of a name that another receiver has.
func named(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		return fault.Invalid{Field: "name", Problem: "is another receiver's"}
	}
	return err
}

// Save changes a receiver's settings.
func Save(tx tenant.Tx, id uuid.UUID, s Settings, now time.Time) error {
	was, err := Take(tx, id)
	if err != nil {
		return err
	}
	if s, err = s.checked(); err != nil {
		return err
	}
	if err := allow(tx, was.Settings, s); err != nil {
		return err
	}
	_, err = tx.Exec("update shop.receiver set name = $2, form = $3, url = $4, events = $5::text[], personal = $6, changed_at = $7 where id = $1",
		id, s.Name, s.Form, s.URL, s.Events, s.Personal, now.UTC())
	if err != nil {
		return fmt.Errorf("change receiver %s: %w", id, named(err))
	}
	return tenant.Audit(tx, "receiver.save", id.String(), s.audited())
}

// Delete takes a receiver away, and what was on its way to it.
func Delete(tx tenant.Tx, id uuid.UUID) error {
	n, err := tx.Exec("delete from shop.receiver where id = $1", id)
	if err != nil {
		return fmt.Errorf("delete receiver %s: %w", id, err)
	}
	if n == 0 {
		return fmt.Errorf("receiver %s: %w", id, fault.NotFound)
	}
	return tenant.Audit(tx, "receiver.delete", id.String(), nil)
}

// Pause has a receiver told nothing until Resume: what happens meanwhile waits.
func Pause(tx tenant.Tx, id uuid.UUID, now time.Time) error {
	return turn(tx, id, Paused, now)
}

// Resume has a receiver told again, as if it had never failed. What waits for it
// begins its tries anew.
func Resume(tx tenant.Tx, id uuid.UUID, now time.Time) error {
	if err := turn(tx, id, On, now); err != nil {
		return err
	}
	_, err := tx.Exec("update shop.delivery set due_at = $2, tries = 0, first_at = null where receiver_id = $1 and state = 'owed' and taken_at is null", id, now.UTC())
	if err != nil {
		return fmt.Errorf("begin anew what waits for receiver %s: %w", id, err)
	}
	return nil
}

func turn(tx tenant.Tx, id uuid.UUID, to State, now time.Time) error {
	n, err := tx.Exec(`update shop.receiver set state = $2, off_reason = '', streak = 0, failing_since = null, rest_until = $3, changed_at = $3 where id = $1`,
		id, to, now.UTC())
	if err != nil {
		return fmt.Errorf("turn receiver %s %s: %w", id, to, err)
	}
	if n == 0 {
		return fmt.Errorf("receiver %s: %w", id, fault.NotFound)
	}
	return tenant.Audit(tx, "receiver."+string(to), id.String(), nil)
}

// longestOverlap is how long two secrets may sign: a week to change a receiver.
const longestOverlap = 7 * 24 * time.Hour

// Rotate gives a receiver a new secret and returns it. For as long as overlap the
// old one signs too, so that the receiver can change over without losing anything.
func Rotate(tx tenant.Tx, id uuid.UUID, overlap time.Duration, c Change) (secret string, until time.Time, err error) {
	if overlap < 0 || overlap > longestOverlap {
		return "", until, fault.Invalid{Field: "overlap_hours", Problem: fmt.Sprintf("is not within 0 and %d", int(longestOverlap.Hours()))}
	}
	secret, until = sign.NewSecret(), c.At.UTC().Add(overlap)
	sealed, err := c.Box.Seal(secret, context(id))
	if err != nil {
		return "", until, fmt.Errorf("seal the secret of receiver %s: %w", id, err)
	}
	n, err := tx.Exec("update shop.receiver set old_secret = secret, old_until = $3, secret = $2, changed_at = $4 where id = $1", id, sealed, until, c.At.UTC())
	if err != nil {
		return "", until, fmt.Errorf("change the secret of receiver %s: %w", id, err)
	}
	if n == 0 {
		return "", until, fmt.Errorf("receiver %s: %w", id, fault.NotFound)
	}
	return secret, until, tenant.Audit(tx, "receiver.rotate", id.String(), map[string]any{"overlap_s": int(overlap.Seconds())})
}
