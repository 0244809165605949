// Package catalogue serves /catalogue: what a shop sells, and how old that is.
package catalogue

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/apikey"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/catalogue/fetch"
	"switchboard/tenant/seal"
)

// Handler serves the catalogue of a shop.
type Handler struct {
	guard *session.Guard
	box   seal.Box      // seals the passwords of sources
	web   *fetch.Client // looks at tables whose columns are to be named
	now   func() time.Time
}

// New returns a Handler.
func New(g *session.Guard, box seal.Box, now func() time.Time) *Handler {
	return &Handler{g, box, fetch.New(fetch.Policy{Bytes: mostTable, Total: time.Minute}), now}
}

var (
	keepers = []session.Role{session.Owner, session.Manager}
	members = []session.Role{session.Owner, session.Manager, session.Specialist, session.Supervisor, session.Finance, session.Admin}
	readers = append([]session.Role{session.Operator}, members...)
)

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("search-items", "GET /catalogue/items", "Items that fit what was typed, best first", h.guard.Allow(readers...), session.Keys(apikey.CatalogueRead),
		web.Says("The last word may be unfinished. Words are found in any form, in Russian or Latin letters, under the wrong keyboard layout and with slips; a SKU or barcode by its beginning or end. Nothing typed: the first items by SKU.")), h.search)
	huma.Register(a, web.Op("take-item", "GET /catalogue/items/{id}", "An item with all that a buyer may ask about it", h.guard.Allow(readers...),
		web.Says("With its variants, and the related items and accessories that the shop has now. An id of an older version answers with that version.")), h.take)
	huma.Register(a, web.Op("list-facets", "GET /catalogue/facets", "By what the items that fit could be narrowed", h.guard.Allow(readers...),
		web.Says("Categories and values of properties with the number of items that have each, counted among at most 2000 items.")), h.facets)
	huma.Register(a, web.Op("compare-items", "GET /catalogue/comparison", "Two to four items side by side", h.guard.Allow(readers...)), h.compare)
	huma.Register(a, web.Op("get-freshness", "GET /catalogue/freshness", "How long prices and stock may be said as current", h.guard.Allow(readers...)), h.freshness)
	huma.Register(a, web.Op("set-freshness", "PUT /catalogue/freshness", "Change how long prices and stock may be said as current", h.guard.Allow(keepers...)), h.setFreshness)
	huma.Register(a, web.Op("report-answers", "GET /catalogue/answers", "How many prices and stocks were given on old data, day by day", h.guard.Allow(members...),
		web.Says("What the desk showed when the operator answered: each price and stock in a sentence of the script, and the price of each line of an order.")), h.answers)
	huma.Register(a, web.Op("export-answers", "GET /catalogue/answers.csv", "The same as a file", h.guard.Allow(members...),
		web.Streams("text/csv", "Header and a line a day.")), h.answersFile)
	huma.Register(a, web.Op("list-snapshots", "GET /catalogue/snapshots", "Readings of the shop's feeds, newest first", h.guard.Allow(readers...), session.Keys(apikey.CatalogueRead)), h.snapshots)
	huma.Register(a, web.Op("accept-snapshot", "POST /catalogue/snapshots/{id}/accept", "Publish a reading that was held", h.guard.Allow(keepers...)), h.accept)
	huma.Register(a, web.Op("discard-snapshot", "POST /catalogue/snapshots/{id}/discard", "Throw away a reading that was held", h.guard.Allow(keepers...),
		web.Says("What operators see stays as it is.")), h.discard)
	h.registerSources(a)
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

type snapshotAnswer struct{ Body Snapshot }

func (h *Handler) accept(ctx context.Context, in *path) (*snapshotAnswer, error) {
	return h.decide(ctx, in, catalogue.Accept)
}

func (h *Handler) discard(ctx context.Context, in *path) (*snapshotAnswer, error) {
	return h.decide(ctx, in, catalogue.Discard)
}

func (h *Handler) decide(ctx context.Context, in *path, do func(tenant.Tx, uuid.UUID) (catalogue.Snapshot, error)) (*snapshotAnswer, error) {
	out := &snapshotAnswer{}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		s, err := do(tx, in.ID)
		out.Body = snapshot(s, h.now())
		return err
	})
	return out, err
}
