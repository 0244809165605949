package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Link lets a browser's own loader, which sends no token, fetch one thing of a
// shop: as who asked for the link, as long as their session lives, until the
// link lapses. It opens nothing that they may not open themselves.
type Link struct {
	Shop  tenant.ID
	Thing uuid.UUID
	Until time.Time
}

// linkAudience keeps a link from being an access token, beside its own key.
const linkAudience = "switchboard-link"

type linkClaims struct {
	jwt.RegisteredClaims
	Shop  uuid.UUID `json:"shop"`
	Thing uuid.UUID `json:"thing"`
}

// SignLink makes the text of a link for whoever is asking.
func (g *Guard) SignLink(ctx context.Context, l Link) (string, error) {
	who := Who(ctx)
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, linkClaims{jwt.RegisteredClaims{
		Issuer: issuer, Audience: jwt.ClaimStrings{linkAudience}, Subject: who.Account.String(), ID: who.Session.String(), ExpiresAt: jwt.NewNumericDate(l.Until),
	}, l.Shop.UUID(), l.Thing})
	signed, err := t.SignedString(g.keys.link)
	if err != nil {
		return "", fmt.Errorf("sign a link to %s: %w", l.Thing, err)
	}
	return signed, nil
}

// FollowLink opens the shop of a link to whom it was made for, if they are still
// there and have one of the roles. All else is fault.NotFound.
func (g *Guard) FollowLink(ctx context.Context, text string, roles ...Role) (Door, Link, error) {
	var c linkClaims
	_, err := jwt.ParseWithClaims(text, &c, func(*jwt.Token) (any, error) { return g.keys.link, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired(),
		jwt.WithIssuer(issuer), jwt.WithAudience(linkAudience), jwt.WithStrictDecoding(), jwt.WithTimeFunc(g.now))
	if err != nil {
		return Door{}, Link{}, fmt.Errorf("follow a link: %w: %s", fault.NotFound, err.Error())
	}
	v := visitor{roles: roles, named: true}
	if v.who, err = g.maker(ctx, c); err != nil {
		return Door{}, Link{}, shut(c, err)
	}
	d, err := g.Enter(context.WithValue(ctx, visitorKey{}, v), Shop{Name: c.Shop.String()})
	if err != nil {
		return Door{}, Link{}, shut(c, err)
	}
	return d, Link{tenant.ID(c.Shop), c.Thing, c.ExpiresAt.Time}, nil
}

// shut words why a link opens nothing any more. Who follows it learns only that
// it does not.
func shut(c linkClaims, err error) error {
	if errors.Is(err, fault.Unauthorized) || errors.Is(err, fault.Forbidden) {
		return fmt.Errorf("follow a link to %s: %w: %s", c.Thing, fault.NotFound, err.Error())
	}
	return fmt.Errorf("follow a link to %s: %w", c.Thing, err)
}

// maker is who a link was made for, as they are now.
func (g *Guard) maker(ctx context.Context, c linkClaims) (*Identity, error) {
	account, err := uuid.Parse(c.Subject)
	if err != nil {
		return nil, err
	}
	session, err := uuid.Parse(c.ID)
	if err != nil {
		return nil, err
	}
	var who Identity
	err = g.db.Across(ctx, "identify by link", func(tx tenant.AcrossTx) error {
		who, err = byID(tx, session, account)
		return err
	})
	return &who, err
}
