package session_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"switchboard/api/apitest"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

type tokens struct {
	AccessToken  string `json:"access_token"`
	ExpiresIn    int    `json:"expires_in"`
	RefreshToken string `json:"refresh_token"`
}

func credentials(email, client string) map[string]string {
	return map[string]string{"email": email, "password": apitest.Password, "client": client}
}

const ownerOfA = "shop-a-owner@test.example"

func TestAProgramGetsTokensAndNoCookie(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	a := w.Anonymous().Do(t, "POST", "/sessions", credentials(ownerOfA, "api")).Want(t, http.StatusCreated)
	var got tokens
	a.JSON(t, &got)
	if got.AccessToken == "" || got.RefreshToken == "" || got.ExpiresIn != 600 {
		t.Errorf("answered %s", a.Body)
	}
	if c := a.Header.Values("Set-Cookie"); len(c) > 0 {
		t.Errorf("a program got the cookies %q", c)
	}
	bearer := w.Anonymous().With("Authorization", "Bearer "+got.AccessToken)
	bearer.Do(t, "GET", "/me", nil).Want(t, http.StatusOK)

	var again tokens
	w.Anonymous().Do(t, "POST", "/sessions/refresh", map[string]string{"refresh_token": got.RefreshToken}).Want(t, http.StatusOK).JSON(t, &again)
	w.Anonymous().With("Authorization", "Bearer "+again.AccessToken).Do(t, "GET", "/me", nil).Want(t, http.StatusOK)

	bearer.Do(t, "DELETE", "/sessions/current", nil).Want(t, http.StatusNoContent)
	bearer.Do(t, "GET", "/me", nil).Want(t, http.StatusUnauthorized)
	w.Anonymous().Do(t, "POST", "/sessions/refresh", map[string]string{"refresh_token": got.RefreshToken}).Want(t, http.StatusUnauthorized)
}

// browser signs in as one, and returns it with its cookie.
func browser(t *testing.T, w *apitest.World) (apitest.Client, *http.Cookie) {
	t.Helper()
	a := w.Anonymous().Do(t, "POST", "/sessions", credentials(ownerOfA, "browser")).Want(t, http.StatusCreated)
	if strings.Contains(string(a.Body), "token") {
		t.Errorf("a browser got tokens: %s", a.Body)
	}
	c, err := http.ParseSetCookie(a.Header.Get("Set-Cookie"))
	if err != nil {
		t.Fatalf("cookie %q: %v", a.Header.Get("Set-Cookie"), err)
	}
	return w.Anonymous().With("Cookie", c.Name+"="+c.Value), c
}

func TestABrowserGetsACookieAndNeedsItsToken(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	b, cookie := browser(t, w)
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.MaxAge <= 0 {
		t.Errorf("cookie %+v", cookie)
	}
	var shown struct {
		Client    string `json:"client"`
		CSRFToken string `json:"csrf_token"`
		Account   struct {
			Shops []struct{ Slug, Role string }
		}
	}
	b.Do(t, "GET", "/session", nil).Want(t, http.StatusOK).JSON(t, &shown)
	if shown.Client != "browser" || shown.CSRFToken == "" || len(shown.Account.Shops) != 1 || shown.Account.Shops[0].Slug != "shop-a" {
		t.Errorf("session %+v", shown)
	}
	for _, token := range []string{"", "x", shown.CSRFToken + "x"} {
		p := b.With("X-CSRF-Token", token).Do(t, "DELETE", "/sessions/current", nil).Want(t, http.StatusForbidden).Problem(t)
		if p.Code != "csrf" {
			t.Errorf("with token %q: %+v", token, p)
		}
	}
	other, _ := browser(t, w)
	other.With("X-CSRF-Token", shown.CSRFToken).Do(t, "DELETE", "/sessions/current", nil).Want(t, http.StatusForbidden)
	b.With("X-CSRF-Token", shown.CSRFToken).With("Sec-Fetch-Site", "cross-site").Do(t, "DELETE", "/sessions/current", nil).Want(t, http.StatusForbidden)
	out := b.With("X-CSRF-Token", shown.CSRFToken).Do(t, "DELETE", "/sessions/current", nil).Want(t, http.StatusNoContent)
	if c, err := http.ParseSetCookie(out.Header.Get("Set-Cookie")); err != nil || c.MaxAge >= 0 {
		t.Errorf("signing out leaves the cookie: %q, %v", out.Header.Get("Set-Cookie"), err)
	}
	b.Do(t, "GET", "/session", nil).Want(t, http.StatusUnauthorized)
}

// A refresh token is no cookie, a cookie no refresh token, and neither a bearer.
func TestSecretsHaveOneUse(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	_, cookie := browser(t, w)
	var got tokens
	w.Anonymous().Do(t, "POST", "/sessions", credentials(ownerOfA, "api")).Want(t, http.StatusCreated).JSON(t, &got)
	w.Anonymous().With("Cookie", "session="+got.RefreshToken).Do(t, "GET", "/me", nil).Want(t, http.StatusUnauthorized)
	w.Anonymous().With("Cookie", "session="+got.AccessToken).Do(t, "GET", "/me", nil).Want(t, http.StatusUnauthorized)
	w.Anonymous().With("Authorization", "Bearer "+got.RefreshToken).Do(t, "GET", "/me", nil).Want(t, http.StatusUnauthorized)
	w.Anonymous().With("Authorization", "Basic "+got.AccessToken).Do(t, "GET", "/me", nil).Want(t, http.StatusUnauthorized)
	w.Anonymous().Do(t, "POST", "/sessions/refresh", map[string]string{"refresh_token": cookie.Value}).Want(t, http.StatusUnauthorized)
	for _, secret := range []string{got.RefreshToken, cookie.Value} {
		if n := tenanttest.One[int](t, w.World, "select count(*) from house.session where secret_hash = $1::bytea", []byte(secret)); n > 0 {
			t.Error("a secret is stored as it is")
		}
	}
}

