// Package menus serves /menus: what callers of a shop meet before a person.
package menus

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/once"
	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/menu"
)

// Handler serves the menus of a shop.
type Handler struct {
	guard *session.Guard
	now   func() time.Time
}

// New returns a Handler.
func New(g *session.Guard, now func() time.Time) *Handler { return &Handler{g, now} }

var (
	writers = []session.Role{session.Owner, session.Manager}
	readers = []session.Role{session.Owner, session.Manager, session.Supervisor, session.Admin}
)

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("list-menus", "GET /menus", "Menus of the shop by name", h.guard.Allow(readers...)), h.list)
	huma.Register(a, web.Op("create-menu", "POST /menus", "Add a menu", h.guard.Allow(writers...),
		web.Says("The YAML may be broken; it is a draft. Publish makes it what callers meet, on the numbers and queues that have the menu.")), h.create)
	huma.Register(a, web.Op("get-menu", "GET /menus/{id}", "A menu with its draft, what is wrong with that, and its versions", h.guard.Allow(readers...)), h.get)
	huma.Register(a, web.Op("save-menu", "PUT /menus/{id}", "Keep a draft, which may be broken", h.guard.Allow(writers...),
		web.Says("If-Match carries the ETag of the draft that was edited. If somebody saved another meanwhile, the answer is 412 and theirs stays.")), h.save)
	huma.Register(a, web.Op("publish-menu", "POST /menus/{id}/publish", "Make the draft the next version", h.guard.Allow(writers...),
		web.Says("Callers who are in the menu stay in their version. A new one is met as soon as all of it can be said.")), h.publish)
	huma.Register(a, web.Op("restore-menu", "POST /menus/{id}/restore", "Make an earlier version the newest again", h.guard.Allow(writers...)), h.restore)
	huma.Register(a, web.Op("try-menu", "POST /menus/try", "Walk through a menu as a caller would, without a call", h.guard.Allow(writers...),
		web.Says("The very code that calls run walks through source by the steps, and the answer is all that is said and done. Nothing is kept.")), h.try)
}

// Menu is one of the shop's.
type Menu struct {
	ID        uuid.UUID `json:"id" format:"uuid"`
	Name      string    `json:"name"`
	Version   int       `json:"version" doc:"The last that was published; 0: none yet"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at" doc:"When the draft was saved"`
}

// FullMenu is a menu with all that hangs on it.
type FullMenu struct {
	Menu
	Source   string        `json:"source" doc:"The draft, as YAML"`
	Problems []web.Flaw    `json:"problems" nullable:"false" doc:"What keeps the draft from being published"`
	Versions []MenuVersion `json:"versions" nullable:"false" doc:"Newest first"`
}

// MenuVersion is a menu as it was published. It never changes.
type MenuVersion struct {
	ID          uuid.UUID `json:"id" format:"uuid"`
	Version     int       `json:"version" doc:"From 1"`
	Source      string    `json:"source" doc:"The YAML, as written"`
	Note        string    `json:"note" doc:"What changed"`
	PublishedAt time.Time `json:"published_at"`
	PublishedBy string    `json:"published_by" doc:"Who: member:ID"`
}

func version(v menu.Version) MenuVersion {
	return MenuVersion{v.ID, v.Version, v.Source, v.Note, v.PublishedAt, v.PublishedBy}
}

func (h *Handler) list(ctx context.Context, in *session.Shop) (*web.List[Menu], error) {
	var found []Menu
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) error {
		all, err := menu.List(tx)
		if err != nil {
			return err
		}
		for _, m := range all {
			v, err := menu.Current(tx, m.ID)
			if err != nil && !errors.Is(err, fault.NotFound) {
				return err
			}
			found = append(found, Menu{m.ID, m.Name, v.Version, m.CreatedAt, m.UpdatedAt})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return web.All(found, func(m Menu) Menu { return m }), nil
}

type createMenu struct {
	session.Shop
	once.Key
	Body struct {
		Name   string `json:"name" minLength:"1" maxLength:"60" doc:"Of the menu, once in a shop"`
		Source string `json:"source" doc:"The menu, as YAML"`
	}
}

type whole struct {
	ETag string `header:"ETag" doc:"Of the draft"`
	Body FullMenu
}

func (h *Handler) create(ctx context.Context, in *createMenu) (*whole, error) {
	d, err := h.guard.Enter(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	return once.Do(ctx, h.guard, d, once.Request{Key: in.Key, Operation: "create-menu", Body: in.Body}, func(tx tenant.Tx) (*whole, error) {
		m, err := menu.Create(tx, in.Body.Name, in.Body.Source, h.now())
		if err != nil {
			return nil, err
		}
		return read(tx, m.ID)
	})
}

type path struct {
	session.Shop
	ID uuid.UUID `path:"id" format:"uuid" doc:"Of the menu"`
}

func (h *Handler) get(ctx context.Context, in *path) (out *whole, err error) {
	err = h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		out, err = read(tx, in.ID)
		return err
	})
	return out, err
}

