// Package alert is what was unusual, for a supervisor to look at: it is the
// platform's, not a shop's.
package alert

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/page"
)

// Alert is one thing that was unusual.
type Alert struct {
	ID      uuid.UUID
	At      time.Time // first
	LastAt  time.Time
	Times   int
	Kind    string
	ShopID  *uuid.UUID
	Subject string          // what it is about: a country, a trunk, an address
	Detail  json.RawMessage // ids and numbers only
	SeenAt  *time.Time
	SeenBy  *uuid.UUID
}

// quiet is how long the same thing is one alert.
const quiet = time.Hour

// Raise notes something unusual. The same kind of thing about the same subject,
// that nobody has looked at and that happened within the hour, is counted.
func Raise(tx tenant.AcrossTx, a Alert, now time.Time) error {
	if len(a.Detail) == 0 {
		a.Detail = json.RawMessage("{}")
	}
	n, err := tx.Exec(`
		update house.alert set times = times + 1, last_at = $4, detail = $5
		 where kind = $1 and subject = $2 and shop_id is not distinct from $3 and seen_at is null and last_at > $6`,
		a.Kind, a.Subject, a.ShopID, now.UTC(), string(a.Detail), now.Add(-quiet).UTC())
	if err == nil && n == 0 {
		_, err = tx.Exec(`insert into house.alert (id, at, last_at, kind, shop_id, subject, detail) values ($1, $2, $2, $3, $4, $5, $6)`,
			uuid.Must(uuid.NewV7()), now.UTC(), a.Kind, a.ShopID, a.Subject, string(a.Detail))
	}
	if err != nil {
		return fmt.Errorf("raise alert %s about %s: %w", a.Kind, a.Subject, err)
	}
	return nil
}

// List returns the alerts, the newest first.
func List(tx tenant.AcrossTx, unseen bool, after page.Cursor, limit int) ([]Alert, page.Cursor, error) {
	limit = page.Limit(limit)
	var found []Alert
	err := tx.Query().Raw(`
		select * from house.alert
		 where (not @unseen or seen_at is null)
		   and (cast(@at as timestamptz) is null or (at <= @at and (at < @at or id > @after)))
		 order by at desc, id limit @rows`,
		map[string]any{"unseen": unseen, "at": sql.NullTime{Time: after.At, Valid: !after.At.IsZero()}, "after": after.ID, "rows": limit + 1}).Scan(&found).Error
	if err != nil {
		return nil, page.Cursor{}, fmt.Errorf("list alerts: %w", err)
	}
	found, next := page.Cut(found, limit, func(a Alert) page.Cursor { return page.Cursor{At: a.At, ID: a.ID} })
	return found, next, nil
}

// See notes that an account has looked at an alert. The first one counts.
func See(tx tenant.AcrossTx, id, account uuid.UUID, now time.Time) (Alert, error) {
	if _, err := tx.Exec("update house.alert set seen_at = $2, seen_by = $3 where id = $1 and seen_at is null", id, now.UTC(), account); err != nil {
		return Alert{}, fmt.Errorf("see alert %s: %w", id, err)
	}
	var a Alert
	res := tx.Query().Raw("select * from house.alert where id = ?", id).Scan(&a)
	if res.Error != nil {
		return Alert{}, fmt.Errorf("read alert %s: %w", id, res.Error)
	}
	if res.RowsAffected == 0 {
		return Alert{}, fmt.Errorf("alert %s: %w", id, fault.NotFound)
	}
	return a, tenant.AuditAcross(tx, "staff:"+account.String(), "alert.see", "alert:"+id.String(), nil)
}

// Since returns the alerts that happened, again or for the first time, after an
// instant.
func Since(tx tenant.AcrossTx, at time.Time) ([]Alert, error) {
	var found []Alert
	if err := tx.Query().Raw("select * from house.alert where last_at > ? order by last_at limit 100", at.UTC()).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("look for new alerts: %w", err)
	}
	return found, nil
}

// kept is how long an alert is kept.
const kept = 90 * 24 * time.Hour

// Tidy removes old alerts.
func Tidy(tx tenant.AcrossTx, now time.Time) error {
	if _, err := tx.Exec("delete from house.alert where last_at < $1", now.Add(-kept).UTC()); err != nil {
		return fmt.Errorf("tidy alerts: %w", err)
	}
	return nil
}
