// Package scripts serves /scripts: what a shop's operators say.
package scripts

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
	"switchboard/tenant/script"
)

// Handler serves the scripts of a shop.
type Handler struct {
	guard *session.Guard
	now   func() time.Time
}

// New returns a Handler.
func New(g *session.Guard, now func() time.Time) *Handler { return &Handler{g, now} }

var (
	writers = []session.Role{session.Owner, session.Manager}
	readers = []session.Role{session.Owner, session.Manager, session.Specialist, session.Supervisor, session.Admin}
)

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("list-scripts", "GET /scripts", "Scripts of the shop by name", h.guard.Allow(readers...)), h.list)
	huma.Register(a, web.Op("create-script", "POST /scripts", "Add a script", h.guard.Allow(writers...),
		web.Says("The YAML must be sound: everything that is wrong with it comes at once, with lines. Publish makes it what operators follow.")), h.create)
	huma.Register(a, web.Op("get-script", "GET /scripts/{id}", "A script with its draft, what is wrong with that, and its versions", h.guard.Allow(readers...)), h.get)
	huma.Register(a, web.Op("save-script", "PUT /scripts/{id}", "Keep a draft, which may be broken", h.guard.Allow(writers...),
		web.Says("If-Match carries the ETag of the draft that was edited. If somebody saved another meanwhile, the answer is 412 and theirs stays.")), h.save)
	huma.Register(a, web.Op("publish-script", "POST /scripts/{id}/publish", "Make the draft the next version", h.guard.Allow(writers...),
		web.Says("Calls that have begun stay on their version. A draft that says nothing new is no new version.")), h.publish)
}

func (h *Handler) list(ctx context.Context, in *session.Shop) (*web.List[Script], error) {
	var found []Script
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) error {
		all, err := script.List(tx)
		if err != nil {
			return err
		}
		for _, s := range all {
			versions, err := script.Versions(tx, s.ID)
			if err != nil {
				return err
			}
			found = append(found, show(s, versions))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return web.All(found, func(s Script) Script { return s }), nil
}

type create struct {
	session.Shop
	once.Key
	Body struct {
		Name   string `json:"name" minLength:"1" maxLength:"200" doc:"Of the script, once in a shop"`
		Source string `json:"source" minLength:"1" doc:"The script, as YAML"`
	}
}

type whole struct {
	ETag string `header:"ETag" doc:"Of the draft"`
	Body FullScript
}

func (h *Handler) create(ctx context.Context, in *create) (*whole, error) {
	if _, problems := script.Parse([]byte(in.Body.Source)); len(problems) > 0 {
		return nil, inSource(problems)
	}
	d, err := h.guard.Enter(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	return once.Do(ctx, h.guard, d, once.Request{Key: in.Key, Operation: "create-script", Body: in.Body}, func(tx tenant.Tx) (*whole, error) {
		s, err := script.Create(tx, in.Body.Name, in.Body.Source, h.now())
		if err != nil {
			return nil, err
		}
		if err := tenant.Audit(tx, "script.create", s.ID.String(), nil); err != nil {
			return nil, err
		}
		return read(tx, s.ID)
	})
}

// inSource says where in the text each problem is: the field is a path inside
// the YAML, and the text is one value of the request.
func inSource(problems fault.Problems) error {
	out := make(fault.Problems, len(problems))
	for i, p := range problems {
		out[i] = fault.Invalid{Field: "body.source", Problem: p.Error(), Line: p.Line}
	}
	return out
}

type path struct {
	session.Shop
	ID uuid.UUID `path:"id" format:"uuid" doc:"Of the script"`
}

func (h *Handler) get(ctx context.Context, in *path) (out *whole, err error) {
	err = h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		out, err = read(tx, in.ID)
		return err
	})
	return out, err
}

func read(tx tenant.Tx, id uuid.UUID) (*whole, error) {
	s, err := script.Take(tx, id)
	if err != nil {
		return nil, err
	}
	versions, err := script.Versions(tx, id)
	if err != nil {
		return nil, err
	}
	return &whole{tag(s), full(s, versions)}, nil
}

// tag is the ETag of a draft: when it was saved.
func tag(s script.Script) string { return `"` + strconv.FormatInt(s.UpdatedAt.UnixMicro(), 10) + `"` }

// seen reads a tag back.
func seen(tag string) (time.Time, error) {
	micros, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(tag, "W/"), `"`), 10, 64)
	if err != nil {
		return time.Time{}, fault.Invalid{Field: "header.If-Match", Problem: "is not the ETag of a draft"}
	}
	return time.UnixMicro(micros).UTC(), nil
}

type save struct {
	session.Shop
	ID      uuid.UUID `path:"id" format:"uuid" doc:"Of the script"`
	IfMatch string    `header:"If-Match" required:"true" maxLength:"40" doc:"ETag of the draft that was edited"`
	Body    struct {
		Source string `json:"source" doc:"The script, as YAML; it may be broken"`
	}
}

func (h *Handler) save(ctx context.Context, in *save) (out *whole, err error) {
	at, err := seen(in.IfMatch)
	if err != nil {
		return nil, err
	}
	err = h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		s, err := script.Take(tx, in.ID)
		if err != nil {
			return err
		}
		if !s.UpdatedAt.Equal(at) {
			return changed(s)
		}
		if _, err := script.SaveDraft(tx, in.ID, in.Body.Source, at, h.now()); err != nil {
			return err
		}
		if err := tenant.Audit(tx, "script.save", in.ID.String(), nil); err != nil {
			return err
		}
		out, err = read(tx, in.ID)
		return err
	})
	return out, err
}

func changed(s script.Script) error {
	return &web.Problem{
		Title: http.StatusText(http.StatusPreconditionFailed), Status: http.StatusPreconditionFailed, Code: "changed",
		Detail: fmt.Sprintf("Somebody saved the draft at %s: read it, and edit that.", s.UpdatedAt.Format(time.RFC3339)),
	}
}

type publish struct {
	session.Shop
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Of the script"`
	Body *struct {
		Note string `json:"note,omitempty" maxLength:"500" doc:"What changed, for the operators"`
	}
}

func (h *Handler) publish(ctx context.Context, in *publish) (*struct{ Body ScriptVersion }, error) {
	note := ""
	if in.Body != nil {
		note = in.Body.Note
	}
	out := &struct{ Body ScriptVersion }{}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		v, err := script.Publish(tx, in.ID, note, h.now())
		out.Body = version(v)
		var problems fault.Problems
		if errors.As(err, &problems) {
			return inDraft(problems)
		}
		return err
	})
	return out, err
}

// inDraft is inSource for a text that the request only names.
func inDraft(problems fault.Problems) error {
	out := make(fault.Problems, len(problems))
	for i, p := range problems {
		out[i] = fault.Invalid{Field: "path.id", Problem: p.Error(), Line: p.Line}
	}
	return out
}
