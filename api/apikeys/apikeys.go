// Package apikeys serves /api-keys: what lets programs of a shop in.
package apikeys

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/apikey"
)

// Handler serves keys.
type Handler struct {
	guard *session.Guard
	now   func() time.Time
}

// New returns a Handler.
func New(g *session.Guard, now func() time.Time) *Handler { return &Handler{g, now} }

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	own := h.guard.Allow(session.Owner)
	huma.Register(a, web.Op("list-api-keys", "GET /api-keys", "Keys of the shop's programs, the newest first", own), h.list)
	huma.Register(a, web.Op("create-api-key", "POST /api-keys", "Let a program in", own,
		web.Says("The token is shown this once; send it as Authorization: Bearer. It opens the operations whose x-key-scope it has, in this shop alone. "+
			"A key has 60 requests at once and 10 a second; beyond them the answer is 429 with Retry-After.")), h.create)
	huma.Register(a, web.Op("revoke-api-key", "DELETE /api-keys/{id}", "Shut a program out, at once and for good", own), h.revoke)
}

// APIKey is what lets a program in. Nobody can read its token.
type APIKey struct {
	ID         uuid.UUID  `json:"id" format:"uuid"`
	Name       string     `json:"name"`
	Prefix     string     `json:"prefix" doc:"The first characters of the token, to know it by" example:"sbk_Ab3dEf"`
	Scopes     []string   `json:"scopes" nullable:"false"`
	State      string     `json:"state" enum:"good,expired,revoked"`
	CreatedAt  time.Time  `json:"created_at"`
	CreatedBy  string     `json:"created_by" doc:"Who: member:ID"`
	ExpiresAt  *time.Time `json:"expires_at" doc:"Null: never"`
	RevokedAt  *time.Time `json:"revoked_at"`
	LastUsedAt *time.Time `json:"last_used_at" doc:"To the minute; null: not yet"`
}

func show(now time.Time) func(apikey.Key) APIKey {
	return func(k apikey.Key) APIKey {
		out := APIKey{ID: k.ID, Name: k.Name, Prefix: k.Prefix, Scopes: []string{}, State: "good", CreatedAt: k.CreatedAt, CreatedBy: k.CreatedBy,
			ExpiresAt: k.ExpiresAt, RevokedAt: k.RevokedAt, LastUsedAt: k.LastUsedAt}
		for _, s := range k.Scopes() {
			out.Scopes = append(out.Scopes, string(s))
		}
		switch {
		case k.RevokedAt != nil:
			out.State = "revoked"
		case k.ExpiresAt != nil && !k.ExpiresAt.After(now):
			out.State = "expired"
		}
		return out
	}
}

func (h *Handler) list(ctx context.Context, in *session.Shop) (*web.List[APIKey], error) {
	var found []apikey.Key
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) (err error) {
		found, err = apikey.List(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.All(found, show(h.now())), nil
}

// NewAPIKey is a key that was just made.
type NewAPIKey struct {
	ID    uuid.UUID `json:"id" format:"uuid"`
	Token string    `json:"token" doc:"Shown this once"`
}

type created struct{ Body NewAPIKey }

func (h *Handler) create(ctx context.Context, in *struct {
	session.Shop
	Body struct {
		Name      string     `json:"name" minLength:"1" maxLength:"100"`
		Scopes    []string   `json:"scopes" nullable:"false" minItems:"1" maxItems:"20" doc:"calls:read, recordings:read, orders:read, orders:write, catalogue:read, catalogue:write; with personal, buyers' numbers, names and addresses are shown as they are" example:"[\"orders:read\"]"`
		ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"When it stops to be good; left out: never"`
	}
}) (*created, error) {
	n := apikey.New{Name: in.Body.Name, ExpiresAt: in.Body.ExpiresAt}
	for _, s := range in.Body.Scopes {
		n.Scopes = append(n.Scopes, apikey.Scope(s))
	}
	out := &created{}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		out.Body.ID, out.Body.Token, err = apikey.Create(tx, n, h.now())
		return err
	})
	return out, err
}

func (h *Handler) revoke(ctx context.Context, in *struct {
	session.Shop
	ID uuid.UUID `path:"id" format:"uuid"`
}) (*struct{}, error) {
	return nil, h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error { return apikey.Revoke(tx, in.ID, h.now()) })
}
