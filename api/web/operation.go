package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
)

// Prefix is where the API is.
const Prefix = "/api/v1"

// NewAPI returns the API on a router. Operations are added to it with
// huma.Register; what they say of themselves is the contract.
func NewAPI(e *echo.Echo) huma.API {
	useProblems()
	cfg := huma.DefaultConfig("Switchboard", "1")
	cfg.CreateHooks = nil // no $schema in answers
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "", "", ""
	cfg.RejectUnknownQueryParameters = true // a filter with a typo must not answer everything
	cfg.Info.Description = "What a shop, its operators and the platform's staff do with Switchboard. " +
		"Instants are RFC 3339 in UTC, durations seconds (_s) or milliseconds (_ms), money integer minor units with its currency, phone numbers E.164."
	cfg.Servers = []*huma.Server{{URL: Prefix}}
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "access_token of POST /sessions"},
		"key":    {Type: "http", Scheme: "bearer", Description: "A key of POST /api-keys, where the operation names its x-key-scope"},
		"cookie": {Type: "apiKey", In: "cookie", Name: "session", Description: "Set by POST /sessions for browsers; requests that change something also send X-CSRF-Token"},
	}
	a := humaecho.NewWithGroup(e, e.Group(Prefix), cfg)
	a.UseMiddleware(bounded)
	return a
}

// Option says more about an operation.
type Option func(*huma.Operation)

// Op describes an operation. route is its method and path, "GET /calls/{id}";
// its first word groups it.
func Op(id, route, summary string, options ...Option) huma.Operation {
	method, path, _ := strings.Cut(route, " ")
	tag, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	op := huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{tag}, Metadata: map[string]any{}}
	if method == http.MethodPost && strings.HasPrefix(id, "create-") {
		op.DefaultStatus = http.StatusCreated
	}
	for _, o := range options {
		o(&op)
	}
	return op
}

// Says adds a description.
func Says(text string) Option {
	return func(op *huma.Operation) { op.Description = text }
}

// Streams marks an operation that answers for as long as its client reads.
func Streams(contentType, description string) Option {
	return func(op *huma.Operation) {
		op.Metadata["stream"] = true
		op.Responses = map[string]*huma.Response{"200": {
			Description: description,
			Content:     map[string]*huma.MediaType{contentType: {Schema: &huma.Schema{Type: "string"}}},
		}}
	}
}

// bounded gives every operation that is no stream a time to be done by.
func bounded(ctx huma.Context, next func(huma.Context)) {
	if ctx.Operation().Metadata["stream"] == true {
		next(ctx)
		return
	}
	limited, cancel := context.WithTimeout(ctx.Context(), handlerTimeout)
	defer cancel()
	next(huma.WithContext(ctx, limited))
}

// Fail answers a request with an error before its operation runs.
func Fail(ctx huma.Context, err error) {
	c := humaecho.Unwrap(ctx)
	write(c, Explain(err, "body"), err)
}
