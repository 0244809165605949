package session

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// row is a session as it is stored. The secret is a browser's cookie or an
// API client's refresh token.
type row struct {
	ID         uuid.UUID
	AccountID  uuid.UUID
	Client     string
	SecretHash []byte
	CreatedAt  time.Time
	LastSeenAt time.Time
	ExpiresAt  time.Time
}

// TableName implements gorm's Tabler.
func (row) TableName() string { return "session" }

func create(tx tenant.AcrossTx, r row) error {
	if err := tx.Query().Create(&r).Error; err != nil {
		return fmt.Errorf("create session: %w", err)
	}
	return tenant.AuditAcross(tx, "account:"+r.AccountID.String(), "session.create", "session:"+r.ID.String(), map[string]any{"client": r.Client})
}

// identify is the whole of an Identity in one look, for a session that is
// alive. It takes one condition more.
const identify = `
	select s.id, s.client, s.last_seen_at, a.id, a.email, a.name, a.locale,
	  (select coalesce(json_agg(role order by role), '[]') from house.staff where account_id = a.id),
	  (select coalesce(json_agg(json_build_object('Shop', h.id, 'Slug', h.slug, 'NameRu', h.name_ru, 'NameEn', h.name_en, 'Role', m.role) order by h.slug), '[]')
	     from shop.member m join house.shop h on h.id = m.shop_id where m.account_id = a.id)
	  from house.session s join house.account a on a.id = s.account_id
	 where s.revoked_at is null and s.expires_at > now() and a.disabled_at is null and `

// seenEvery is how often a session notes that it is in use.
const seenEvery = time.Minute

// byID returns the person of a session that is alive, or fault.Unauthorized.
func byID(tx tenant.AcrossTx, session, account uuid.UUID) (Identity, error) {
	return scan(tx, tx.Query().Raw(identify+"s.id = ? and s.account_id = ?", session, account).Row())
}

// bySecret is byID for a cookie or refresh token of a kind of client.
func bySecret(tx tenant.AcrossTx, client, secret string) (Identity, error) {
	return scan(tx, tx.Query().Raw(identify+"s.secret_hash = ? and s.client = ?", hashOf(secret), client).Row())
}

func scan(tx tenant.AcrossTx, r *sql.Row) (Identity, error) {
	var i Identity
	var seen time.Time
	var staff, members []byte
	err := r.Scan(&i.Session, &i.Client, &seen, &i.Account, &i.Email, &i.Name, &i.Locale, &staff, &members)
	if errors.Is(err, sql.ErrNoRows) {
		return Identity{}, fmt.Errorf("session: %w", fault.Unauthorized)
	}
	if err == nil {
		err = errors.Join(json.Unmarshal(staff, &i.Staff), json.Unmarshal(members, &i.Memberships))
	}
	if err == nil && time.Since(seen) > seenEvery {
		err = tx.Query().Exec("update house.session set last_seen_at = now() where id = ?", i.Session).Error
	}
	if err != nil {
		return Identity{}, fmt.Errorf("read session: %w", err)
	}
	return i, nil
}

// revoke ends a session for good.
func revoke(tx tenant.AcrossTx, who Identity) error {
	err := tx.Query().Exec("update house.session set revoked_at = now() where id = ? and revoked_at is null", who.Session).Error
	if err != nil {
		return fmt.Errorf("revoke session %s: %w", who.Session, err)
	}
	return tenant.AuditAcross(tx, "account:"+who.Account.String(), "session.revoke", "session:"+who.Session.String(), nil)
}

// shopByName returns the id of a shop by its slug or id. A name that is neither
// is no shop.
func shopByName(tx tenant.AcrossTx, name string) (tenant.ID, error) {
	var id uuid.UUID
	err := tx.Query().Raw("select id from house.shop where slug = ? or id::text = ?", name, name).Row().Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return tenant.ID{}, fmt.Errorf("shop: %w", fault.NotFound)
	}
	if err != nil {
		return tenant.ID{}, fmt.Errorf("find shop: %w", err)
	}
	return tenant.ID(id), nil
}

// held is a call that an operator has in hand.
type held struct {
	shop tenant.ID
	slug string
	call uuid.UUID
}

// heldBy returns the calls that an operator has in hand: one, or none.
func heldBy(tx tenant.AcrossTx, operator uuid.UUID) ([]held, error) {
	rows, err := tx.Query().Raw(`select g.shop_id, s.slug, g.subject from house.operator_grant g join house.shop s on s.id = g.shop_id
		where g.operator_id = ? and g.reason = 'call' and g.lapses_at > now() order by g.granted_at desc`, operator).Rows()
	if err != nil {
		return nil, fmt.Errorf("calls in hand of %s: %w", operator, err)
	}
	defer rows.Close()
	var all []held
	for rows.Next() {
		var h held
		if err := rows.Scan((*uuid.UUID)(&h.shop), &h.slug, &h.call); err != nil {
			return nil, fmt.Errorf("calls in hand of %s: %w", operator, err)
		}
		all = append(all, h)
	}
	return all, rows.Err()
}

// tidy removes what no longer counts: sessions that ended a month ago, and
// throttles that are empty.
func tidy(tx tenant.AcrossTx) error {
	for _, q := range []string{
		"delete from house.session where expires_at < now() - interval '30 days' or revoked_at < now() - interval '30 days'",
		"delete from house.throttle where window_at < now()",
	} {
		if err := tx.Query().Exec(q).Error; err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	return nil
}
