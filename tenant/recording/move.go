package recording

import (
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/depot"
)

// Move is a file that is to come to the store, or to go for ever.
type Move struct {
	ShopID       uuid.UUID
	ID           uuid.UUID
	Path         string
	Place        string
	StoredSHA256 []byte `gorm:"column:stored_sha256"`
	Tries        int    // this one included
}

// Sum is the hash of the file, in hexadecimal.
func (m Move) Sum() string { return hex.EncodeToString(m.StoredSHA256) }

// lease is how long a file is left to who took it. Should two have it
// nevertheless, the second finds it done.
const lease = 10 * time.Minute

// Back-off of a file that did not get where it should.
const (
	firstPause = 5 * time.Second
	longest    = 10 * time.Minute
)

// pause is how long to wait after so many tries.
func pause(tries int) time.Duration {
	return min(longest, firstPause<<min(tries-1, 10))
}

// Due is what a mover takes.
type Due string

// The two kinds of work.
const (
	Spooled Due = "place = 'spool' and state in ('ready', 'failed') and stored_sha256 is not null"
	Deleted Due = "place <> 'none' and state = 'erased'"
)

// Take takes files that are due, so that nobody else does meanwhile.
func Take(tx tenant.AcrossTx, due Due, now time.Time, most int) (moves []Move, err error) {
	err = tx.Query().Raw(`
		update shop.recording r set tries = r.tries + 1, try_at = ?
		  from (select shop_id, id from shop.recording where `+string(due)+` and try_at <= ? order by try_at, id limit ? for update skip locked) d
		 where r.shop_id = d.shop_id and r.id = d.id
		returning r.shop_id, r.id, r.path, r.place, r.stored_sha256, r.tries`, now.UTC().Add(lease), now.UTC(), most).Scan(&moves).Error
	if err != nil {
		return nil, fmt.Errorf("take recordings to move: %w", err)
	}
	return moves, nil
}

// Kept notes that a file was found whole in a store. It answers false if the
// recording was deleted meanwhile: then the file must go from there.
func (m Move) Kept(tx tenant.AcrossTx, place depot.Place, now time.Time) (bool, error) {
	n, err := tx.Exec(`update shop.recording set place = $3, stored_at = $4, tries = 0, try_at = '-infinity', try_error = ''
		where shop_id = $1 and id = $2 and state <> 'erased'`, m.ShopID, m.ID, string(place), now.UTC())
	if err != nil {
		return false, fmt.Errorf("note where recording %s is kept: %w", m.ID, err)
	}
	return n == 1, nil
}

// Gone notes that nothing of a deleted recording is left.
func (m Move) Gone(tx tenant.AcrossTx) error {
	if _, err := tx.Exec("update shop.recording set place = 'none', try_error = '' where shop_id = $1 and id = $2 and state = 'erased'", m.ShopID, m.ID); err != nil {
		return fmt.Errorf("note that recording %s is gone: %w", m.ID, err)
	}
	return nil
}

// Failed notes why a file did not get where it should, and when to try again.
func (m Move) Failed(tx tenant.AcrossTx, why error, now time.Time) error {
	_, err := tx.Exec("update shop.recording set try_at = $3, try_error = $4 where shop_id = $1 and id = $2",
		m.ShopID, m.ID, now.UTC().Add(pause(m.Tries)), why.Error())
	if err != nil {
		return fmt.Errorf("note that recording %s is not moved: %w", m.ID, err)
	}
	return nil
}
