// Package trunks serves /trunks: where calls come from and go to.
package trunks

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/seal"
	"switchboard/tenant/trunk"
)

// Handler serves trunks.
type Handler struct {
	db    *tenant.DB
	guard *session.Guard
	box   seal.Box // seals the carriers' passwords
	now   func() time.Time
}

// New returns a Handler.
func New(db *tenant.DB, g *session.Guard, box seal.Box, now func() time.Time) *Handler {
	return &Handler{db, g, box, now}
}

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	admins := h.guard.Allow(session.Admin)
	huma.Register(a, web.Op("list-trunks", "GET /trunks", "Trunks to carriers, and how they are", admins), h.list)
	huma.Register(a, web.Op("create-trunk", "POST /trunks", "Add a trunk", admins,
		web.Says("It is used within two seconds. Its networks may be no other trunk's.")), h.create)
	huma.Register(a, web.Op("save-trunk", "PUT /trunks/{id}", "Change a trunk", admins,
		web.Says("All settings are written, but for an empty password: it stays as it is. Calls that are up stay as they are.")), h.save)
	huma.Register(a, web.Op("drain-trunk", "POST /trunks/{id}/drain", "Have a trunk take no new calls; those that are up go on", admins), h.turn(trunk.Drain))
	huma.Register(a, web.Op("resume-trunk", "POST /trunks/{id}/resume", "Have a trunk take calls again", admins), h.turn(trunk.Resume))
	huma.Register(a, web.Op("delete-trunk", "DELETE /trunks/{id}", "Take a trunk away; calls that are up go on", admins), h.turn(trunk.Delete))
}

func (h *Handler) list(ctx context.Context, _ *struct{}) (*web.List[Trunk], error) {
	var found []trunk.Trunk
	err := h.db.Across(ctx, "list trunks for an admin", func(tx tenant.AcrossTx) (err error) {
		found, err = trunk.All(tx, h.now())
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.All(found, show), nil
}

// change is the admin who makes a change, now.
func (h *Handler) change(ctx context.Context) trunk.Change {
	return trunk.Change{By: "staff:" + session.Who(ctx).Account.String(), At: h.now(), Box: h.box}
}

type created struct {
	Body struct {
		ID uuid.UUID `json:"id" format:"uuid"`
	}
}

func (h *Handler) create(ctx context.Context, in *struct{ Body Settings }) (*created, error) {
	var out created
	err := h.db.Across(ctx, "add a trunk", func(tx tenant.AcrossTx) (err error) {
		out.Body.ID, err = trunk.Create(tx, trunk.Settings(in.Body), h.change(ctx))
		return err
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

func (h *Handler) save(ctx context.Context, in *struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body Settings
}) (*struct{}, error) {
	return nil, h.db.Across(ctx, "change a trunk", func(tx tenant.AcrossTx) error {
		return trunk.Save(tx, in.ID, trunk.Settings(in.Body), h.change(ctx))
	})
}

type path struct {
	ID uuid.UUID `path:"id" format:"uuid"`
}

// turn is a change that takes nothing but the trunk.
func (h *Handler) turn(do func(tenant.AcrossTx, uuid.UUID, trunk.Change) error) func(context.Context, *path) (*struct{}, error) {
	return func(ctx context.Context, in *path) (*struct{}, error) {
		return nil, h.db.Across(ctx, "change a trunk", func(tx tenant.AcrossTx) error { return do(tx, in.ID, h.change(ctx)) })
	}
}
