package catalogue

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/catalogue/feed"
	"switchboard/tenant/fault"
	"switchboard/tenant/seal"
)

// Source is where a shop's feed comes from.
type Source struct {
	ID           uuid.UUID
	Name         string       // in the shop's words; empty: its location
	Format       string       // one of feed.Names
	Location     string       // URL, a file's path, or sent and an id: its shop sends it
	EveryS       int          // how often it is looked at, in seconds
	Mapping      feed.Mapping `gorm:"serializer:json"`
	Login        string
	SecretSealed []byte
	Paused       bool   // it is not looked at on schedule
	ETag         string `gorm:"column:etag"`
	LastModified string
	CheckedAt    *time.Time
	Error        string // of the last look; empty if it went well
	CreatedAt    time.Time
}

// TableName is the table of Source.
func (Source) TableName() string { return "shop.catalogue_source" }

// sent begins the location of a source whose shop sends it.
const sent = "sent:"

// Sent tells whether the shop's own system sends the feed, and nobody fetches it.
func (s Source) Sent() bool { return strings.HasPrefix(s.Location, sent) }

// format is how the source is read.
func (s Source) format(now time.Time) feed.Format {
	return feed.Of(s.Format, feed.Settings{Mapping: s.Mapping, Location: s.Location, Now: now})
}

// Settings are what a person says of a source.
type Settings struct {
	Name     string
	Format   string
	URL      string // empty: the shop's system sends it
	EveryS   int
	Mapping  feed.Mapping
	Login    string
	Password *string // nil: as it is
	Paused   bool
}

// The bounds of how often a source is looked at, in seconds.
const (
	leastEvery = 60
	mostEvery  = 7 * 24 * 3600
)

// pulled are the formats of shops that are asked page by page.
var pulled = []string{"shopify", "woocommerce", "insales"}

// check refuses what cannot be. It leaves out nothing: each mistake is told.
func (s Settings) check() error {
	var problems fault.Problems
	bad := func(field, problem string) {
		problems = append(problems, fault.Invalid{Field: field, Problem: problem})
	}
	if !slices.Contains(feed.Names, s.Format) {
		bad("format", "is none that we read")
	}
	if u, err := url.Parse(s.URL); s.URL != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		bad("url", "is not an address that begins with http:// or https://")
	} else if u != nil && u.User != nil {
		bad("url", "has a password in it; give login and password apart")
	}
	if s.URL == "" && slices.Contains(pulled, s.Format) {
		bad("url", "is missing: this format is fetched from the shop")
	}
	if s.EveryS < leastEvery || s.EveryS > mostEvery {
		bad("every_s", "is not between a minute and a week")
	}
	if len(s.Name) > 200 || len(s.Login) > 200 || s.Password != nil && len(*s.Password) > 500 {
		bad("name", "or login or password is too long")
	}
	if err := s.Mapping.Check(); err != nil {
		bad("mapping", err.Error())
	}
	return problems.Err()
}

// Clerk is who changes a source, and with what.
type Clerk struct {
	Now time.Time
	Box seal.Box // seals its password
}

// Create makes a source. One of the same address is a fault.Conflict.
func Create(tx tenant.Tx, s Settings, c Clerk) (Source, error) {
	if err := s.check(); err != nil {
		return Source{}, err
	}
	src := Source{ID: uuid.Must(uuid.NewV7()), Format: s.Format, Location: s.URL, CreatedAt: c.Now.UTC().Truncate(time.Microsecond)}
	if src.Location == "" {
		src.Location = sent + src.ID.String()
	}
	if err := src.take(s, c); err != nil {
		return Source{}, err
	}
	res := tx.Query().Exec("select 1 from shop.catalogue_source where location = ?", src.Location)
	if res.Error == nil && res.RowsAffected > 0 {
		return Source{}, fmt.Errorf("add a source of an address that is there: %w", fault.Conflict)
	}
	if err := tx.Query().Create(&src).Error; err != nil {
		return Source{}, fmt.Errorf("add a catalogue source: %w", err)
	}
	return src, tenant.Audit(tx, "catalogue.source", src.ID.String(), map[string]any{"format": src.Format})
}

// Save changes a source. Another format or mapping reads the file anew, though
// its server calls it unchanged.
func Save(tx tenant.Tx, id uuid.UUID, s Settings, c Clerk) (Source, error) {
	if err := s.check(); err != nil {
		return Source{}, err
	}
	if err := lock(tx, id); err != nil {
		return Source{}, err
	}
	src, err := TakeSource(tx, id)
	if err != nil {
		return Source{}, err
	}
	if src.Sent() != (s.URL == "") {
		return Source{}, fault.Invalid{Field: "url", Problem: "a source that is sent is not fetched, and the other way round: add another"}
	}
	if s.URL != "" {
		src.Location = s.URL
	}
	src.Format, src.ETag, src.LastModified = s.Format, "", ""
	if err := src.take(s, c); err != nil {
		return Source{}, err
	}
	err = tx.Query().Model(&src).Where("id = ?", id).
		Select("Name", "Format", "Location", "EveryS", "Mapping", "Login", "SecretSealed", "Paused", "ETag", "LastModified").Updates(&src).Error
	if err != nil {
		return Source{}, fmt.Errorf("save catalogue source %s: %w", id, err)
	}
	return src, tenant.Audit(tx, "catalogue.source.save", id.String(), map[string]any{"format": src.Format, "paused": src.Paused})
}

// take takes over what does not depend on whether the source is new.
func (s *Source) take(from Settings, c Clerk) error {
	s.Name, s.EveryS, s.Mapping, s.Login, s.Paused = from.Name, from.EveryS, from.Mapping, from.Login, from.Paused
	if from.Password == nil {
		return nil
	}
	if s.SecretSealed = nil; *from.Password == "" {
		return nil
	}
	var err error
	s.SecretSealed, err = c.Box.Seal(*from.Password, s.secret())
	return err
}

// secret is the context in which the password is sealed.
func (s Source) secret() string { return "catalogue source " + s.ID.String() }

// Password opens the source's password; empty if it has none.
func (s Source) Password(box seal.Box) (string, error) {
	if len(s.SecretSealed) == 0 {
		return "", nil
	}
	text, err := box.Open(s.SecretSealed, s.secret())
	if err != nil {
		return "", fmt.Errorf("open the password of catalogue source %s: %w", s.ID, err)
	}
	return text, nil
}
