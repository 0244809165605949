package session

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/google/uuid"

	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/account"
	"switchboard/tenant/fault"
)

// sessionLife is how long somebody stays signed in: a month of shifts.
const sessionLife = 30 * 24 * time.Hour

// Register adds the operations of sessions. They follow Identify.
func (g *Guard) Register(a huma.API) {
	huma.Register(a, web.Op("create-session", "POST /sessions", "Sign in", Public, fromAddress,
		web.Says("For client api the answer has tokens and sets no cookie; for client browser it sets the cookie and has no tokens.")), g.signIn)
	huma.Register(a, web.Op("refresh-session", "POST /sessions/refresh", "Get a new access token", Public, fromAddress), g.refresh)
	huma.Register(a, web.Op("delete-session", "DELETE /sessions/current", "Sign out", g.Allow()), g.signOut)
	huma.Register(a, web.Op("get-session", "GET /session", "Who is signed in, and the CSRF token of a browser", g.Allow()), g.show)
	huma.Register(a, web.Op("get-me", "GET /me", "Who is asking", g.Allow()), func(ctx context.Context, _ *struct{}) (*struct{ Body Me }, error) {
		return &struct{ Body Me }{me(Who(ctx))}, nil
	})
}

type signIn struct {
	Body struct {
		Email    string `json:"email" minLength:"1" maxLength:"254" doc:"E-mail address of the account"`
		Password string `json:"password" minLength:"1" maxLength:"256" doc:"Its password"`
		Client   string `json:"client" enum:"api,browser" doc:"Who keeps the session: a program its tokens, a browser its cookie"`
		TOTP     string `json:"totp,omitempty" maxLength:"10" doc:"Code of the authenticator, where the account has one"`
	}
}

// Tokens are what a program is given.
type Tokens struct {
	AccessToken  string `json:"access_token,omitempty" doc:"For Authorization: Bearer; absent for browsers"`
	ExpiresIn    int    `json:"expires_in" doc:"Seconds that the access token, or a browser's session, lives" example:"600"`
	RefreshToken string `json:"refresh_token,omitempty" doc:"Gets new access tokens; absent for browsers"`
}

type signedIn struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      Tokens
}

func (g *Guard) signIn(ctx context.Context, in *signIn) (*signedIn, error) {
	email, err := account.Address(in.Body.Email)
	if err != nil {
		email = in.Body.Email // counted like any other, and refused like any other
	}
	tries := g.throttle.tries(addressOf(ctx), email)
	if err := g.throttle.take(ctx, tries); err != nil {
		return nil, err
	}
	a, err := g.hasher.Authenticate(ctx, g.db, account.Credentials{Email: in.Body.Email, Password: in.Body.Password})
	if errors.Is(err, fault.Unauthorized) {
		return nil, &wrongCredentials
	}
	if err != nil {
		return nil, err
	}
	return g.open(ctx, a, opening{in.Body.Client, tries})
}

// wrongCredentials says the same of an account that is not there, one that is
// disabled, and a wrong password.
var wrongCredentials = web.Problem{Title: "Unauthorized", Status: http.StatusUnauthorized, Code: "unauthorized", Detail: "E-mail address or password is wrong."}

// opening is how a session is opened: for which client, after which tries.
type opening struct {
	client string
	tries  []try
}

func (g *Guard) open(ctx context.Context, a account.Account, o opening) (*signedIn, error) {
	now := g.now()
	secret, hash := ticket()
	r := row{ID: uuid.Must(uuid.NewV7()), AccountID: a.ID, Client: o.client, SecretHash: hash, CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(sessionLife)}
	err := g.db.Across(ctx, "open a session", func(tx tenant.AcrossTx) error {
		if err := g.throttle.giveBack(tx, o.tries); err != nil {
			return err
		}
		return create(tx, r)
	})
	if err != nil {
		return nil, err
	}
	out := &signedIn{}
	if o.client == "browser" {
		out.SetCookie = []http.Cookie{g.cookie(secret, int(sessionLife.Seconds()))}
		out.Body.ExpiresIn = int(sessionLife.Seconds())
		return out, nil
	}
	out.Body = Tokens{ExpiresIn: int(tokenLife.Seconds()), RefreshToken: secret}
	out.Body.AccessToken, err = g.keys.sign(a.ID, r.ID, now)
	return out, err
}

func (g *Guard) cookie(value string, seconds int) http.Cookie {
	return http.Cookie{ //nolint:gosec // Secure wherever the server is reached by https
		Name: cookieName, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: g.secure, SameSite: http.SameSiteLaxMode,
	}
}

type refresh struct {
	Body struct {
		RefreshToken string `json:"refresh_token" minLength:"1" maxLength:"100" doc:"As POST /sessions gave it"`
	}
}

type refreshed struct{ Body Tokens }

func (g *Guard) refresh(ctx context.Context, in *refresh) (*refreshed, error) {
	tries := g.throttle.tries(addressOf(ctx), "refresh "+in.Body.RefreshToken)
	if err := g.throttle.take(ctx, tries); err != nil {
		return nil, err
	}
	var who Identity
	err := g.db.Across(ctx, "refresh a session", func(tx tenant.AcrossTx) error {
		var err error
		if who, err = bySecret(tx, "api", in.Body.RefreshToken); err != nil {
			return err
		}
		return g.throttle.giveBack(tx, tries)
	})
	if err != nil {
		return nil, err
	}
	out := &refreshed{Tokens{ExpiresIn: int(tokenLife.Seconds()), RefreshToken: in.Body.RefreshToken}}
	out.Body.AccessToken, err = g.keys.sign(who.Account, who.Session, g.now())
	return out, err
}

type signedOut struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

func (g *Guard) signOut(ctx context.Context, _ *struct{}) (*signedOut, error) {
	who := Who(ctx)
	err := g.db.Across(ctx, "sign out", func(tx tenant.AcrossTx) error { return revoke(tx, who) })
	if err != nil {
		return nil, err
	}
	out := &signedOut{}
	if who.Client == "browser" {
		out.SetCookie = []http.Cookie{g.cookie("", -1)}
	}
	return out, nil
}

type addressKey struct{}

// fromAddress lets an operation know where its request comes from.
func fromAddress(op *huma.Operation) {
	op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
		next(huma.WithValue(ctx, addressKey{}, humaecho.Unwrap(ctx).RealIP()))
	})
}

func addressOf(ctx context.Context) string {
	a, _ := ctx.Value(addressKey{}).(string)
	return a
}
