package web

import (
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
)

// Patient returns the response of a stream, whose client may take as long as
// it likes in all, but not for one write: a reader who stands still is cut off.
func Patient(ctx huma.Context) (http.ResponseWriter, *http.Request) {
	c := humaecho.Unwrap(ctx)
	return &patient{ResponseWriter: c.Response(), deadline: http.NewResponseController(c.Response())}, c.Request().WithContext(ctx.Context())
}

type patient struct {
	http.ResponseWriter
	deadline *http.ResponseController
}

// Write implements io.Writer.
func (p *patient) Write(b []byte) (int, error) {
	_ = p.deadline.SetWriteDeadline(time.Now().Add(writeTimeout)) // a recorder in a test has none
	return p.ResponseWriter.Write(b)
}

// Flush sends what was written.
func (p *patient) Flush() { _ = p.deadline.Flush() }

// Unwrap is for http.ResponseController.
func (p *patient) Unwrap() http.ResponseWriter { return p.ResponseWriter }
