package catalogue

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/outbox"
)

// Wanted names a source whose feed is to be looked at.
type Wanted struct {
	ShopID   uuid.UUID `json:"shop_id"`
	SourceID uuid.UUID `json:"source_id"`
}

// Look is owed whenever a feed is to be looked at: by its schedule, or because
// somebody wants it now.
var Look = outbox.Kind[Wanted]{Name: "catalogue.look", Queue: outbox.Slow, MaxAttempts: 4, Timeout: 30 * time.Minute}

// Want has the feed of a source looked at soon. Wanted again before that was
// done, it is looked at once. It answers fault.NotFound if there is no such source.
func Want(tx tenant.Tx, source uuid.UUID, now time.Time) error {
	if err := lock(tx, source); err != nil {
		return err
	}
	if err := wantAt(tx, source, now); err != nil {
		return err
	}
	return tenant.Audit(tx, "catalogue.want", source.String(), nil)
}

// wantAt owes a look at an instant, unless one is owed already.
func wantAt(tx tenant.Tx, source uuid.UUID, due time.Time) error {
	var wanted bool
	err := tx.Query().Raw(`select exists (select 1 from house.outbox
		where kind = ? and payload->>'source_id' = ? and done_at is null and failed_at is null)`, Look.Name, source.String()).Scan(&wanted).Error
	if err != nil {
		return fmt.Errorf("ask whether source %s is wanted already: %w", source, err)
	}
	if wanted {
		return nil
	}
	return Look.Enqueue(tx, Wanted{tx.Scope().Shop().UUID(), source}, outbox.Ask{Now: due})
}
