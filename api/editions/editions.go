// Package editions serves texts that shops write as drafts and publish as
// versions: /scripts and /menus.
package editions

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
	"switchboard/tenant/edition"
	"switchboard/tenant/fault"
)

// Kind is one sort of texts.
type Kind struct {
	Shelf     edition.Shelf
	Readers   []session.Role
	Sound     bool   // a new one must be sound
	Published string // what publishing means for calls
}

// Handler serves the texts of one kind.
type Handler struct {
	guard *session.Guard
	now   func() time.Time
	kind  Kind
}

// New returns a Handler.
func New(g *session.Guard, now func() time.Time, k Kind) *Handler { return &Handler{g, now, k} }

// Writers may change texts.
var Writers = []session.Role{session.Owner, session.Manager}

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	noun := h.kind.Shelf.Noun
	path := "/" + noun + "s"
	read, write := h.guard.Allow(h.kind.Readers...), h.guard.Allow(Writers...)
	fresh := "The YAML may be broken; it is a draft. Publishing makes it count."
	if h.kind.Sound {
		fresh = "The YAML must be sound: everything that is wrong with it comes at once, with lines. Publishing makes it count."
	}
	huma.Register(a, web.Op("list-"+noun+"s", "GET "+path, "The shop's "+noun+"s by name", read), h.list)
	huma.Register(a, web.Op("create-"+noun, "POST "+path, "Add a "+noun, write, web.Says(fresh)), h.create)
	huma.Register(a, web.Op("get-"+noun, "GET "+path+"/{id}", "A "+noun+" with its draft, what is wrong with that, and its versions", read), h.get)
	huma.Register(a, web.Op("save-"+noun, "PUT "+path+"/{id}", "Keep a draft, which may be broken", write,
		web.Says("If-Match carries the ETag of the draft that was edited. If somebody saved another meanwhile, the answer is 412 and theirs stays.")), h.save)
	huma.Register(a, web.Op("publish-"+noun, "POST "+path+"/{id}/publish", "Make the draft the next version", write,
		web.Says(h.kind.Published+" A draft that says nothing new is no new version.")), h.publish)
	huma.Register(a, web.Op("restore-"+noun, "POST "+path+"/{id}/restore", "Make an earlier version the newest again", write,
		web.Says("The draft becomes that version too.")), h.restore)
}

func (h *Handler) list(ctx context.Context, in *session.Shop) (*web.List[Text], error) {
	var found []edition.Text
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) (err error) {
		found, err = h.kind.Shelf.List(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.All(found, show), nil
}

type create struct {
	session.Shop
	once.Key
	Body struct {
		Name   string `json:"name" minLength:"1" maxLength:"200" doc:"Once in a shop"`
		Source string `json:"source" minLength:"1" doc:"The text, as YAML"`
	}
}

type whole struct {
	ETag string `header:"ETag" doc:"Of the draft"`
	Body FullText
}

func (h *Handler) create(ctx context.Context, in *create) (*whole, error) {
	d, err := h.guard.Enter(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	asked := once.Request{Key: in.Key, Operation: "create-" + h.kind.Shelf.Noun, Body: in.Body}
	return once.Do(ctx, h.guard, d, asked, func(tx tenant.Tx) (*whole, error) {
		if h.kind.Sound {
			if _, err := h.kind.Shelf.Read(tx, in.Body.Source); err != nil {
				return nil, at("body.source", err)
			}
		}
		t, err := h.kind.Shelf.Create(tx, in.Body.Name, in.Body.Source, h.now())
		if err != nil {
			return nil, err
		}
		return h.read(tx, t.ID)
	})
}

// at says of problems inside a text where that is in the request: their own
// fields are paths inside the YAML.
func at(where string, err error) error {
	var problems fault.Problems
	if !errors.As(err, &problems) {
		return err
	}
	out := make(fault.Problems, len(problems))
	for i, p := range problems {
		out[i] = fault.Invalid{Field: where, Problem: p.Error(), Line: p.Line}
	}
	return out
}

type path struct {
	session.Shop
	ID uuid.UUID `path:"id" format:"uuid" doc:"Of the text"`
}

func (h *Handler) get(ctx context.Context, in *path) (out *whole, err error) {
	err = h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		out, err = h.read(tx, in.ID)
		return err
	})
	return out, err
}

func (h *Handler) read(tx tenant.Tx, id uuid.UUID) (*whole, error) {
	t, err := h.kind.Shelf.Take(tx, id)
	if err != nil {
		return nil, err
	}
	versions, err := h.kind.Shelf.Versions(tx, id)
	if err != nil {
		return nil, err
	}
	var problems fault.Problems
	if _, err := h.kind.Shelf.Read(tx, t.Draft); err != nil && !errors.As(err, &problems) {
		return nil, err
	}
	return &whole{tag(t), full(t, problems, versions)}, nil
}

// tag is the ETag of a draft: when it was saved.
func tag(t edition.Text) string { return `"` + strconv.FormatInt(t.UpdatedAt.UnixMicro(), 10) + `"` }

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
	ID      uuid.UUID `path:"id" format:"uuid" doc:"Of the text"`
	IfMatch string    `header:"If-Match" required:"true" maxLength:"40" doc:"ETag of the draft that was edited"`
	Body    struct {
		Source string `json:"source" doc:"The text, as YAML; it may be broken"`
	}
}

func (h *Handler) save(ctx context.Context, in *save) (out *whole, err error) {
	read, err := seen(in.IfMatch)
	if err != nil {
		return nil, err
	}
	err = h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		kept, err := h.kind.Shelf.Save(tx, in.ID, in.Body.Source, read, h.now())
		if errors.Is(err, fault.Conflict) {
			return changed(kept)
		}
		if err == nil {
			out, err = h.read(tx, in.ID)
		}
		return err
	})
	return out, err
}

func changed(t edition.Text) error {
	return &web.Problem{
		Title: http.StatusText(http.StatusPreconditionFailed), Status: http.StatusPreconditionFailed, Code: "changed",
		Detail: fmt.Sprintf("Somebody saved the draft at %s: read it, and edit that.", t.UpdatedAt.Format(time.RFC3339)),
	}
}
