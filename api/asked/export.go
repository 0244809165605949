package asked

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/web"
	"switchboard/billing/export"
)

// export is small: it is written whole before it is sent.
func (h *Handler) export(ctx context.Context, in *span) (*huma.StreamResponse, error) {
	found, err := h.read(ctx, in)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	lines := [][]string{{"kind", "example", "times", "days", "last"}}
	for _, t := range found {
		lines = append(lines, []string{string(t.Kind), export.Safe(t.Example), strconv.Itoa(t.Times), strconv.Itoa(t.Days), t.Last.Format(time.DateOnly)})
	}
	if err := w.WriteAll(lines); err != nil {
		return nil, fmt.Errorf("write what is asked: %w", err)
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		out, _ := web.Patient(c)
		out.Header().Set("Content-Type", "text/csv; charset=utf-8")
		out.Header().Set("Content-Disposition", `attachment; filename="asked.csv"`)
		_, _ = out.Write(b.Bytes())
	}}, nil
}
