package catalogue

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/catalogue/fetch"
	"switchboard/tenant/fault"
)

// Origin is where feeds are found: on the web, or in a folder.
type Origin struct {
	Web   *fetch.Client
	Files fs.FS // of locations that are no URLs; nil: there are none
}

// Refresh looks at a source and imports what is new, as Import does. A feed
// that its server calls unchanged is published again with the new date.
func Refresh(ctx context.Context, db *tenant.DB, s tenant.Scope, source uuid.UUID, from Origin) (Snapshot, error) {
	var src Source
	err := db.Within(ctx, s, func(tx tenant.Tx) (err error) {
		src, err = TakeSource(tx, source)
		return err
	})
	if err != nil {
		return Snapshot{}, err
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	file, version, err := from.open(ctx, src)
	if errors.Is(err, fetch.ErrUnchanged) {
		var snap Snapshot
		err = db.Within(ctx, s, func(tx tenant.Tx) (err error) {
			snap, err = Reconfirm(tx, source, now)
			return err
		})
		return snap, err
	}
	if err != nil {
		return Snapshot{}, errors.Join(err, db.Within(ctx, s, func(tx tenant.Tx) error { return unreachable(tx, source, err, now) }))
	}
	defer file.Close()
	snap, err := Import(ctx, db, s, source, file, now)
	if snap.State != Published {
		version = fetch.Version{} // or the feed would be called unchanged, and the old items fresh
	}
	return snap, errors.Join(err, db.Within(ctx, s, func(tx tenant.Tx) error { return remember(tx, source, version) }))
}

// open opens the feed of a source.
func (o Origin) open(ctx context.Context, s Source) (io.ReadCloser, fetch.Version, error) {
	if strings.HasPrefix(s.Location, "http://") || strings.HasPrefix(s.Location, "https://") {
		b, err := o.Web.Get(ctx, s.Location, fetch.Version{ETag: s.ETag, LastModified: s.LastModified})
		if err != nil {
			return nil, fetch.Version{}, err
		}
		return b, b.Version, nil
	}
	if o.Files == nil {
		return nil, fetch.Version{}, fault.Invalid{Field: "location", Problem: "only addresses that begin with http:// or https:// are fetched"}
	}
	f, err := o.Files.Open(path.Clean(s.Location))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return nil, fetch.Version{}, fault.Invalid{Field: "location", Problem: fmt.Sprintf("there is no file %s", s.Location)}
	}
	if err != nil {
		return nil, fetch.Version{}, fmt.Errorf("open feed %s: %w", s.Location, err)
	}
	return f, fetch.Version{}, nil
}
