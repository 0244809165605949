package catalogue

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/catalogue/fetch"
	"switchboard/tenant/fault"
	"switchboard/tenant/seal"
)

// Origin is where feeds are found: on the web, or in a folder.
type Origin struct {
	Web   *fetch.Client
	Files fs.FS    // of locations that are no URLs; nil: there are none
	Box   seal.Box // opens the passwords of sources
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
	file, version, err := from.open(ctx, src, func() (io.ReadCloser, error) { return openSent(ctx, db, s, source) })
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
func (o Origin) open(ctx context.Context, s Source, sent func() (io.ReadCloser, error)) (io.ReadCloser, fetch.Version, error) {
	if s.Sent() {
		r, err := sent()
		return r, fetch.Version{}, err
	}
	if strings.HasPrefix(s.Location, "http://") || strings.HasPrefix(s.Location, "https://") {
		return o.fetch(ctx, s)
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

// fetch asks the source's server, page by page if it hands its goods out so.
func (o Origin) fetch(ctx context.Context, s Source) (io.ReadCloser, fetch.Version, error) {
	password, err := s.Password(o.Box)
	if err != nil {
		return nil, fetch.Version{}, err
	}
	ask := fetch.Ask{Address: s.Location, Known: fetch.Version{ETag: s.ETag, LastModified: s.LastModified}, Header: s.header(password)}
	if slices.Contains(pulled, s.Format) {
		ask.Known, ask.Numbered = fetch.Version{}, s.Format != "shopify" // an ETag is of one page only
		p, err := o.Web.Pages(ctx, ask)
		return p, fetch.Version{}, err
	}
	b, err := o.Web.Fetch(ctx, ask)
	if err != nil {
		return nil, fetch.Version{}, err
	}
	return b, b.Version, nil
}

// header is how a server is told who asks.
func (s Source) header(password string) http.Header {
	h := http.Header{}
	switch {
	case password == "":
	case s.Format == "shopify" && s.Login == "":
		h.Set("X-Shopify-Access-Token", password)
	case s.Login == "":
		h.Set("Authorization", "Bearer "+password)
	default:
		h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(s.Login+":"+password)))
	}
	return h
}
