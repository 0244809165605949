package session

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/apikey"
	"switchboard/tenant/fault"
)

// scopeOf is where an operation keeps the scope that opens it to a key.
const scopeOf = "key-scope"

// Keys opens an operation also to programs whose API key has the scope. Without it
// an operation is for people alone. It stands after Allow.
func Keys(s apikey.Scope) web.Option {
	return func(op *huma.Operation) {
		op.Metadata[scopeOf] = s
		op.Security = append(op.Security, map[string][]string{"key": {}})
		if op.Extensions == nil {
			op.Extensions = map[string]any{}
		}
		op.Extensions["x-key-scope"] = s
	}
}

// byKey finds out which program asks.
func (g *Guard) byKey(ctx context.Context, token string) (Identity, error) {
	var h apikey.Holder
	err := g.db.Across(ctx, "identify by API key", func(tx tenant.AcrossTx) (err error) {
		h, err = apikey.ByToken(tx, token, g.now())
		return err
	})
	if err != nil {
		return Identity{}, err
	}
	return Identity{Client: "key", Key: &h}, g.pace.spend(h.ID, g.now())
}

// admitKey is admit for a program.
func (v visitor) admitKey() error {
	if v.scope == "" {
		return web.Told("forbidden", "No API key opens this: it is for people.", fault.Forbidden)
	}
	if !v.who.Key.Has(v.scope) {
		return web.Told("forbidden", fmt.Sprintf("The API key lacks the scope %s.", v.scope), fault.Forbidden)
	}
	return nil
}

// enterByKey opens the one shop that a key is of.
func (g *Guard) enterByKey(v visitor, shop Shop) (Door, error) {
	k := v.who.Key
	if shop.Name != "" && shop.Name != k.Slug && shop.Name != k.ShopID.String() {
		return Door{}, fmt.Errorf("shop: %w", fault.NotFound)
	}
	return Door{Scope: g.db.EnterByKey(tenant.ID(k.ShopID), k.ID, k.Has(apikey.Personal))}, nil
}

const (
	// perSecond is how many requests a key has in the long run at each process, burst
	// how many at once: an import of a thousand orders takes two minutes.
	perSecond = 10
	burst     = 60
	// paced is how many keys are counted at most. Beyond it all begin anew: a key that
	// is not heard of for burst/perSecond seconds has nothing to be remembered for.
	paced = 10_000
)

// pace counts the requests of keys: a bucket each, that fills by perSecond.
type pace struct {
	mu   sync.Mutex
	left map[uuid.UUID]bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

// spend takes a request of a key, or is fault.TooMany until when there is one.
func (p *pace) spend(key uuid.UUID, now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	b, known := p.left[key]
	if !known {
		if p.left == nil || len(p.left) >= paced {
			p.left = map[uuid.UUID]bucket{}
		}
		b = bucket{burst, now}
	}
	b.tokens = min(burst, b.tokens+max(0, now.Sub(b.at).Seconds())*perSecond)
	b.at = now
	if b.tokens < 1 {
		p.left[key] = b
		return web.Later(int(math.Ceil((1-b.tokens)/perSecond)), fmt.Errorf("API key %s: %w", key, fault.TooMany))
	}
	b.tokens--
	p.left[key] = b
	return nil
}
