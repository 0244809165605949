// Package exports serves /exports: a shop's figures as files.
package exports

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/billing/export"
	"switchboard/billing/plan"
	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Handler serves exports.
type Handler struct {
	guard *session.Guard
	turns chan struct{}
}

// atOnce bounds the exports under way: each holds a connection of the database.
const atOnce = 4

// New returns a Handler.
func New(g *session.Guard) *Handler { return &Handler{g, make(chan struct{}, atOnce)} }

// Register adds the operation.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("export-billing", "GET /exports/billing.csv", "The shop's charges, a line each with what it was computed from",
		h.guard.Allow(session.Owner, session.Manager, session.Finance, session.Admin),
		web.Streams("text/csv", "Header and lines; the amounts add up to what the shop owes.")), h.billing)
	huma.Register(a, web.Op("count-billing", "GET /exports/billing-count", "How many lines the export of a span would have",
		h.guard.Allow(session.Owner, session.Manager, session.Finance, session.Admin)), h.count)
}

type span struct {
	session.Shop
	From string `query:"from" required:"true" maxLength:"40" doc:"First day (2026-11-01, by the shop's clocks) or instant (RFC 3339)" example:"2026-11-01"`
	To   string `query:"to" required:"true" maxLength:"40" doc:"First day or instant that is left out" example:"2026-12-01"`
}

// billing writes the file first and sends it then: what goes wrong is told as a
// problem, never as a file that ends too soon, and a slow reader does not hold
// the database.
func (h *Handler) billing(ctx context.Context, in *span) (*huma.StreamResponse, error) {
	select {
	case h.turns <- struct{}{}:
		defer func() { <-h.turns }()
	default:
		return nil, web.Later(5, fmt.Errorf("%d exports are under way: %w", atOnce, fault.Unavailable))
	}
	f, err := scratch()
	if err != nil {
		return nil, err
	}
	err = h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		s, err := in.read(tx)
		if err != nil {
			return err
		}
		_, err = export.Billing(tx, f, s)
		return err
	})
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer f.Close()
		send(c, f)
	}}, nil
}

// Count is the length of an export.
type Count struct {
	Lines int64 `json:"lines" doc:"Without the header"`
}

type count struct{ Body Count }

func (h *Handler) count(ctx context.Context, in *span) (*count, error) {
	out := &count{}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		s, err := in.read(tx)
		if err != nil {
			return err
		}
		out.Body.Lines, err = export.Count(tx, s)
		return err
	})
	return out, err
}

// read returns the span by the shop's clocks.
func (in span) read(tx tenant.Tx) (export.Span, error) {
	zone, err := plan.Zone(tx)
	if err != nil {
		return export.Span{}, err
	}
	return export.ParseSpan(in.From, in.To, zone)
}

// scratch returns a file without a name, which ends with its last reader.
func scratch() (*os.File, error) {
	f, err := os.CreateTemp("", "switchboard-export-*")
	if err != nil {
		return nil, fmt.Errorf("make a file for an export: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("hide the file of an export: %w", err)
	}
	return f, nil
}

func send(c huma.Context, f io.ReadSeeker) {
	w, r := web.Patient(c)
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="billing.csv"`)
	http.ServeContent(w, r, "", time.Time{}, f)
}
