// Package menus serves /menus: what callers of a shop meet before a person.
package menus

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/editions"
	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant/menu"
)

// Handler serves the menus of a shop.
type Handler struct {
	guard    *session.Guard
	editions *editions.Handler
}

// New returns a Handler.
func New(g *session.Guard, now func() time.Time) *Handler {
	return &Handler{g, editions.New(g, now, editions.Kind{
		Shelf:     menu.Shelf,
		Readers:   []session.Role{session.Owner, session.Manager, session.Supervisor, session.Admin},
		Published: "Callers of the numbers and queues that have the menu meet it as soon as all of it can be said; those who are in the menu stay in their version.",
	})}
}

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	h.editions.Register(a)
	huma.Register(a, web.Op("try-menu", "POST /menus/try", "Walk through a menu as a caller would, without a call", h.guard.Allow(editions.Writers...),
		web.Says("The very code that calls run walks through source by the steps, and the answer is all that is said and done. Nothing is kept.")), h.try)
}
