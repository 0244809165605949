// Package queues serves /queues: where calls wait, and how long they may.
package queues

import (
	"context"
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
)

// Handler serves the queues of a shop.
type Handler struct{ guard *session.Guard }

// New returns a Handler.
func New(g *session.Guard) *Handler { return &Handler{g} }

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("list-queues", "GET /queues", "Queues of the shop",
		h.guard.Allow(session.Owner, session.Manager, session.Specialist, session.Supervisor, session.Finance, session.Admin)), h.list)
	huma.Register(a, web.Op("set-outgoing-script", "PUT /queues/{id}/outgoing-script", "What operators follow in calls that we make for the queue",
		h.guard.Allow(session.Owner, session.Manager)), h.setScript)
}

// Queue is where calls wait.
type Queue struct {
	ID           uuid.UUID       `json:"id" format:"uuid"`
	Name         string          `json:"name"`
	Tier         string          `json:"tier" enum:"order,consultant" doc:"What its operators must be able to do"`
	PromiseShare int             `json:"promise_share" doc:"Permille of calls that are answered in time"`
	PromiseMS    int64           `json:"promise_ms" doc:"The time, in milliseconds"`
	Hours        json.RawMessage `json:"hours" doc:"When it is open: \"always\", or weekly windows in the shop's zone"`
	ScriptID     *uuid.UUID      `json:"script_id" format:"uuid" doc:"What its operators follow"`
	OutgoingID   *uuid.UUID      `json:"outgoing_script_id" format:"uuid" gorm:"column:outgoing_script_id" doc:"The same in calls that we make; null: script_id"`
	CreatedAt    time.Time       `json:"created_at"`
}

type setScript struct {
	session.Shop
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Of the queue"`
	Body struct {
		ScriptID *uuid.UUID `json:"script_id" format:"uuid" doc:"Null: that of the queue"`
	}
}

func (h *Handler) setScript(ctx context.Context, in *setScript) (*struct{}, error) {
	return nil, h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error { return setOutgoing(tx, in.ID, in.Body.ScriptID) })
}

func (h *Handler) list(ctx context.Context, in *session.Shop) (*web.List[Queue], error) {
	var found []Queue
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) error {
		var err error
		found, err = all(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.All(found, func(q Queue) Queue { return q }), nil
}