func TestWhoIsDisabledIsOutAtOnce(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	program := w.Owner(t, w.A)
	b, _ := browser(t, w)
	var got tokens
	w.Anonymous().Do(t, "POST", "/sessions", credentials(ownerOfA, "api")).Want(t, http.StatusCreated).JSON(t, &got)
	w.Admin(t, "update house.account set disabled_at = now() where email = $1", ownerOfA)
	program.Do(t, "GET", "/me", nil).Want(t, http.StatusUnauthorized)
	b.Do(t, "GET", "/me", nil).Want(t, http.StatusUnauthorized)
	w.Anonymous().Do(t, "POST", "/sessions/refresh", map[string]string{"refresh_token": got.RefreshToken}).Want(t, http.StatusUnauthorized)
	w.Anonymous().Do(t, "POST", "/sessions", credentials(ownerOfA, "api")).Want(t, http.StatusUnauthorized)
}

// The answer to a failed sign-in is the same whatever the reason.
func TestASignInDoesNotTellWhoExists(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	w.Admin(t, "update house.account set disabled_at = now() where email = 'shop-b-owner@test.example'")
	var first apitest.Problem
	for i, email := range []string{ownerOfA, "shop-b-owner@test.example", "nobody@test.example", "no address"} {
		c := credentials(email, "api")
		if email == ownerOfA {
			c["password"] = "wrong"
		}
		p := w.Anonymous().Do(t, "POST", "/sessions", c).Want(t, http.StatusUnauthorized).Problem(t)
		p.RequestID = ""
		if i == 0 {
			first = p
		}
		if p.Code != first.Code || p.Detail != first.Detail || len(p.Errors) > 0 {
			t.Errorf("%s: %+v, but the first got %+v", email, p, first)
		}
	}
}

func TestGuessingIsThrottledAndSigningInIsNot(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	for range 60 { // a floor behind one address
		w.Anonymous().Do(t, "POST", "/sessions/refresh", map[string]string{"refresh_token": refreshToken(t, w)}).Want(t, http.StatusOK)
	}
	evaluated, refused := 0, 0
	for i := range 200 {
		c := credentials("nobody"+string(rune('a'+i%26))+"@test.example", "api")
		a := w.Anonymous().With("X-Forwarded-For", "203.0.113."+string(rune('1'+i%9))).Do(t, "POST", "/sessions", c)
		switch a.Status {
		case http.StatusUnauthorized:
			evaluated++
		case http.StatusTooManyRequests:
			refused++
			if a.Header.Get("Retry-After") == "" {
				t.Fatal("429 without Retry-After")
			}
		default:
			t.Fatalf("%d: %s", a.Status, a.Body)
		}
	}
	if evaluated > 50 || evaluated < 30 || evaluated+refused != 200 {
		t.Errorf("%d guesses were evaluated, %d refused; at most 50 in ten minutes may be", evaluated, refused)
	}
	// Now everybody from there waits, whether the account exists or not.
	w.Anonymous().Do(t, "POST", "/sessions", credentials(ownerOfA, "api")).Want(t, http.StatusTooManyRequests)
	if n := tenanttest.One[int](t, w.World, "select count(*) from house.throttle where key like '%test.example%' or key like '%127.0.0.1%'"); n > 0 {
		t.Errorf("%d rows tell who tried", n)
	}
}

// refreshToken is one that lives, made past the API: a sign-in costs 20 ms.
func refreshToken(t *testing.T, w *apitest.World) string {
	t.Helper()
	secret := "refresh-" + time.Now().Format(time.RFC3339Nano)
	w.Admin(t, `insert into house.session (id, account_id, client, secret_hash, created_at, last_seen_at, expires_at)
		values (gen_random_uuid(), $1, 'api', sha256($2::text::bytea), now(), now(), now() + interval '1 day')`, w.A.Owner, secret)
	return secret
}

func TestAnAccountIsGuessedAtFromManyAddresses(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	answers := map[int]int{}
	for i := range 30 {
		c := credentials(ownerOfA, "api")
		c["password"] = "guess"
		answers[w.Anonymous().From(fmt.Sprintf("127.0.0.%d", 2+i)).Do(t, "POST", "/sessions", c).Status]++
	}
	if answers[http.StatusUnauthorized] > 20 || answers[http.StatusTooManyRequests] < 10 {
		t.Errorf("30 guesses at one account from 30 addresses: %v", answers)
	}
	w.Anonymous().From("127.0.0.40").Do(t, "POST", "/sessions", credentials("shop-b-owner@test.example", "api")).Want(t, http.StatusCreated)
}

func TestAnExpiredSessionIsOver(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	c := w.Owner(t, w.A)
	w.Admin(t, "update house.session set expires_at = now()")
	c.Do(t, "GET", "/me", nil).Want(t, http.StatusUnauthorized)
}

func TestEachSignInAndOutIsAuditedOnce(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	c := w.Owner(t, w.A)
	c.Do(t, "DELETE", "/sessions/current", nil).Want(t, http.StatusNoContent)
	for _, action := range []string{"session.create", "session.revoke"} {
		if n := tenanttest.One[int](t, w.World, "select count(*) from house.audit where action = $1", action); n != 1 {
			t.Errorf("%d records of %s, want 1", n, action)
		}
	}
}
