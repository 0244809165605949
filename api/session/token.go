package session

import (
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"switchboard/tenant/fault"
)

// tokenLife is how long an access token opens doors. It is short because other
// services may one day read it; here the session is looked at each time.
const tokenLife = 10 * time.Minute

const (
	issuer   = "switchboard"
	audience = "switchboard-api"
)

// claims are an access token's content: sub is the account, jti the session.
type claims = jwt.RegisteredClaims

// skew is how far behind the clock of another node may be: a token is dated back
// by it, or that node would call it one from the future.
const skew = 5 * time.Second

// sign makes the access token of a session.
func (k keys) sign(account, session uuid.UUID, now time.Time) (string, error) {
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		Issuer: issuer, Audience: jwt.ClaimStrings{audience}, Subject: account.String(), ID: session.String(),
		IssuedAt: jwt.NewNumericDate(now.Add(-skew)), ExpiresAt: jwt.NewNumericDate(now.Add(tokenLife)),
	})
	signed, err := t.SignedString(k.token)
	if err != nil {
		return "", fmt.Errorf("sign access token: %w", err)
	}
	return signed, nil
}

// read returns the account and the session of an access token, or
// fault.Unauthorized.
func (k keys) read(token string, now func() time.Time) (account, session uuid.UUID, err error) {
	var c claims
	_, err = jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return k.token, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithIssuer(issuer), jwt.WithAudience(audience), jwt.WithStrictDecoding(), jwt.WithTimeFunc(now))
	if err == nil {
		account, err = uuid.Parse(c.Subject)
	}
	if err == nil {
		session, err = uuid.Parse(c.ID)
	}
	if err != nil {
		return uuid.Nil, uuid.Nil, fmt.Errorf("access token: %w: %w", fault.Unauthorized, err)
	}
	return account, session, nil
}
