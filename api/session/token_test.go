package session

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"switchboard/tenant/fault"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

func numeric(t time.Time) int64 { return t.Unix() }

// forge signs claims as an attacker or a careless service might.
func forge(t *testing.T, method jwt.SigningMethod, key any, change map[string]any) string {
	t.Helper()
	c := jwt.MapClaims{
		"iss": issuer, "aud": audience, "sub": uuid.NewString(), "jti": uuid.NewString(),
		"iat": numeric(noon), "exp": numeric(noon.Add(tokenLife)),
	}
	for k, v := range change {
		if c[k] = v; v == nil {
			delete(c, k)
		}
	}
	s, err := jwt.NewWithClaims(method, c).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOnlyOurTokensOpen(t *testing.T) {
	t.Parallel()
	k := Secret("a secret of the tests, 32 bytes or more").keys()
	other := Secret("another secret of the tests, 32 bytes").keys()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	account, session := uuid.New(), uuid.New()
	good, err := k.sign(account, session, noon)
	if err != nil {
		t.Fatal(err)
	}
	if a, s, err := k.read(good, at(noon.Add(tokenLife-time.Second))); err != nil || a != account || s != session {
		t.Fatalf("a good token: %s, %s, %v", a, s, err)
	}
	hs := jwt.SigningMethodHS256
	part := strings.Split(good, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
	upper := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"NONE"}`))
	lower := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"hs256"}`))
	noAlg := base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT"}`))
	for name, token := range map[string]string{
		"empty":                "",
		"dots":                 "..",
		"a word":               "token",
		"alg none":             forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil),
		"alg none, signed":     none + "." + part[1] + "." + part[2],
		"alg none, unsigned":   none + "." + part[1] + ".",
		"alg NONE":             upper + "." + part[1] + ".",
		"alg hs256":            lower + "." + part[1] + "." + part[2],
		"no alg":               noAlg + "." + part[1] + "." + part[2],
		"HS384":                forge(t, jwt.SigningMethodHS384, k.token, nil),
		"HS512":                forge(t, jwt.SigningMethodHS512, k.token, nil),
		"RS256":                forge(t, jwt.SigningMethodRS256, rsaKey, nil),
		"PS256":                forge(t, jwt.SigningMethodPS256, rsaKey, nil),
		"key of another node":  forge(t, hs, other.token, nil),
		"key of CSRF":          forge(t, hs, k.csrf, nil),
		"key of the throttle":  forge(t, hs, k.throttle, nil),
		"empty key":            forge(t, hs, []byte{}, nil),
		"no exp":               forge(t, hs, k.token, map[string]any{"exp": nil}),
		"exp is text":          forge(t, hs, k.token, map[string]any{"exp": "tomorrow"}),
		"expired":              forge(t, hs, k.token, map[string]any{"exp": numeric(noon.Add(-time.Second))}),
		"expires now":          forge(t, hs, k.token, map[string]any{"exp": numeric(noon)}),
		"exp 0":                forge(t, hs, k.token, map[string]any{"exp": 0}),
		"not yet":              forge(t, hs, k.token, map[string]any{"nbf": numeric(noon.Add(time.Hour))}),
		"issued tomorrow":      forge(t, hs, k.token, map[string]any{"iat": numeric(noon.Add(24 * time.Hour))}),
		"another issuer":       forge(t, hs, k.token, map[string]any{"iss": "other"}),
		"no issuer":            forge(t, hs, k.token, map[string]any{"iss": nil}),
		"another audience":     forge(t, hs, k.token, map[string]any{"aud": "webhook"}),
		"no audience":          forge(t, hs, k.token, map[string]any{"aud": nil}),
		"sub is no account":    forge(t, hs, k.token, map[string]any{"sub": "admin"}),
		"no sub":               forge(t, hs, k.token, map[string]any{"sub": nil}),
		"no session":           forge(t, hs, k.token, map[string]any{"jti": nil}),
		"session is no id":     forge(t, hs, k.token, map[string]any{"jti": "' or 1=1"}),
		"changed payload":      part[0] + "." + strings.TrimRight(part[1], "=")[:len(part[1])-2] + "AA." + part[2],
		"no signature":         part[0] + "." + part[1] + ".",
		"cut signature":        good[:len(good)-4],
		"longer signature":     good + "AAAA",
		"padded signature":     good + "=",
		"a fourth part":        good + ".x",
		"signature of another": part[0] + "." + part[1] + "." + strings.Split(forge(t, hs, k.token, nil), ".")[2],
		"spaces":               " " + good,
		"one long word":        strings.Repeat("A", 1<<16),
	} {
		if _, _, err := k.read(token, at(noon)); !errors.Is(err, fault.Unauthorized) {
			t.Errorf("%s: %v, want unauthorized", name, err)
		}
	}
}

func TestASecretIsKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := LoadSecret(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := LoadSecret(dir)
	if err != nil || string(second) != string(first) || len(first) < secretBytes {
		t.Errorf("a secret of %d bytes and then %d: %v", len(first), len(second), err)
	}
	if _, err := LoadSecret(dir + "/no/such"); err == nil {
		t.Error("a secret in no directory")
	}
}

func TestAStrangerInIPv6IsANetwork(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"203.0.113.7":             "203.0.113.7",
		"2001:db8:1:2:3:4:5:6":    "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::1%e0": "2001:db8:1:2::/64",
		"::ffff:203.0.113.7":      "::ffff:203.0.113.7",
		"":                        "",
	} {
		if got := network(address); got != want {
			t.Errorf("network(%q) = %q, want %q", address, got, want)
		}
	}
}
