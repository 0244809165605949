// Package shops serves /shop, one's own, and /shops, all of them.
package shops

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/page"
)

// Handler serves shops.
type Handler struct {
	db    *tenant.DB
	guard *session.Guard
	now   func() time.Time
}

// New returns a Handler.
func New(db *tenant.DB, g *session.Guard, now func() time.Time) *Handler { return &Handler{db, g, now} }

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("get-shop", "GET /shop", "The shop of the request", h.guard.Allow()), h.get)
	h.registerRule(a)
	h.registerSupervision(a)
	huma.Register(a, web.Op("list-shops", "GET /shops", "All shops of the platform, the newest first",
		h.guard.Allow(session.Supervisor, session.Finance, session.Admin)), h.list)
}

// Shop is a shop as its people and the platform's see it.
type Shop struct {
	ID           uuid.UUID `json:"id" format:"uuid"`
	Slug         string    `json:"slug" doc:"Its name in addresses" example:"tyres"`
	NameRu       string    `json:"name_ru"`
	NameEn       string    `json:"name_en"`
	SpokenRu     string    `json:"spoken_ru" doc:"The name as it is said"`
	SpokenEn     string    `json:"spoken_en" doc:"The name as it is said"`
	Timezone     string    `json:"timezone" example:"Europe/Moscow"`
	Language     string    `json:"language" enum:"ru,en" doc:"Of its announcements"`
	Colour       string    `json:"colour" doc:"Name of its colour on screens"`
	Status       string    `json:"status" enum:"open,suspended,closed"`
	Greeting     string    `json:"greeting" enum:"standard,none" doc:"What a buyer hears first; none: straight to the queue"`
	GreetingText string    `json:"greeting_text" doc:"The greeting in the shop's own words, spoken by a voice; empty, or not spoken yet: the stock greeting"`
	Recording    bool      `json:"recording" doc:"Whether calls are recorded"`
	AwaySeconds  int       `json:"away_seconds" doc:"How long a buyer hears music while the operator's browser is gone, before the call goes to somebody else"`
	CreatedAt    time.Time `json:"created_at"`
}

type answer struct{ Body Shop }

func (h *Handler) get(ctx context.Context, in *session.Shop) (*answer, error) {
	out := &answer{}
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) error {
		var err error
		out.Body, err = own(tx)
		return err
	})
	return out, err
}

func (h *Handler) list(ctx context.Context, in *web.Paging) (*web.List[Shop], error) {
	after, err := in.After()
	if err != nil {
		return nil, err
	}
	var found []Shop
	var next page.Cursor
	err = h.db.Across(ctx, "list shops for staff", func(tx tenant.AcrossTx) error {
		found, next, err = all(tx, after, in.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.Page(found, next, func(s Shop) Shop { return s }), nil
}
