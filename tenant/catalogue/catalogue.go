// Package catalogue is what a shop sells: immutable dated snapshots of its
// feeds, and the search in the current one.
package catalogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"switchboard/tenant"
	"switchboard/tenant/catalogue/feed"
	"switchboard/tenant/fault"
)

// State of a snapshot.
type State string

const (
	Staging   State = "staging"   // it is being read
	Published State = "published" // operators see it, or saw it once
	Held      State = "held"      // complete, but a person must look: Accept, Discard or wait for the next
	Discarded State = "discarded" // it was held, and a person threw it away
	Refused   State = "refused"   // its feed was broken, or a newer one overtook it
)

// Snapshot is the catalogue as one reading of a feed left it. Facts of its
// items are as old as TakenAt.
type Snapshot struct {
	ID           uuid.UUID
	Seq          int // rises with every reading of the shop's feeds
	SourceID     uuid.UUID
	State        State
	TakenAt      time.Time
	PublishedAt  *time.Time
	ItemCount    int // of the source, when it was published
	NewCount     int
	ChangedCount int
	GoneCount    int
	UpCount      int // of the changed, those whose price rose
	DownCount    int
	StockCount   int
	ReadCount    int             // items staged so far
	ForgottenAt  *time.Time      // what it had is no longer kept
	Cause        Cause           // of its being held
	Problems     json.RawMessage // []fault.Invalid: offers that were left out, or what was wrong
	Reason       string          // why it is held or refused
}

// TableName is the table of Snapshot.
func (Snapshot) TableName() string { return "shop.snapshot" }

// Item is an offer as the snapshots FirstSeq to LastSeq have it.
type Item struct {
	ID            uuid.UUID
	SourceID      uuid.UUID
	OfferID       string
	FirstSeq      int
	LastSeq       *int   // nil: it is in the current snapshot
	SKU           string `gorm:"column:sku"` // lower case
	Name          string
	Vendor        string
	Category      string
	PriceMinor    int64
	OldPriceMinor *int64
	Currency      string
	Available     bool
	Stock         *int // nil: the feed does not say
	Barcode       string
	URL           string `gorm:"column:url"`
	Picture       string
	Params        []feed.Param `gorm:"serializer:json"` // in the order of the feed
	GroupID       string       // items of one group are variants of one thing
	Detail        feed.Detail  `gorm:"serializer:json"`
}

// Hourly is how often a feed is looked at if nobody says, in seconds.
const Hourly = 3600

// Ensure returns the shop's source with that location, and makes it if there is none.
func Ensure(tx tenant.Tx, location string, now time.Time) (Source, error) {
	_, err := tx.Exec(`insert into shop.catalogue_source (id, format, location, every_s, created_at) values ($1, 'yml', $2, $3, $4)
		on conflict (shop_id, location) do nothing`, uuid.Must(uuid.NewV7()), location, Hourly, now)
	var s Source
	if err == nil {
		err = tx.Query().Take(&s, "location = ?", location).Error
	}
	if err != nil {
		return Source{}, fmt.Errorf("ensure the catalogue source %s: %w", location, err)
	}
	return s, nil
}

// Sources returns the shop's sources, oldest first.
func Sources(tx tenant.Tx) ([]Source, error) {
	var all []Source
	if err := tx.Query().Order("created_at, id").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list catalogue sources: %w", err)
	}
	return all, nil
}

// TakeSource returns a source, or fault.NotFound.
func TakeSource(tx tenant.Tx, id uuid.UUID) (Source, error) {
	var s Source
	return s, taken(tx.Query().Take(&s, "id = ?", id).Error, "catalogue source", id)
}

// Take returns a snapshot, or fault.NotFound.
func Take(tx tenant.Tx, id uuid.UUID) (Snapshot, error) {
	var s Snapshot
	return s, taken(tx.Query().Take(&s, "id = ?", id).Error, "snapshot", id)
}

// Current returns the shop's newest published snapshot, or fault.NotFound.
func Current(tx tenant.Tx) (Snapshot, error) {
	var s Snapshot
	err := tx.Query().Order("seq desc").Take(&s, "state = ?", Published).Error
	return s, taken(err, "published snapshot", "")
}

// Snapshots returns the latest snapshots of every state, newest first.
func Snapshots(tx tenant.Tx, most int) ([]Snapshot, error) {
	var all []Snapshot
	if err := tx.Query().Order("seq desc").Limit(most).Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list snapshots: %w", err)
	}
	return all, nil
}

// taken words the error of reading one row.
func taken(err error, what string, id any) error {
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return fmt.Errorf("%s %v: %w", what, id, fault.NotFound)
	case err != nil:
		return fmt.Errorf("read %s %v: %w", what, id, err)
	}
	return nil
}
