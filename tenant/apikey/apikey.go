// Package apikey is what lets a shop's own programs in, each to as much as it needs.
package apikey

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Scope is a part of the API that a key opens.
type Scope string

// The scopes.
const (
	CallsRead      Scope = "calls:read"
	RecordingsRead Scope = "recordings:read"
	OrdersRead     Scope = "orders:read"
	OrdersWrite    Scope = "orders:write"
	CatalogueRead  Scope = "catalogue:read"
	CatalogueWrite Scope = "catalogue:write"
	Personal       Scope = "personal" // numbers, names and addresses of buyers as they are
)

// Scopes are all of them, in the order of a list.
var Scopes = []Scope{CallsRead, RecordingsRead, OrdersRead, OrdersWrite, CatalogueRead, CatalogueWrite, Personal}

// prefix marks a token as a key, so that scanners of code find one that leaked.
const prefix = "sbk_"

// shown is how much of a token is kept to know it by.
const shown = len(prefix) + 6

// Is tells whether a bearer token is a key.
func Is(token string) bool { return strings.HasPrefix(token, prefix) }

func hash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// New is a key as it is asked for.
type New struct {
	Name      string
	Scopes    []Scope
	ExpiresAt *time.Time // nil: never
}

// Key is one that was made. Its secret is not known.
type Key struct {
	ID         uuid.UUID
	Name       string
	Prefix     string
	ScopeList  string
	CreatedAt  time.Time
	CreatedBy  string
	ExpiresAt  *time.Time
	RevokedAt  *time.Time
	LastUsedAt *time.Time
}

// Scopes returns what the key opens.
func (k Key) Scopes() (all []Scope) {
	for s := range strings.FieldsSeq(k.ScopeList) {
		all = append(all, Scope(s))
	}
	return all
}

// Bounds.
const (
	mostKeys    = 50 // that are good
	longestName = 100
)

func (n New) checked(now time.Time) (New, error) {
	var p fault.Problems
	n.Name = strings.TrimSpace(n.Name)
	if l := len([]rune(n.Name)); l == 0 || l > longestName {
		p = append(p, fault.Invalid{Field: "name", Problem: fmt.Sprintf("must have 1 to %d characters", longestName)})
	}
	if len(n.Scopes) == 0 {
		p = append(p, fault.Invalid{Field: "scopes", Problem: "is empty: such a key opens nothing"})
	}
	for i, s := range n.Scopes {
		if !slices.Contains(Scopes, s) {
			p = append(p, fault.Invalid{Field: fmt.Sprintf("scopes[%d]", i), Problem: fmt.Sprintf("%q is no scope", s)})
		}
	}
	if n.ExpiresAt != nil && !n.ExpiresAt.After(now) {
		p = append(p, fault.Invalid{Field: "expires_at", Problem: "is past"})
	}
	n.Scopes = slices.Clone(n.Scopes)
	slices.Sort(n.Scopes)
	n.Scopes = slices.Compact(n.Scopes)
	return n, p.Err()
}

// Create makes a key and returns its token, which nobody can read later.
func Create(tx tenant.Tx, n New, now time.Time) (id uuid.UUID, token string, err error) {
	if n, err = n.checked(now); err != nil {
		return id, "", err
	}
	var good int
	err = tx.Query().Raw("select count(*) from shop.api_key where revoked_at is null and (expires_at is null or expires_at > ?)", now.UTC()).Scan(&good).Error
	if err != nil {
		return id, "", fmt.Errorf("count API keys: %w", err)
	}
	if good >= mostKeys {
		return id, "", fmt.Errorf("make a key beside the %d that the shop may have: %w", mostKeys, fault.Conflict)
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	id, token = uuid.Must(uuid.NewV7()), prefix+base64.RawURLEncoding.EncodeToString(secret)
	_, err = tx.Exec(`insert into shop.api_key (id, name, prefix, secret_hash, scopes, created_at, created_by, expires_at) values ($1, $2, $3, $4, $5::text[], $6, $7, $8)`,
		id, n.Name, token[:shown], hash(token), n.Scopes, now.UTC(), tx.Scope().Actor(), n.ExpiresAt)
	if err != nil {
		return id, "", fmt.Errorf("make API key %s: %w", id, err)
	}
	return id, token, tenant.Audit(tx, "api-key.create", id.String(), map[string]any{"scopes": n.Scopes})
}

// List returns the shop's keys, the newest first; those that are no longer good too.
func List(tx tenant.Tx) ([]Key, error) {
	var all []Key
	err := tx.Query().Raw(`
		select id, name, prefix, array_to_string(scopes, ' ') as scope_list, created_at, created_by, expires_at, revoked_at, last_used_at
		  from shop.api_key order by created_at desc, id limit 200`).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list API keys: %w", err)
	}
	return all, nil
}

// Revoke ends a key, at once and for good. Asked twice it stays as it is.
func Revoke(tx tenant.Tx, id uuid.UUID, now time.Time) error {
	n, err := tx.Exec("update shop.api_key set revoked_at = coalesce(revoked_at, $2) where id = $1", id, now.UTC())
	if err != nil {
		return fmt.Errorf("revoke API key %s: %w", id, err)
	}
	if n == 0 {
		return fmt.Errorf("API key %s: %w", id, fault.NotFound)
	}
	return tenant.Audit(tx, "api-key.revoke", id.String(), nil)
}

// Holder is a program that showed a key.
type Holder struct {
	ID        uuid.UUID
	ShopID    uuid.UUID
	Slug      string
	ScopeList string
}

// Has tells whether the key opens a scope.
func (h Holder) Has(s Scope) bool { return slices.Contains(strings.Fields(h.ScopeList), string(s)) }

// ByToken finds whose a token is, and notes that it was used. One that is unknown,
// revoked or expired is fault.Unauthorized.
func ByToken(tx tenant.AcrossTx, token string, now time.Time) (Holder, error) {
	var h Holder
	res := tx.Query().Raw(`
		select k.id, k.shop_id, s.slug, array_to_string(k.scopes, ' ') as scope_list from shop.api_key k join house.shop s on s.id = k.shop_id
		 where k.secret_hash = ? and k.revoked_at is null and (k.expires_at is null or k.expires_at > ?) and s.status <> 'closed'`, hash(token), now.UTC()).Scan(&h)
	if res.Error != nil {
		return h, fmt.Errorf("look for an API key: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return h, fmt.Errorf("an API key that is not good: %w", fault.Unauthorized)
	}
	_, err := tx.Exec("update shop.api_key set last_used_at = $3 where shop_id = $1 and id = $2 and (last_used_at is null or last_used_at < $4)",
		h.ShopID, h.ID, now.UTC(), now.UTC().Add(-time.Minute))
	if err != nil {
		return h, fmt.Errorf("note that API key %s was used: %w", h.ID, err)
	}
	return h, nil
}
