package web

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Complete writes into the contract which fields may be null: those whose Go
// field is a pointer that is always sent. Huma says so of scalars only. Call it
// when every operation is there.
func Complete(api huma.API) {
	registry := api.OpenAPI().Components.Schemas
	for name, s := range registry.Map() {
		t := registry.TypeFromRef("#/components/schemas/" + name)
		if t == nil || t.Kind() != reflect.Struct {
			continue
		}
		for _, f := range reflect.VisibleFields(t) {
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			p := s.Properties[name]
			if p == nil || f.Type.Kind() != reflect.Pointer || strings.Contains(options, "omit") {
				continue
			}
			s.Properties[name] = orNull(p)
		}
	}
}

func orNull(s *huma.Schema) *huma.Schema {
	if s.Ref == "" {
		s.Nullable = true
		if len(s.Enum) > 0 {
			s.Enum = append(s.Enum, nil)
		}
		return s
	}
	return &huma.Schema{Description: s.Description, AnyOf: []*huma.Schema{{Ref: s.Ref}, {Type: "null"}}}
}
