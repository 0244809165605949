package telephony

import (
	"context"
	"fmt"
	"time"

	"switchboard/tenant/keyring"
)

// openKeys has the keys of recordings at hand before the first call is.
func (n *Node) openKeys(ctx context.Context) (err error) {
	if n.masters, err = keyring.LoadMasters(n.cfg.RecordingKeys, n.cfg.DataDir); err != nil {
		return err
	}
	n.ring = keyring.NewRing(n.db, n.masters)
	if err := n.ring.Refresh(ctx); err != nil {
		return fmt.Errorf("open the keys of recordings, set by RECORDING_KEYS: %w", err)
	}
	return nil
}

// keysWithin is how long the directory may wait for the keys of its shops.
const keysWithin = 5 * time.Second

// freshKeys reads them anew: there is a new shop, or a new key. If it cannot, a
// shop without a key is not recorded, and its recordings say why.
func (n *Node) freshKeys() {
	ctx, cancel := context.WithTimeout(context.Background(), keysWithin)
	defer cancel()
	if err := n.ring.Refresh(ctx); err != nil {
		n.log.Error("keys of recordings are not read", "err", err)
	}
}