func read(tx tenant.Tx, id uuid.UUID) (*whole, error) {
	m, err := menu.Take(tx, id)
	if err != nil {
		return nil, err
	}
	versions, err := menu.Versions(tx, id)
	if err != nil {
		return nil, err
	}
	names, err := menu.Known(tx)
	if err != nil {
		return nil, err
	}
	out := FullMenu{Menu: Menu{m.ID, m.Name, 0, m.CreatedAt, m.UpdatedAt}, Source: m.Draft, Versions: make([]MenuVersion, len(versions))}
	for i, v := range versions {
		out.Versions[i] = version(v)
		out.Version = max(out.Version, v.Version)
	}
	_, problems := menu.ParseFor([]byte(m.Draft), names)
	out.Problems = flaws(problems)
	return &whole{`"` + strconv.FormatInt(m.UpdatedAt.UnixMicro(), 10) + `"`, out}, nil
}

func flaws(problems fault.Problems) []web.Flaw {
	all := make([]web.Flaw, len(problems))
	for i, p := range problems {
		all[i] = web.Flaw{Location: p.Field, Message: p.Problem, Line: p.Line}
	}
	return all
}

type saveMenu struct {
	session.Shop
	ID      uuid.UUID `path:"id" format:"uuid" doc:"Of the menu"`
	IfMatch string    `header:"If-Match" required:"true" maxLength:"40" doc:"ETag of the draft that was edited"`
	Body    struct {
		Source string `json:"source" doc:"The menu, as YAML; it may be broken"`
	}
}

func (h *Handler) save(ctx context.Context, in *saveMenu) (out *whole, err error) {
	micros, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(in.IfMatch, "W/"), `"`), 10, 64)
	if err != nil {
		return nil, fault.Invalid{Field: "header.If-Match", Problem: "is not the ETag of a draft"}
	}
	err = h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		kept, err := menu.Save(tx, in.ID, in.Body.Source, time.UnixMicro(micros).UTC(), h.now())
		if errors.Is(err, fault.Conflict) {
			return changed(kept)
		}
		if err == nil {
			out, err = read(tx, in.ID)
		}
		return err
	})
	return out, err
}

func changed(m menu.Menu) error {
	return &web.Problem{
		Title: http.StatusText(http.StatusPreconditionFailed), Status: http.StatusPreconditionFailed, Code: "changed",
		Detail: fmt.Sprintf("Somebody saved the draft at %s: read it, and edit that.", m.UpdatedAt.Format(time.RFC3339)),
	}
}

type publishMenu struct {
	session.Shop
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Of the menu"`
	Body *struct {
		Note string `json:"note,omitempty" maxLength:"500" doc:"What changed"`
	}
}

func (h *Handler) publish(ctx context.Context, in *publishMenu) (*struct{ Body MenuVersion }, error) {
	note := ""
	if in.Body != nil {
		note = in.Body.Note
	}
	return h.renew(ctx, in.Shop, func(tx tenant.Tx) (menu.Version, error) { return menu.Publish(tx, in.ID, note, h.now()) })
}

type restoreMenu struct {
	session.Shop
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Of the menu"`
	Body struct {
		Version int `json:"version" minimum:"1" doc:"Which"`
	}
}

func (h *Handler) restore(ctx context.Context, in *restoreMenu) (*struct{ Body MenuVersion }, error) {
	return h.renew(ctx, in.Shop, func(tx tenant.Tx) (menu.Version, error) { return menu.Restore(tx, in.ID, in.Body.Version, h.now()) })
}

// renew makes a version, and says what is wrong with the draft if it can't.
func (h *Handler) renew(ctx context.Context, shop session.Shop, do func(tenant.Tx) (menu.Version, error)) (*struct{ Body MenuVersion }, error) {
	out := &struct{ Body MenuVersion }{}
	err := h.guard.Within(ctx, shop, func(tx tenant.Tx) error {
		v, err := do(tx)
		out.Body = version(v)
		var problems fault.Problems
		if errors.As(err, &problems) {
			all := make(fault.Problems, len(problems))
			for i, p := range problems {
				all[i] = fault.Invalid{Field: "path.id", Problem: p.Error(), Line: p.Line}
			}
			return all
		}
		return err
	})
	return out, err
}
