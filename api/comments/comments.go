// Package comments serves /calls/{id}/comments: words beside a second of a call.
package comments

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/once"
	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/account"
	"switchboard/tenant/cdr"
	"switchboard/tenant/comment"
)

// Handler serves comments.
type Handler struct {
	db    *tenant.DB
	guard *session.Guard
	now   func() time.Time
}

// New returns a Handler.
func New(db *tenant.DB, g *session.Guard, now func() time.Time) *Handler { return &Handler{db, g, now} }

// writers are who may listen, and say what they heard.
var writers = []session.Role{session.Owner, session.Manager, session.Supervisor, session.Finance}

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("list-comments", "GET /calls/{id}/comments", "What was written beside a call, in the order of its seconds", h.guard.Allow(writers...)), h.list)
	huma.Register(a, web.Op("create-comment", "POST /calls/{id}/comments", "Write beside a second of a call", h.guard.Allow(writers...)), h.create)
	huma.Register(a, web.Op("delete-comment", "DELETE /comments/{id}", "Take away what one wrote", h.guard.Allow(writers...)), h.remove)
}

// Comment is pinned to a second of a call's recording.
type Comment struct {
	ID        uuid.UUID `json:"id" format:"uuid"`
	CallID    uuid.UUID `json:"call_id" format:"uuid"`
	AuthorID  uuid.UUID `json:"author_id" format:"uuid" doc:"Account of who wrote it"`
	Author    string    `json:"author" doc:"Their name"`
	AtS       float64   `json:"at_s" doc:"Seconds from the start of the recording"`
	Text      string    `json:"text"`
	CreatedAt time.Time `json:"created_at"`
}

type path struct {
	session.Shop
	ID uuid.UUID `path:"id" format:"uuid"`
}

func (h *Handler) list(ctx context.Context, in *path) (*web.List[Comment], error) {
	var found []comment.Comment
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		if err = cdr.Known(tx, in.ID); err != nil {
			return err
		}
		found, err = comment.Of(tx, in.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	names, err := h.names(ctx, found)
	if err != nil {
		return nil, err
	}
	return web.All(found, func(c comment.Comment) Comment { return show(c, names) }), nil
}

// names of the authors: accounts are the platform's.
func (h *Handler) names(ctx context.Context, of []comment.Comment) (names map[uuid.UUID]string, err error) {
	ids := make([]uuid.UUID, len(of))
	for i, c := range of {
		ids[i] = c.AuthorID
	}
	err = h.db.Across(ctx, "names of who commented a call", func(tx tenant.AcrossTx) error {
		names, err = account.Names(tx, ids)
		return err
	})
	return names, err
}

func show(c comment.Comment, names map[uuid.UUID]string) Comment {
	return Comment{c.ID, c.CallID, c.AuthorID, names[c.AuthorID], float64(c.AtMS) / 1000, c.Text, c.CreatedAt}
}

// NewComment is a comment as it is written.
type NewComment struct {
	AtS  float64 `json:"at_s" minimum:"0" maximum:"86400" doc:"Seconds from the start of the recording"`
	Text string  `json:"text" maxLength:"8000" doc:"At most 2000 characters"`
}

type create struct {
	session.Shop
	once.Key
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Of the call"`
	Body NewComment
}

type answer struct{ Body Comment }

func (h *Handler) create(ctx context.Context, in *create) (*answer, error) {
	d, err := h.guard.Enter(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	who := session.Who(ctx)
	asked := once.Request{Key: in.Key, Operation: "create-comment " + in.ID.String(), Body: in.Body}
	return once.Do(ctx, h.guard, d, asked, func(tx tenant.Tx) (*answer, error) {
		c, err := comment.Add(tx, comment.Comment{
			CallID: in.ID, AuthorID: who.Account, AtMS: int64(in.Body.AtS * 1000), Text: in.Body.Text, CreatedAt: h.now().UTC(),
		})
		if err != nil {
			return nil, err
		}
		return &answer{show(c, map[uuid.UUID]string{who.Account: who.Name})}, nil
	})
}

type none struct{}

func (h *Handler) remove(ctx context.Context, in *path) (*none, error) {
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error { return comment.Remove(tx, in.ID, session.Who(ctx).Account) })
	return nil, err
}
