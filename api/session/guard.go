package session

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/account"
	"switchboard/tenant/apikey"
	"switchboard/tenant/fault"
)

// Guard tells who is asking and lets them into the shop that is theirs.
type Guard struct {
	db       *tenant.DB
	keys     keys
	hasher   *account.Hasher
	throttle throttle
	pace     pace
	secure   bool
	now      func() time.Time
}

// Options of a Guard.
type Options struct {
	Secret Secret
	Secure bool // cookies for https only
	Now    func() time.Time
}

// hashesAtOnce leaves room on a small machine for calls.
const hashesAtOnce = 2

// NewGuard returns a Guard over the accounts of db.
func NewGuard(db *tenant.DB, o Options) *Guard {
	k := o.Secret.keys()
	return &Guard{db: db, keys: k, hasher: account.NewHasher(hashesAtOnce), throttle: throttle{db, k.throttle}, secure: o.Secure, now: o.Now}
}

// cookieName is of the browser's session cookie.
const cookieName = "session"

// csrfHeader must carry the CSRF token where a cookie asks for a change.
const csrfHeader = "X-CSRF-Token"

// Identify finds out who is asking, before any operation. It lets everybody
// through; Allow is what refuses.
func (g *Guard) Identify(ctx huma.Context, next func(huma.Context)) {
	v := visitor{}
	var who Identity
	var given bool
	who, given, v.err = g.identify(ctx)
	if given && v.err == nil {
		v.who = &who
		web.SetAccount(ctx.Context(), who.name())
	}
	next(huma.WithValue(ctx, visitorKey{}, v))
}

// identify reads the credentials, of which a bearer token goes first. given is
// false where there are none.
func (g *Guard) identify(ctx huma.Context) (who Identity, given bool, err error) {
	if h := ctx.Header("Authorization"); h != "" {
		who, err = g.byToken(ctx.Context(), h)
		return who, true, err
	}
	c, err := huma.ReadCookie(ctx, cookieName)
	if err != nil {
		return Identity{}, false, nil // no cookie, no credentials
	}
	err = g.db.Across(ctx.Context(), "identify by cookie", func(tx tenant.AcrossTx) error {
		who, err = bySecret(tx, "browser", c.Value)
		return err
	})
	if err == nil {
		err = g.checkCSRF(ctx, c.Value)
	}
	return who, true, err
}

func (g *Guard) byToken(ctx context.Context, header string) (Identity, error) {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return Identity{}, fmt.Errorf("authorization by %q: %w", scheme, fault.Unauthorized)
	}
	if apikey.Is(token) {
		return g.byKey(ctx, token)
	}
	account, session, err := g.keys.read(token, g.now)
	if err != nil {
		return Identity{}, err
	}
	var who Identity
	err = g.db.Across(ctx, "identify by token", func(tx tenant.AcrossTx) error {
		who, err = byID(tx, session, account)
		return err
	})
	return who, err
}

func (g *Guard) checkCSRF(ctx huma.Context, cookie string) error {
	switch ctx.Method() {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return nil
	}
	if subtle.ConstantTimeCompare([]byte(ctx.Header(csrfHeader)), []byte(g.keys.csrfToken(cookie))) == 1 {
		return nil
	}
	return &web.Problem{Title: "Forbidden", Status: http.StatusForbidden, Code: "csrf", Detail: "X-CSRF-Token is missing or is not this session's: GET /api/v1/session gives it."}
}

// Allow opens an operation to people with one of the roles; without roles, to
// everybody who is signed in.
func (g *Guard) Allow(roles ...Role) web.Option {
	return func(op *huma.Operation) {
		op.Security = []map[string][]string{{"bearer": {}}, {"cookie": {}}}
		if len(roles) > 0 {
			op.Extensions = map[string]any{"x-roles": roles}
		}
		op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
			v := visitorOf(ctx.Context())
			v.scope, _ = op.Metadata[scopeOf].(apikey.Scope)
			v.roles, v.named = roles, strings.Contains(op.Path, "{") || ctx.Query("shop") != ""
			if err := v.admit(); err != nil {
				if v.who == nil {
					ctx.SetHeader("WWW-Authenticate", "Bearer")
				}
				web.Fail(ctx, err)
				return
			}
			next(huma.WithValue(ctx, visitorKey{}, v))
		})
	}
}

// Public opens an operation to everybody.
func Public(op *huma.Operation) { op.Security = []map[string][]string{} }

func (v visitor) admit() error {
	switch {
	case v.err != nil:
		return v.err
	case v.who == nil:
		return fmt.Errorf("no credentials: %w", fault.Unauthorized)
	case v.who.Key != nil:
		return v.admitKey()
	case len(v.roles) > 0 && !v.who.Is(v.roles...):
		return fmt.Errorf("account %s has none of the roles %v: %w", v.who.Account, v.roles, v.refusal())
	}
	return nil
}

// refusal is how people without the role are sent away. Where the request names
// a thing, only a colleague of those who may learns that it is the role: to all
// others there is no such thing.
func (v visitor) refusal() error {
	colleague := len(v.who.Memberships) > 0 && slices.ContainsFunc(v.roles, Role.ofMembers)
	if v.named && !colleague {
		return fault.NotFound
	}
	return fault.Forbidden
}

// Still returns nil as long as the session of the request is alive: a stream
// asks now and then.
func (g *Guard) Still(ctx context.Context) error {
	who := Who(ctx)
	return g.db.Across(ctx, "look at a session again", func(tx tenant.AcrossTx) error {
		_, err := byID(tx, who.Session, who.Account)
		return err
	})
}

// Tidy removes rows of sessions that nobody can come back to.
func (g *Guard) Tidy(ctx context.Context) error { return g.db.Across(ctx, "tidy sessions", tidy) }
