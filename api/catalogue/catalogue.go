// Package catalogue serves /catalogue: what a shop sells, and how old that is.
package catalogue

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/once"
	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/fault"
)

// Handler serves the catalogue of a shop.
type Handler struct {
	guard *session.Guard
	now   func() time.Time
}

// New returns a Handler.
func New(g *session.Guard, now func() time.Time) *Handler { return &Handler{g, now} }

var (
	keepers = []session.Role{session.Owner, session.Manager}
	members = []session.Role{session.Owner, session.Manager, session.Specialist, session.Supervisor, session.Finance, session.Admin}
	readers = append([]session.Role{session.Operator}, members...)
)

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("search-items", "GET /catalogue/items", "Items that fit what was typed, best first", h.guard.Allow(readers...),
		web.Says("The last word may be unfinished. Words are found in any form, in Russian or Latin letters, under the wrong keyboard layout and with slips; a SKU or barcode by its beginning or end. Nothing typed: the first items by SKU.")), h.search)
	huma.Register(a, web.Op("take-item", "GET /catalogue/items/{id}", "An item with all that a buyer may ask about it", h.guard.Allow(readers...),
		web.Says("With its variants, and the related items and accessories that the shop has now. An id of an older version answers with that version.")), h.take)
	huma.Register(a, web.Op("list-facets", "GET /catalogue/facets", "By what the items that fit could be narrowed", h.guard.Allow(readers...),
		web.Says("Categories and values of properties with the number of items that have each, counted among at most 2000 items.")), h.facets)
	huma.Register(a, web.Op("compare-items", "GET /catalogue/comparison", "Two to four items side by side", h.guard.Allow(readers...)), h.compare)
	huma.Register(a, web.Op("list-snapshots", "GET /catalogue/snapshots", "Readings of the shop's feeds, newest first", h.guard.Allow(readers...)), h.snapshots)
	huma.Register(a, web.Op("accept-snapshot", "POST /catalogue/snapshots/{id}/accept", "Publish a reading that was held", h.guard.Allow(keepers...)), h.accept)
	huma.Register(a, web.Op("list-sources", "GET /catalogue/sources", "Where the feeds come from", h.guard.Allow(members...)), h.sources) // an address may hold a password
	huma.Register(a, web.Op("create-source", "POST /catalogue/sources", "Add a feed by its address; one that is there stays as it is", h.guard.Allow(keepers...)), h.add)
	huma.Register(a, web.Op("import-source", "POST /catalogue/sources/{id}/import", "Have a feed looked at now", h.guard.Allow(keepers...),
		web.Says("The reading appears among the snapshots when it is done.")), h.want)
}

type latest struct {
	session.Shop
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Most snapshots to return"`
}

func (h *Handler) snapshots(ctx context.Context, in *latest) (*web.List[Snapshot], error) {
	var found []catalogue.Snapshot
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		found, err = catalogue.Snapshots(tx, in.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	now := h.now()
	return web.All(found, func(s catalogue.Snapshot) Snapshot { return snapshot(s, now) }), nil
}

type path struct {
	session.Shop
	ID uuid.UUID `path:"id" format:"uuid"`
}

func (h *Handler) accept(ctx context.Context, in *path) (*struct{ Body Snapshot }, error) {
	out := &struct{ Body Snapshot }{}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		s, err := catalogue.Accept(tx, in.ID)
		out.Body = snapshot(s, h.now())
		return err
	})
	return out, err
}

func (h *Handler) sources(ctx context.Context, in *session.Shop) (*web.List[Source], error) {
	var found []catalogue.Source
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) (err error) {
		found, err = catalogue.Sources(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.All(found, source), nil
}

type add struct {
	session.Shop
	once.Key
	Body struct {
		URL string `json:"url" minLength:"1" maxLength:"2000" doc:"Address of a YML feed, http or https" example:"https://shop.example/feed.yml"`
	}
}

type sourceAnswer struct{ Body Source }

func (h *Handler) add(ctx context.Context, in *add) (*sourceAnswer, error) {
	location, err := address(in.Body.URL)
	if err != nil {
		return nil, err
	}
	d, err := h.guard.Enter(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	return once.Do(ctx, h.guard, d, once.Request{Key: in.Key, Operation: "create-source", Body: in.Body}, func(tx tenant.Tx) (*sourceAnswer, error) {
		s, err := catalogue.Ensure(tx, location, h.now())
		if err != nil {
			return nil, err
		}
		return &sourceAnswer{source(s)}, tenant.Audit(tx, "catalogue.source", s.ID.String(), nil)
	})
}

// address lets only addresses of the web through: files of this machine are
// for whoever runs it.
func address(text string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "", fault.Invalid{Field: "url", Problem: "is not an address that begins with http:// or https://"}
	}
	return u.String(), nil
}

func (h *Handler) want(ctx context.Context, in *path) (*sourceAnswer, error) {
	out := &sourceAnswer{}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		if err := catalogue.Want(tx, in.ID, h.now()); err != nil {
			return err
		}
		s, err := catalogue.TakeSource(tx, in.ID)
		out.Body = source(s)
		return err
	})
	return out, err
}
