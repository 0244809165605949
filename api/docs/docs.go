// Package docs writes the contract of the API as one page for people, with
// nothing from elsewhere and no script.
package docs

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed page.html
var source string

// Style is the page's style sheet.
//
//go:embed page.css
var Style []byte

// group is the operations of one resource.
type group struct {
	Name       string
	Operations []operation
}

type operation struct {
	ID, Method, Path, Summary, Description string
	Roles                                  string // "" : everybody who is signed in
	Open                                   bool   // to everybody
	Parameters                             []row
	Body                                   []row
	Answers                                []answer
}

type row struct {
	Name, In, Type, Doc string
	Required            bool
}

type answer struct {
	Status, Description, Type string
	Schema                    string // anchor of the type, or ""
}

type schema struct {
	Name   string
	Fields []row
}

type content struct {
	Title, Version, Description, Server string
	Groups                              []group
	Webhooks                            []operation
	Schemas                             []schema
}

// Page writes the contract as HTML.
func Page(api *huma.OpenAPI) ([]byte, error) {
	t, err := template.New("page").Parse(source)
	if err != nil {
		return nil, fmt.Errorf("read the template of the documents: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, contents(api)); err != nil {
		return nil, fmt.Errorf("write the documents: %w", err)
	}
	return b.Bytes(), nil
}

func contents(api *huma.OpenAPI) content {
	c := content{Title: api.Info.Title, Version: api.Info.Version, Description: api.Info.Description, Server: api.Servers[0].URL}
	groups := map[string]*group{}
	for _, path := range sorted(api.Paths) {
		for _, op := range operations(api.Paths[path]) {
			g, ok := groups[op.Tags[0]]
			if !ok {
				g = &group{Name: op.Tags[0]}
				groups[g.Name] = g
			}
			g.Operations = append(g.Operations, describe(op))
		}
	}
	for _, name := range sorted(groups) {
		c.Groups = append(c.Groups, *groups[name])
	}
	for _, name := range sorted(api.Webhooks) {
		w := describe(api.Webhooks[name].Post)
		w.Path = name
		c.Webhooks = append(c.Webhooks, w)
	}
	types := api.Components.Schemas.Map()
	for _, name := range sorted(types) {
		c.Schemas = append(c.Schemas, schema{name, fields(types[name])})
	}
	return c
}

func operations(p *huma.PathItem) []*huma.Operation {
	return slices.DeleteFunc([]*huma.Operation{p.Get, p.Post, p.Put, p.Patch, p.Delete}, func(op *huma.Operation) bool { return op == nil })
}

func describe(op *huma.Operation) operation {
	o := operation{ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary, Description: op.Description}
	o.Open = len(op.Security) == 0
	if roles, ok := op.Extensions["x-roles"]; ok {
		o.Roles = strings.ReplaceAll(strings.Trim(fmt.Sprint(roles), "[]"), " ", ", ")
	}
	for _, p := range op.Parameters {
		o.Parameters = append(o.Parameters, row{p.Name, p.In, typeOf(p.Schema), p.Description, p.Required})
	}
	if op.RequestBody != nil {
		for kind, media := range op.RequestBody.Content {
			o.Body = append(o.Body, row{Name: kind, Type: typeOf(media.Schema)})
		}
	}
	for _, status := range sorted(op.Responses) {
		r := op.Responses[status]
		a := answer{Status: status, Description: r.Description}
		for kind, media := range r.Content {
			a.Type, a.Schema = kind, anchor(media.Schema)
		}
		o.Answers = append(o.Answers, a)
	}
	return o
}

func fields(s *huma.Schema) (rows []row) {
	for _, name := range sorted(s.Properties) {
		p := s.Properties[name]
		rows = append(rows, row{Name: name, Type: typeOf(p), Doc: p.Description, Required: slices.Contains(s.Required, name)})
	}
	return rows
}

// anchor returns the name of the schema that s refers to, or "".
func anchor(s *huma.Schema) string {
	if s == nil {
		return ""
	}
	return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
}

// typeOf says in a word or two what values a schema allows.
func typeOf(s *huma.Schema) string {
	switch {
	case s == nil:
		return "any"
	case s.Ref != "":
		return anchor(s)
	case len(s.AnyOf) > 0:
		return typeOf(s.AnyOf[0]) + " | null"
	case len(s.Enum) > 0:
		return strings.ReplaceAll(strings.ReplaceAll(strings.Trim(fmt.Sprint(s.Enum), "[]"), "<nil>", "null"), " ", " | ")
	case s.Nullable:
		return typeOf(&huma.Schema{Type: s.Type, Format: s.Format, Items: s.Items}) + " | null"
	case s.Type == huma.TypeArray:
		return "list of " + typeOf(s.Items)
	case s.Format != "":
		return s.Type + ", " + s.Format
	case s.Type == "":
		return "any"
	}
	return s.Type
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
