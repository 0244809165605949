package session

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// A link that has lapsed, or is none, is refused before anybody is asked who
// made it: the guard of this test has no database.
func TestALinkLapsesAndIsNothingElse(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	g := NewGuard(nil, Options{Secret: Secret("a secret of the tests, 32 bytes or more"), Now: func() time.Time { return now }})
	who := Identity{Account: uuid.New(), Session: uuid.New()}
	ctx := context.WithValue(t.Context(), visitorKey{}, visitor{who: &who})
	lapsed, err := g.SignLink(ctx, Link{Shop: tenant.ID(uuid.New()), Thing: uuid.New(), Until: now.Add(-time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	access, err := g.keys.sign(who.Account, who.Session, now)
	if err != nil {
		t.Fatal(err)
	}
	other := NewGuard(nil, Options{Secret: Secret("another secret of the tests, 32 bytes"), Now: g.now})
	foreign, err := other.SignLink(ctx, Link{Shop: tenant.ID(uuid.New()), Thing: uuid.New(), Until: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{"lapsed": lapsed, "an access token": access, "of another secret": foreign, "no token": "x"} {
		if _, _, err := g.FollowLink(t.Context(), text, Owner); !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
