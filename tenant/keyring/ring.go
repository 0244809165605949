package keyring

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/sealed"
)

// Wrapped is a file's key as its row keeps it.
type Wrapped struct {
	Version int // of the shop's key
	DataKey []byte
}

// ErrErased means that a key was destroyed, and with it all that it sealed.
var ErrErased = errors.New("its key was destroyed")

// ErrNoKey means that a shop has no key at hand.
var ErrNoKey = errors.New("the shop has no key at hand")

func aboutShop(shop uuid.UUID, version int) string {
	return fmt.Sprintf("shop %s, version %d", shop, version)
}

func aboutFile(s sealed.Secret) string { return fmt.Sprintf("recording %s of shop %s", s.ID, s.Shop) }

// Ring has the current key of every shop at hand, for whoever may not wait for
// the database.
type Ring struct {
	db      *tenant.DB
	masters Masters

	mu   sync.RWMutex
	keys map[uuid.UUID]current
}

type current struct {
	version int
	key     key
}

// NewRing returns a Ring that is empty: Refresh fills it.
func NewRing(db *tenant.DB, m Masters) *Ring { return &Ring{db: db, masters: m} }

// Refresh reads the shops' current keys, and makes one for each shop that has
// none.
func (r *Ring) Refresh(ctx context.Context) error {
	keys := map[uuid.UUID]current{}
	err := r.db.Across(ctx, "read the keys of recordings", func(tx tenant.AcrossTx) error {
		rows, err := latest(tx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if keys[row.ShopID], err = r.open(tx, row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys = keys
	return nil
}

// open returns a shop's current key, made now if there is none. A shop whose
// keys were destroyed begins anew.
func (r *Ring) open(tx tenant.AcrossTx, row keyRow) (current, error) {
	if len(row.Wrapped) > 0 {
		k, err := r.masters.unwrap(row.Master, row.Wrapped, aboutShop(row.ShopID, row.Version))
		return current{row.Version, k}, err
	}
	fresh, k, err := r.masters.newKey(row.ShopID, row.Version+1)
	if err != nil {
		return current{}, err
	}
	made, err := fresh.insert(tx, time.Now().UTC())
	if err != nil || made {
		return current{fresh.Version, k}, err
	}
	row, err = take(tx, row.ShopID, fresh.Version) // another process was first
	if err != nil {
		return current{}, err
	}
	return r.open(tx, row)
}

// Seal returns a new key for a file of a shop, and how its row keeps it.
func (r *Ring) Seal(shop, file uuid.UUID) (sealed.Secret, Wrapped, error) {
	r.mu.RLock()
	c, known := r.keys[shop]
	r.mu.RUnlock()
	if !known {
		return sealed.Secret{}, Wrapped{}, fmt.Errorf("seal recording %s of shop %s: %w", file, shop, ErrNoKey)
	}
	s := sealed.Secret{Key: sealed.NewKey(), Shop: shop, ID: file}
	wrapped, err := c.key.wrap(s.Key[:], aboutFile(s))
	return s, Wrapped{c.version, wrapped}, err
}

// newKey makes a shop's next key.
func (m Masters) newKey(shop uuid.UUID, version int) (keyRow, key, error) {
	k := key(sealed.NewKey())
	master, wrapped, err := m.wrap(k, aboutShop(shop, version))
	return keyRow{ShopID: shop, Version: version, Master: master, Wrapped: wrapped}, k, err
}
